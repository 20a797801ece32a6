// 審査の担当者の画面。実際には担当者のログインの中に置き、申込みの表にある ref で読む。
import type { Hono } from 'hono';
import { groupsOf } from '../fields.js';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { type Reading, reviewPage } from '../pages/review.js';
import type { Receipt, Sessions } from '../session.js';

export function addReviewRoutes(
  app: Hono<LanguageEnv>,
  { income, sessions }: { readonly income: Income; readonly sessions: Sessions },
): void {
  app.get('/review', async (c) => {
    const receipt = sessions.find(c)?.receipt;
    if (receipt === undefined) return c.redirect('/', 303);
    return c.html(reviewPage(languageOf(c), receipt, await read(income, receipt)));
  });
}

async function read(income: Income, { kept, number, withdrawnAt }: Receipt): Promise<Reading> {
  if (withdrawnAt !== undefined) return 'withdrawn';
  if (kept === undefined) return 'hand';
  const answer = await income.read(kept, `受付番号 ${number} の審査`);
  return answer === undefined ? 'gone' : groupsOf(answer);
}
