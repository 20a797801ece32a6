// 申込書の画面。
import type { Hono } from 'hono';
import { DateTime } from 'luxon';
import { checkApplication, readTyped, type Typed } from '../application.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { applicationPage } from '../pages/application.js';
import type { Sessions } from '../session.js';

export interface ApplicationRoutes {
  readonly sessions: Sessions;
  readonly now: () => number;
  /** フォームに初めから入れておく内容。 */
  readonly example: () => Partial<Typed>;
}

export function addApplicationRoutes(
  app: Hono<LanguageEnv>,
  { sessions, now, example }: ApplicationRoutes,
): void {
  app.get('/apply', (c) => {
    const values = sessions.find(c)?.typed ?? example();
    return c.html(applicationPage(languageOf(c), { values, faults: [] }));
  });

  app.post('/apply', async (c) => {
    const typed = readTyped(await c.req.parseBody());
    const checked = checkApplication(typed, DateTime.fromMillis(now(), { zone: 'Asia/Tokyo' }));
    const session = await sessions.open(c);
    // 誤りがあっても、記入したものは残る。
    session.typed = typed;
    if ('faults' in checked)
      return c.html(applicationPage(languageOf(c), { values: typed, ...checked }), 422);
    session.application = checked.application;
    delete session.receipt;
    return c.redirect('/consent', 303);
  });
}
