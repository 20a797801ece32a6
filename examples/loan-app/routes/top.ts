// トップページと、会社概要などの画面。
import type { Hono } from 'hono';
import type { Income } from '../income.js';
import { type LanguageEnv, languageOf } from '../language.js';
import { aboutPage, topPage } from '../pages/top.js';

export function addTopRoutes(
  app: Hono<LanguageEnv>,
  { income, now }: { readonly income: Income; readonly now: () => number },
): void {
  app.get('/', (c) => c.html(topPage(languageOf(c), income.availability(), now())));
  for (const page of ['company', 'privacy', 'contact'] as const)
    app.get(`/${page}`, (c) => c.html(aboutPage(languageOf(c), page)));
}
