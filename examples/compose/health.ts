// 生きているか（/livez）、リクエストを受けられるか（/readyz）。利用者には公開しないポートで応答する。
import type { RequestListener } from 'node:http';
import { type Parts, resultOf } from './parts.js';

/** 確かめた結果を使い回す長さ。ポータルとの接続を、プローブのたびには確かめない。 */
const FRESH_MS = 10_000;
const PATIENCE_MS = 8_000;

interface Readiness {
  readonly ready: boolean;
  readonly body: object;
}

export function createHealth({ client, pool }: Pick<Parts, 'client' | 'pool'>) {
  let ending = false;
  let reachedPortal = false;
  let last: { readonly until: number; readonly readiness: Promise<Readiness> } | undefined;

  async function find(): Promise<Readiness> {
    const [check, vault] = await Promise.all([
      client.check({ signal: AbortSignal.timeout(PATIENCE_MS) }),
      pool.query('select 1').then(
        () => true,
        () => false,
      ),
    ]);
    const { credential, calendar, store, portal } = check;
    reachedPortal ||= portal.ok;
    // ポータルに一度つながるまでは受けない: 証明書や経路の誤った版に入れ替わるのを止める。
    // そのあとの障害では外さない: 全台が同時に外れ、ご案内の画面も出せなくなる。
    const ready = credential.ok && store.ok && vault && reachedPortal;
    const results = Object.entries({ credential, calendar, store, portal }).map(
      ([name, part]) => [name, resultOf(part)] as const,
    );
    return { ready, body: { ready, vault, ...Object.fromEntries(results) } };
  }

  /** 同時のプローブは、1回の確認を待つ。 */
  function readiness(): Promise<Readiness> {
    if (last === undefined || last.until < Date.now())
      last = {
        until: Date.now() + FRESH_MS,
        readiness: find().catch(() => ({ ready: false, body: { ready: false } })),
      };
    return last.readiness;
  }

  const respond: RequestListener = async ({ url }, response) => {
    const show = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body));
    if (url === '/livez') return show(200, { live: true });
    if (url !== '/readyz') return show(404, {});
    if (ending) return show(503, { ready: false, ending });
    const { ready, body } = await readiness();
    show(ready ? 200 : 503, body);
  };
  return {
    respond,
    /** これからは 503 で応答する。 */
    end() {
      ending = true;
    },
  };
}
