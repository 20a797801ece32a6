// 動作しているか（/livez）、リクエストを受け付けられるか（/readyz）。利用者に公開しないポートで応答する。
import type { RequestListener } from 'node:http';
import { type Parts, resultOf } from './parts.js';

/** 確認の結果を使い回す時間。プローブのたびにマイナポータルに接続することを避ける。 */
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
    // マイナポータルに一度接続できるまでは受け付けない。証明書や経路の設定を誤った版と入れ替わるのを防ぐため。
    // その後の障害では切り離さない。全台が同時に外れ、案内の画面も表示できなくなるため。
    const ready = credential.ok && store.ok && vault && reachedPortal;
    const results = Object.entries({ credential, calendar, store, portal }).map(
      ([name, part]) => [name, resultOf(part)] as const,
    );
    return { ready, body: { ready, vault, ...Object.fromEntries(results) } };
  }

  /** 同時に届いたプローブは、同じ確認の結果を待つ。 */
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
    /** 以後は 503 で応答する。 */
    end() {
      ending = true;
    },
  };
}
