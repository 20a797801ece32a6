import { beforeAll, describe, expect, it } from 'vitest';
import { ConsentStage, NEW_YEAR, PHONE, SATURDAY } from '../../kit/consent.js';
import { findPart } from '../../kit/machine.js';

const chromium = findPart('chromium');

describe.skipIf(chromium.missing)('the consent pages in Chromium without scripts', () => {
  const stage = new ConsentStage();
  const title = () => stage.screen.evaluate<string>(`document.querySelector('h1').textContent`);
  /** Returns the summary of what is to be corrected, in one line. */
  const alert = async () => (await stage.screen.text('alert')).replaceAll(/\s+/g, ' ');
  /** Returns what has the focus: the name of a field, or its text. */
  const focused = () =>
    stage.screen.evaluate<string>(
      'document.activeElement.type === "submit" ? document.activeElement.textContent : (document.activeElement.name ?? document.activeElement.textContent)',
    );
  const back = () => Object.fromEntries(new URL(stage.page.url()).searchParams);
  const declined = { error: 'access_denied', state: 'state-1' };

  beforeAll(() => stage.openPage({ viewport: PHONE, javaScriptEnabled: false }));

  it('lead from the consent by way of the card to the service', async () => {
    await stage.arrive();
    expect(await title()).toBe('自己情報の提供への同意');
    await stage.toCard();
    expect(await title()).toBe('本人確認');
    await stage.identify('番号 花子', '1234');
    expect(new URL(stage.page.url()).origin).toBe(stage.bankUrl);
    expect(back()).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'state-1',
      iss: stage.sandbox.apiUrl,
    });
  });

  it('ask for a missing tick in a summary with the focus, and below the box', async () => {
    await stage.arrive();
    await stage.press('本人確認へ進む');
    expect(await alert()).toBe(
      '入力内容をご確認ください 同意する場合は、チェックを入れてください。 エラー番号: E-802',
    );
    expect(await stage.page.title()).toBe('エラー: 自己情報の提供への同意 | 見本のマイナポータル');
    expect(await focused()).toContain('E-802');
    const box = stage.page.getByRole('checkbox', { name: '自己情報の提供に同意する' });
    expect(await box.getAttribute('aria-invalid')).toBe('true');
    expect(
      await stage.page.locator(`#${await box.getAttribute('aria-describedby')}`).innerText(),
    ).toBe('エラー: 同意する場合は、チェックを入れてください。');
    await stage.screen.click('link', '同意する場合は');
    expect(await focused()).toBe('agree');
    await stage.toCard();
    expect(await title()).toBe('本人確認');
  });

  it('can be declined on the consent page', async () => {
    await stage.arrive();
    await stage.press('同意しない');
    expect(back()).toMatchObject(declined);
  });

  it('can be declined on the card page', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.press('提供を中止する');
    expect(back()).toMatchObject(declined);
  });

  it('go back from the card to a new consent by their own button', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.press('同意の画面に戻る');
    expect(await stage.screen.isChecked('checkbox', '自己情報の提供に同意する')).toBe(false);
    await stage.toCard();
    await stage.identify('番号 花子', '1234');
    expect(back().code).toBeDefined();
  });

  it('go back from the card to the consent by the browser’s back button', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.turn(() => stage.page.goBack());
    expect(await title()).toBe('自己情報の提供への同意');
    await stage.toCard();
    await stage.identify('番号 花子', '1234');
    expect(back().code).toBeDefined();
  });

  it('require the choice of a card', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.screen.fill('textbox', '利用者証明用電子証明書の暗証番号', '1234');
    await stage.press('確認して提供する');
    expect(await alert()).toBe(
      '入力内容をご確認ください カードを選んでください。 エラー番号: E-803',
    );
    expect(await focused()).toContain('E-803');
    await stage.identify('番号 花子', '1234');
    expect(back().code).toBeDefined();
  });

  it('count wrong PINs, lock the card at the third, and lead back', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.identify('見本 はたらく', '0000');
    expect(await alert()).toBe(
      '入力内容をご確認ください 暗証番号が違います。あと2回間違えると、カードがロックされます。 エラー番号: E-805',
    );
    expect(await focused()).toContain('E-805');
    // The card stays chosen, even in the list that is closed at first. The PIN is cleared.
    expect(await stage.screen.isChecked('radio', '見本 はたらく')).toBe(true);
    expect(await stage.screen.shows('radio', '見本 はたらく')).toBe(true);
    expect(await stage.screen.evaluate(`document.querySelector('#pin').value`)).toBe('');
    await stage.identify('見本 はたらく', '0000');
    expect(await alert()).toBe(
      '入力内容をご確認ください 暗証番号が違います。あと1回間違えると、カードがロックされます。 エラー番号: E-805',
    );
    await stage.identify('見本 はたらく', '0000');
    expect(await title()).toBe('カードがロックされています');
    expect(await stage.screen.texts('button')).toEqual(['English', 'サービスの画面に戻る']);
    await stage.press('サービスの画面に戻る');
    expect(back()).toMatchObject(declined);
  });

  it.each([
    ['アプリが入っていない', 'E-821', 'アプリが開きませんでした。'],
    ['カードリーダが見つからない', 'E-822', 'カードリーダが見つかりませんでした。'],
    ['カードを読み取れない', 'E-823', 'カードを読み取れませんでした。'],
  ])('imitate at the card: %s', async (failure, number, text) => {
    await stage.arrive();
    await stage.toCard();
    await stage.screen.check('radio', 'カードリーダで読み取る');
    await stage.press(failure);
    expect(await alert()).toContain(number);
    expect(await stage.page.title()).toBe('エラー: 本人確認 | 見本のマイナポータル');
    expect(await stage.page.locator('#reading-error').innerText()).toContain(text);
    // The way that was chosen stays chosen, and the citizen can go on.
    expect(await stage.screen.isChecked('radio', 'カードリーダで読み取る')).toBe(true);
    await stage.identify('番号 花子', '1234');
    expect(back().code).toBeDefined();
  });

  it('imitate the end of the time limit on the card page', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.press('制限時間を過ぎる');
    expect(await title()).toBe('制限時間を過ぎました');
    await stage.press('サービスの画面に戻る');
    expect(back()).toMatchObject(declined);
  });

  it('show only the steps of the chosen way to read the card', async () => {
    await stage.arrive();
    await stage.toCard();
    const shown = () => stage.page.locator('.steps-of:visible').innerText();
    expect(await shown()).toContain('アプリでこのQRコードを読み取ります。');
    expect(await stage.screen.shows('image', '見本のQRコード')).toBe(true);
    await stage.screen.check('radio', 'このスマートフォンで読み取る');
    expect(await shown()).toContain('マイナポータルアプリが開きます。');
    await stage.screen.check('radio', 'カードリーダで読み取る');
    expect(await shown()).toContain('カードをカードリーダに置きます。');
    expect(await stage.screen.shows('image', '見本のQRコード')).toBe(false);
  });

  it('announce the last minute', async () => {
    await stage.arrive();
    const delays = await stage.screen.evaluate<number[]>(
      'document.getAnimations().map(({ effect }) => effect.getTiming().delay)',
    );
    expect(delays).toEqual([540_000]);
    expect(await stage.screen.texts('status')).toEqual([]);
    await stage.screen.evaluate('document.getAnimations().forEach((one) => one.finish())');
    expect(await stage.screen.texts('status')).toEqual(['制限時間まで、あと1分です。']);
  });

  it('explain an expired certificate and lead back', async () => {
    await stage.arrive();
    await stage.toCard();
    await stage.identify('見本 きげん', '1009');
    expect(await title()).toBe('電子証明書の有効期限が切れています');
    await stage.press('サービスの画面に戻る');
    expect(back()).toMatchObject(declined);
  });

  it('explain that a page was sent twice and let the citizen continue', async () => {
    await stage.arrive();
    await stage.toCard();
    // Sends the form of the first page again.
    await stage.turn(() => stage.page.reload());
    expect(await title()).toBe('この画面は送信済みです');
    await stage.press('同意の画面から続ける');
    await stage.toCard();
    await stage.identify('番号 花子', '1234');
    expect(back().code).toBeDefined();
  });

  it('lead to one result when the citizen confirms twice', async () => {
    await stage.arrive();
    await stage.toCard();
    // The first of two clicks. The browser never shows its response.
    const form = await stage.page.locator('main input[name=form]').inputValue();
    const url = new URL(stage.page.url());
    const answers = { form, decision: 'agree', persona: 'hanako', pin: '1234' };
    const first = await stage.page
      .context()
      .request.post(url.origin + url.pathname, { form: answers, maxRedirects: 0 });
    await stage.identify('番号 花子', '1234');
    expect(await title()).toBe('この手続きは終了しています');
    await stage.press('サービスの画面に戻る');
    expect(stage.page.url()).toBe(first.headers().location);
    expect(back().code).toBeDefined();
  });

  it('explain that the time is over and lead back', async () => {
    await stage.arrive();
    stage.clock.advance(600_000);
    await stage.toCard();
    expect(await title()).toBe('制限時間を過ぎました');
    expect(await stage.screen.texts('button')).toEqual(['English', 'サービスの画面に戻る']);
    await stage.press('サービスの画面に戻る');
    expect(back()).toMatchObject(declined);
  });

  it('say first that everything is closed, why and until when, and lead back', async () => {
    await stage.arrive({ now: NEW_YEAR });
    expect(await title()).toBe('ただいま情報を取得できません');
    expect(await stage.screen.texts('definition')).toEqual([
      '2027年1月4日（月）8:00（日本時間）',
      '住民基本台帳ネットワークは、年末年始（12月28日21時から1月4日8時まで）は原則として計画停止します。',
    ]);
    await stage.press('サービスの画面に戻る');
    expect(back()).toMatchObject(declined);
  });

  it('let a developer continue although everything is closed', async () => {
    await stage.arrive({ now: NEW_YEAR });
    await stage.press('停止中のまま進む');
    expect(await stage.page.locator('.notice').innerText()).toBe(
      'ただいま取得できない情報: 世帯、地方税、医療保険、予防接種、年金・日本年金機構関係\n次に取得できる日時: 2027年1月4日（月）8:00（日本時間）\n\nこのままお手続きいただけます。',
    );
    await stage.toCard();
    await stage.identify('番号 花子', '1234');
    expect(back().code).toBeDefined();
  });

  it('name the closed holders and when each one opens', async () => {
    await stage.arrive({ now: SATURDAY });
    expect(await title()).toBe('自己情報の提供への同意');
    expect(await stage.page.locator('.notice li').first().innerText()).toBe(
      '加入先の健康保険のシステムが停止しているため、医療保険の情報は取得できないことがあります。\n次に取得できる日時: 2026年12月7日（月）8:00（日本時間）',
    );
  });

  it('change their language on every page and nothing else', async () => {
    await stage.arrive({ now: NEW_YEAR });
    const pages: string[] = [];
    const both = async () => {
      pages.push(await title());
      await stage.press('English');
      expect(await stage.screen.evaluate('document.documentElement.lang')).toBe('en');
      pages.push(await title());
      await stage.press('日本語');
      expect(await stage.screen.evaluate('document.documentElement.lang')).toBe('ja');
    };
    await both();
    await stage.press('停止中のまま進む');
    await both();
    await stage.toCard();
    await both();
    await stage.identify('番号 花子', '0000');
    await stage.press('English');
    expect(await alert()).toBe(
      'Please check what you entered The PIN is wrong. Tries left: 2. Error number: E-805',
    );
    expect(await stage.screen.isChecked('radio', '番号 花子')).toBe(true);
    await stage.press('日本語');
    await stage.identify('見本 ロック', '1008');
    await both();
    await stage.press('サービスの画面に戻る');
    expect(back()).toMatchObject(declined);
    expect(pages).toEqual([
      ...['ただいま情報を取得できません', 'Not available at the moment'],
      ...['自己情報の提供への同意', 'Consent to provide your information'],
      ...['本人確認', 'Identity check'],
      ...['カードがロックされています', 'The card is locked'],
    ]);
  });

  it('can be used with the keyboard alone', async () => {
    await stage.arrive({ language: 'en' });
    const keys = async (...names: readonly string[]) => {
      for (const name of names) await stage.page.keyboard.press(name);
    };
    const stops = async (count: number) => {
      const visited: string[] = [];
      for (let stop = 0; stop < count; stop++) {
        await keys('Tab');
        visited.push(await focused());
      }
      return visited;
    };
    expect(await stops(4)).toEqual([
      '日本語',
      'agree',
      'Continue to the identity check',
      'Do not agree',
    ]);
    await keys('Shift+Tab');
    await stage.turn(() => keys('Enter'));
    expect(await alert()).toContain('E-802');
    // From the summary, its link leads to the box.
    await keys('Tab', 'Enter', 'Space', 'Tab');
    await stage.turn(() => keys('Enter'));
    expect(await title()).toBe('Identity check');
    // The radio buttons of a question are one tab stop.
    expect(await stops(3)).toEqual(['日本語', 'reading', 'persona']);
    await keys('ArrowDown', 'ArrowUp');
    expect(await stage.screen.isChecked('radio', '番号 花子')).toBe(true);
    expect(await stops(2)).toEqual(['More sample cards (12)', 'pin']);
    await stage.page.keyboard.type('1234');
    // In the field, Enter confirms.
    await stage.turn(() => keys('Enter'));
    expect(back().code).toBeDefined();
  });
});
