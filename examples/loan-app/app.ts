// 銀行のWebアプリ。どのURLで何をするかは routes にある。
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { type Clock, isSelfInfoError } from 'myna-selfinfo';
import { createAnswers, type LoanVault } from './answers.js';
import type { Typed } from './application.js';
import { createIncome } from './income.js';
import { detectLanguage, type LanguageEnv, languageOf } from './language.js';
import { plainPage } from './pages/top.js';
import { createLoanPrefill } from './prefill.js';
import { addApplicationRoutes } from './routes/application.js';
import { addConsentRoutes } from './routes/consent.js';
import { addIncomeRoutes } from './routes/income.js';
import { addReceiptRoutes } from './routes/receipt.js';
import { addReviewRoutes } from './routes/review.js';
import { addTopRoutes } from './routes/top.js';
import { security } from './security.js';
import type { LoanClient } from './service.js';
import { createSessions } from './session.js';

export interface LoanAppOptions {
  readonly client: LoanClient;
  readonly vault: LoanVault;
  /** 利用者から見たこのアプリのオリジン。 */
  readonly origin: string;
  /** 同意の画面のオリジン。 */
  readonly portal: string;
  /** コールバックが POST で届くか（通信プロファイルの form_post）。省略すると GET。 */
  readonly posted?: boolean;
  readonly clock: Clock;
  /** フォームに初めから入れておく内容。 */
  readonly example?: () => Partial<Typed>;
  /** style.css などのあるフォルダー。 */
  readonly files?: URL;
}

const types = {
  '/style.css': 'text/css',
  '/parts.css': 'text/css',
  '/staff.css': 'text/css',
  '/page.js': 'text/javascript',
  '/icon.svg': 'image/svg+xml',
};

export function createLoanApp(options: LoanAppOptions) {
  const { client, vault, origin, portal, posted = false, clock, example } = options;
  const { files = new URL('public/', import.meta.url) } = options;
  const { now } = clock;
  const app = new Hono<LanguageEnv>();
  const https = origin.startsWith('https:');
  const answers = createAnswers(vault);
  const income = createIncome(client, answers, now);
  // 申し込まずに立ち去った人の情報は、同意の期間を待たずに消す。
  const sessions = createSessions({ https, posted, onEnd: income.drop });

  const prefill = createLoanPrefill({ clock });

  addFiles(app, files);
  app.use(...security({ origin, portal }), detectLanguage(https));
  addTopRoutes(app, { income, now });
  addApplicationRoutes(app, { sessions, now, example: example ?? (() => ({})) });
  addConsentRoutes(app, { income, sessions, now });
  addIncomeRoutes(app, { income, sessions, prefill, now });
  addReceiptRoutes(app, { income, sessions, prefill, now });
  addReviewRoutes(app, { income, sessions });
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

function addFiles(app: Hono<LanguageEnv>, files: URL): void {
  for (const [path, type] of Object.entries(types)) {
    const body = readFileSync(new URL(`.${path}`, files));
    app.get(path, (c) =>
      c.body(body, 200, {
        'content-type': type,
        'cache-control': 'max-age=3600',
        'x-content-type-options': 'nosniff',
      }),
    );
  }
}
