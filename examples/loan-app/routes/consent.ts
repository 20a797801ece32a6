// 同意の画面: マイナポータルに移る前と、戻ってきたあと。
import type { Hono } from 'hono';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { closedPage, consentPage, type Stop, stoppedPage } from '../pages/consent.js';
import type { Sessions } from '../session.js';
import { say } from '../texts/say.js';

/** 理由だけを示す画面。 */
const stops = [
  'declined',
  'expired',
  'replayed',
  'unknown',
  'foreign-browser',
  'rejected',
] as const satisfies readonly Stop[];

export interface ConsentRoutes {
  readonly income: Income;
  readonly sessions: Sessions;
  readonly now: () => number;
}

export function addConsentRoutes(
  app: Hono<LanguageEnv>,
  { income, sessions, now }: ConsentRoutes,
): void {
  app.get('/consent', (c) => {
    if (sessions.find(c)?.application === undefined) return c.redirect('/apply', 303);
    return c.html(consentPage(languageOf(c), income.availability(), now()));
  });

  app.post('/consent', async (c) => {
    const { action } = await c.req.parseBody();
    const session = sessions.find(c);
    if (session?.application === undefined) return c.redirect('/apply', 303);
    if (session.receipt !== undefined) return c.redirect('/receipt', 303);
    if (action === 'fetch') {
      const url = await income.begin(session);
      if (url === 'closed') return c.redirect('/closed', 303);
      session.byHand = false;
      return c.redirect(url, 303);
    }
    // 自分で入力する: 取得したもの、取得しているものは破棄する。
    await income.drop(session);
    session.byHand = true;
    delete session.draft;
    return c.redirect(action === 'drop' ? '/income?dropped=yes' : '/income', 303);
  });

  app.get('/closed', (c) => {
    const availability = income.availability();
    return availability.state === 'closed'
      ? c.html(closedPage(languageOf(c), availability, now()))
      : c.redirect('/consent', 303);
  });

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
    // セッションのないブラウザには、どの理由にも使う番号を示す。
    const outcome =
      stop === 'rejected'
        ? (sessions.find(c)?.rejected ??
          ({ status: stop, at: 'callback', code: 'callback_rejected' } as const))
        : { status: stop };
    return c.html(stoppedPage(language, stop, say(outcome, language, now())));
  });
}
