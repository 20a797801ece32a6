import { describe, expect, it } from 'vitest';
import { createCalendar, extendCatalog, holdersOf, isDetailId } from '../../src/calendar/index.js';
import { createSelfInfoClient, defineService } from '../../src/index.js';
import { createKioskSession, createSimulatedReader } from '../../src/kiosk/index.js';
import { createSandbox, createSandboxKiosk } from '../../src/sandbox/index.js';
import { refusal } from '../kit/refusals.js';

const server = {
  id: 'moj',
  ja: '法務省の戸籍情報',
  holder: { ja: '法務省', en: 'Ministry of Justice' },
  hours: 'unknown',
} as const;
const detail = {
  id: 'family-register',
  ja: '戸籍',
  en: 'family register',
  category: 'household',
  holders: ['moj'],
} as const;
const item = {
  code: 'TM00000000000108',
  ja: '戸籍関係情報',
  details: ['family-register'],
} as const;

/** Returns code and path of the refusal of an extension that differs from a right one. */
function refused(change: { server?: object; detail?: object; item?: object }) {
  const extension = {
    servers: [{ ...server, ...change.server }],
    details: [{ ...detail, ...change.detail }],
    items: [{ ...item, ...change.item }],
  };
  return refusal(() => extendCatalog(extension as never));
}

describe('the check of an extension', () => {
  it('takes the rows as they are, and none at all', () => {
    const catalog = extendCatalog({ servers: [server], details: [detail], items: [item] });
    expect(catalog.servers.at(-1)).toMatchObject({ id: 'moj', en: 'Ministry of Justice' });
    expect(holdersOf('family-register', catalog)).toEqual(['moj']);
    expect(isDetailId('family-register')).toBe(false);
    expect(extendCatalog({})).toBe(extendCatalog({ servers: [] }));
  });

  it('names the path of what is wrong with a server', () => {
    const wrong = (change: object) => refused({ server: change });
    const at = (field: string) => `extension.servers[0]${field}`;
    expect(wrong({ id: undefined })).toEqual(['missing_option', at('.id')]);
    for (const id of ['', 'MOJ', 'a@b', 'a'.repeat(61), 'all', 'household'])
      expect(wrong({ id })).toEqual(['invalid_option', at('.id')]);
    expect(wrong({ ja: ' ' })).toEqual(['invalid_option', at('.ja')]);
    expect(wrong({ ja: '二\n行' })).toEqual(['invalid_option', at('.ja')]);
    expect(wrong({ holder: undefined })).toEqual(['missing_option', at('.holder')]);
    expect(wrong({ holder: { ja: '法務省' } })).toEqual(['missing_option', at('.holder.en')]);
    expect(wrong({ hours: undefined })).toEqual(['missing_option', at('.hours')]);
    for (const hours of ['always', 'table', { on: 'every-day', fromHour: 8, toHour: 20 }])
      expect(wrong({ hours })).toEqual(['invalid_option', at('.hours')]);
    expect(wrong({ role: 'common' })).toEqual(['unknown_option', at('.role')]);
    expect(wrong({ redefines: true })).toEqual(['invalid_option', at('.redefines')]);
  });

  it('names the path of what is wrong with a detail', () => {
    const wrong = (change: object) => refused({ detail: change });
    const at = (field: string) => `extension.details[0]${field}`;
    for (const id of ['Family', 'municipal', 'moj'])
      expect(wrong({ id })).toEqual(['invalid_option', at('.id')]);
    expect(wrong({ en: undefined })).toEqual(['missing_option', at('.en')]);
    expect(wrong({ category: 'family' })).toEqual(['invalid_option', at('.category')]);
    expect(wrong({ holders: undefined })).toEqual(['missing_option', at('.holders')]);
    expect(wrong({ holders: [] })).toEqual(['invalid_option', at('.holders')]);
    expect(wrong({ holders: ['moi'] })).toEqual(['unknown_server', at('.holders[0]')]);
    // The resident registry holds no data.
    expect(wrong({ holders: ['moj', 'juki-net'] })).toEqual(['unknown_server', at('.holders[1]')]);
    expect(wrong({ holders: ['moj', 'moj'] })).toEqual(['invalid_option', at('.holders[1]')]);
    const held = (span: object) => wrong({ holders: [{ server: 'moj', ...span }] });
    expect(held({ from: '2027-02-30' })).toEqual(['invalid_date', at('.holders[0].from')]);
    expect(held({ from: '2027-04-01', until: '2027-04-01' })).toEqual([
      'range_reversed',
      at('.holders[0].until'),
    ]);
  });

  it('names the path of what is wrong with an item', () => {
    const wrong = (change: object) => refused({ item: change });
    const at = (field: string) => `extension.items[0]${field}`;
    for (const code of ['TM108', `tm${'0'.repeat(14)}`, `TM${'0'.repeat(15)}`])
      expect(wrong({ code })).toEqual(['invalid_option', at('.code')]);
    expect(wrong({ details: ['family'] })).toEqual(['unknown_detail', at('.details[0]')]);
    expect(wrong({ details: [] })).toEqual(['invalid_option', at('.details')]);
    expect(wrong({ source: '' })).toEqual(['invalid_option', at('.source')]);
  });

  it('refuses a row that is listed twice', () => {
    expect(refusal(() => extendCatalog({ servers: [server, server] }))).toEqual([
      'invalid_option',
      'extension.servers[1].id',
    ]);
  });

  it('replaces a published row only where the extension says so', () => {
    const household = { ...detail, id: 'household', holders: ['municipal', 'moj'] } as const;
    const municipal = { ...server, id: 'municipal' } as const;
    const tax = { ...item, code: 'TM00000000000002', details: ['local-tax'] } as const;
    for (const [list, row] of [
      ['servers', municipal],
      ['details', { ...household, holders: ['municipal'] }],
      ['items', tax],
    ] as const)
      expect(refusal(() => extendCatalog({ [list]: [row] } as never))).toEqual([
        'invalid_option',
        `extension.${list}[0]`,
      ]);
    const catalog = extendCatalog({
      servers: [server, { ...municipal, redefines: true }],
      details: [{ ...household, redefines: true }],
      items: [{ ...tax, redefines: true }],
    });
    expect(holdersOf('household', catalog)).toEqual(['municipal', 'moj']);
    // Its published hours are gone, also for the other details.
    expect(createCalendar({}, catalog).status('local-tax', '2026-12-03').state).toBe('uncertain');
    expect([catalog.servers.length, catalog.details.length]).toEqual([14, 18]);
  });

  it('cannot be changed afterwards', () => {
    const catalog = extendCatalog({ servers: [server], details: [detail] });
    for (const value of [catalog, catalog.servers, catalog.servers.at(-1), catalog.holdings])
      expect(Object.isFrozen(value)).toBe(true);
  });
});

describe('a holder that changes on a day', () => {
  const catalog = extendCatalog({
    servers: [server],
    details: [
      {
        ...detail,
        holders: [
          { server: 'pension-service', until: '2027-04-01' },
          { server: 'municipal', from: '2027-04-01', until: '2027-10-01' },
        ],
      },
    ],
  });
  const calendar = createCalendar({}, catalog);
  const stateOf = (at: string) => calendar.status('family-register', at).state;

  it('counts with its own hours from that day on', () => {
    // The pension service runs on business days from 8 to 23, the municipal server always.
    expect(stateOf('2027-03-31T22:59+09:00')).toBe('open');
    expect(stateOf('2027-03-31T23:00+09:00')).toBe('closed');
    expect(stateOf('2027-04-01T00:00+09:00')).toBe('open');
    expect(stateOf('2027-09-30T23:59+09:00')).toBe('open');
  });

  it('leaves the detail closed, with the reason, where nobody holds it', () => {
    const status = calendar.status('family-register', '2027-10-01T12:00+09:00');
    expect(status.state).toBe('closed');
    expect(status.causes.map(({ rule, server: id }) => [rule, id])).toContainEqual([
      'not-held',
      null,
    ]);
  });

  it('is closed for a citizen who asks it outside its days', () => {
    const before = calendar.status('family-register@municipal', '2027-03-31T12:00+09:00');
    expect(before).toMatchObject({
      state: 'closed',
      nextOpeningMs: Date.parse('2027-04-01T00:00+09:00'),
    });
    expect(before.causes.find(({ rule }) => rule === 'not-held')?.citizenText.ja).toBe(
      'お住まいの市区町村は、戸籍の情報を保有していません。',
    );
  });
});

describe('two catalogues', () => {
  const rows = { servers: [server], details: [detail] } as const;
  const catalog = extendCatalog(rows);
  const other = extendCatalog({ ...rows, items: [item] });
  const serviceOf = (of: typeof catalog) =>
    defineService(
      {
        name: '相続手続の受付',
        purpose: { id: 'inheritance', text: '相続手続のため' },
        retention: { days: 30 },
        items: {
          register: { detail: 'family-register', inquiries: ['latest'], latestBy: '異動日' },
        },
      },
      of,
    );
  const service = serviceOf(catalog);
  const registrationOf = (of: typeof service) => ({
    clientId: 'SP12345678_AB1234',
    redirectUris: ['https://heir.example/callback'],
    service: of,
  });

  it('have the same fingerprint if their rows are the same, in any order', () => {
    const two = { ...server, id: 'second' } as const;
    const fingerprints = [[server, two], [two, server], [server]].map(
      (servers) => extendCatalog({ servers, details: [detail] }).fingerprint,
    );
    expect(fingerprints[0]).toBe(fingerprints[1]);
    expect(new Set(fingerprints).size).toBe(2);
    expect(extendCatalog(rows).fingerprint).toBe(catalog.fingerprint);
  });

  it('are refused by a client, which takes equal ones', () => {
    const sandbox = createSandbox({ registrations: [registrationOf(service)] });
    const make = (of?: typeof catalog) =>
      createSelfInfoClient({
        service,
        environment: sandbox.environment(),
        fetch: (request) => sandbox.fetch(request),
        calendar: createCalendar({}, of),
      });
    expect(refusal(() => make(other))).toEqual(['invalid_option', 'options.calendar']);
    expect(refusal(() => make())).toEqual(['invalid_option', 'options.calendar']);
    expect(make(extendCatalog(rows)).availability().state).not.toBe('open');
  });

  it('are refused by a client when its function returns such a calendar', () => {
    const sandbox = createSandbox({ registrations: [registrationOf(service)] });
    const client = createSelfInfoClient({
      service,
      environment: sandbox.environment(),
      fetch: (request) => sandbox.fetch(request),
      calendar: () => createCalendar({}, other),
    });
    expect(refusal(() => client.availability())).toEqual(['invalid_option', 'options.calendar']);
  });

  it('are refused by a sandbox and by both sides of a kiosk', () => {
    const registrations = [registrationOf(service)];
    const calendar = createCalendar({}, other);
    expect(refusal(() => createSandbox({ registrations, calendar }))).toEqual([
      'invalid_option',
      'options.calendar',
    ]);
    expect(refusal(() => createSandboxKiosk({ registrations, calendar }))).toEqual([
      'invalid_option',
      'options.calendar',
    ]);
    const { authorizer } = createSandboxKiosk({ registrations });
    const offered = (of: typeof service, id: string) => ({
      id,
      provider: 'みほん銀行株式会社',
      service: of,
      inquiry: { method: 'latest' } as const,
    });
    const session = (services: readonly ReturnType<typeof offered>[]) => () =>
      createKioskSession({ services, authorizer, reader: createSimulatedReader() });
    expect(refusal(session([offered(service, 'a'), offered(serviceOf(other), 'b')]))).toEqual([
      'invalid_option',
      'options.services[1].service',
    ]);
  });

  it('must be what extendCatalog returned', () => {
    for (const value of [null, {}, { ...catalog }, [], 'v2.2'])
      expect(() => createCalendar({}, value as never)).toThrow(TypeError);
  });
});
