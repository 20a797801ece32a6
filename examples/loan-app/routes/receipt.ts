// 確認、受付、控え、取下げの画面。
import { randomInt } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { entriesOf, findFaults, valueIn } from '../declaration.js';
import { groupsOf, providedBy } from '../fields.js';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { confirmPage, copyPage, receiptPage, withdrawPage } from '../pages/receipt.js';
import { brokenSeal, type Judged, type Prefill } from '../prefill.js';
import type { Receipt, Session, Sessions } from '../session.js';
import { currentForm } from './income.js';

export interface ReceiptRoutes {
  readonly income: Income;
  readonly sessions: Sessions;
  readonly prefill: Prefill;
  readonly now: () => number;
}

const receiptNumber = () => `HL-${randomInt(100_000_000, 1_000_000_000)}`;

export function addReceiptRoutes(app: Hono<LanguageEnv>, routes: ReceiptRoutes): void {
  const { sessions, now } = routes;

  app.get('/confirm', (c) => confirm(c, routes, sessions.find(c), false));

  app.post('/confirm', (c) => confirm(c, routes, sessions.find(c), true));

  app.get('/receipt', (c) => {
    const receipt = sessions.find(c)?.receipt;
    return receipt === undefined
      ? c.redirect('/', 303)
      : c.html(receiptPage(languageOf(c), receipt));
  });

  app.get('/receipt/copy', async (c) => {
    const receipt = sessions.find(c)?.receipt;
    if (receipt === undefined) return c.redirect('/', 303);
    if (receipt.withdrawnAt !== undefined) return c.redirect('/receipt', 303);
    const { kept, number } = receipt;
    const answer = kept && (await routes.income.read(kept, `受付番号 ${number} の控え`));
    return c.html(copyPage(languageOf(c), receipt, groupsOf(answer)));
  });

  app.get('/withdraw', (c) => {
    const receipt = sessions.find(c)?.receipt;
    if (receipt === undefined) return c.redirect('/', 303);
    if (receipt.withdrawnAt !== undefined) return c.redirect('/receipt', 303);
    return c.html(withdrawPage(languageOf(c), receipt));
  });

  app.post('/withdraw', async (c) => {
    const session = sessions.find(c);
    if (session?.receipt === undefined) return c.redirect('/', 303);
    await withdraw(routes, session, session.receipt, now());
    return c.redirect('/receipt', 303);
  });
}

/** 確認画面。apply なら、同意と封印を確かめて申し込む。 */
async function confirm(
  c: Context<LanguageEnv>,
  { income, prefill, now }: ReceiptRoutes,
  session: Session | undefined,
  apply: boolean,
): Promise<Response> {
  if (session?.application === undefined) return c.redirect('/apply', 303);
  if (session.receipt !== undefined) return c.redirect('/receipt', 303);
  const { application, draft } = session;
  const { form } = await currentForm(income, session);
  if (form === undefined || draft === undefined) return c.redirect('/income', 303);
  const { groups, binding, answer } = form;
  if (findFaults(groups, draft).length > 0) return c.redirect('/income', 303);
  const isAgreed = apply && (await c.req.parseBody()).agree === 'yes';
  const submitted = { binding, seal: draft.seal, groups, typedIn: valueIn(groups, draft) };
  const judged: Judged =
    answer === undefined
      ? {}
      : isAgreed
        ? await prefill.accept(submitted)
        : await prefill.judge(submitted);
  // 待っているあいだに、別のタブで申し込まれたかもしれない。
  if (session.receipt !== undefined) return c.redirect('/receipt', 303);
  const broken = brokenSeal(judged);
  if (broken !== undefined) return c.redirect(`/income?again=${broken}`, 303);
  const entries = entriesOf(groups, draft, judged);
  if (!isAgreed) {
    const page = confirmPage(languageOf(c), { application, entries, groups, faulty: apply });
    return c.html(page, apply ? 422 : 200);
  }
  const kept = answer === undefined ? undefined : await income.confirm(session);
  if (answer !== undefined && kept === undefined) return c.redirect('/income', 303);
  session.receipt = {
    ...{ number: receiptNumber(), receivedAt: now(), application, entries },
    provided: providedBy(groups),
    ...(kept && { kept }),
  };
  delete session.draft;
  return c.redirect('/receipt', 303);
}

/** 取下げ: 取得した情報と、本人が入力した所得を消す。 */
async function withdraw(
  { income }: ReceiptRoutes,
  session: Session,
  receipt: Receipt,
  withdrawnAt: number,
): Promise<void> {
  if (receipt.withdrawnAt !== undefined) return;
  if (receipt.kept !== undefined) await income.withdraw(receipt.kept);
  session.receipt = { ...receipt, entries: [], provided: [], withdrawnAt };
}
