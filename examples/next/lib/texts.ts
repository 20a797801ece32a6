import type { Language } from 'myna-selfinfo';
import { headers } from 'next/headers';

/** 画面の言語: ブラウザの設定の先頭。 */
export async function language(): Promise<Language> {
  return /^en\b/i.test((await headers()).get('accept-language') ?? '') ? 'en' : 'ja';
}

export const texts = {
  ja: {
    title: '住宅ローン事前審査',
    start: 'マイナポータルから所得情報を取得する',
    found: (count: number) => `（${count} 件）`,
    again: '結果を確かめる',
    home: 'はじめに戻る',
    forget: '取得した情報を消去して終了する',
    foreign: 'このページの外からは始められません。',
    missing: 'ページがありません。',
  },
  en: {
    title: 'Housing loan: preliminary check',
    start: 'Fetch my income from Mynaportal',
    found: (count: number) => ` (${count})`,
    again: 'Check the result',
    home: 'Back to the start',
    forget: 'Delete what was fetched, and finish',
    foreign: 'You cannot start from another site.',
    missing: 'There is no such page.',
  },
} as const;
