import { beforeAll, describe, expect, it } from 'vitest';
import { controlPaths, type Persona } from '../../../src/sandbox/index.js';
import { askAxe } from '../../kit/browser.js';
import { ConsentStage, DESKTOP, NEW_YEAR, PHONE, SATURDAY } from '../../kit/consent.js';
import { findPart } from '../../kit/machine.js';
import { authorizationUrl } from '../steps.js';

const chromium = findPart('chromium');
const phone = { viewport: PHONE };

describe.skipIf(chromium.missing)('the look of the consent pages in Chromium', () => {
  const stage = new ConsentStage();

  /** Visits every screen once, as a citizen does who meets every problem. */
  async function tour(look: (screen: string) => Promise<void>): Promise<void> {
    const decide = (decision: string) =>
      stage.turn(() => stage.screen.clickOn(`main button[value=${decision}]`));
    const agree = async () => {
      await stage.screen.clickOn('[name=agree]');
      await decide('agree');
    };
    await look('closed');
    await decide('agree');
    await look('consent while closed');
    stage.clock.advance(600_000);
    await decide('agree');
    await look('expired');
    stage.clock.set('2027-01-05T10:00:00+09:00');
    await decide('leave');
    await look('forgotten');
    await stage.page.goto(String(authorizationUrl(stage.sandbox)));
    await look('consent');
    await decide('agree');
    await look('not ticked');
    await agree();
    await look('card');
    await decide('agree');
    await look('no card');
    await decide('fail-card');
    await look('card not read');
    await stage.screen.clickOn('[value=hanako]');
    await decide('edit');
    await look('editor');
    await stage.page.locator('[name$=-holder]').first().fill('');
    await decide('save');
    await look('editor with a mistake');
    await decide('cancel');
    await stage.screen.fill('textbox', '', '0000');
    await decide('agree');
    await look('wrong PIN');
    await stage.turn(() => stage.page.reload());
    await look('sent twice');
    await decide('restart');
    await agree();
    await stage.screen.clickOn('summary');
    await stage.screen.clickOn('[value=locked-card]');
    await stage.screen.fill('textbox', '', '1008');
    await decide('agree');
    await look('locked');
    await stage.page.goto(String(authorizationUrl(stage.sandbox, { client_id: 'nobody' })));
    await look('unknown client');
    await stage.page.goto(new URL(controlPaths.start, stage.sandbox.browserUrl).href);
    await look('start');
  }

  it.each([
    ['on a phone in Japanese', phone],
    [
      'on a desktop in English in the dark',
      { viewport: DESKTOP, locale: 'en-US', colorScheme: 'dark' },
    ],
  ] as const)(
    'has no axe violations and fits 320 pixels and doubled letters %s',
    async (_, options) => {
      await stage.openPage(options);
      await stage.arrive({ now: NEW_YEAR });
      const seen: string[] = [];
      await tour(async (screen) => {
        seen.push(screen);
        expect(await problems(), screen).toEqual([]);
        expect(await smallest(), screen).toBeGreaterThanOrEqual(14);
        const overhangs = [await overhang()];
        await stage.screen.evaluate("document.documentElement.style.fontSize = '200%'");
        overhangs.push(await overhang());
        await stage.screen.evaluate("document.documentElement.style.fontSize = ''");
        await stage.page.setViewportSize({ width: 320, height: 640 });
        overhangs.push(await overhang());
        await stage.page.setViewportSize(options.viewport);
        expect(overhangs, screen).toEqual([0, 0, 0]);
      });
      expect(seen).toHaveLength(16);
    },
  );

  it('hides no problem from axe', async () => {
    await stage.openPage(phone);
    await stage.arrive();
    await stage.screen.evaluate(
      `document.querySelector('h1').style.color = '#aaa'; document.querySelector('.agree span').remove()`,
    );
    expect((await problems()).map((problem) => problem.split(':')[0])).toEqual([
      'color-contrast',
      'label',
    ]);
  });

  it('uses a single font family that covers Japanese', async () => {
    await stage.openPage(phone);
    await stage.arrive({ now: SATURDAY });
    await stage.press('本人確認へ進む');
    const devtools = await stage.page.context().newCDPSession(stage.page);
    await devtools.send('DOM.enable');
    await devtools.send('CSS.enable');
    const { root: document } = await devtools.send('DOM.getDocument');
    const { nodeIds } = await devtools.send('DOM.querySelectorAll', {
      nodeId: document.nodeId,
      selector: 'body *',
    });
    const families = new Set<string>();
    let glyphs = 0;
    const used = await Promise.all(
      nodeIds.map((nodeId) => devtools.send('CSS.getPlatformFontsForNode', { nodeId })),
    );
    for (const { fonts } of used) {
      for (const { familyName, glyphCount } of fonts) {
        families.add(familyName);
        glyphs += glyphCount;
      }
    }
    expect([...families]).toEqual([expect.stringMatching(/CJK JP|Noto Sans JP|Gothic|Hiragino/)]);
    expect(glyphs).toBeGreaterThan(500);
  });

  it('shows markup of registrations and personas as text', async () => {
    const evil = `<img src="https://evil.example/x" onerror="alert(1)">'"&</form><script>alert(2)</script>`;
    await stage.openPage(phone);
    await stage.arrive({
      service: {
        name: evil,
        purpose: { id: 'x', text: evil },
        items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: evil } },
      },
      personas: [{ id: 'evil', name: evil, pin: '1234', records: {} }],
    });
    const definition = (term: string) =>
      stage.page
        .locator('dl > div', { has: stage.page.getByText(term, { exact: true }) })
        .getByRole('definition');
    expect(await definition('サービス').textContent()).toBe(evil);
    expect(await definition('利用目的').textContent()).toBe(evil);
    expect(await definition('提供される情報').textContent()).toBe(`最新の${evil}の情報`);
    await stage.toCard();
    expect(await stage.page.locator('.card strong').textContent()).toBe(evil);
    expect(await stage.page.locator('img, script').count()).toBe(0);
    expect(await overhang()).toBe(0);
  });

  describe('the consent pages in a screen reader', () => {
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
    const steps = `  - list "お手続きの流れ":
    - listitem: 同意
    - listitem: 本人確認
    - listitem: 完了`;
    const spoken = () => stage.page.locator('body').ariaSnapshot();
    const hanako: Persona = {
      id: 'hanako',
      name: '番号 花子',
      birthDate: '1989-03-31',
      pin: '1234',
      records: {},
    };
    const worker: Persona = {
      id: 'worker',
      name: '見本 はたらく',
      pin: '3344',
      card: 'locked',
      records: {},
    };

    beforeAll(() => stage.openPage({ viewport: PHONE, javaScriptEnabled: false }));

    it('read the consent from the service to the agreement, with the error first and below the box', async () => {
      await stage.arrive({
        service: {
          items: {
            income: { detail: 'local-tax', inquiries: ['latest', 'range'], latestBy: '課税年度' },
            accident: {
              detail: 'workers-accident-compensation',
              inquiries: ['point-in-time'],
              holders: ['labour-standards'],
            },
          },
        },
        now: SATURDAY,
      });
      await stage.press('本人確認へ進む');
      expect(
        await stage.screen.evaluate(`document.querySelector('[aria-current=step]').textContent`),
      ).toBe('同意');
      expect(await spoken()).toBe(
        ends(`  - alert:
    - heading "入力内容をご確認ください" [level=2]
    - paragraph:
      - link "同意する場合は、チェックを入れてください。":
        - /url: "#agree"
      - text: "エラー番号: E-802"
${steps}
  - heading "自己情報の提供への同意" [level=1]
  - paragraph:
    - text: この画面の制限時間は10分です（
    - time: 10:10
    - text: まで）。過ぎると、情報を提供せずにお手続きを終了します。
  - paragraph: 「住宅ローン事前審査」が、あなたの自己情報の提供を求めています。内容を確認し、提供に同意するかどうかを選んでください。
  - region "提供先":
    - heading "提供先" [level=2]
    - term: 事業者
    - definition: 登録されていません
    - term: サービス
    - definition: 住宅ローン事前審査
    - term: お問い合わせ先
    - definition: 登録されていません
    - term: プライバシーポリシー
    - definition: 登録されていません
    - term: お手続き後に戻るサイト
    - definition: ${new URL(stage.bankUrl).host}
    - term: サービスID
    - definition: SP12345678_AB1234
  - region "提供する自己情報":
    - heading "提供する自己情報" [level=2]
    - list:
      - listitem:
        - text: "ただいま取得できない情報: 労災補償 次に取得できる日時:"
        - time: 2026年12月7日（月）8:00（日本時間）
    - paragraph: このままお手続きいただけます。
    - heading "税・所得・口座情報" [level=3]
    - list:
      - listitem:
        - heading "地方税" [level=4]
        - term: 情報を保有する機関
        - definition: お住まいの市区町村
        - term: 提供される情報
        - definition: 最新の課税年度の情報、または 指定された期間の情報
        - term: 取得項目
        - definition: 課税年度、 申告区分、 給与収入金額、 合計所得金額、 所得控除合計額、 市町村民税所得割額、 市町村民税均等割額
    - heading "社会保険（雇用・労働）" [level=3]
    - list:
      - listitem:
        - heading "労災補償" [level=4]
        - term: 情報を保有する機関
        - definition: 厚生労働省（労災保険）
        - term: 提供される情報
        - definition: 指定された日または年度の情報
        - term: 取得項目
        - definition: 給付種別、 支給開始日、 支給終了日、 支給額
  - region "利用目的と保持期間":
    - heading "利用目的と保持期間" [level=2]
    - term: 利用目的
    - definition: 住宅ローンの事前審査のため
    - term: 保持期間
    - definition:
      - time: 2027年1月4日（月）
      - text: まで （同意した日の翌日から30日間）
  - checkbox "上の内容を確認し、自己情報の提供に同意する" [invalid]
  - text: 上の内容を確認し、自己情報の提供に同意する
  - paragraph: "エラー: 同意する場合は、チェックを入れてください。"
  - paragraph: 同意しない場合は、情報を提供せずにサービスの画面へ戻ります。次の本人確認の画面でも中止できます。
  - button "本人確認へ進む"
  - button "同意しない"`),
      );
    });

    it('repeat on the card page what is provided, with the error first and below the PIN', async () => {
      await stage.arrive({ personas: [hanako, worker] });
      await stage.toCard();
      await stage.identify('番号 花子', '0000');
      expect(
        await stage.screen.evaluate(`document.querySelector('[aria-current=step]').textContent`),
      ).toBe('本人確認');
      expect(await spoken()).toBe(
        ends(`  - alert:
    - heading "入力内容をご確認ください" [level=2]
    - paragraph:
      - link "暗証番号が違います。あと2回間違えると、カードがロックされます。":
        - /url: "#pin"
      - text: "エラー番号: E-805"
${steps}
  - heading "本人確認" [level=1]
  - paragraph:
    - text: この画面の制限時間は10分です（
    - time: 10:10
    - text: まで）。過ぎると、情報を提供せずにお手続きを終了します。
  - paragraph:
    - text: 「住宅ローン事前審査」に提供する自己情報
    - strong: 世帯、地方税、医療保険、予防接種、年金・日本年金機構関係
  - group "カードの読み取り方法":
    - text: カードの読み取り方法
    - radio "スマートフォンで読み取る パソコンなどの画面のQRコードを使う" [checked]
    - strong: スマートフォンで読み取る
    - text: パソコンなどの画面のQRコードを使う
    - img "見本のQRコード"
    - list:
      - listitem: スマートフォンでマイナポータルアプリを開きます。
      - listitem: アプリでこのQRコードを読み取ります。
      - listitem: アプリの案内に沿って、カードを読み取ります。
    - radio "このスマートフォンで読み取る アプリに切り替わる"
    - strong: このスマートフォンで読み取る
    - text: アプリに切り替わる
    - radio "カードリーダで読み取る パソコンに接続したカードリーダを使う"
    - strong: カードリーダで読み取る
    - text: パソコンに接続したカードリーダを使う
  - group "見本のカード":
    - text: 見本のカード
    - paragraph: この画面は見本のため、アプリやカードリーダは使いません。読み取るカードを1枚選んでください。
    - radio "番号 花子 1989年3月31日生 見本の暗証番号 1234" [checked]
    - strong: 番号 花子
    - text: 1989年3月31日生 見本の暗証番号 1234
    - radio "見本 はたらく 見本の暗証番号 3344"
    - strong: 見本 はたらく
    - text: 見本の暗証番号 3344
  - text: 利用者証明用電子証明書の暗証番号
  - paragraph: 数字4桁。3回続けて間違えると、カードがロックされます。
  - textbox "利用者証明用電子証明書の暗証番号" [invalid]
  - paragraph: "エラー: 暗証番号が違います。あと2回間違えると、カードがロックされます。"
  - button "確認して提供する"
  - button "同意の画面に戻る"
  - button "提供を中止する"
  - region "サンドボックスで試す方へ":
    - heading "サンドボックスで試す方へ" [level=2]
    - paragraph: カードを読み取れないときの画面を表示します。
    - button "アプリが入っていない"
    - button "カードリーダが見つからない"
    - button "カードを読み取れない"
    - button "制限時間を過ぎる"
    - paragraph: 選んだカードの回答を、この同意に限って変更できます。本物のマイナポータルにはない機能です。
    - button "選んだカードの回答を編集する"`),
      );
    });

    it('read a locked card as an alert with one button', async () => {
      await stage.arrive({ personas: [hanako, worker] });
      await stage.toCard();
      await stage.identify('見本 はたらく', '3344');
      expect(await spoken()).toBe(
        ends(`  - heading "カードがロックされています" [level=1]
  - alert: "暗証番号を3回続けて間違えたカードは、ご利用いただけません。 エラー番号: E-807"
  - paragraph: 情報は提供していません。暗証番号や電子証明書については、マイナンバーカードのお問い合わせ先にご確認ください。サービスの画面に戻り、書類のご提出など、ほかの方法でお手続きください。
  - button "サービスの画面に戻る"`),
      );
    });

    it('read closed systems with time, reason and the way back', async () => {
      await stage.arrive({ now: NEW_YEAR });
      expect(await spoken()).toBe(
        ends(`  - heading "ただいま情報を取得できません" [level=1]
  - paragraph: 「住宅ローン事前審査」に提供する自己情報は、関係するシステムが停止しているため、ただいま取得できません。
  - term: 次に取得できる日時
  - definition:
    - strong:
      - time: 2027年1月4日（月）8:00（日本時間）
  - term: 理由
  - definition:
    - list:
      - listitem: 住民基本台帳ネットワークは、年末年始（12月28日21時から1月4日8時まで）は原則として計画停止します。
  - paragraph: 情報は提供していません。サービスの画面に戻り、再開後にもう一度お手続きください。
  - button "サービスの画面に戻る"
  - region "サンドボックスで試す方へ":
    - heading "サンドボックスで試す方へ" [level=2]
    - paragraph: 停止中の回答を確かめるために、このまま同意の画面へ進めます。停止中の項目は「取得不可」と回答されます。
    - button "停止中のまま進む"`),
      );
    });
  });

  const overhang = () =>
    stage.screen.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - innerWidth)');

  /** Returns the size of the smallest text, in pixels. */
  const smallest = () =>
    stage.screen.evaluate<number>(
      'Math.min(...[...document.querySelectorAll("body *")].filter((one) => one.textContent.trim() !== "").map((one) => parseFloat(getComputedStyle(one).fontSize)))',
    );

  /** Returns the violations that axe finds, one per line. */
  async function problems(): Promise<readonly string[]> {
    return (await askAxe(stage.page)).flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html}`),
    );
  }
});
