// マイナポータルから戻ってきた利用者の画面。
import type { Hono } from 'hono';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { type Stop, stoppedPage } from '../pages.js';
import type { Sessions } from '../session.js';
import { say } from '../texts.js';

/** 理由だけを示す画面。 */
const stops = [
  'declined',
  'expired',
  'replayed',
  'unknown',
  'foreign-browser',
  'rejected',
] as const satisfies readonly Stop[];

export function addConsentRoutes(
  app: Hono<LanguageEnv>,
  {
    income,
    sessions,
    now,
  }: { readonly income: Income; readonly sessions: Sessions; readonly now: () => number },
): void {
  // GET は通信プロファイルの query、POST は form_post のコールバック。もう一方の形は SDK が拒否する。
  app.on(['GET', 'POST'], '/callback', async (c) => {
    const arrival = await income.complete(sessions.find(c), c.req.raw);
    // プリフェッチや HEAD。失敗の応答なら、ブラウザはプリフェッチを捨て、利用者が開いたときに取り直す。
    if (arrival === 'not-a-visit') return c.body(null, 503);
    // 認可コードをアドレス欄と履歴に残さない。
    return c.redirect(arrival === 'income' ? '/income' : `/stopped/${arrival}`, 303);
  });

  app.get('/stopped/:stop', (c) => {
    const stop = stops.find((candidate) => candidate === c.req.param('stop'));
    if (stop === undefined) return c.notFound();
    const language = languageOf(c);
    const outcome =
      stop === 'rejected'
        ? ({ status: stop, at: 'callback', code: 'callback_rejected' } as const)
        : { status: stop };
    return c.html(stoppedPage(language, stop, say(outcome, language, now())));
  });
}
