// 申込書、受付、審査の画面。
import { randomInt } from 'node:crypto';
import type { Hono } from 'hono';
import { type Application, findWrong, readApplication } from '../application.js';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { closedPage, donePage, handPage, reviewPage, startPage } from '../pages.js';
import type { Sessions } from '../session.js';

export interface ApplicationRoutes {
  readonly income: Income;
  readonly sessions: Sessions;
  readonly now: () => number;
  /** フォームに初めから入れておく内容。 */
  readonly example: () => Partial<Application>;
}

export const receiptNumber = () => `HL-${randomInt(100_000_000, 1_000_000_000)}`;

export function addApplicationRoutes(
  app: Hono<LanguageEnv>,
  { income, sessions, now, example }: ApplicationRoutes,
): void {
  app.get('/', (c) => {
    const values = sessions.find(c)?.application ?? example();
    const availability = income.availability();
    return c.html(startPage(languageOf(c), { availability, now: now(), values, wrong: [] }));
  });

  app.post('/', async (c) => {
    const form = await c.req.parseBody();
    const application = readApplication(form);
    const wrong = findWrong(application);
    if (wrong.length > 0) {
      const availability = income.availability();
      const options = { availability, now: now(), values: application, wrong };
      return c.html(startPage(languageOf(c), options), 422);
    }
    const session = await sessions.open(c);
    session.application = application;
    delete session.receipt;
    if (form.action !== 'fetch') return c.redirect('/hand', 303);
    const url = await income.begin(session);
    return c.redirect(url === 'closed' ? '/closed' : url, 303);
  });

  app.get('/closed', (c) => {
    const availability = income.availability();
    return availability.state === 'closed'
      ? c.html(closedPage(languageOf(c), availability))
      : c.redirect('/', 303);
  });

  app.get('/hand', (c) => c.html(handPage(languageOf(c), c.req.query('dropped') === 'yes')));

  app.post('/hand', async (c) => {
    const { salary, income: total } = await c.req.parseBody();
    const session = sessions.find(c);
    if (session?.application === undefined) return c.redirect('/', 303);
    if (![salary, total].every((amount) => typeof amount === 'string' && /^\d{1,12}$/.test(amount)))
      return c.html(handPage(languageOf(c), false), 422);
    await income.drop(session);
    session.receipt = { number: receiptNumber() };
    return c.redirect('/done', 303);
  });

  app.get('/done', (c) => {
    const receipt = sessions.find(c)?.receipt;
    return receipt === undefined ? c.redirect('/', 303) : c.html(donePage(languageOf(c), receipt));
  });

  /** 審査の担当者の画面。実際には担当者のログインの中に置き、申込みの表にある ref で読む。 */
  app.get('/review', async (c) => {
    const receipt = sessions.find(c)?.receipt;
    if (receipt?.kept === undefined) return c.redirect('/done', 303);
    const { ref, keptUntil } = receipt.kept;
    const answer = await income.review(ref, receipt.number);
    return c.html(reviewPage(languageOf(c), receipt.number, keptUntil, answer));
  });
}
