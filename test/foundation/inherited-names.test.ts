import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/calendar.js';
import { parseNotices } from '../../src/calendar/notices/parse.js';
import { toICalendar } from '../../src/calendar/print/ical.js';
import { toSvg } from '../../src/calendar/print/svg.js';
import {
  buildConsentUrl,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  exchangeToken,
  explain,
  isSelfInfoError,
  latest,
  privateKeyJwt,
  productionEnvironment,
  publicProfile,
  pushAuthorization,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { createKioskSession } from '../../src/kiosk/session.js';
import { planTermination } from '../../src/onboarding/plan-notice.js';
import { planChange, planOnboarding } from '../../src/onboarding/plan-onboarding.js';
import { createSandbox, createSandboxKiosk, startSandbox } from '../../src/sandbox/index.js';
import { createLocalKeys } from '../../src/vault/local-keys.js';
import { createMemoryVaultStore } from '../../src/vault/memory.js';
import { createVault } from '../../src/vault/vault.js';
import { site } from '../client/valid-options.js';
import { type Bank, type Loan, loan, NOW, openBank, registrationOf, SESSION } from '../kit/loan.js';

/** Names that a merge of JSON could put on `Object.prototype`, each with a value that JSON allows. */
const POLLUTED: readonly (readonly [name: string, value: unknown])[] = [
  ['egress', { gateway: { baseUrl: 'https://thief.example' } }],
  ['gateway', { baseUrl: 'https://thief.example' }],
  ['proxy', 'http://thief.example:3128'],
  ['authorization', 'Basic dGhpZWY='],
  ['ca', ['thief']],
  ['tls', { cert: 'thief', key: 'thief' }],
  ['access_token', 'thief'],
  ['token_type', 'Bearer'],
  ['error', 'access_denied'],
  ['request_uri', 'urn:thief'],
  ['retry-after', '86400'],
  ['status', 'granted'],
  ['state', 'closed'],
  ['records', [{ holder: 'thief', fields: {} }]],
  ['failure', 'thief'],
  ['missing', []],
  ['method', 'latest'],
  ['url', '/callback?code=thief&state=thief'],
  ['value', 'thief'],
  ['code', 'ERR_SSL_ALERT_ACCESS_DENIED'],
  ['path', '/thief'],
  ['upstream', { code: 'thief' }],
  ['retrieval', { id: 'thief' }],
  ['notBefore', '2027-12-01T10:00:00+09:00'],
  ['deadline', 1],
  ['signal', 'thief'],
  ['once', true],
  ['deadlineMs', 0],
  ['zip', 'DEF'],
  ['ref', 'thief'],
  ['refused', 'thief'],
  ['declined', true],
  ['failed', 'thief'],
  ['current', 'thief'],
  ['profile', {}],
  ['clock', {}],
  ['store', {}],
  ['fetch', 'thief'],
  ['holders', []],
  ['lang', 'en'],
];

function pollute(name: string, value: unknown): void {
  Object.defineProperty(Object.prototype, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function clean(): void {
  for (const [name] of POLLUTED) Reflect.deleteProperty(Object.prototype, name);
}

afterEach(clean);

/** Runs work while a name is on `Object.prototype`. Nothing is asserted meanwhile. */
async function under<T>(name: string, value: unknown, work: () => T | Promise<T>): Promise<T> {
  pollute(name, value);
  try {
    return await work();
  } finally {
    clean();
  }
}

/** Returns what a call came to, as text: its value, or its error. */
async function outcome(work: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await work()) ?? 'undefined';
  } catch (error) {
    return isSelfInfoError(error)
      ? `${error.code} ${error.stage} ${error.effect} ${error.path} ${error.upstream?.code}`
      : String(error);
  }
}

/** Calls every public function that reads options or data, without those that it may lack. */
const calls: Readonly<Record<string, () => unknown>> = {
  createCalendar: () => createCalendar().status('local-tax', NOW).state,
  announced: () =>
    createCalendar({
      announced: [
        {
          id: 'a',
          target: 'municipal',
          state: 'closed',
          start: '2026-12-01T09:00:00+09:00',
          end: '2026-12-01T11:00:00+09:00',
          announcedAt: '2026-11-01T09:00:00+09:00',
          source: 'test',
        },
      ],
    })
      .status('local-tax', NOW)
      .causes.map(({ kind }) => kind),
  toICalendar: () =>
    toICalendar(createCalendar(), 'local-tax', { start: '2026-12-01', end: '2026-12-08' }),
  toSvg: () => toSvg(createCalendar(), ['local-tax'], { month: '2026-12' }),
  parseNotices: () => parseNotices('12月1日 9:00〜11:00 全機能停止', { publishedAt: NOW }),
  planOnboarding: () => planOnboarding({ goLive: '2027-10-01' }).start,
  planChange: () => planChange({ goLive: '2027-10-01', durations: { review: { weeks: 5 } } }).start,
  planTermination: () => planTermination({ date: '2028-03-31' }).start,
  defineService: () =>
    defineService({
      name: 'n',
      purpose: { id: 'p', text: 't' },
      retention: { days: 1 },
      items: { income: { detail: 'local-tax', inquiries: ['range'] } },
    }),
  emptyService: () => defineService({} as never),
  sandboxEnvironment: () => sandboxEnvironment(site).endpoints,
  emptyEnvironment: () => sandboxEnvironment({} as never),
  productionEnvironment: () => productionEnvironment(site),
  brokenProfile: () =>
    sandboxEnvironment({ ...site, profile: { ...publicProfile, paths: {} as never } }),
  privateKeyJwt: () => privateKeyJwt({} as never),
  createMemoryStore: () => Object.keys(createMemoryStore()),
  createLocalKeys: () => createLocalKeys({} as never),
  createVault: () => createVault({ service: loan, store: {} as never, keys: {} as never }),
  createSelfInfoClient: () => createSelfInfoClient({} as never),
  createKioskSession: () => createKioskSession({} as never),
  createSandbox: () => createSandbox({} as never),
  createSandboxKiosk: () =>
    Object.keys(createSandboxKiosk({ registrations: [registrationOf(loan)] })),
  startSandbox: () => startSandbox({} as never),
  exchangeToken: () => exchangeToken({} as never),
  pushAuthorization: () => pushAuthorization({} as never),
  validateCallback: () =>
    validateCallback(sandboxEnvironment(site), { headers: {} }, { state: 's' }),
  buildConsentUrl: () => buildConsentUrl(sandboxEnvironment(site), { state: 's' } as never),
  explain: () => explain({ status: 'declined' }, 'ja'),
  createVirtualClock: () => createVirtualClock(NOW).now(),
};

/** A whole journey, from the consent to an answer in a vault and back. */
async function journey(bank: Bank<Loan>) {
  const { client, clock, onProgress } = bank;
  const grant = await bank.consent();
  const collected = await client.query(grant, { income: latest() }, { onProgress });
  if (collected.status !== 'ready') return collected;
  const vault = createVault({
    service: loan,
    store: createMemoryVaultStore(),
    keys: createLocalKeys({
      current: 'k',
      keys: { k: Buffer.alloc(32, 7).toString('base64url') },
    }),
    clock,
  });
  const ref = await vault.put(collected.answer);
  const answer = await vault.read(ref, { purpose: 'housing-loan', reason: 'test' });
  const { income, household } = answer.items;
  return {
    income: income.status === 'present' && income.reveal(),
    household: household.status,
    extras: answer.extras.reveal(),
    expiresAt: grant.expiresAt,
    calls: bank.calls,
  };
}

describe('a name on Object.prototype', () => {
  it.each(POLLUTED)('%s changes no result of a public function', async (name, value) => {
    const changed: string[] = [];
    for (const [called, call] of Object.entries(calls)) {
      const expected = await outcome(call);
      const got = await under(name, value, () => outcome(call));
      if (got !== expected)
        changed.push(`${called}: ${got.slice(0, 200)} not ${expected.slice(0, 200)}`);
    }
    expect(changed).toEqual([]);
  });

  // Node's own Request, which a sandbox in the process needs, cannot be built under `signal`.
  it.each(POLLUTED.filter(([name]) => name !== 'signal'))(
    '%s changes nothing on the way from consent to answer',
    async (name, value) => {
      const expected = await outcome(() => journey(openBank()));
      expect(expected).toContain('給与収入金額');
      const bank = openBank();
      expect(await under(name, value, () => outcome(() => journey(bank)))).toBe(expected);
    },
  );

  // The server runs in the same process, and Node's own code fails under these two.
  const overTls = POLLUTED.filter(([name]) => !['error', 'signal'].includes(name));

  it.each(overTls)('%s changes nothing over mutual TLS', async (name, value) => {
    const clock = createVirtualClock(NOW);
    await using sandbox = await startSandbox({ registrations: [registrationOf(loan)], clock });
    const { environment, tls } = sandbox.connection;
    const state = 'state-of-hanako';
    const codeVerifier = randomBytes(32).toString('base64url');
    const url = buildConsentUrl(environment, {
      state,
      codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    });
    const back = await sandbox.visit(url, { persona: 'hanako' });
    const expiresAt = await under(name, value, () =>
      outcome(async () => {
        const callback = await validateCallback(environment, back, { state });
        const exchanged = await exchangeToken({ environment, callback, codeVerifier, tls, clock });
        return exchanged.expiresAt;
      }),
    );
    expect(expiresAt).toBe('"2026-12-01T12:00:00+09:00"');
  });

  it('access_token makes no token response of an empty object', async () => {
    const { sandbox, client, callback } = openBank({
      intercept: async () => Response.json({}),
    });
    const back = await callback();
    expect(sandbox.journal).not.toEqual([]);
    const got = await under('access_token', 'thief', () =>
      outcome(() => client.completeConsent(back, { sessionBinding: SESSION })),
    );
    expect(got).toBe('response_invalid token unknown undefined undefined');
  });
});
