import { describe, expect, it } from 'vitest';
import { createCalendar, toICalendar, toSvg, toText } from '../../src/calendar/index.js';
import { parseNotices } from '../../src/calendar/notices/index.js';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  extendCatalog,
  latest,
} from '../../src/index.js';
import { createKioskSession, createSimulatedReader } from '../../src/kiosk/index.js';
import { createSandbox, createSandboxKiosk, type Persona } from '../../src/sandbox/index.js';
import { createLocalKeys, createMemoryVaultStore, createVault } from '../../src/vault/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { familyRegister } from '../kit/family-register.js';
import { expectStatus } from '../kit/loan.js';

const catalog = extendCatalog(familyRegister);
const service = defineService(
  {
    name: '相続手続の受付',
    purpose: { id: 'inheritance', text: '相続手続のため' },
    retention: { days: 30 },
    items: {
      register: {
        detail: 'family-register',
        code: 'TM00000000000108',
        inquiries: ['latest'],
        latestBy: '異動日',
      },
    },
  },
  catalog,
);

const calendar = createCalendar({}, catalog);
const THURSDAY_NOON = '2026-12-03T12:00:00+09:00';
// The third Saturday is the 19th: the resident registry is closed until Sunday 8:00.
const THIRD_SUNDAY = '2026-12-20T03:00:00+09:00';
const jiro: Persona = {
  id: 'jiro',
  name: '見本 次郎',
  pin: '4649',
  records: {
    'family-register': [
      { server: 'moj-family-register', holder: '法務省', fields: { 異動日: '2026-10-01' } },
    ],
  },
};
const registration = {
  clientId: 'SP12345678_AB1234',
  redirectUris: ['https://heir.example/callback'],
  service,
};
const session = { sessionBinding: 'the session of this browser' };
const keep = closeAfterEach();

function open(now = THURSDAY_NOON) {
  const clock = createVirtualClock(now);
  const sandbox = createSandbox({ registrations: [registration], clock, personas: [jiro] });
  const client = keep(
    createSelfInfoClient({
      service,
      environment: sandbox.environment(),
      fetch: (request) => sandbox.fetch(request),
      store: createMemoryStore({ clock }),
      clock,
    }),
  );
  return { clock, sandbox, client };
}

describe('a family register that a host adds to the catalogue', () => {
  it('is uncertain while nobody knows its hours, and the citizen may try', () => {
    const status = calendar.status('family-register', THURSDAY_NOON);
    expect(status).toMatchObject({ state: 'uncertain', mayTry: true });
    // The same segment contains the third weekend.
    expect(status.causes.filter(({ kind }) => kind === 'hours')).toMatchObject([
      {
        server: 'moj-family-register',
        kind: 'hours',
        rule: 'hours-unknown',
        state: 'uncertain',
        certainty: 'hours-unknown',
        text: { ja: '法務省の戸籍情報は、運用時間が公表されていません。' },
        citizenText: { ja: '法務省のシステムは、運用時間が公表されていません。' },
      },
    ]);
    expect(calendar.nextOpening('family-register', THURSDAY_NOON)).toBeNull();
  });

  it('is closed with the systems that every query needs', () => {
    expect(calendar.status('family-register', THIRD_SUNDAY)).toMatchObject({
      state: 'closed',
      mayTry: false,
      nextPossibleOpeningMs: Date.parse('2026-12-20T08:00:00+09:00'),
    });
    expect(calendar.status({ server: 'moj-family-register' }, THIRD_SUNDAY).state).toBe(
      'uncertain',
    );
  });

  it('has hours from the day on that a row of the calendar gives them', () => {
    const known = createCalendar(
      { servers: { 'moj-family-register': { from: '2026-12-01', hours: 'always' } } },
      catalog,
    );
    expect(known.isOpen('family-register', '2026-12-01T00:00:00+09:00')).toBe(true);
    expect(known.status('family-register', '2026-11-30T23:59:00+09:00').state).toBe('uncertain');
    expect(known.isOpen('family-register', THIRD_SUNDAY)).toBe(false);
  });

  it('stops by an announcement about it, and leaves the other details open', () => {
    const stop = {
      id: 'register',
      state: 'closed',
      start: '2026-12-03T10:00+09:00',
      end: '2026-12-03T14:00+09:00',
      announcedAt: '2026-11-20',
      source: 'お知らせ',
    } as const;
    for (const target of [{ detail: 'family-register' }, 'moj-family-register'] as const) {
      const stopped = calendar.with([{ ...stop, target }]);
      expect(stopped.status('family-register@moj-family-register', THURSDAY_NOON).state).toBe(
        'closed',
      );
      expect(stopped.isOpen('local-tax', THURSDAY_NOON)).toBe(true);
    }
  });

  it('is left out of the shares of an outlook, which names its server', () => {
    // A week without a third weekend: nothing but the unknown hours.
    const quiet = calendar.outlook('family-register', { from: '2026-12-07', days: 7 });
    expect(quiet).toEqual({
      share: { open: 0, uncertain: 0, closed: 0 },
      risks: [],
      unknownHours: ['moj-family-register'],
      safest: null,
    });
    // Of ten days: the network is uncertain for two days, in which the registry closes ten hours.
    const busy = calendar.outlook('family-register', { from: '2026-12-14', days: 10 });
    expect(busy.share.closed).toBeCloseTo(10 / 240, 12);
    expect(busy.share.uncertain).toBeCloseTo(38 / 240, 12);
    expect(calendar.outlook('local-tax', { from: '2026-12-14', days: 10 }).unknownHours).toEqual(
      [],
    );
  });

  it('is in pictures and feeds by its name, with the server whose hours nobody has published', () => {
    const month = { month: '2026-12', lang: 'ja' } as const;
    const span = { start: '2026-12-01', end: '2026-12-08', lang: 'ja' } as const;
    const picture = toText(calendar, ['family-register'], month);
    expect(picture).toMatch(/^戸籍 {2}2026年12月\n/);
    const svg = toSvg(calendar, ['family-register'], month);
    expect(svg).toContain('>戸籍</text>');
    for (const text of [picture, svg])
      expect(text).toContain('法務省の戸籍情報は、運用時間が公表されていません');
    expect(toICalendar(calendar, 'family-register', span)).toContain('戸籍');
  });

  it('is read out of a notice, which is outside the catalogue without it', () => {
    const text = '自己情報取得API 9月5日(土) 0:00 〜 9月7日(月) 0:00 停止（戸籍関係情報のみ）';
    const options = { publishedAt: '2026-08-20' };
    const { announcements } = parseNotices(text, options, catalog);
    expect(announcements).toMatchObject([
      { target: { item: 'TM00000000000108' }, state: 'closed', start: '2026-09-05T00:00:00+09:00' },
    ]);
    const item = { detail: 'family-register', item: 'TM00000000000108' } as const;
    expect(calendar.with(announcements).status(item, '2026-09-06').state).toBe('closed');
    const published = parseNotices(text, options);
    expect(published.announcements).toEqual([]);
    expect(published.notUnderstood.map(({ reason }) => reason.code)).toEqual(['outside_catalog']);
  });

  it('is on the consent page with the name of its holder, and comes with the answer', async () => {
    const { clock, sandbox, client } = open();
    const { url } = await client.beginConsent(session);
    const page = await (await sandbox.fetch(new Request(url))).text();
    expect(page).toContain('<h4>戸籍</h4>');
    expect(page).toContain('<span>法務省</span>');
    expect(page).not.toContain('法務省の戸籍情報');
    const callback = await sandbox.visit(url, { persona: 'jiro' });
    const { grant } = expectStatus(await client.completeConsent(callback, session), 'granted');
    const onProgress = ({ retryAt }: { retryAt: string }) => clock.set(retryAt);
    const { answer } = expectStatus(await client.query(grant, latest(), { onProgress }), 'ready');
    const records = expectStatus(answer.items.register, 'present').reveal();
    expect(records.map(({ fields }) => fields.異動日)).toEqual(['2026-10-01']);
  });

  it('is explained to the citizen by the name of its holder', () => {
    const { client } = open();
    const availability = client.availability();
    expect(availability.items.register.name).toEqual({ ja: '戸籍関係情報', en: 'family register' });
    const words = explain(availability, 'ja');
    expect(words).toContain('法務省のシステムは、運用時間が公表されていません。');
    expect(words).toContain('このままお手続きいただけます。');
    expect(explain(availability, 'en')).toContain(
      'Ministry of Justice has not published its operating hours.',
    );
  });

  it('can be kept in a vault and offered at a kiosk', async () => {
    const { clock, sandbox, client } = open();
    const { url } = await client.beginConsent(session);
    const callback = await sandbox.visit(url, { persona: 'jiro' });
    const { grant } = expectStatus(await client.completeConsent(callback, session), 'granted');
    const onProgress = ({ retryAt }: { retryAt: string }) => clock.set(retryAt);
    const { answer } = expectStatus(await client.query(grant, latest(), { onProgress }), 'ready');
    const keys = createLocalKeys({ current: 'a', keys: { a: 'A'.repeat(43) } });
    const vault = createVault({ service, store: createMemoryVaultStore(), keys, clock });
    const reference = await vault.put(answer);
    const kept = await vault.read(reference, { purpose: 'inheritance', reason: 'the application' });
    expect(Object.keys(kept.items)).toEqual(['register']);

    const kiosk = createSandboxKiosk({ registrations: [registration], personas: [jiro], clock });
    const menu = createKioskSession({
      services: [
        { id: registration.clientId, provider: 'みほん銀行株式会社', service, inquiry: latest() },
      ],
      authorizer: kiosk.authorizer,
      reader: createSimulatedReader(),
      clock,
    });
    expect(menu.state.at).toBe('start');
  });
});
