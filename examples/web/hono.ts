// Hono（Node.js で）。動かすには: npm install hono @hono/node-server の後、npx tsx examples/web/start.ts hono
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
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
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  });

  app.get('/', (c) => c.html(formPage));

  app.post('/start', async (c) => {
    if (isForeign(c.req.header('sec-fetch-site'))) return c.html(foreignPage, 403);
    const session = sessions.open(c.req.header('cookie'));
    const { url, availability } = await client.beginConsent({ sessionBinding: session.id });
    // カードをかざす前に案内する（注※３）。停止するかどうかは事業者が決める。
    if (availability.state === 'closed') return c.html(page(explain(availability, 'ja')));
    c.header('set-cookie', sessions.cookieOf(session));
    return c.redirect(url, 303);
  });

  // form_post では POST で届く。c.req.raw の本文は SDK が読むので、先に読まない。
  app.on(['GET', 'POST'], '/callback', async (c) => {
    const session = sessions.find(c.req.header('cookie'));
    const outcome = await client.completeConsent(c.req.raw, {
      sessionBinding: session?.id ?? 'none',
    });
    // プリフェッチや HEAD。失敗の応答なら、ブラウザはプリフェッチを捨て、利用者が開いたときに取り直す。
    if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation')
      return c.body(null, 503);
    if (outcome.status === 'granted' && session)
      session.result = await client
        .query(outcome.grant, latest(), { deadlineMs: 5_000 })
        .catch(faultOf);
    return c.redirect(placeAfter(outcome, session), 303);
  });

  app.get('/result', async (c) =>
    c.html(await resultPage(client, sessions.find(c.req.header('cookie')), c.req.query('outcome'))),
  );

  app.notFound((c) => c.html(missingPage, 404));
  app.onError((error, c) => c.html(faultPage(error), 500));
  return running(serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }));
};
