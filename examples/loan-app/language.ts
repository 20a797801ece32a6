// 画面の言語: リンク（?lang=）、Cookie、ブラウザの設定の順に決める。
import type { Context } from 'hono';
import { type LanguageVariables, languageDetector } from 'hono/language';
import type { Language } from 'myna-selfinfo';

export type LanguageEnv = { Variables: LanguageVariables };

export const detectLanguage = (https: boolean) =>
  languageDetector({
    supportedLanguages: ['ja', 'en'],
    fallbackLanguage: 'ja',
    lookupCookie: 'language',
    cookieOptions: { secure: https, sameSite: 'Lax', httpOnly: true, path: '/' },
  });

export const languageOf = (c: Context<LanguageEnv>): Language =>
  c.get('language') === 'en' ? 'en' : 'ja';
