// Next.js 15 以降の Route Handler。4つのパスを、1つのキャッチオールで受ける。app/[[...step]]/route.ts に置くのは次の3行:
//   import { client } from '@/selfinfo'; // createSelfInfoClient で作ったもの
//   const https = process.env.NODE_ENV === 'production';
//   export const { GET, POST } = createHandlers(client, { https });
// ランタイムは既定の nodejs のまま。edge には相互TLSがない。
// Next.js なしで試すには: npm install @hono/node-server の後、npx tsx examples/web/start.ts next
import { serve } from '@hono/node-server';
import { explain, latest } from 'myna-selfinfo';
import {
  createSessions,
  faultOf,
  faultPage,
  foreignPage,
  formPage,
  headers,
  isForeign,
  type Listen,
  type LoanClient,
  missingPage,
  page,
  placeAfter,
  resultPage,
  running,
} from './loan.js';

type Handler = (request: Request) => Promise<Response>;

export function createHandlers(
  client: LoanClient,
  { https }: { readonly https: boolean },
): { readonly GET: Handler; readonly POST: Handler } {
  const sessions = createSessions(https);
  const show = (status: number, body: string | null) => new Response(body, { status, headers });
  // Location はパスだけにする。request.url のオリジンは、プロキシの後ろでは利用者から見たものと異なる。
  const redirect = (location: string, more: Record<string, string> = {}) =>
    new Response(null, { status: 303, headers: { ...headers, ...more, location } });

  async function get(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const session = sessions.find(request.headers.get('cookie'));
    if (pathname === '/') return show(200, formPage);
    if (pathname === '/callback') {
      const outcome = await client.completeConsent(request, {
        sessionBinding: session?.id ?? 'none',
      });
      // プリフェッチや HEAD。失敗の応答なら、ブラウザはプリフェッチを捨て、利用者が開いたときに取り直す。
      if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation')
        return show(503, null);
      if (outcome.status === 'granted' && session)
        session.result = await client
          .query(outcome.grant, latest(), { deadlineMs: 5_000 })
          .catch(faultOf);
      return redirect(placeAfter(outcome, session));
    }
    if (pathname === '/result')
      return show(200, await resultPage(client, session, searchParams.get('outcome')));
    return show(404, missingPage);
  }

  async function post(request: Request): Promise<Response> {
    if (new URL(request.url).pathname !== '/start') return show(404, missingPage);
    if (isForeign(request.headers.get('sec-fetch-site'))) return show(403, foreignPage);
    const session = sessions.open(request.headers.get('cookie'));
    const { url, availability } = await client.beginConsent({ sessionBinding: session.id });
    // カードをかざす前に案内する（注※３）。停止するかどうかは事業者が決める。
    if (availability.state === 'closed') return show(200, page(explain(availability, 'ja')));
    return redirect(url, { 'set-cookie': sessions.cookieOf(session) });
  }

  const guard =
    (handler: Handler): Handler =>
    (request) =>
      handler(request).catch((error) => show(500, faultPage(error)));
  return { GET: guard(get), POST: guard(post) };
}

/** Next.js の代わり。GET と HEAD は GET へ、POST は POST へ。 */
export const listen: Listen = (client, { port, https }) => {
  const { GET, POST } = createHandlers(client, { https });
  return running(
    serve({
      fetch: (request) => (request.method === 'POST' ? POST(request) : GET(request)),
      port,
      hostname: '127.0.0.1',
    }),
  );
};
