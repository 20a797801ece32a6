import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createSelfInfoClient, createVirtualClock } from 'myna-selfinfo';
import { createSandbox } from 'myna-selfinfo/sandbox';
import type { VaultEvent } from 'myna-selfinfo/vault';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoanVault } from '../../examples/loan-app/answers.js';
import { createLoanApp } from '../../examples/loan-app/app.js';
import { housingLoan } from '../../examples/loan-app/service.js';
import { filledIn } from '../kit/loan-demo.js';
import { type Stage, startStage } from '../kit/stage.js';

const TUESDAY = '2026-12-01T10:00:00+09:00';
const MINUTE_MS = 60_000;

/** Opens the bank's app at an origin, without a socket, and a browser that keeps one cookie. */
function openBank(origin: string) {
  const clock = createVirtualClock(TUESDAY);
  const registration = {
    clientId: 'SP00000001_HL0001',
    redirectUris: [`${origin}/callback`],
    service: housingLoan,
  };
  const sandbox = createSandbox({ registrations: [registration], clock });
  const client = createSelfInfoClient({
    service: housingLoan,
    environment: sandbox.environment(),
    fetch: sandbox.fetch,
    clock,
  });
  const events: VaultEvent[] = [];
  const vault = createLoanVault({ clock, onEvent: (event) => events.push(event) });
  const app = createLoanApp({
    client,
    vault,
    origin,
    portal: 'https://portal.example',
    clock,
  });
  let cookie = '';
  async function ask(path: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { cookie, origin };
    const request =
      form === undefined
        ? { headers }
        : { method: 'POST', headers, body: new URLSearchParams(form) };
    const response = await app.fetch(new Request(new URL(path, origin), request));
    for (const set of response.headers.getSetCookie())
      if (set.includes('session=')) cookie = set.split(';')[0] ?? '';
    return response;
  }
  return {
    ...app,
    ask,
    clock,
    sandbox,
    /** What happened to the answer in the vault, except that it was read. */
    kept: () =>
      events
        .filter((event) => event.type !== 'swept' || event.records > 0)
        .flatMap(({ type }) => (type === 'read' ? [] : [type])),
    cookie: () => cookie,
    bringCookie(other: string) {
      cookie = other;
    },
    /** Goes on from the form with what was fetched, and applies. */
    async apply(): Promise<void> {
      const page = await (await ask('/income')).text();
      const inputs = [...page.matchAll(/<input [^>]*?name="([^"]+)" value="([^"]*)"/g)];
      await ask('/income', Object.fromEntries(inputs.map(([, name, value]) => [name, value])));
      expect((await ask('/confirm', { agree: 'yes' })).headers.get('location')).toBe('/receipt');
    },
    /** Goes to the page that shows the answer. The citizen has not applied yet. */
    async fetchIncome(): Promise<void> {
      await ask('/apply', filledIn);
      const { headers } = await ask('/consent', { action: 'fetch' });
      const callback = new URL(
        await sandbox.visit(headers.get('location') ?? '', { persona: 'hanako' }),
      );
      expect((await ask(callback.pathname + callback.search)).headers.get('location')).toBe(
        '/income',
      );
      clock.advance(1_000);
      await ask('/income');
      clock.advance(1_000);
      expect(await (await ask('/income')).text()).toContain('3,720,000');
    },
  };
}

describe("the bank's server", () => {
  it('sets a cookie that other subdomains and scripts cannot touch, and accepts no other name', async () => {
    const bank = openBank('https://bank.example');
    const response = await bank.ask('/apply', filledIn);
    expect(response.headers.getSetCookie().filter((set) => set.includes('session'))).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect(response.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
    expect(await (await bank.ask('/apply')).text()).toContain('value="番号 花子"');
    bank.bringCookie(bank.cookie().replace('__Host-', ''));
    expect(await (await bank.ask('/apply')).text()).not.toContain('value="番号 花子"');
  });

  it('sets a cookie without https attributes over http, and sends no HSTS header', async () => {
    const response = await openBank('http://localhost:3000').ask('/apply', filledIn);
    expect(response.headers.getSetCookie().filter((set) => set.includes('session'))).toEqual([
      expect.stringMatching(/^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(response.headers.get('strict-transport-security')).toBeNull();
  });

  it('does not accept a session id that it has not issued', async () => {
    const bank = openBank('https://bank.example');
    const chosen = `__Host-session=${'A'.repeat(43)}`;
    bank.bringCookie(chosen);
    await bank.ask('/apply', filledIn);
    expect(bank.cookie()).not.toBe(chosen);
  });
});

describe('a citizen who leaves', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(TUESDAY) }));
  afterEach(() => void vi.useRealTimers());

  const leaveFor = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE_MS);

  it('leaves nothing behind: the answer is erased half an hour later, without any request', async () => {
    const bank = openBank('http://localhost:3000');
    await bank.fetchIncome();
    leaveFor(29);
    await bank.tidy();
    expect(bank.kept()).toEqual(['put']);
    leaveFor(1);
    await bank.tidy();
    expect(bank.kept()).toEqual(['put', 'erased']);
    expect((await bank.ask('/income')).headers.get('location')).toBe('/apply');
  });

  it('keeps the answer for the screening after applying, to the end of the retention', async () => {
    const bank = openBank('http://localhost:3000');
    await bank.fetchIncome();
    await bank.apply();
    leaveFor(31);
    await bank.tidy();
    expect(bank.kept()).toEqual(['put']);
    for (let day = 0; day < 31; day++) {
      bank.clock.advance(24 * 60 * MINUTE_MS);
      await bank.tidy();
    }
    expect(bank.kept()).toEqual(['put', 'swept']);
  });
});

describe('npm run demo -- --serve', () => {
  const taken = createServer();
  let port = 0;
  let stage: Stage;
  beforeAll(async () => {
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    ({ port } = taken.address() as AddressInfo);
    const demo = { program: 'demo', args: ['--serve'] };
    stage = startStage({
      'a port in use': { ...demo, env: { PORT: String(port) } },
      'no number': { ...demo, env: { PORT: 'http' } },
    });
  });
  afterAll(async () => {
    stage.stdin.end();
    await stage.ended;
    await new Promise((resolve) => taken.close(resolve));
  });

  it('names a port in use and how to choose another', async () => {
    expect(await stage.played('a port in use')).toEqual({
      code: 1,
      output: '',
      errors: `ポート ${port} は使用中です。別の番号を PORT で指定してください。例: PORT=3001 npm run demo -- --serve\n`,
    });
  });

  it('explains what a port is when PORT is not a number', async () => {
    expect(await stage.played('no number')).toEqual({
      code: 1,
      output: '',
      errors:
        'ポート http は番号（0〜65535）ではありません。別の番号を PORT で指定してください。例: PORT=3001 npm run demo -- --serve\n',
    });
  });
});
