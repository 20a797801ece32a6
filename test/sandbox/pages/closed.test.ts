import { beforeEach, describe, expect, it } from 'vitest';
import { type Announcement, createCalendar } from '../../../src/calendar/index.js';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { authorizationUrl, callbackOf, paths, registration } from '../steps.js';

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
const callback = (response: Response) => callbackOf(response.headers.get('location'));

describe('the first page while systems are closed', () => {
  const at = async (now: string, headers: Record<string, string> = {}) => {
    clock = createVirtualClock(now);
    sandbox = createSandbox({ registrations: [registration], clock });
    return get(authorizationUrl(sandbox), headers);
  };
  const NEW_YEAR = '2026-12-30T10:00:00+09:00';

  it('shows the reason and the next opening, and leads back', async () => {
    const closed = await at(NEW_YEAR);
    expect(closed.status).toBe(200);
    const page = await closed.clone().text();
    for (const text of [
      'ただいま情報を取得できません',
      '2027年1月4日（月）8:00（日本時間）',
      '年末年始（12月28日21時から1月4日8時まで）は原則として計画停止',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain('name="agree"');
    expect(callback(await submit(closed, { decision: 'decline' }))).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
  });

  it('names only the reasons of the common systems, each once', async () => {
    const page = await (await at(NEW_YEAR, { 'accept-language': 'en' })).text();
    // The 30th is a Wednesday: the holders run.
    expect(page.match(/<dt>Reason<\/dt><dd><ul>(.*?)<\/ul>/)?.[1]?.match(/<li>/g)).toHaveLength(1);
    expect(page).toContain('Mon 4 Jan 2027, 8:00 (Japan time)');
  });

  it('goes on to the consent, which says once which items are closed', async () => {
    const consent = await submit(await at(NEW_YEAR), { decision: 'agree' });
    expect(consent.status).toBe(200);
    const page = await consent.clone().text();
    expect(page.match(/ただいま取得できない情報/g)).toHaveLength(1);
    expect(page).toContain(
      'ただいま取得できない情報: 世帯、地方税、医療保険、予防接種、年金・日本年金機構関係<br>次に取得できる日時: ',
    );
    expect(page).not.toContain('role="alert"');
    const response = await submit(await submit(consent, agree), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(callback(response).code).toBeDefined();
  });

  it('does not change the path of a program that agrees', async () => {
    await at(NEW_YEAR);
    expect(
      callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako' })).code,
    ).toBeDefined();
  });

  it('offers no consent if all holders of a service are closed, and shows the earliest opening', async () => {
    // A Saturday. The account registry would run.
    clock = createVirtualClock('2026-12-05T10:00:00+09:00');
    const items = {
      accident: {
        detail: 'workers-accident-compensation',
        inquiries: ['range'],
        holders: ['labour-standards'],
      },
      pension: { detail: 'pension', inquiries: ['range'], holders: ['pension-service'] },
    } as const;
    sandbox = createSandbox({
      registrations: [{ ...registration, service: { ...registration.service, items } }],
      clock,
    });
    const page = await (await get(authorizationUrl(sandbox))).text();
    for (const text of [
      '2026年12月7日（月）8:00',
      '厚生労働省（労災保険）のシステムは、運用時間',
      '日本年金機構のシステムは、運用時間',
    ])
      expect(page).toContain(text);
    expect(page).not.toContain('name="agree"');
  });

  it('says each cause once, with the closed holders and the items it concerns', async () => {
    const page = await (await at('2026-12-05T10:00:00+09:00')).text();
    expect(page).toContain('name="agree"');
    expect(page).toContain(
      '加入先の健康保険のシステムが停止しているため、医療保険の情報は取得できないことがあります。<br>次に取得できる日時: ',
    );
    expect(page).toContain(
      '日本年金機構、地方公務員の共済組合、国家公務員の共済組合、私学事業団（私立学校の共済）のシステムが停止しているため、年金・日本年金機構関係の情報は',
    );
    expect(page.match(/のシステムが停止しているため/g)).toHaveLength(2);
    expect(page.match(/このままお手続きいただけます。/g)).toHaveLength(1);
  });

  it('marks a weekend of uncertain hours as uncertain', async () => {
    expect(await (await at('2026-12-19T10:00:00+09:00')).text()).toContain(
      'ただいま取得できないことがある情報: 世帯、地方税、予防接種</li>',
    );
  });

  it('shows no opening while the clock is outside the calendar', async () => {
    const page = await (await at('2022-12-01T10:00:00+09:00')).text();
    expect(page).toContain('name="agree"');
    expect(page).not.toContain('class="notice"');
  });
});

describe('the pages while a stop is partial', () => {
  const account = { detail: 'public-funds-account', code: 'TM00000000000089' } as const;
  const tax = { detail: 'local-tax', code: 'TM00000000000002' } as const;
  const item = (of: typeof account | typeof tax) => ({ ...of, inquiries: ['range'] as const });
  const both = { account: item(account), tax: item(tax) };
  const page = async (
    stop: Pick<Announcement, 'target' | 'limit'>,
    items: Readonly<Record<string, ReturnType<typeof item>>> = both,
    headers: Record<string, string> = {},
  ) => {
    clock = createVirtualClock('2026-10-14T03:00:00+09:00');
    const announced: Announcement = {
      id: 'a',
      state: 'closed',
      start: '2026-10-13T23:50+09:00',
      end: '2026-10-14T08:00+09:00',
      announcedAt: '2026-10-01',
      source: 'お知らせ',
      ...stop,
    };
    sandbox = createSandbox({
      registrations: [{ ...registration, service: { ...registration.service, items } }],
      calendar: createCalendar({ announced: [announced] }),
      clock,
    });
    return (await get(authorizationUrl(sandbox), headers)).text();
  };
  const notes = (text: string) =>
    [
      ...(/<div class="notice"><ul>(.*?)<\/ul>/s.exec(text)?.[1] ?? '').matchAll(
        /<li>(.*?)<\/li>/gs,
      ),
    ].map(([, note]) => note);
  const opening =
    /^ただいま取得できない情報: 公金受取口座<br>次に取得できる日時: .*2026年10月14日（水）8:00/;

  it('says at the one detail that stops until when, and nothing at the others', async () => {
    for (const target of [{ detail: account.detail }, { item: account.code }] as const) {
      const said = notes(await page({ target }));
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(opening);
    }
  });

  it('names the information when nothing else is registered', async () => {
    const text = await page({ target: { detail: account.detail } }, { account: item(account) });
    expect(text).toContain('<li>公金受取口座の情報は取得できません。</li>');
    expect(text).toContain('2026年10月14日（水）8:00');
  });

  it('says whom a first use concerns, and that the citizen may go on', async () => {
    const said = notes(await page({ target: 'all', limit: 'first-use' }));
    expect(said).toEqual(['初めてご利用の場合は、取得できないことがあります。']);
    expect(
      notes(
        await page({ target: 'all', limit: 'first-use' }, both, { 'accept-language': 'en' }),
      )[0],
    ).toBe('The information may not be available if you are using the service for the first time.');
  });

  it('says that it depends on the holder while some sources stop', async () => {
    const said = notes(await page({ target: { detail: tax.detail }, limit: 'some-sources' }));
    expect(said).toEqual([`地方税の情報は、保有する機関によっては、取得できないことがあります。`]);
  });

  it('names the one item of a detail that stops', async () => {
    const allowance = { detail: 'single-parent', inquiries: ['range'] } as const;
    const items = {
      allowance: { ...allowance, code: 'TM00000000000016' },
      facility: { ...allowance, code: 'TM00000000000019' },
    };
    const said = notes(await page({ target: { item: 'TM00000000000016' } }, items as never));
    expect(said).toEqual([`児童扶養手当の情報は取得できません。`]);
  });

  it('gives the reason of each detail when all are closed, each by itself', async () => {
    const pension = { detail: 'pension', inquiries: ['range'], holders: ['pension-service'] };
    const text = await page({ target: { detail: account.detail } }, {
      account: item(account),
      pension,
    } as never);
    expect(text).toContain('<li>公金受取口座の情報は取得できません。</li>');
    expect(text).toContain('<li>日本年金機構のシステムは、運用時間外です');
  });
});
