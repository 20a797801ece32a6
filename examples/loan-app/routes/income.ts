// 所得の情報の画面: 応答を待ち、フォームを確かめ、確認画面に進む。
import type { Context, Hono } from 'hono';
import { type Draft, findFaults, readDraft, valueIn } from '../declaration.js';
import { type Group, groupsOf, hasRecords } from '../fields.js';
import type { Income, IncomeView } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { incomePage, nothingPage } from '../pages/consent.js';
import { type FormOptions, formPage } from '../pages/form.js';
import { brokenSeal, type Prefill } from '../prefill.js';
import type { LoanAnswer } from '../service.js';
import type { Session, Sessions } from '../session.js';
import { textOf } from '../typing.js';

export interface IncomeRoutes {
  readonly income: Income;
  readonly sessions: Sessions;
  readonly prefill: Prefill;
  readonly now: () => number;
}

/** いまのフォーム。取得した情報があれば、その値が入る。 */
export interface CurrentForm {
  readonly answer: LoanAnswer | undefined;
  readonly groups: readonly Group[];
  /** 封印の対象: このセッションの、この回答。 */
  readonly binding: string;
}

type Shown = FormOptions['broken'] | 'dropped' | undefined;

export function addIncomeRoutes(app: Hono<LanguageEnv>, routes: IncomeRoutes): void {
  const { income, sessions, prefill, now } = routes;

  app.get('/income', async (c) => {
    const session = sessions.find(c);
    if (session?.application === undefined) return c.redirect('/apply', 303);
    if (session.receipt !== undefined) return c.redirect('/receipt', 303);
    const { form, view } = await currentForm(income, session);
    if (form !== undefined) {
      const shown = ['replayed', 'expired', 'forged', 'dropped'].find(
        (word) => word === (c.req.query('again') ?? (c.req.query('dropped') && 'dropped')),
      );
      return showForm(c, routes, session, form, shown as Shown);
    }
    if (view.status === 'none') return c.redirect('/consent', 303);
    const language = languageOf(c);
    return c.html(
      view.status === 'ready'
        ? nothingPage(language, view.answer, now())
        : (incomePage(language, view, now()) ?? ''),
    );
  });

  /** page.js のための状況: 次に確認するまでのミリ秒。null なら画面を開き直す。 */
  app.get('/income/state', async (c) => {
    const session = sessions.find(c);
    const view = session && (await income.check(session));
    if (view?.status === 'pending') return c.json({ waitMs: view.waitMs });
    return c.json({ waitMs: view?.status === 'consenting' ? 1_000 : null });
  });

  app.post('/income', async (c) => {
    const body = await c.req.parseBody();
    const session = sessions.find(c);
    if (session?.application === undefined) return c.redirect('/apply', 303);
    if (session.receipt !== undefined) return c.redirect('/receipt', 303);
    const { form } = await currentForm(income, session);
    // 送信までのあいだに、別のタブで破棄されたか、期間が終わった。
    if (form === undefined) return c.redirect('/income', 303);
    const { groups, binding } = form;
    const typedIn = (name: string) =>
      typeof body[name] === 'string' ? textOf(body, name) : undefined;
    const seal = typeof body.prefill === 'string' ? body.prefill : '';
    const draft = readDraft(groups, seal, typedIn);
    const judged =
      form.answer === undefined ? {} : await prefill.judge({ binding, seal, groups, typedIn });
    const broken = brokenSeal(judged);
    if (broken !== undefined) {
      session.draft = withoutEdits(groups, draft);
      return showForm(c, routes, session, form, broken);
    }
    session.draft = draft;
    const faults = findFaults(groups, draft);
    if (faults.length === 0) return c.redirect('/confirm', 303);
    return showForm(c, routes, session, form, undefined, faults);
  });
}

type Current =
  | { readonly form: CurrentForm; readonly view?: never }
  | { readonly form?: never; readonly view: IncomeView };

/** いま示せるフォーム。情報が届いていないときと、1つの記録もないときは、その状況。 */
export async function currentForm(income: Income, session: Session): Promise<Current> {
  if (session.byHand)
    return { form: { answer: undefined, groups: groupsOf(undefined), binding: session.id } };
  const view = await income.check(session);
  if (view.status !== 'ready') return { view };
  const groups = groupsOf(view.answer);
  if (!hasRecords(groups)) return { view };
  return { form: { answer: view.answer, groups, binding: `${session.id} ${view.ref}` } };
}

async function showForm(
  c: Context<LanguageEnv>,
  { prefill, now }: IncomeRoutes,
  session: Session,
  { answer, groups, binding }: CurrentForm,
  shown: Shown,
  faults: FormOptions['faults'] = [],
): Promise<Response> {
  // 表示するたびに、新しく封印する。
  const seal = answer === undefined ? '' : await prefill.seal(binding, answer, groups);
  const page = formPage(languageOf(c), {
    ...{ groups, answer, seal, faults, draft: session.draft, now: now() },
    applicant: session.application?.name ?? '',
    broken: shown === 'dropped' ? undefined : shown,
    dropped: shown === 'dropped',
  });
  return c.html(
    page,
    faults.length > 0 || (shown !== undefined && shown !== 'dropped') ? 422 : 200,
  );
}

/** 取得した値の修正を捨て、取得しなかった欄に入力されたものだけを残す。 */
function withoutEdits(groups: readonly Group[], draft: Draft): Draft {
  const isFetched = (name: string) => valueIn(groups, { seal: '', values: {} })(name) !== undefined;
  const values = Object.entries(draft.values).filter(([name]) => !isFetched(name));
  return { seal: '', values: Object.fromEntries(values) };
}
