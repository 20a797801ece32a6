import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { controlPaths, createVirtualClock, type Persona, type StartedSandbox, startSandbox, type VirtualClock } from '../../src/sandbox/index.js';
import { root } from '../house/sources.js';
import { launchChromium } from '../kit/browser.js';
import { findPart } from '../kit/machine.js';
import { authorizationUrl, registration } from '../sandbox/steps.js';

const chromium = findPart('chromium');
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
/** A Tuesday on which every server of the service runs. */
const OPEN = '2026-12-01T10:00:00+09:00';
const NEW_YEAR = '2026-12-30T10:00:00+09:00';
const SATURDAY = '2026-12-05T10:00:00+09:00';
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };

describe.skipIf(chromium.missing)('the consent pages, in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;
  let bank: Server;
  let bankUrl: string;
  let sandbox: StartedSandbox;
  let clock: VirtualClock;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    bank = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>bank</title>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => bank.once('listening', resolve));
    bankUrl = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
    browser = await launchChromium(chromium.path());
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    bank.closeAllConnections();
    await new Promise((resolve) => bank.close(resolve));
  });

  afterEach(async () => {
    await sandbox.close();
    expect(complaints).toEqual([]);
  });

  interface Given {
    readonly now?: string;
    readonly language?: 'ja' | 'en';
    readonly service?: Partial<typeof registration.service>;
    readonly personas?: readonly Persona[];
  }

  /** A browser whose every complaint is noted, in New York, so that a time of its own zone would show. */
  async function openBrowser(options: BrowserContextOptions): Promise<void> {
    const context = await browser.newContext({ timezoneId: 'America/New_York', locale: 'ja-JP', ...options });
    page = await context.newPage();
    page.on('console', (message) => {
      // A page that comes back has the status 400, and Chromium says so.
      if (!message.text().includes('the server responded with a status of 4')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('request', (request) => {
      if (![sandbox.browserUrl, bankUrl].includes(new URL(request.url()).origin)) complaints.push(`asked for ${request.url()}`);
    });
  }

  /** A citizen in front of the first page. */
  async function arrive({ now = OPEN, language, service = {}, personas }: Given = {}): Promise<void> {
    clock = createVirtualClock(now);
    sandbox = await startSandbox({
      registrations: [{ ...registration, redirectUris: [`${bankUrl}/callback`], service: { ...registration.service, ...service } }],
      clock,
      ...(personas && { personas }),
    });
    complaints = [];
    await page.goto(String(authorizationUrl(sandbox)));
    if (language === 'en') await press('English');
  }

  /** Does what leads to another page, and waits until that is there. */
  async function turn(act: () => Promise<unknown>): Promise<void> {
    await Promise.all([page.waitForEvent('load'), act()]);
  }

  const press = (name: string) => turn(() => page.getByRole('button', { name, exact: true }).click());
  const title = () => page.getByRole('heading', { level: 1 }).textContent();
  const alert = () => page.getByRole('alert').textContent();
  /** What the keyboard is on: its name or its text. */
  const focused = () =>
    page.evaluate<string>(
      'document.activeElement.type === "submit" ? document.activeElement.textContent : (document.activeElement.name ?? document.activeElement.textContent)',
    );
  const back = () => Object.fromEntries(new URL(page.url()).searchParams);
  const declined = { error: 'access_denied', state: 'state-1' };

  async function toCard(): Promise<void> {
    await page.getByLabel('自己情報の提供に同意する').check();
    await press('本人確認へ進む');
  }

  async function identify(card: string, pin: string): Promise<void> {
    if (!(await page.getByLabel(card).isVisible())) await page.locator('summary').click();
    await page.getByLabel(card).check();
    await page.getByLabel('利用者証明用電子証明書の暗証番号').fill(pin);
    await press('確認して提供する');
  }

  describe('without scripts', () => {
    beforeAll(() => openBrowser({ viewport: PHONE, javaScriptEnabled: false }));
    afterAll(() => page?.context().close());

    it('lead from consent to card to the service', async () => {
      await arrive();
      expect(await title()).toBe('自己情報の提供への同意');
      await toCard();
      expect(await title()).toBe('本人確認');
      await identify('番号 花子', '1234');
      expect(new URL(page.url()).origin).toBe(bankUrl);
      expect(back()).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'state-1', iss: sandbox.apiUrl });
    });

    it('ask for the tick where it is missing, and put the keyboard there', async () => {
      await arrive();
      await press('本人確認へ進む');
      expect(await alert()).toBe('「同意する」にチェックしてください。 consent_not_ticked');
      expect(await page.title()).toBe('エラー：自己情報の提供への同意 | 見本のマイナポータル');
      expect(await focused()).toBe('agree');
      const box = page.getByRole('checkbox', { name: '自己情報の提供に同意する' });
      expect(await box.getAttribute('aria-invalid')).toBe('true');
      expect(await page.locator(`#${await box.getAttribute('aria-describedby')}`).getAttribute('role')).toBe('alert');
      await toCard();
      expect(await title()).toBe('本人確認');
    });

    it('can be declined on the first page', async () => {
      await arrive();
      await press('同意しない');
      expect(back()).toMatchObject(declined);
    });

    it('can be declined on the second page', async () => {
      await arrive();
      await toCard();
      await press('提供を中止する');
      expect(back()).toMatchObject(declined);
    });

    it('go back from the card to the consent by their own button, which asks anew', async () => {
      await arrive();
      await toCard();
      await press('同意の画面に戻る');
      expect(await page.getByLabel('自己情報の提供に同意する').isChecked()).toBe(false);
      await toCard();
      await identify('番号 花子', '1234');
      expect(back().code).toBeDefined();
    });

    it('go back from the card to the consent by the browser’s button', async () => {
      await arrive();
      await toCard();
      await turn(() => page.goBack());
      expect(await title()).toBe('自己情報の提供への同意');
      await toCard();
      await identify('番号 花子', '1234');
      expect(back().code).toBeDefined();
    });

    it('want a card', async () => {
      await arrive();
      await toCard();
      await page.getByLabel('利用者証明用電子証明書の暗証番号').fill('1234');
      await press('確認して提供する');
      expect(await alert()).toBe('カードを選んでください。 card_not_chosen');
      expect(await focused()).toBe('persona');
      await identify('番号 花子', '1234');
      expect(back().code).toBeDefined();
    });

    it('count wrong PINs, lock the card at the third, and lead back', async () => {
      await arrive();
      await toCard();
      await identify('見本 はたらく', '0000');
      expect(await alert()).toBe('暗証番号が違います。残り 2 回です。 pin_wrong');
      expect(await focused()).toBe('pin');
      // The card stays chosen, also in the list that is folded up at first; the PIN does not stay.
      expect(await page.getByLabel('見本 はたらく').isChecked()).toBe(true);
      expect(await page.getByLabel('見本 はたらく').isVisible()).toBe(true);
      expect(await page.getByLabel('利用者証明用電子証明書の暗証番号').inputValue()).toBe('');
      await identify('見本 はたらく', '0000');
      expect(await alert()).toBe('暗証番号が違います。残り 1 回です。 pin_wrong');
      await identify('見本 はたらく', '0000');
      expect(await title()).toBe('カードがロックされました');
      expect(await page.getByRole('button').allTextContents()).toEqual(['English', 'サービスの画面に戻る']);
      await press('サービスの画面に戻る');
      expect(back()).toMatchObject(declined);
    });

    it('say that a certificate has expired, and lead back', async () => {
      await arrive();
      await toCard();
      await identify('見本 きげん', '1009');
      expect(await title()).toBe('電子証明書の有効期限が切れています');
      await press('サービスの画面に戻る');
      expect(back()).toMatchObject(declined);
    });

    it('say that a page was sent twice, and go on', async () => {
      await arrive();
      await toCard();
      // Sends the form of the first page again.
      await turn(() => page.reload());
      expect(await title()).toBe('この画面は送信済みです');
      await press('同意の画面から続ける');
      await toCard();
      await identify('番号 花子', '1234');
      expect(back().code).toBeDefined();
    });

    it('bring whoever confirmed twice to the one result', async () => {
      await arrive();
      await toCard();
      // The first click of two, whose answer the browser never shows.
      const form = await page.locator('main input[name=form]').inputValue();
      const url = new URL(page.url());
      const answers = { form, decision: 'agree', persona: 'hanako', pin: '1234' };
      const first = await page.context().request.post(url.origin + url.pathname, { form: answers, maxRedirects: 0 });
      await identify('番号 花子', '1234');
      expect(await title()).toBe('この手続は終了しています');
      await press('サービスの画面に戻る');
      expect(page.url()).toBe(first.headers().location);
      expect(back().code).toBeDefined();
    });

    it('say that time has run out, and lead back', async () => {
      await arrive();
      clock.advance(600_000);
      await toCard();
      expect(await title()).toBe('時間切れになりました');
      expect(await page.getByRole('button').allTextContents()).toEqual(['English', 'サービスの画面に戻る']);
      await press('サービスの画面に戻る');
      expect(back()).toMatchObject(declined);
    });

    it('say first that everything is closed, why and until when, and lead back', async () => {
      await arrive({ now: NEW_YEAR });
      expect(await title()).toBe('ただいま取得できません');
      expect(await page.getByRole('definition').allTextContents()).toEqual([
        '2027年1月4日（月）8:00（日本時間）',
        '住民基本台帳ネットワークシステムは、年末年始（12月28日21時から1月4日8時まで）は原則として計画停止します。',
      ]);
      await press('サービスの画面に戻る');
      expect(back()).toMatchObject(declined);
    });

    it('can be gone on with although everything is closed, to try what comes of it', async () => {
      await arrive({ now: NEW_YEAR });
      await press('停止中のまま進む');
      expect(await page.getByText('次に取得できる日時：2027年1月4日（月）8:00（日本時間）').count()).toBe(5);
      await toCard();
      await identify('番号 花子', '1234');
      expect(back().code).toBeDefined();
    });

    it('say of single closed holders which they are and when they open', async () => {
      await arrive({ now: SATURDAY });
      expect(await title()).toBe('自己情報の提供への同意');
      const insurance = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '医療保険' }) });
      expect(await insurance.locator('.notice').innerText()).toBe(
        '医療保険者等向け中間サーバは、ただいま停止しています。\n次に取得できる日時：2026年12月7日（月）8:00（日本時間）',
      );
    });

    it('change their language on every page, and nothing else', async () => {
      await arrive({ now: NEW_YEAR });
      const pages: (string | null)[] = [];
      const both = async () => {
        pages.push(await title());
        await press('English');
        expect(await page.locator('html').getAttribute('lang')).toBe('en');
        pages.push(await title());
        await press('日本語');
        expect(await page.locator('html').getAttribute('lang')).toBe('ja');
      };
      await both();
      await press('停止中のまま進む');
      await both();
      await toCard();
      await both();
      await identify('番号 花子', '0000');
      await press('English');
      expect(await alert()).toBe('The PIN is wrong. Tries left: 2. pin_wrong');
      expect(await page.getByLabel('番号 花子').isChecked()).toBe(true);
      await press('日本語');
      await identify('見本 ロック', '1008');
      await both();
      await press('サービスの画面に戻る');
      expect(back()).toMatchObject(declined);
      expect(pages).toEqual([
        ...['ただいま取得できません', 'Not available at the moment'],
        ...['自己情報の提供への同意', 'Consent to hand over your information'],
        ...['本人確認', 'Identity check'],
        ...['カードがロックされました', 'The card is locked'],
      ]);
    });

    it('need nothing but a keyboard', async () => {
      await arrive({ language: 'en' });
      const keys = async (...names: readonly string[]) => {
        for (const name of names) await page.keyboard.press(name);
      };
      const stops = async (count: number) => {
        const visited: string[] = [];
        for (let stop = 0; stop < count; stop++) {
          await keys('Tab');
          visited.push(await focused());
        }
        return visited;
      };
      expect(await stops(4)).toEqual(['日本語', 'agree', 'Go on to the identity check', 'Do not agree']);
      await keys('Shift+Tab');
      await turn(() => keys('Enter'));
      expect(await alert()).toContain('consent_not_ticked');
      await keys('Space', 'Tab');
      await turn(() => keys('Enter'));
      expect(await title()).toBe('Identity check');
      // The radio buttons are one stop.
      expect(await stops(2)).toEqual(['日本語', 'persona']);
      await keys('ArrowDown', 'ArrowUp');
      expect(await page.getByLabel('番号 花子').isChecked()).toBe(true);
      expect(await stops(2)).toEqual(['More sample cards (12)', 'pin']);
      await page.keyboard.type('1234');
      // In the field, Enter confirms.
      await turn(() => keys('Enter'));
      expect(back().code).toBeDefined();
    });
  });

  /** Every screen once, in the order of a troubled citizen. */
  async function tour(look: (screen: string) => Promise<void>): Promise<void> {
    const decide = (decision: string) => turn(() => page.locator(`main button[value=${decision}]`).click());
    const agree = async () => {
      await page.locator('[name=agree]').check();
      await decide('agree');
    };
    await look('closed');
    await decide('agree');
    await look('consent while closed');
    clock.advance(600_000);
    await decide('agree');
    await look('expired');
    clock.set('2027-01-05T10:00:00+09:00');
    await decide('leave');
    await look('forgotten');
    await page.goto(String(authorizationUrl(sandbox)));
    await look('consent');
    await decide('agree');
    await look('not ticked');
    await agree();
    await look('card');
    await decide('agree');
    await look('no card');
    await page.locator('[value=hanako]').check();
    await page.locator('#pin').fill('0000');
    await decide('agree');
    await look('wrong PIN');
    await turn(() => page.reload());
    await look('sent twice');
    await decide('restart');
    await agree();
    await page.locator('summary').click();
    await page.locator('[value=locked-card]').check();
    await page.locator('#pin').fill('1008');
    await decide('agree');
    await look('locked');
    await page.goto(String(authorizationUrl(sandbox, { client_id: 'nobody' })));
    await look('unknown client');
    await page.goto(new URL(controlPaths.log, sandbox.browserUrl).href);
    await look('log');
  }

  it.each([
    ['on a phone in Japanese', { viewport: PHONE, locale: 'ja-JP' }],
    ['on a desktop in English in the dark', { viewport: DESKTOP, locale: 'en-US', colorScheme: 'dark' }],
  ] as const)('leave axe nothing to mend, and fit down to 320 pixels and with letters twice as large, %s', async (_, options) => {
    await openBrowser(options);
    await arrive({ now: NEW_YEAR });
    const seen: string[] = [];
    await tour(async (screen) => {
      seen.push(screen);
      expect(await problems(), screen).toEqual([]);
      const overhangs = [await overhang()];
      await page.evaluate("document.documentElement.style.fontSize = '200%'");
      overhangs.push(await overhang());
      await page.evaluate("document.documentElement.style.fontSize = ''");
      await page.setViewportSize({ width: 320, height: 640 });
      overhangs.push(await overhang());
      await page.setViewportSize(options.viewport);
      expect(overhangs, screen).toEqual([0, 0, 0]);
    });
    expect(seen).toHaveLength(13);
    await page.context().close();
  });

  it('would not hide a problem from axe', async () => {
    await openBrowser({});
    await arrive();
    await page.evaluate(`document.querySelector('h1').style.color = '#aaa'; document.querySelector('.agree span').remove()`);
    expect((await problems()).map((problem) => problem.split(':')[0])).toEqual(['color-contrast', 'label']);
    await page.context().close();
  });

  it('draw every letter in one family that has Japanese', async () => {
    await openBrowser({ viewport: PHONE });
    await arrive({ now: SATURDAY });
    await press('本人確認へ進む');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('DOM.enable');
    await devtools.send('CSS.enable');
    const { root: document } = await devtools.send('DOM.getDocument');
    const { nodeIds } = await devtools.send('DOM.querySelectorAll', { nodeId: document.nodeId, selector: 'body *' });
    const families = new Set<string>();
    let glyphs = 0;
    for (const nodeId of nodeIds) {
      const { fonts } = await devtools.send('CSS.getPlatformFontsForNode', { nodeId });
      for (const { familyName, glyphCount } of fonts) {
        families.add(familyName);
        glyphs += glyphCount;
      }
    }
    expect([...families]).toEqual([expect.stringMatching(/CJK JP|Noto Sans JP|Gothic|Hiragino/)]);
    expect(glyphs).toBeGreaterThan(500);
    await page.context().close();
  });

  it('show markup from registration and personas as the text it is', async () => {
    const evil = `<img src="https://evil.example/x" onerror="alert(1)">'"&</form><script>alert(2)</script>`;
    await openBrowser({ viewport: PHONE });
    await arrive({
      service: {
        name: evil,
        purpose: { id: 'x', text: evil },
        items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: evil } },
      },
      personas: [{ id: 'evil', name: evil, pin: '1234', records: {} }],
    });
    const definition = (term: string) => page.locator('dl > div', { has: page.getByText(term, { exact: true }) }).getByRole('definition');
    expect(await definition('サービス').textContent()).toBe(evil);
    expect(await definition('利用目的').textContent()).toBe(evil);
    expect(await definition('範囲').textContent()).toBe(`最新のもの（「${evil}」で判断）`);
    await toCard();
    expect(await page.locator('.card strong').textContent()).toBe(evil);
    expect(await page.locator('img, script').count()).toBe(0);
    expect(await overhang()).toBe(0);
    await page.context().close();
  });

  describe('to a screen reader', () => {
    const ends = (main: string) => `- banner:
  - paragraph:
    - strong: サンドボックス
    - text: 本物のマイナポータルではありません。人物も情報も架空です。
  - paragraph: 見本のマイナポータル
  - button "English"
- main:
${main}
- contentinfo:
  - paragraph: この画面は myna-selfinfo のサンドボックスが表示しています。国の機関が提供するものではありません。実在の個人番号や暗証番号は入力しないでください。`;
    const steps = `  - list "手続の流れ":
    - listitem: 同意
    - listitem: 本人確認
    - listitem: 完了`;
    const spoken = () => page.locator('body').ariaSnapshot();
    const hanako: Persona = { id: 'hanako', name: '番号 花子', birthDate: '1989-03-31', pin: '1234', records: {} };
    const worker: Persona = { id: 'worker', name: '見本 はたらく', pin: '3344', card: 'locked', records: {} };

    beforeAll(() => openBrowser({ viewport: PHONE, javaScriptEnabled: false }));
    afterAll(() => page?.context().close());

    it('the consent reads from asker to agreement, with what is missing before the box', async () => {
      await arrive({
        service: {
          items: {
            income: { detail: 'local-tax', inquiries: ['latest', 'range'], latestBy: '課税年度' },
            accident: { detail: 'workers-accident-compensation', inquiries: ['point-in-time'], holders: ['labour-standards'] },
          },
        },
        now: SATURDAY,
      });
      await press('本人確認へ進む');
      expect(await page.locator('[aria-current=step]').textContent()).toBe('同意');
      expect(await spoken()).toBe(
        ends(`${steps}
  - heading "自己情報の提供への同意" [level=1]
  - paragraph: 「住宅ローン事前審査」が、あなたの自己情報の提供を求めています。内容を確認し、提供に同意するかどうかを選んでください。
  - region "提供先":
    - heading "提供先" [level=2]
    - term: サービス
    - definition: 住宅ローン事前審査
    - term: サービスID
    - definition: SP12345678_AB1234
    - term: 手続後に戻るサイト
    - definition: ${new URL(bankUrl).host}
  - region "提供する自己情報":
    - heading "提供する自己情報" [level=2]
    - heading "税・所得・口座情報" [level=3]
    - list:
      - listitem:
        - heading "地方税" [level=4]
        - term: 保有機関
        - definition: 自治体中間サーバ
        - term: 範囲
        - definition: 最新のもの（「課税年度」で判断）、または 指定された期間のもの
    - heading "社会保険（雇用・労働）" [level=3]
    - list:
      - listitem:
        - heading "労災補償" [level=4]
        - term: 保有機関
        - definition: 労働基準局中間サーバ
        - term: 範囲
        - definition: 指定された日または年度のもの
        - paragraph:
          - text: ただいま取得できません。 次に取得できる日時：
          - time: 2026年12月7日（月）8:00（日本時間）
  - region "利用のしかた":
    - heading "利用のしかた" [level=2]
    - term: 利用目的
    - definition: 住宅ローンの事前審査のため
    - term: 保持期間
    - definition:
      - time: 2027年1月4日（月）
      - text: まで（同意した日の翌日から30日間）
  - alert:
    - text: 「同意する」にチェックしてください。
    - code: consent_not_ticked
  - checkbox "上の内容を確認し、自己情報の提供に同意する" [invalid]
  - text: 上の内容を確認し、自己情報の提供に同意する
  - paragraph: 同意しない場合は、何も提供せずにサービスの画面へ戻ります。次の本人確認の画面でも中止できます。
  - button "本人確認へ進む"
  - button "同意しない"`),
      );
    });

    it('the card page says again what is handed over, and what is wrong before the PIN', async () => {
      await arrive({ personas: [hanako, worker] });
      await toCard();
      await identify('番号 花子', '0000');
      expect(await page.locator('[aria-current=step]').textContent()).toBe('本人確認');
      expect(await spoken()).toBe(
        ends(`${steps}
  - heading "本人確認" [level=1]
  - paragraph:
    - text: 「住宅ローン事前審査」に提供する自己情報
    - strong: 世帯、地方税、医療保険、予防接種、年金・日本年金機構関係
  - group "カードリーダに置くカード":
    - text: カードリーダに置くカード
    - paragraph: 実際の手続では、マイナンバーカードをカードリーダまたはスマートフォンで読み取ります。ここでは、見本のカードから1枚を選んでください。
    - radio "番号 花子 1989年3月31日生 見本の暗証番号 1234" [checked]
    - strong: 番号 花子
    - text: 1989年3月31日生 見本の暗証番号 1234
    - radio "見本 はたらく 見本の暗証番号 3344"
    - strong: 見本 はたらく
    - text: 見本の暗証番号 3344
  - text: 利用者証明用電子証明書の暗証番号
  - paragraph: 数字4桁。3回続けて間違えると、カードがロックされます。
  - alert:
    - text: 暗証番号が違います。残り 2 回です。
    - code: pin_wrong
  - textbox "利用者証明用電子証明書の暗証番号" [active] [invalid]
  - button "確認して提供する"
  - button "同意の画面に戻る"
  - button "提供を中止する"`),
      );
    });

    it('a locked card is an alert with one way on', async () => {
      await arrive({ personas: [hanako, worker] });
      await toCard();
      await identify('見本 はたらく', '3344');
      expect(await spoken()).toBe(
        ends(`  - heading "カードがロックされました" [level=1]
  - alert:
    - text: このカードはロックされています。暗証番号を3回続けて間違えたカードは、このサンドボックスが動いている間は解除されません。
    - code: card_locked
  - paragraph: 何も提供していません。実際のカードでは、市区町村の窓口などで暗証番号を再設定できます。サービスの画面に戻り、別の方法でお手続きください。
  - button "サービスの画面に戻る"`),
      );
    });

    it('closed systems come with time, reason and the way back', async () => {
      await arrive({ now: NEW_YEAR });
      expect(await spoken()).toBe(
        ends(`  - heading "ただいま取得できません" [level=1]
  - paragraph: 「住宅ローン事前審査」が求めている自己情報は、関係するシステムが停止しているため、ただいま取得できません。
  - term: 次に取得できる日時
  - definition:
    - strong:
      - time: 2027年1月4日（月）8:00（日本時間）
  - term: 理由
  - definition:
    - list:
      - listitem: 住民基本台帳ネットワークシステムは、年末年始（12月28日21時から1月4日8時まで）は原則として計画停止します。
  - paragraph: 何も提供していません。サービスの画面に戻り、再開後にもう一度お手続きください。
  - button "サービスの画面に戻る"
  - region "サンドボックスで試す方へ":
    - heading "サンドボックスで試す方へ" [level=2]
    - paragraph: 停止中の回答を確かめるために、このまま同意の画面へ進めます。停止中の項目は「取得不可」と回答されます。
    - button "停止中のまま進む"`),
      );
    });
  });

  const overhang = () => page.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - innerWidth)');

  /** What axe finds. It comes in by the debugger, since the pages allow no script. */
  async function problems(): Promise<readonly string[]> {
    await page.evaluate(axe);
    return page.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
  }
});
