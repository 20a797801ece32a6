// 銀行のWebアプリ。どのURLで何をするか。
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { type LanguageVariables, languageDetector } from 'hono/language';
import { secureHeaders } from 'hono/secure-headers';
import { explain, isSelfInfoError, type Language } from 'myna-selfinfo';
import { createAnswers, type LoanVault } from './answers.js';
import { createIncome } from './income.js';
import {
  closedPage,
  donePage,
  handPage,
  incomePage,
  plainPage,
  reviewPage,
  type Stop,
  startPage,
  stoppedPage,
} from './pages.js';
import type { LoanClient } from './service.js';
import { type Application, createSessions } from './session.js';

export interface LoanAppOptions {
  readonly client: LoanClient;
  readonly vault: LoanVault;
  /** 利用者から見たこのアプリのオリジン。 */
  readonly origin: string;
  /** 同意の画面のオリジン。 */
  readonly portal: string;
  readonly now: () => number;
  /** フォームに初めから入れておく内容。 */
  readonly example?: () => Partial<Application>;
}

const files = {
  '/style.css': 'text/css',
  '/progress.js': 'text/javascript',
  '/icon.svg': 'image/svg+xml',
};
/** コールバックのあと、理由だけを示す画面。 */
const stops = [
  'declined',
  'expired',
  'replayed',
  'unknown',
  'foreign-browser',
  'rejected',
] as const satisfies readonly Stop[];

export function createLoanApp({ client, vault, origin, portal, now, example }: LoanAppOptions) {
  const app = new Hono<{ Variables: LanguageVariables }>();
  const https = origin.startsWith('https:');
  const answers = createAnswers(vault);
  const income = createIncome(client, answers, now);
  // 申し込まずに立ち去った人の情報は、同意の期間を待たずに消す。
  const sessions = createSessions({ https, onEnd: income.drop });
  const languageOf = (c: { get(key: 'language'): string }): Language =>
    c.get('language') === 'en' ? 'en' : 'ja';

  for (const [path, type] of Object.entries(files)) {
    const body = readFileSync(new URL(`.${path}`, import.meta.url));
    app.get(path, (c) =>
      c.body(body, 200, {
        'content-type': type,
        'cache-control': 'max-age=3600',
        'x-content-type-options': 'nosniff',
      }),
    );
  }

  app.use(
    async (c, next) => {
      await next();
      // 所得の情報や認可コードを、下で断る応答も含めて、ブラウザにも途中にも残さない。先読みされた応答が使い回されることもなくなる。
      c.header('cache-control', 'no-store');
    },
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        // form-action は送信後のリダイレクト先にも効く。同意の画面のオリジンがないと、ボタンを押しても何も起きない。
        formAction: ["'self'", portal],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // コールバックのURLには認可コードがあるので、よそへは Referer を出さない。no-referrer では自分のフォームの Origin まで null になり、下の csrf
      // を通れない。
      referrerPolicy: 'same-origin',
      strictTransportSecurity: https,
    }),
    // よそのサイトからの POST を断る。
    csrf({ origin }),
    bodyLimit({ maxSize: 16_384 }),
    languageDetector({
      supportedLanguages: ['ja', 'en'],
      fallbackLanguage: 'ja',
      lookupCookie: 'language',
      cookieOptions: { secure: https, sameSite: 'Lax', httpOnly: true, path: '/' },
    }),
  );

  const start = (
    language: Language,
    values: Partial<Application>,
    wrong: readonly (keyof Application)[] = [],
  ) => startPage(language, { availability: income.availability(), now: now(), values, wrong });

  app.get('/', (c) =>
    c.html(start(languageOf(c), sessions.find(c)?.application ?? example?.() ?? {})),
  );

  app.post('/', async (c) => {
    const form = await c.req.parseBody();
    const application = readApplication(form);
    const wrong = findWrong(application);
    if (wrong.length > 0) return c.html(start(languageOf(c), application, wrong), 422);
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

  app.get('/callback', async (c) => {
    const arrival = await income.complete(sessions.find(c), c.req.raw);
    // 先読みや HEAD。失敗の応答なら、ブラウザは先読みを捨て、利用者が開いたときに取り直す。
    if (arrival === 'nowhere') return c.body(null, 503);
    // 認可コードをアドレス欄と履歴に残さない。
    return c.redirect(arrival === 'income' ? '/income' : `/stopped/${arrival}`, 303);
  });

  app.get('/stopped/:stop', (c) => {
    const stop = stops.find((candidate) => candidate === c.req.param('stop'));
    if (stop === undefined) return c.notFound();
    const language = languageOf(c);
    return c.html(
      stoppedPage(
        language,
        stop,
        explain({ status: stop === 'rejected' ? 'unknown' : stop }, language),
      ),
    );
  });

  app.get('/income', async (c) => {
    const session = sessions.find(c);
    if (session?.receipt !== undefined) return c.redirect('/done', 303);
    const view = session && (await income.look(session));
    if (session === undefined || view === undefined || view.status === 'none')
      return c.redirect('/', 303);
    return c.html(incomePage(languageOf(c), view, session.application));
  });

  /** progress.js のための状況: あと何ミリ秒で尋ねるか。null なら画面を開き直す。 */
  app.get('/income/state', async (c) => {
    const session = sessions.find(c);
    const view = session && (await income.look(session));
    return c.json({
      waitMs:
        view?.status === 'pending' ? view.waitMs : view?.status === 'consenting' ? 1_000 : null,
    });
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
    return c.redirect(
      action === 'drop' ? '/hand?dropped=yes' : action === 'hand' ? '/hand' : '/',
      303,
    );
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
    return c.html(
      reviewPage(
        languageOf(c),
        receipt.number,
        keptUntil,
        await income.review(ref, receipt.number),
      ),
    );
  });

  app.notFound((c) => c.html(plainPage(languageOf(c), 'missingPage'), 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    // SDK のエラーの message には、秘密の値も個人情報も入らない。ほかのエラーは種類だけを記録する。
    console.error(isSelfInfoError(error) ? error.message : error.name);
    return c.html(plainPage(languageOf(c), 'broken'), 500);
  });

  /** 片付け: 立ち去った人のものと、期間の終わったものを消す。1分ごとに呼ぶ。 */
  async function tidy(): Promise<void> {
    await sessions.sweep();
    await answers.sweep();
  }
  return { fetch: app.fetch, tidy };
}

function readApplication(form: Readonly<Record<string, unknown>>): Application {
  const text = (key: keyof Application) => (typeof form[key] === 'string' ? form[key].trim() : '');
  return {
    name: text('name'),
    birthDate: text('birthDate'),
    amount: text('amount').normalize('NFKC'),
    years: text('years').normalize('NFKC'),
  };
}

function findWrong({ name, birthDate, amount, years }: Application): (keyof Application)[] {
  const right: Record<keyof Application, boolean> = {
    name: name !== '' && name.length <= 60,
    birthDate: /^\d{4}-\d{2}-\d{2}$/.test(birthDate),
    amount: /^[1-9]\d{0,5}$/.test(amount),
    years: /^[1-9]\d?$/.test(years),
  };
  return (Object.keys(right) as (keyof Application)[]).filter((key) => !right[key]);
}

const receiptNumber = () => `HL-${randomInt(100_000_000, 1_000_000_000)}`;
