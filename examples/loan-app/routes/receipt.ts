// 手入力、受付、審査の画面。
import { randomInt } from 'node:crypto';
import type { Hono } from 'hono';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { donePage, handPage, reviewPage } from '../pages.js';
import type { Sessions } from '../session.js';

export const receiptNumber = () => `HL-${randomInt(100_000_000, 1_000_000_000)}`;

export function addReceiptRoutes(
  app: Hono<LanguageEnv>,
  {
    income,
    sessions,
    now,
  }: { readonly income: Income; readonly sessions: Sessions; readonly now: () => number },
): void {
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
    return c.html(reviewPage(languageOf(c), receipt.number, keptUntil, answer, now()));
  });
}
