// Express 5。動かすには: npm install express の後、npx tsx examples/web/start.ts express

import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
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

export const listen: Listen = (client, { port, https, posted }) => {
  const sessions = createSessions(https, posted);
  const app = express();
  app.disable('x-powered-by');
  // trust proxy は不要: req.ip も req.protocol も req.hostname も使わない。
  app.use((_request, response, next) => {
    response.set(headers);
    next();
  });

  app.get('/', (_request, response) => {
    response.send(formPage);
  });

  app.post('/start', async (request, response) => {
    if (isForeign(request.get('sec-fetch-site')))
      return void response.status(403).send(foreignPage);
    const session = sessions.open(request.headers.cookie);
    const { url, availability } = await client.beginConsent({ sessionBinding: session.id });
    // カードをかざす前に案内する（注※３）。停止するかどうかは事業者が決める。
    if (availability.state === 'closed')
      return void response.send(page(explain(availability, 'ja')));
    response.set('set-cookie', sessions.cookieOf(session)).redirect(303, url);
  });

  const callback: RequestHandler = async (request, response) => {
    const session = sessions.find(request.headers.cookie);
    const outcome = await client.completeConsent(request, {
      sessionBinding: session?.id ?? 'none',
    });
    // プリフェッチや HEAD。失敗の応答なら、ブラウザはプリフェッチを捨て、利用者が開いたときに取り直す。
    if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation')
      return void response.status(503).end();
    if (outcome.status === 'granted' && session)
      session.result = await client
        .query(outcome.grant, latest(), { deadlineMs: 5_000 })
        .catch(faultOf);
    response.redirect(303, placeAfter(outcome, session));
  };
  app.get('/callback', callback);
  // form_post では POST で届く。本文は、読んだものを request.body に置いて渡す。
  app.post('/callback', express.urlencoded({ extended: false }), callback);

  app.get('/result', async (request, response) => {
    response.send(
      await resultPage(client, sessions.find(request.headers.cookie), request.query.outcome),
    );
  });

  app.use((_request, response) => {
    response.status(404).send(missingPage);
  });
  // Express 5 では、非同期のハンドラのエラーもここに届く。引数が4つの関数がエラーハンドラになる。
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(500).send(faultPage(error));
  };
  app.use(onError);
  return running(app.listen(port, '127.0.0.1'));
};
