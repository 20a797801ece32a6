// このブラウザとの対応。セッションの番号は同意の往復（sessionBinding）の鍵でもある。
import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ConsentOutcome } from 'myna-selfinfo';
import type { Application, Typed } from './application.js';
import type { Draft, Entry } from './declaration.js';
import type { IncomeState, Kept } from './income.js';
import type { ItemKey } from './service.js';

export interface Session {
  readonly id: string;
  /** 申込書に記入されたまま。誤りがあっても失われない。 */
  typed?: Typed;
  application?: Application;
  income: IncomeState;
  /** 最後に受け付けられなかったコールバック。画面にエラー番号を示すため。 */
  rejected?: Extract<ConsentOutcome, { readonly status: 'rejected' }>;
  /** 所得の情報を、取得せずに入力する。 */
  byHand?: boolean;
  /** 確認画面に進んだフォーム。 */
  draft?: Draft;
  /** 受け付けた申込み。 */
  receipt?: Receipt;
}

export interface Provided {
  readonly item: ItemKey;
  readonly holder: string;
  readonly asOf: string;
  readonly columns: readonly string[];
}

/** 受け付けた申込み。実際には申込みの表に置く。取得したままの値は含まない。 */
export interface Receipt {
  readonly number: string;
  readonly receivedAt: number;
  readonly application: Application;
  readonly entries: readonly Entry[];
  /** 取得した情報の保有機関、時点、取得項目。値は含まない。 */
  readonly provided: readonly Provided[];
  /** 取得した情報の参照番号と期限。取得しなかった申込みにはない。 */
  readonly kept?: Kept;
  readonly withdrawnAt?: number;
}

const LIFE_MS = 30 * 60_000;

/** 推測できない番号。 */
export const randomId = () => randomBytes(32).toString('base64url');

export interface SessionsOptions {
  readonly https: boolean;
  /** コールバックがほかのサイトからの POST で届くか（通信プロファイルの form_post）。 */
  readonly posted: boolean;
  /** 終わったセッションの後始末。 */
  readonly onEnd: (session: Session) => Promise<void>;
}

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions({ https, posted, onEnd }: SessionsOptions) {
  // 複数のインスタンスで動かすときは、ここと client の store を共有のものにする。
  const sessions = new Map<string, { readonly session: Session; expiresAt: number }>();
  // __Host- の Cookie は、ほかのサブドメインから上書きできない。https でしか使えないので、開発中の http では付けない。
  const options = {
    ...(https && { prefix: 'host' as const }),
    // Secure は、localhost なら http でも使える。
    secure: https || posted,
    httpOnly: true,
    // Strict にはできない: コールバックはマイナポータルからのサイトをまたぐ遷移なので、Strict の Cookie は送られてこない。
    // Lax は、その最初の GET には付き、ほかのサイトからの POST には付かない。form_post では None にし、ほかの POST は security.ts の csrf で拒否する。
    sameSite: posted ? ('None' as const) : ('Lax' as const),
    path: '/',
  };

  function find(c: Context): Session | undefined {
    const id = https ? getCookie(c, 'session', 'host') : getCookie(c, 'session');
    const entry = id === undefined ? undefined : sessions.get(id);
    if (entry === undefined || entry.expiresAt <= Date.now()) return undefined;
    entry.expiresAt = Date.now() + LIFE_MS;
    return entry.session;
  }

  /** いまのセッション、なければ新しいもの。ブラウザが送ってきた未知の番号は使わない（セッション固定）。 */
  async function open(c: Context): Promise<Session> {
    const found = find(c);
    if (found !== undefined) return found;
    const session: Session = { id: randomId(), income: { status: 'none' } };
    sessions.set(session.id, { session, expiresAt: Date.now() + LIFE_MS });
    setCookie(c, 'session', session.id, options);
    return session;
  }

  /** 立ち去った人のセッションを終わらせる。 */
  async function sweep(): Promise<void> {
    for (const [id, { session, expiresAt }] of sessions) {
      if (expiresAt > Date.now()) continue;
      sessions.delete(id);
      await onEnd(session);
    }
  }

  return { find, open, sweep };
}
