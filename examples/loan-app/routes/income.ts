// 所得の情報の画面: 応答を待ち、確かめ、申し込むか破棄する。
import type { Hono } from 'hono';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { incomePage } from '../pages.js';
import type { Sessions } from '../session.js';
import { receiptNumber } from './receipt.js';

export function addIncomeRoutes(
  app: Hono<LanguageEnv>,
  {
    income,
    sessions,
    now,
  }: { readonly income: Income; readonly sessions: Sessions; readonly now: () => number },
): void {
  app.get('/income', async (c) => {
    const session = sessions.find(c);
    if (session?.receipt !== undefined) return c.redirect('/done', 303);
    const view = session && (await income.check(session));
    if (session === undefined || view === undefined || view.status === 'none')
      return c.redirect('/', 303);
    return c.html(incomePage(languageOf(c), view, session.application, now()));
  });

  /** progress.js のための状況: 次に確認するまでのミリ秒。null なら画面を開き直す。 */
  app.get('/income/state', async (c) => {
    const session = sessions.find(c);
    const view = session && (await income.check(session));
    if (view?.status === 'pending') return c.json({ waitMs: view.waitMs });
    return c.json({ waitMs: view?.status === 'consenting' ? 1_000 : null });
  });

  app.post('/income', async (c) => {
    const { action } = await c.req.parseBody();
    const session = sessions.find(c);
    if (session === undefined) return c.redirect(action === 'hand' ? '/hand' : '/', 303);
    if (action === 'confirm') {
      const kept = await income.confirm(session);
      if (kept === undefined) return c.redirect('/income', 303);
      session.receipt = { number: receiptNumber(), kept };
      return c.redirect('/done', 303);
    }
    await income.drop(session);
    if (action === 'drop') return c.redirect('/hand?dropped=yes', 303);
    return c.redirect(action === 'hand' ? '/hand' : '/', 303);
  });
}
