import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { authorizationUrl, paths, registration } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const get = (url: URL, headers: Record<string, string> = {}) =>
  sandbox.fetch(new Request(url, { headers }));

/** Submits the form of a page as a browser would. */
async function submit(page: Response, answers: Record<string, string>): Promise<Response> {
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  return post({ form, ...answers });
}

function post(answers: Record<string, string>): Promise<Response> {
  const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
  return sandbox.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(answers) }));
}

const agree = { decision: 'agree', agree: 'yes' };
const card = async () => submit(await get(authorizationUrl(sandbox)), agree);

describe('the consent page', () => {
  it('names the service, the items, the purpose and the last day of retention', async () => {
    const page = await (await get(authorizationUrl(sandbox))).text();
    for (const text of [
      '住宅ローン事前審査',
      '地方税',
      '世帯',
      '予防接種',
      '住宅ローンの事前審査のため',
      '2026-12-31',
    ])
      expect(page).toContain(text);
  });

  it('is in English for a browser that prefers English', async () => {
    const page = await (
      await get(authorizationUrl(sandbox), { 'accept-language': 'fr, en;q=0.8, ja;q=0.5' })
    ).text();
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('local tax');
  });

  it('allows only its own style, and a form that leads to the client', async () => {
    const { headers } = await get(authorizationUrl(sandbox));
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/loan\.example; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('escapes the texts of a registration', async () => {
    const service = {
      ...registration.service,
      name: `<script>alert("x")</script>&'`,
      purpose: { id: 'x', text: '<img src=x>' },
    };
    sandbox = createSandbox({ registrations: [{ ...registration, service }], clock });
    const page = await (await get(authorizationUrl(sandbox))).text();
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;');
    expect(page).not.toMatch(/<script|<img/);
  });

  it('shows a card with markup in its name as text', async () => {
    const name = `</label><script>alert('x')</script>"&`;
    sandbox = createSandbox({
      registrations: [registration],
      clock,
      personas: [{ id: 'x', name, pin: '1234', records: {} }],
    });
    const page = await (await card()).text();
    expect(page).toContain(
      '&lt;/label&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;',
    );
    expect(page).not.toContain('<script');
  });

  it('lists the items by category with their holders and inquiries', async () => {
    const page = await (await get(authorizationUrl(sandbox))).text();
    const words = page
      .replaceAll(/<style>.*<\/style>/gs, '')
      .replaceAll(/<[^>]+>|\s+/g, ' ')
      .replaceAll(/ +/g, ' ');
    expect(words).toContain(
      '税・所得・口座情報 地方税 情報を保有する機関 お住まいの市区町村 提供される情報 最新の課税年度の情報、または 指定された日または年度の情報、または 指定された期間の情報 取得項目 課税年度、 申告区分、 給与収入金額、 合計所得金額、 所得控除合計額、 市町村民税所得割額、 市町村民税均等割額',
    );
    expect(words).toContain(
      '社会保障（健康・医療） 医療保険 情報を保有する機関 加入先の健康保険、 お住まいの市区町村 提供される情報 指定された期間の情報 取得項目 保険種別、 資格取得日、 資格喪失日 予防接種',
    );
  });

  it('names the provider, its contact and its privacy policy', async () => {
    const provider = {
      name: '株式会社みほん銀行',
      contact: '0120-000-000',
      privacyPolicy: 'https://loan.example/privacy',
    };
    sandbox = createSandbox({ registrations: [{ ...registration, provider }], clock });
    const page = await (await get(authorizationUrl(sandbox))).text();
    expect(page).toContain('株式会社みほん銀行の「住宅ローン事前審査」が、');
    expect(page).toContain('<strong>株式会社みほん銀行</strong>');
    expect(page).toContain('0120-000-000');
    expect(page).toContain('<a href="https://loan.example/privacy" target="_blank"');
    expect(page).not.toContain('登録されていません');
    const english = await get(authorizationUrl(sandbox), { 'accept-language': 'en' });
    expect(await english.text()).toContain('“住宅ローン事前審査” of 株式会社みほん銀行 asks');
  });

  it('says what is not registered about the provider', async () => {
    const page = await (await get(authorizationUrl(sandbox))).text();
    expect(page.match(/登録されていません/g)).toHaveLength(3);
  });

  it('names the fields of the registration instead of those of the sample records', async () => {
    const items = { income: { detail: 'local-tax', inquiries: ['range'] } } as const;
    const service = { ...registration.service, items };
    const fields = { income: ['年収', '<所得>'] };
    sandbox = createSandbox({ registrations: [{ ...registration, service, fields }], clock });
    const page = await (await get(authorizationUrl(sandbox))).text();
    expect(page).toContain('<span>年収、</span><span>&lt;所得&gt;</span>');
    expect(page).not.toContain('給与収入金額');
  });

  it('names the time limit on each page', async () => {
    for (const page of [await get(authorizationUrl(sandbox)), await card()]) {
      const text = await page.text();
      expect(text).toContain('この画面の制限時間は10分です（<time');
      expect(text).toContain('10:10</time>まで）');
    }
  });

  it.each([
    [0, '同意した日かぎり', 'the day of consent only'],
    [1, '同意した日の翌日から1日間', '1 day after the day of consent'],
  ])('explains a retention of %i days', async (days, ja, en) => {
    const service = { ...registration.service, retention: { days } };
    sandbox = createSandbox({ registrations: [{ ...registration, service }], clock });
    expect(await (await get(authorizationUrl(sandbox))).text()).toContain(ja);
    expect(
      await (await get(authorizationUrl(sandbox), { 'accept-language': 'en' })).text(),
    ).toContain(en);
  });

  it('is shown again when the box is not ticked', async () => {
    const page = await submit(await get(authorizationUrl(sandbox)), { decision: 'agree' });
    expect(page.status).toBe(400);
    expect((await submit(page, agree)).status).toBe(200);
  });
});
