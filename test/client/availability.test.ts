import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { defineService, explain } from '../../src/index.js';
import { loan, NOW, openBank, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { expectRefusal, type Refused } from './expect-refusal.js';
import { both, expectBoth, FAR } from './expect-texts.js';

describe('the availability of a service', () => {
  const pension = defineService({
    ...loan,
    items: {
      service: { detail: 'pension', holders: ['pension-service'], inquiries: ['point-in-time'] },
      income: { detail: 'local-tax', inquiries: ['point-in-time'] },
    },
  });
  const anyone = defineService({
    ...loan,
    items: { pension: { detail: 'pension', inquiries: ['point-in-time'] } },
  });
  const open = (at: string, service: typeof pension | typeof anyone = pension) =>
    openBank({ service: service as typeof pension }).client.availability({ at });

  it('is open for the service and for each item', () => {
    const { state, items, causes } = open(NOW);
    expect([state, items.service.state, items.income.state, causes]).toEqual([
      'open',
      'open',
      'open',
      [],
    ]);
    expect(both(open(NOW))).toEqual([
      'ただいま情報を取得できます。',
      'The information is available now.',
    ]);
  });

  it('is closed with the reason and the next opening while another item is open', () => {
    const closed = open('2026-12-06T12:00:00+09:00');
    expect([closed.state, closed.items.service.state, closed.items.income.state]).toEqual([
      'closed',
      'closed',
      'open',
    ]);
    expect(closed.nextOpening?.toISO()).toBe('2026-12-07T08:00:00.000+09:00');
    expectBoth(closed);
    expect(explain(closed, 'ja', FAR)).toMatch(
      /^ただいま情報を取得できません。理由[：:] ?.*2026年12月7日\(月\) 8:00以降に、もう一度お試しください。$/,
    );
    expectBoth(closed.items.service);
    expect(explain(closed.items.service, 'en', FAR)).toContain(
      'Please try again after Mon 7 Dec 2026 8:00 JST.',
    );
  });

  it('is uncertain when the holder of the data is unknown', () => {
    const uncertain = open('2026-12-06T12:00:00+09:00', anyone);
    expect(uncertain.state).toBe('uncertain');
    expectBoth(uncertain);
    expect(explain(uncertain, 'ja')).toMatch(
      /取得できないことがあります。このままお手続きいただけます。$/,
    );
  });

  it('covers the next ten minutes, or the time in forMs', () => {
    // The pension service closes at 23:00 and opens at 8:00.
    const { client } = openBank({ service: pension });
    const at = '2026-12-01T22:50:00.001+09:00';
    expect(client.availability({ at }).state).toBe('closed');
    expect(client.availability({ at }).nextOpening?.toISO()).toBe('2026-12-02T08:00:00.000+09:00');
    expect(client.availability({ at: '2026-12-01T22:50:00+09:00' }).state).toBe('open');
    expect(client.availability({ at, forMs: 0 }).state).toBe('open');
    expect(client.availability({ at, forMs: 9 * 60_000 }).state).toBe('open');
  });

  it('is returned by beginConsent and does not prevent a consent', async () => {
    const { client, sandbox } = openBank({ service: pension, now: '2026-12-06T12:00:00+09:00' });
    const { url, availability } = await client.beginConsent({ sessionBinding: SESSION });
    expect(availability.state).toBe('closed');
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
      sessionBinding: SESSION,
    });
    expect(outcome.status).toBe('granted');
  });

  it('reads a calendar that is given as a function again each time', () => {
    let asked = 0;
    const { client } = openBank({
      service: pension,
      calendar() {
        asked++;
        return createCalendar();
      },
    });
    client.availability();
    client.availability();
    expect(asked).toBe(2);
  });

  it('is plain data as JSON, with times in Japan', () => {
    const json = JSON.parse(JSON.stringify(open('2026-12-06T12:00:00+09:00')));
    expect(json).toMatchObject({
      state: 'closed',
      nextOpening: '2026-12-07T08:00:00+09:00',
      items: { income: { state: 'open' } },
    });
  });
});

describe('client.availability', () => {
  it.each<[unknown, Refused]>([
    [{ when: '2026-12-01' }, ['unknown_option', 'options.when']],
    [{ at: 'tomorrow' }, ['invalid_instant', 'options.at']],
    [{ at: '2026-12-01T10:00:00' }, ['invalid_instant', 'options.at']],
    [{ at: '2026-02-30' }, ['invalid_date', 'options.at']],
    [{ at: new Date('no date') }, ['invalid_instant', 'options.at']],
    [{ at: null }, 'options.at must be a Date, a luxon DateTime, a number or a string.'],
    [{ forMs: -1 }, ['invalid_option', 'options.forMs']],
    [{ forMs: '600000' }, 'options.forMs must be a number.'],
    [{ forMs: Number.POSITIVE_INFINITY }, ['invalid_option', 'options.forMs']],
    [null, 'options must be an object.'],
  ])('refuses the options %j', async (options, expected) => {
    await expectRefusal(() => openBank().client.availability(options as never), expected);
  });

  it('refuses an instant outside the calendar', async () => {
    expect((await errorOf(() => openBank().client.availability({ at: '1999-12-31' }))).code).toBe(
      'outside_calendar',
    );
  });
});

describe('the reasons that explain gives for a closed service', () => {
  const pension = defineService({
    name: '年金相談',
    purpose: { id: 'pension-advice', text: '年金の相談のため' },
    retention: { days: 1 },
    items: { pension: { detail: 'pension', inquiries: ['latest'], latestBy: '改定日' } },
  });

  it('are those of the moment: on December 30 at 10:00 the resident registry, not the pension service', () => {
    // Table 2.5-3: the registry is down from December 28, 21:00 to January 4, 8:00. Table 2.5-4 row
    // 9: the pension service runs from 8 to 23 on business days, and December 30 is one.
    const { client } = openBank({ service: pension, now: '2026-12-30T10:00:00+09:00' });
    const availability = client.availability();
    expect(availability.state).toBe('closed');
    expect(
      availability.causes.filter((cause) => cause.state === 'closed').map((cause) => cause.server),
    ).toEqual(['juki-net']);
    const text = explain(availability, 'ja');
    expect(text).toContain('住民基本台帳ネットワークは、');
    expect(text).not.toContain('日本年金機構');
  });

  it('are a single one when the state depends on the holder', () => {
    // On Sunday the pension service and the mutual aids are closed, and the municipal server runs.
    const { client } = openBank({ service: pension, now: '2026-12-13T10:00:00+09:00' });
    const availability = client.availability();
    expect(availability.state).toBe('uncertain');
    expect(explain(availability, 'ja').match(/。/g)).toHaveLength(2);
    expect(explain(availability, 'en')).toMatch(/depending on which office/);
  });
});
