import { describe, expect, it } from 'vitest';
import { askAxe } from '../../kit/browser.js';
import { ConsentStage, PHONE } from '../../kit/consent.js';
import { findPart } from '../../kit/machine.js';
import { oauthProfile } from '../../kit/profiles.js';

const chromium = findPart('chromium');
const posting = oauthProfile({ responseMode: 'form_post' });

describe.skipIf(chromium.missing)('the page that posts the callback in Chromium', () => {
  const stage = new ConsentStage();
  const title = () => stage.screen.evaluate<string>(`document.querySelector('h1').textContent`);
  /** Returns the forms that came to the bank, and checks that its URL shows none of them. */
  const arrived = () => {
    expect(stage.page.url()).toBe(`${stage.bankUrl}/callback`);
    return stage.posted.splice(0).map((form) => Object.fromEntries(form));
  };
  const code = () => ({
    code: expect.stringMatching(/^[\w-]{43}$/),
    state: 'state-1',
    iss: stage.sandbox.apiUrl,
  });

  it('leads to the service on its own where scripts run', async () => {
    await stage.openPage({ viewport: PHONE });
    await stage.arrive({ posting });
    await stage.toCard();
    await Promise.all([
      stage.page.waitForURL(`${stage.bankUrl}/callback`),
      stage.identify('番号 花子', '1234'),
    ]);
    expect(arrived()).toEqual([code()]);
  });

  it('leads there by its button where none run, in both languages, and is accessible', async () => {
    await stage.openPage({ viewport: PHONE, javaScriptEnabled: false });
    const shown: string[] = [];
    for (const [language, decline, heading, leave] of [
      ['ja', '同意しない', 'サービスの画面に戻ります', 'サービスの画面に戻る'],
      ['en', 'Do not agree', 'Returning to the service', 'Return to the service'],
    ] as const) {
      await stage.arrive({ posting, language });
      await stage.press(decline);
      expect(await title()).toBe(heading);
      shown.push(await stage.page.content());
      expect(stage.posted).toEqual([]);
      await stage.press(leave);
      expect(arrived()).toEqual([
        {
          error: 'access_denied',
          error_description: 'The citizen declined.',
          state: 'state-1',
          iss: stage.sandbox.apiUrl,
        },
      ]);
    }
    // The checker needs scripts, and the page would leave before it has looked.
    await stage.openPage({ viewport: PHONE });
    for (const html of shown) {
      await stage.page.setContent(html.replace(/<script>.*<\/script>/, ''));
      expect(await askAxe(stage.page)).toEqual([]);
    }
  });
});
