// キオスク端末の画面変遷（ガイドライン 図3.3-1〜3.3-7）を、キーボードだけで操作する。カードと人物は架空、マイナポータルはサンドボックス。
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { type Clock, defineService, isSelfInfoError, latest, systemClock } from 'myna-selfinfo';
import {
  type Availability,
  createKioskSession,
  createSimulatedReader,
  type KioskEnd,
  type KioskOutcome,
  type KioskState,
} from 'myna-selfinfo/kiosk';
import {
  type CardCondition,
  createSandboxKiosk,
  localTaxRecord,
  pensionRecord,
} from 'myna-selfinfo/sandbox';

const housingLoan = defineService({
  name: '住宅ローンサービスへの所得情報の提出',
  purpose: { id: 'housing-loan', text: '住宅ローンの審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
  },
});
const lifePlan = defineService({
  name: '老後資金相談サービスへの年金情報の提出',
  purpose: { id: 'life-plan', text: '老後資金の相談のため' },
  retention: { days: 7 },
  items: {
    pension: {
      detail: 'pension',
      holders: ['pension-service'],
      inquiries: ['latest'],
      latestBy: '改定日',
      record: pensionRecord,
    },
  },
});
const services = [
  { id: 'SP00000001_HL0001', service: housingLoan, inquiry: latest() },
  { id: 'SP00000001_LP0001', service: lifePlan, inquiry: latest() },
];

const cards: readonly (readonly [label: string, persona: string, condition: CardCondition])[] = [
  ['番号 花子さんのカード（暗証番号 1234）', 'hanako', 'good'],
  ['暗証番号がロックされたカード', 'hanako', 'locked'],
  ['電子証明書の有効期限が切れたカード', 'hanako', 'expired'],
  ['電子証明書が失効したカード', 'hanako', 'revoked'],
];

const outcomes: Readonly<Record<KioskOutcome['status'], string>> = {
  provided: '情報の提供が完了しました。',
  refused: '同意されなかったため、情報は提供していません。',
  cancelled: '取り消しました。情報は提供していません。',
  idle: '操作がなかったため終了しました。情報は提供していません。',
  'card-locked': '暗証番号がロックされています。お住まいの市区町村の窓口で再設定してください。',
  'certificate-expired':
    '利用者証明用電子証明書の有効期限が切れています。お住まいの市区町村の窓口で更新してください。',
  'certificate-revoked':
    '利用者証明用電子証明書が失効しています。お住まいの市区町村の窓口にお問い合わせください。',
  'certificate-refused': 'このカードは使用できません。',
  'card-removed': 'カードが抜き取られたため終了しました。情報は提供していません。',
  'card-swapped': '最初と異なるカードのため終了しました。情報は提供していません。',
  failed: '機器または通信の異常のため終了しました。情報は提供していません。',
};

/** 1回の利用を最後まで通す。入力が尽きたとき（EOF）と Ctrl-C では、カードを返却して終わる。 */
export async function runKiosk(): Promise<KioskEnd> {
  const startedAt = Date.now();
  // 2026年12月1日(火) 10:00 から、実際の時間で進む時計。
  const clock: Clock = {
    now: () => Date.parse('2026-12-01T10:00:00+09:00') + Date.now() - startedAt,
    wait: systemClock.wait,
  };
  const kiosk = createSandboxKiosk({
    registrations: services.map(({ id, service }) => ({
      clientId: id,
      redirectUris: ['http://localhost:3000/callback'],
      service,
    })),
    clock,
  });
  const reader = createSimulatedReader();
  const typed: string[] = [];
  let inputEnded = false;

  // 暗証番号の画面では、打鍵を表示しない。
  const screen = new Writable({
    write(chunk, _, done) {
      if (!session.state.at.endsWith('-pin')) process.stdout.write(chunk);
      done();
    },
  });
  const session = createKioskSession({
    services,
    authorizer: kiosk.authorizer,
    reader,
    clock,
    onEvent({ state }) {
      show(state);
      queueMicrotask(next);
    },
  });
  const keyboard = createInterface({
    input: process.stdin,
    output: screen,
    terminal: process.stdin.isTTY === true,
  });
  keyboard.on('line', (line) => {
    typed.push(line.normalize('NFKC').trim());
    next();
  });
  keyboard.on('close', () => {
    inputEnded = true;
    next();
  });
  keyboard.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);

  function interrupt() {
    typed.length = 0;
    session.cancel();
  }

  /** 入力を待つ画面で、打たれた行を1つ渡す。 */
  function next() {
    if (!(session.state.at in answers)) return;
    const line = typed.shift();
    if (line !== undefined) answer(session.state, line);
    else if (inputEnded) session.cancel();
  }

  function answer(state: KioskState, line: string) {
    if (line === 'q') return session.cancel();
    const problem = refusalOf(() => answers[state.at]?.(line));
    if (problem === undefined) return;
    console.log(`  ${problem}`);
    queueMicrotask(next);
  }

  const consent = (line: string) =>
    line === '1' ? session.agree() : line === '2' ? session.refuse() : 'unknown';
  const pin = (line: string) => (line === 'p' ? reader.pull() : session.enterPin(line));
  /** 入力を待つ画面と、その受け取り方。 */
  const answers: Readonly<Partial<Record<KioskState['at'], (line: string) => unknown>>> = {
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

  console.log(
    'キオスク端末のデモ ── 番号を入力して Enter。q で取消、暗証番号の画面では p でカードを抜き取り。カードと人物は架空です。',
  );
  show(session.state);
  const end = await session.ended;
  process.off('SIGINT', interrupt);
  keyboard.close();
  return end;
}

/** 受け取れなかった入力の理由。 */
function refusalOf(act: () => unknown): string | undefined {
  try {
    return act() === 'unknown' ? '画面の番号を入力してください。' : undefined;
  } catch (error) {
    if (isSelfInfoError(error)) return error.messageJa;
    throw error;
  }
}

function show(state: KioskState): void {
  const [title, ...lines] = screenOf(state);
  console.log(`\n■ ${title}`);
  for (const line of lines) console.log(`  ${line}`);
}

/** 画面の表題と本文。 */
function screenOf(state: KioskState): readonly [title: string, ...lines: string[]] {
  switch (state.at) {
    case 'start':
      return ['図3.3-1 トップ画面', '1 マイナポータルからの情報提出'];
    case 'menu':
      return [
        '図3.3-2 サービスの選択',
        ...state.services.map(
          ({ name, availability }, index) => `${index + 1} ${name}（${word[availability.state]}）`,
        ),
      ];
    case 'unavailable':
      return ['ただいま利用できません', ...reasons(state.service.availability), '1 戻る'];
    case 'first-consent':
      return [
        '図3.3-3 取得と提供の確認',
        `${state.service.purpose.text}、マイナポータルを通じて情報を取得し、提供します。提供先での保存期間は${state.service.retention.days}日間です。`,
        '1 同意する  2 同意しない',
      ];
    case 'card-in':
      return [
        '図3.3-4 カードの挿入: 挿入するカードを選んでください',
        ...cards.map(([label], index) => `${index + 1} ${label}`),
      ];
    case 'identity-pin':
    case 'fetch-pin':
      return [
        state.at === 'identity-pin' ? '図3.3-4 本人確認' : '図3.3-5 自己情報の取得',
        ...(state.wrongPin ? ['暗証番号が違います。'] : []),
        `利用者証明用電子証明書の暗証番号（数字4桁）を入力してください。残り${state.triesLeft}回`,
      ];
    case 'second-consent':
      return [
        '図3.3-6 提供の確認',
        '情報の取得が完了しました。サービス提供者に提供してよいですか。',
        '1 提供する  2 提供しない',
      ];
    case 'card-out':
      return [
        state.outcome.status === 'provided' ? '図3.3-7 取引完了' : '終了',
        outcomes[state.outcome.status],
        ...received(state.outcome),
        'カードを返却します。',
      ];
    case 'ended':
      return ['カードをお受け取りください。'];
    case 'attendant-needed':
      return ['カードを返却できません。係員をお呼びください。'];
    default:
      return ['しばらくお待ちください…'];
  }
}

const word = { open: '利用できます', uncertain: '利用できないことがあります', closed: '停止中' };

function reasons({ causes, nextOpening }: Availability): string[] {
  const texts = new Set(
    causes.filter(({ state }) => state === 'closed').map(({ text }) => text.ja),
  );
  return [
    ...texts,
    `次に利用できるのは ${nextOpening?.toFormat('M月d日(ccc) H:mm', { locale: 'ja' }) ?? '未定'} からです。`,
  ];
}

/** サービス提供者が受け取るもの。2回目の同意の前には、どこにもない。 */
function received(outcome: KioskOutcome): string[] {
  if (outcome.status !== 'provided') return [];
  return Object.values(outcome.answer.items).map((item) =>
    item.status === 'present'
      ? `提供した情報: ${item.reveal().length}件`
      : '提供した情報: 記録がないか、取得できませんでした。',
  );
}
