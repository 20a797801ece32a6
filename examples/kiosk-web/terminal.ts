// 1台の端末。セッションを1つずつ動かし、画面の設定と、シミュレーションの操作を受け持つ。
import { randomInt } from 'node:crypto';
import { type Clock, isSelfInfoError } from 'myna-selfinfo';
import {
  createKioskSession,
  createSimulatedReader,
  type KioskAction,
  type KioskCause,
  type KioskOptions,
  type KioskSession,
  type KioskState,
  type SimulatedReader,
} from 'myna-selfinfo/kiosk';
import { type CardCondition, createSandboxKiosk, type SandboxKiosk } from 'myna-selfinfo/sandbox';
import { registrations, services } from '../kiosk/services.js';
import { type Language, languages } from './texts.js';

/** 画面へ送る通知。changed は描き直し、extended は残り時間の表示を消す。 */
export type Notice =
  | { readonly type: 'changed' | 'extended' }
  /** 音を鳴らすきっかけ。 */
  | { readonly type: 'cue'; readonly data: string }
  /** 終了までのミリ秒。 */
  | { readonly type: 'countdown'; readonly data: string };

/** 利用者が選ぶ表示の設定。利用者が替わると元に戻る。 */
export interface Settings {
  readonly language: Language;
  readonly contrast: boolean;
  /** テンキーの並び。 */
  readonly keys: readonly string[];
  readonly scrambled: boolean;
}

export interface TerminalOptions extends Pick<KioskOptions, 'idleMs' | 'warnMs'> {
  readonly clock: Clock;
  readonly notify: (notice: Notice) => void;
}

const IN_ORDER = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];
const FIRST: Settings = { language: 'ja', contrast: false, keys: IN_ORDER, scrambled: false };
/** 終わりの画面を見せておく時間。 */
const GOODBYE_MS = 15_000;

/** 音を付ける出来事。 */
const cues: Readonly<Partial<Record<KioskCause, string>>> = {
  'card-held': 'card-in',
  'card-returned': 'card-out',
  'card-stuck': 'error',
  'card-kept': 'error',
  'idle-soon': 'attention',
  'wrong-pin': 'error',
  provided: 'done',
  failed: 'error',
};

/** 1人の利用。 */
interface Visit {
  readonly session: KioskSession;
  readonly reader: SimulatedReader;
  /** 次の利用者に替わると中断する。 */
  readonly left: AbortController;
}

export class Terminal {
  readonly #kiosk: SandboxKiosk;
  readonly #options: TerminalOptions;
  #settings = FIRST;
  #current: Visit;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#kiosk = createSandboxKiosk({ registrations, clock: options.clock });
    this.#current = this.#begin();
  }

  get state(): KioskState {
    return this.#current.session.state;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** 利用者の操作。受け付けない操作は false。 */
  act(action: string, value: string): boolean {
    const { session } = this.#current;
    const actions: Readonly<Record<Exclude<KioskAction, 'enterPin'> | 'next', () => void>> = {
      begin: session.begin,
      choose: () => session.choose(value),
      back: session.back,
      agree: session.agree,
      refuse: session.refuse,
      extend: session.extend,
      cancel: session.cancel,
      next: () => session.state.at === 'ended' && this.#next(),
    };
    if (!Object.hasOwn(actions, action)) return false;
    return isAccepted(actions[action as keyof typeof actions]);
  }

  /** 暗証番号。カードのほかには渡さない。 */
  enterPin(pin: string): boolean {
    return isAccepted(() => this.#current.session.enterPin(pin));
  }

  /** 表示の設定。 */
  set(name: string, value: string): boolean {
    if (name === 'language' && Object.hasOwn(languages, value))
      this.#settings = { ...this.#settings, language: value as Language };
    else if (name === 'contrast')
      this.#settings = { ...this.#settings, contrast: !this.#settings.contrast };
    else if (name === 'scramble') this.#arrange(!this.#settings.scrambled);
    else return false;
    this.#options.notify({ type: 'changed' });
    return true;
  }

  /** 画面の外の出来事: カードの動き、故障、係員。 */
  simulate(happening: string): boolean {
    const { session, reader } = this.#current;
    const [name = '', condition] = happening.split(' ');
    const happenings: Readonly<Record<string, () => void>> = {
      insert: () => reader.present(this.#kiosk.card('hanako', condition as CardCondition)),
      pull: reader.pull,
      swap: () => reader.swap(this.#kiosk.card('taro-unfiled')),
      take: reader.take,
      jam: reader.jam,
      staff: () => isStopped(session.state) && this.#next(),
    };
    const happen = Object.hasOwn(happenings, name) ? happenings[name] : undefined;
    return happen !== undefined && isAccepted(happen);
  }

  close(): void {
    this.#current.left.abort();
    this.#current.session.cancel();
    this.#current.reader.take();
  }

  #begin(): Visit {
    const { clock, notify, ...times } = this.#options;
    const reader = createSimulatedReader({ takesAtOnce: false });
    const left = new AbortController();
    const session = createKioskSession({
      services,
      authorizer: this.#kiosk.authorizer,
      reader,
      clock,
      terminalId: 'DEMO-1',
      ...times,
      onEvent: ({ cause, state, remainingMs }) => {
        const cue = cues[cause];
        if (cue) notify({ type: 'cue', data: cue });
        if (cause === 'idle-soon') notify({ type: 'countdown', data: String(remainingMs) });
        else notify({ type: cause === 'extend' ? 'extended' : 'changed' });
        if (state.at.endsWith('-pin') && cause !== 'idle-soon' && cause !== 'extend')
          this.#arrange(this.#settings.scrambled);
        if (state.at === 'ended')
          clock.wait(GOODBYE_MS, left.signal).then(
            () => this.#next(),
            () => {},
          );
      },
    });
    return { session, reader, left };
  }

  /** 次の利用者を待つ。 */
  #next(): void {
    this.#current.left.abort();
    this.#settings = FIRST;
    this.#current = this.#begin();
    this.#options.notify({ type: 'changed' });
  }

  #arrange(scrambled: boolean): void {
    const keys = [...IN_ORDER];
    if (scrambled)
      for (let at = keys.length - 1; at > 0; at--) {
        const other = randomInt(at + 1);
        [keys[at], keys[other]] = [keys[other] ?? '', keys[at] ?? ''];
      }
    this.#settings = { ...this.#settings, keys, scrambled };
  }
}

const isStopped = ({ at }: KioskState) => at === 'card-forgotten' || at === 'card-jammed';

function isAccepted(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    // 模擬のリーダは、カードがないときに Error を投げる。
    if (isSelfInfoError(error) || (error instanceof Error && error.constructor === Error))
      return false;
    throw error;
  }
}
