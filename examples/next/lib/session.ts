import { randomBytes } from 'node:crypto';
import type { Collected, ConsentOutcome, Retrieval, SelfInfoError } from 'myna-selfinfo';
import { cookies } from 'next/headers';
import type { loan } from './service.mjs';

export interface Session {
  readonly id: string;
  expiresAt: number;
  /** 送った照会の照会票。秘密の値は入っていない。 */
  retrieval?: Retrieval<typeof loan>;
  /** 受け取った結果か、照会のときのエラー。保管するときは myna-selfinfo/vault を使う。 */
  result?: Collected<typeof loan> | SelfInfoError;
  /** 最後に受け付けられなかったコールバック。画面にエラー番号を示すため。 */
  rejected?: Extract<ConsentOutcome, { readonly status: 'rejected' }>;
}

const LIFE_MS = 30 * 60_000;
// ほかのサブドメインから上書きできない。ブラウザは http://localhost でも受け入れる。
const NAME = '__Host-session';

// クライアントと同じく、プロセスに1つ。インスタンスが2つ以上なら、共有のストアに置き換える。
const shared = globalThis as { sessions?: Map<string, Session> };
shared.sessions ??= new Map();
const { sessions } = shared;

/** このブラウザのセッション。 */
export async function findSession(): Promise<Session | undefined> {
  const session = sessions.get((await cookies()).get(NAME)?.value ?? '');
  return session !== undefined && session.expiresAt > Date.now() ? session : undefined;
}

/** いまのセッション、なければ新しいもの。ブラウザが送ってきた未知のIDは使わない（セッション固定）。 */
export async function openSession(): Promise<Session> {
  for (const { id, expiresAt } of sessions.values()) {
    if (expiresAt > Date.now()) break;
    sessions.delete(id);
  }
  const session: Session = (await findSession()) ?? {
    id: randomBytes(32).toString('base64url'),
    expiresAt: 0,
  };
  // 同意の途中で切れると、その同意は無駄になる。延ばして、切れる順の最後に置く。
  session.expiresAt = Date.now() + LIFE_MS;
  sessions.delete(session.id);
  sessions.set(session.id, session);
  // Strict にはできない: コールバックは、ほかのサイトからの遷移だから。
  const options = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const;
  (await cookies()).set(NAME, session.id, options);
  return session;
}

/** セッションを、取得した情報とともに消す。 */
export function forgetSession({ id }: Session): void {
  sessions.delete(id);
}
