// キオスク端末の画面変遷（ガイドライン 図3.3-1〜3.3-7）を、キーボードだけで操作する。カードと人物は架空、マイナポータルはサンドボックス。
import { isSelfInfoError } from 'myna-selfinfo';
import {
  createKioskSession,
  createSimulatedReader,
  type KioskEnd,
  type KioskSession,
  type KioskState,
  kioskActions,
  type SimulatedReader,
} from 'myna-selfinfo/kiosk';
import { createSandboxKiosk, type SandboxKiosk } from 'myna-selfinfo/sandbox';
import { openKeyboard } from './keyboard.js';
import { cards, screenOf } from './screens.js';
import { createDemoClock, registrations, services } from './services.js';

/** 入力を待つ画面と、その受け取り方。 */
type Inputs = Readonly<Partial<Record<KioskState['at'], (line: string) => unknown>>>;

/** 1回の利用を最後まで通す。入力が尽きたとき（EOF）と Ctrl-C では、カードを返却して終わる。 */
export async function runKiosk(): Promise<KioskEnd> {
  const clock = createDemoClock();
  const kiosk = createSandboxKiosk({ registrations, clock });
  const reader = createSimulatedReader();
  const session = createKioskSession({
    services,
    authorizer: kiosk.authorizer,
    reader,
    clock,
    terminalId: 'DEMO-1',
    onEvent({ cause, state, remainingMs = 0 }) {
      if (cause === 'idle-soon') console.log(`  ${soon(remainingMs)}`);
      else if (cause !== 'extend') show(state);
      queueMicrotask(next);
    },
  });
  const inputs = inputsOf(session, reader, kiosk);
  const keyboard = openKeyboard({
    isHidden: () => session.state.at.endsWith('-pin'),
    onInput: next,
    onInterrupt: () => session.cancel(),
  });

  /** 入力を待つ画面で、打たれた行を1つ渡す。 */
  function next() {
    const input = inputs[session.state.at];
    if (input === undefined) return;
    const line = keyboard.take();
    if (line === 'e' && kioskActions[session.state.at].includes('extend')) session.extend();
    else if (line === 'q' || (line === undefined && keyboard.hasEnded())) return session.cancel();
    const problem = line === undefined || line === 'e' ? undefined : refusalOf(() => input(line));
    if (problem === undefined) return;
    console.log(`  ${problem}`);
    queueMicrotask(next);
  }

  console.log(
    'キオスク端末のデモ ── 番号を入力して Enter。q で取消、e で時間を延長、暗証番号の画面では p でカードを抜き取り。カードと人物は架空です。',
  );
  show(session.state);
  const end = await session.ended;
  keyboard.close();
  return end;
}

function inputsOf(session: KioskSession, reader: SimulatedReader, kiosk: SandboxKiosk): Inputs {
  const consent = (line: string) =>
    line === '1' ? session.agree() : line === '2' ? session.refuse() : 'unknown';
  const pin = (line: string) => (line === 'p' ? reader.pull() : session.enterPin(line));
  return {
    start: (line) => (line === '1' ? session.begin() : 'unknown'),
    menu: (line) => session.choose(services[Number(line) - 1]?.id ?? '-'),
    unavailable: (line) => (line === '1' ? session.back() : 'unknown'),
    'first-consent': consent,
    'card-in'(line) {
      const [, persona, condition] = cards[Number(line) - 1] ?? [];
      if (persona === undefined) return 'unknown';
      return reader.present(kiosk.card(persona, condition));
    },
    'identity-pin': pin,
    'fetch-pin': pin,
    'second-consent': consent,
  };
}

/** 受け取れなかった入力について、利用者に示す文。開発者向けの文は示さない。 */
function refusalOf(act: () => unknown): string | undefined {
  const again = '画面の番号を入力してください。';
  try {
    return act() === 'unknown' ? again : undefined;
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    return error.path === 'pin' ? '暗証番号は、数字4桁で入力してください。' : again;
  }
}

const soon = (ms: number) =>
  `操作がない場合は、あと${ms / 1000}秒で終了します。続けるには e を入力してください。`;

function show(state: KioskState): void {
  const [title, ...lines] = screenOf(state);
  console.log(`\n■ ${title}`);
  for (const line of lines) console.log(`  ${line}`);
}
