import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import {
  axeFindings,
  findingsOf,
  fitFindings,
  keyboardFindings,
  outlineOf,
  readingFindings,
} from './checks.js';
import { kioskTour } from './kiosk.js';
import { dress } from './tour.js';

const chromium = findPart('chromium');

/** The buttons at the top of every screen. */
const settings = `button "日本語" [pressed]
button "English"
button "中文"
button "한국어"
button "白黒を反転"`;
/** What a screen reader names on the main screens, in order. */
const spoken: Readonly<Record<string, string>> = {
  start: `${settings}
heading "情報提出端末" [level=1]
button "マイナポータルからの情報提出"`,
  'idle-soon': `${settings}
heading "情報の取得と提供の確認" [level=1]
button "中止する"
button "戻る"
button "同意しない"
button "同意する"
alertdialog "お手続きを続けますか"
heading "お手続きを続けますか" [level=2]
timer: 操作がないため、あとN秒で終了します。
button "終了する"
button "延長する"`,
  'pin-wrong': `${settings}
heading "暗証番号（1回目）" [level=1]
status: 4桁のうち0桁を入力しました
alert: 暗証番号が違います。もう一度入力してください。
group "利用者証明用電子証明書の暗証番号（数字4桁）"
button "1"
button "2"
button "3"
button "4"
button "5"
button "6"
button "7"
button "8"
button "9"
button "訂正"
button "0"
button "確認" [disabled]
button "数字の並びを変える"
button "中止する"`,
  'take-card': `${settings}
heading "カードをお取りください" [level=1]
region "明細票"
heading "明細票" [level=2]`,
};

describe.skipIf(chromium.missing)('every screen of the kiosk', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  it('fits both sizes and can be read, seen and used by keys, with high contrast too', async () => {
    const outlines: Record<string, string> = {};
    const found = await findingsOf(browser, kioskTour, 'ja', async (screen, page) => {
      if (spoken[screen.name])
        outlines[screen.name] = (await outlineOf(page, '#screen')).replace(/あと\d+秒/, 'あとN秒');
      const found = await readingFindings(page, screen);
      for (const look of kioskTour.looks) {
        await dress(page, look);
        found.push(...(await fitFindings(page)));
        if (look.width === 1024)
          found.push(...(await axeFindings(page, look.contrast ? 'look' : 'all')));
      }
      return [...found, ...(await keyboardFindings(page))];
    });
    expect(found).toEqual([]);
    expect(outlines).toEqual(spoken);
  });

  it.each(['en', 'zh', 'ko'])(
    'fits both sizes and can be read in the language %s',
    async (language) => {
      const found = await findingsOf(browser, kioskTour, language, async (_screen, page) => {
        const found = await axeFindings(page, 'look');
        for (const look of kioskTour.looks.filter(({ contrast }) => !contrast)) {
          await dress(page, look);
          found.push(...(await fitFindings(page)));
        }
        return found;
      });
      expect(found).toEqual([]);
    },
  );
});
