// 申込書の画面。ここから、マイナポータルか手入力に進む。
import type { Hono } from 'hono';
import { type Application, findWrong, readApplication } from '../application.js';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { closedPage, startPage } from '../pages.js';
import type { Sessions } from '../session.js';

export interface ApplicationRoutes {
  readonly income: Income;
  readonly sessions: Sessions;
  readonly now: () => number;
  /** フォームに初めから入れておく内容。 */
  readonly example: () => Partial<Application>;
}

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
}
