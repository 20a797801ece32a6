// node:http だけで。動かすには: npx tsx examples/web/start.ts node-http
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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
  missingPage,
  page,
  placeAfter,
  resultPage,
  running,
} from './loan.js';

export const listen: Listen = (client, { port, https }) => {
  const sessions = createSessions(https);

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const show = (status: number, body?: string) => response.writeHead(status, headers).end(body);
    const redirect = (location: string) => response.writeHead(303, { ...headers, location }).end();
    const cookies = request.headers.cookie;
    // 読むのはパスとクエリだけ。Host は、プロキシの後ろでは利用者から見たものと異なる。
    const [path, query] = (request.url ?? '/').split('?', 2);

    // HEAD は GET として扱う。何も使われないようにするのは completeConsent。
    switch (`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`) {
      case 'GET /':
        return show(200, formPage);

      case 'POST /start': {
        if (isForeign(request.headers['sec-fetch-site']?.toString())) return show(403, foreignPage);
        const session = sessions.open(cookies);
        const { url, availability } = await client.beginConsent({ sessionBinding: session.id });
        // カードをかざす前に案内する（注※３）。停止するかどうかは事業者が決める。
        if (availability.state === 'closed') return show(200, page(explain(availability, 'ja')));
        response.setHeader('set-cookie', sessions.cookieOf(session));
        return redirect(url);
      }

      case 'GET /callback': {
        const session = sessions.find(cookies);
        const outcome = await client.completeConsent(request, {
          sessionBinding: session?.id ?? 'none',
        });
        // プリフェッチや HEAD。失敗の応答なら、ブラウザはプリフェッチを捨て、利用者が開いたときに取り直す。
        if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation') return show(503);
        if (outcome.status === 'granted' && session)
          session.result = await client
            .query(outcome.grant, latest(), { deadlineMs: 5_000 })
            .catch(faultOf);
        return redirect(placeAfter(outcome, session));
      }

      case 'GET /result': {
        const outcome = new URLSearchParams(query).get('outcome');
        return show(200, await resultPage(client, sessions.find(cookies), outcome));
      }

      default:
        return show(404, missingPage);
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) =>
      response.writeHead(500, headers).end(faultPage(error)),
    );
  });
  return running(server.listen(port, '127.0.0.1'));
};
