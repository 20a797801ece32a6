// Fastify 5。動かすには: npm install fastify の後、npx tsx examples/web/start.ts fastify
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
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
} from './loan.js';

export const listen: Listen = async (client, { port, https }) => {
  const sessions = createSessions(https);
  // logger は使わない: リクエストごとに、認可コードの入ったURLを出力するため。
  // return503OnClosing: 終了の途中で受け取ったリクエストにも、本来の応答を返す。
  // frameworkErrors: デコードできないURLは、フックより前に、URLを含む既定の応答で拒否される。ほかのページと同じ応答にする。
  const app = fastify({
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply) =>
      void reply.raw.writeHead(404, headers).end(missingPage),
  });
  // Fastify は JSON と text/plain 以外の POST を 415 で拒否する。フォームを受け付け、内容は使わない。
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, _body, done) => done(null),
  );
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });

  app.get('/', async () => formPage);

  app.post('/start', async (request, reply) => {
    if (isForeign(request.headers['sec-fetch-site']?.toString()))
      return reply.code(403).send(foreignPage);
    const session = sessions.open(request.headers.cookie);
    const { url, availability } = await client.beginConsent({ sessionBinding: session.id });
    // カードをかざす前に案内する（注※３）。停止するかどうかは事業者が決める。
    if (availability.state === 'closed') return page(explain(availability, 'ja'));
    return reply.header('set-cookie', sessions.cookieOf(session)).redirect(url, 303);
  });

  app.get('/callback', async (request, reply) => {
    const session = sessions.find(request.headers.cookie);
    const outcome = await client.completeConsent(request.raw, {
      sessionBinding: session?.id ?? 'none',
    });
    // プリフェッチや HEAD。失敗の応答なら、ブラウザはプリフェッチを捨て、利用者が開いたときに取り直す。
    if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation')
      return reply.code(503).send();
    if (outcome.status === 'granted' && session)
      session.result = await client
        .query(outcome.grant, latest(), { deadlineMs: 5_000 })
        .catch(faultOf);
    return reply.redirect(placeAfter(outcome, session), 303);
  });

  app.get<{ Querystring: { outcome?: unknown } }>('/result', async (request) => {
    return resultPage(client, sessions.find(request.headers.cookie), request.query.outcome);
  });

  app.setNotFoundHandler((_request, reply) => reply.code(404).send(missingPage));
  app.setErrorHandler((error, _request, reply) => reply.code(500).send(faultPage(error)));
  await app.listen({ port, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
};
