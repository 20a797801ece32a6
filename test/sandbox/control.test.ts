import { beforeEach, describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { createSandbox, createVirtualClock, type Sandbox } from '../../src/sandbox/index.js';
import { expectStatus, loan, NOW, REDIRECT_URI, registrationOf, SESSION } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { authorizationUrl } from './steps.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = createSandbox({
    registrations: [registrationOf(loan)],
    clock: createVirtualClock(NOW),
  });
});

/** Plays a journey and returns its result. */
async function journey(persona: string, { environment, visit, fetch, clock } = sandbox) {
  const client = createSelfInfoClient({ service: loan, environment: environment(), clock, fetch });
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(await visit(url, { persona }), {
    sessionBinding: SESSION,
  });
  return client.query(expectStatus(outcome, 'granted').grant, latest(), {
    onProgress: ({ retryAt }) => clock.set(retryAt),
  });
}

const incomes = (result: Awaited<ReturnType<typeof journey>>) =>
  expectStatus(expectStatus(result, 'ready').answer.items.income, 'present')
    .reveal()
    .map(({ fields }) => fields.課税年度);

const record = (year: number) => ({
  server: 'municipal-bodies',
  holder: '見本市',
  asOf: `${year}-06-01`,
  fiscalYear: year,
  fields: {},
});

describe('the control of a sandbox', () => {
  it('adds, replaces and removes personas', async () => {
    const { control } = sandbox;
    const before = control.listPersonas().length;
    control.putPersona({ id: 'new-one', name: '見本 あらた', pin: '4321', records: {} });
    expect(control.listPersonas()).toHaveLength(before + 1);
    const { items } = expectStatus(await journey('new-one'), 'ready').answer;
    expect(items.income.status).toBe('nothing-on-record');
    control.putPersona({ id: 'new-one', name: '見本 あらた', pin: '9999', records: {} });
    expect(control.listPersonas()).toHaveLength(before + 1);
    control.deletePersona('new-one');
    expect(await refusalOf(() => journey('new-one'))).toEqual([
      'invalid_option',
      'options.persona',
    ]);
  });

  it('replaces the records of a persona about one detail, for the next request', async () => {
    const [first] = incomes(await journey('hanako'));
    expect(first).toBeDefined();
    sandbox.control.putRecords('hanako', 'local-tax', []);
    const { items } = expectStatus(await journey('hanako'), 'ready').answer;
    expect([items.income.status, items.household.status]).toEqual(['nothing-on-record', 'present']);
  });

  it('adds and removes faults, and counts their hits', async () => {
    const { control } = sandbox;
    const { id } = control.addFault({ on: 'result', do: 'error-503', times: 1 });
    expectStatus(await journey('hanako'), 'ready');
    expect(control.listFaults()).toEqual([
      { id, on: 'result', do: 'error-503', times: 1, hits: 1 },
    ]);
    control.deleteFault(id);
    expect(control.listFaults()).toEqual([]);
    expect(await refusalOf(() => control.deleteFault(id))).toEqual(['invalid_option', 'id']);
  });

  it('adds and removes registrations, and never shows a secret', async () => {
    const { control } = sandbox;
    const secret = 'a-secret-that-nobody-may-see';
    const added = { ...registrationOf(loan, 'SP00000009_ZZ0009'), clientAuth: { secret } };
    expect(control.putRegistration(added)).toMatchObject({
      clientId: 'SP00000009_ZZ0009',
      redirectUris: [REDIRECT_URI],
      clientAuth: 'client_secret',
      requirePushedAuthorizationRequests: false,
    });
    expect(JSON.stringify(control.listRegistrations())).not.toContain(secret);
    expect(sandbox.environment('SP00000009_ZZ0009').clientId).toBe('SP00000009_ZZ0009');
    const open = () =>
      sandbox.fetch(new Request(authorizationUrl(sandbox, {}, 'SP00000009_ZZ0009')));
    const url = authorizationUrl(sandbox, {}, 'SP00000009_ZZ0009');
    expect((await open()).status).toBe(200);
    control.deleteRegistration('SP00000009_ZZ0009');
    expect((await sandbox.fetch(new Request(url))).status).toBe(400);
  });

  it('replaces the announcements, which stop a server for the citizen and for the answer', async () => {
    const { control } = sandbox;
    control.putAnnouncements([
      {
        id: 'stop-1',
        target: { detail: 'local-tax' },
        state: 'closed',
        start: '2026-12-01T09:00+09:00',
        end: '2026-12-01T12:00+09:00',
        announcedAt: '2026-12-01T08:00+09:00',
        source: 'test',
      },
    ]);
    expect(control.listAnnouncements().map(({ id }) => id)).toEqual(['stop-1']);
    const { items } = expectStatus(await journey('hanako'), 'ready').answer;
    expect(items.income.status).toBe('unavailable');
    control.putAnnouncements([]);
    expect(incomes(await journey('hanako'))).not.toEqual([]);
  });

  it('reads entries of the journal by step, outcome, code, client and number', async () => {
    const { control } = sandbox;
    await journey('hanako');
    await sandbox.fetch(new Request(authorizationUrl(sandbox, { client_id: 'somebody' })));
    const all = control.readJournal();
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    expect(control.readJournal({ outcome: 'refused' })).toMatchObject([{ code: 'unknown_client' }]);
    expect(control.readJournal({ step: 'token' })).toHaveLength(1);
    expect(control.readJournal({ after: all.length - 1 })).toEqual(all.slice(-1));
    expect(control.readJournal({ clientId: 'somebody' })).toEqual([]);
  });

  it('waits for entries that are still to come', async () => {
    const { control } = sandbox;
    const waited = control.waitForJournal({ step: 'result' }, { count: 2 });
    await journey('hanako');
    expect((await waited).map(({ step }) => step)).toEqual(['result', 'result']);
    expect(await control.waitForJournal({ step: 'token' })).toHaveLength(1);
    const reason = new Error('enough');
    await expect(
      control.waitForJournal({ after: 99 }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });

  it('puts everything back', async () => {
    const { control, clock, journal } = sandbox;
    const personas = control.listPersonas();
    control.deletePersona('mover');
    control.addFault({ on: 'token', do: 'stall' });
    control.putRule({ persona: 'hanako' });
    control.putRegistration(registrationOf(loan, 'SP00000009_ZZ0009'));
    clock.advance(86_400_000);
    await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    control.reset();
    expect(control.listPersonas()).toEqual(personas);
    expect([control.listFaults(), control.getRule(), journal]).toEqual([[], undefined, []]);
    expect(control.listRegistrations()).toHaveLength(1);
    expect(clock.now()).toBe(Date.parse(NOW));
    expectStatus(await journey('mover'), 'ready');
    expect(journal[0]).toMatchObject({ seq: 1, step: 'authorize' });
  });

  it.each([
    ['putPersona', [{ id: 'A', name: 'x', pin: '1234', records: {} }], 'persona.id'],
    ['putPersona', [{ id: 'a', name: 'x', pin: '12345', records: {} }], 'persona.pin'],
    ['putRecords', ['hanako', 'local-tax', [{ ...record(2026), server: 'pension' }]], undefined],
    ['putRecords', ['nobody', 'local-tax', []], 'id'],
    ['addFault', [{ on: 'result', do: 'lose' }], 'fault.do'],
    ['addFault', [{ on: 'nowhere', do: 'stall' }], 'fault.on'],
    ['putRule', [{ persona: 'nobody' }], 'rule.persona'],
    [
      'putRegistration',
      [{ ...registrationOf(loan), redirectUris: [] }],
      'registration.redirectUris',
    ],
    ['deleteRegistration', ['nobody'], 'clientId'],
    ['readJournal', [{ step: 'nowhere' }], 'query.step'],
  ] as const)('refuses %s(%j) and changes nothing', async (name, args, path) => {
    const { control } = sandbox;
    const state = () => [
      control.listPersonas(),
      control.listFaults(),
      control.listRegistrations(),
      control.getRule(),
    ];
    const before = state();
    const [code, at] = await refusalOf(() => Reflect.apply(control[name], control, args));
    expect(code).toBe('invalid_option');
    if (path !== undefined) expect(at).toBe(path);
    expect(state()).toEqual(before);
  });
});
