import { beforeEach, describe, expect, it } from 'vitest';
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
      'ただいま取得できません',
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

  it('goes on to the consent, which says what to expect for every item', async () => {
    const consent = await submit(await at(NEW_YEAR), { decision: 'agree' });
    expect(consent.status).toBe(200);
    const page = await consent.clone().text();
    expect(page.match(/ただいま取得できません。<br>次に取得できる日時：/g)).toHaveLength(5);
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

  it('lists closed holders with their item, and those that open together in one sentence', async () => {
    const page = await (await at('2026-12-05T10:00:00+09:00')).text();
    expect(page).toContain('name="agree"');
    expect(page).toContain(
      '加入先の健康保険のシステムは、ただいま停止しています。<br>次に取得できる日時：',
    );
    expect(page).toContain(
      '日本年金機構、地方公務員の共済組合、国家公務員の共済組合、私学事業団（私立学校の共済）のシステムは、ただいま停止しています。',
    );
    expect(page.match(/class="notice"/g)).toHaveLength(3);
  });

  it('marks a weekend of uncertain hours as uncertain', async () => {
    expect(await (await at('2026-12-19T10:00:00+09:00')).text()).toContain(
      'ただいま取得できない場合があります。このままお手続きいただけます。',
    );
  });

  it('shows no opening while the clock is outside the calendar', async () => {
    const page = await (await at('2022-12-01T10:00:00+09:00')).text();
    expect(page).toContain('name="agree"');
    expect(page).not.toContain('class="notice"');
  });
});
