import { describe, expect, it } from 'vitest';
import { type Calendar, createCalendar, type Target } from '../../src/calendar/index.js';
import { refusal } from '../kit/refusals.js';
import { announce, jst } from './announcing.js';

const day = '2026-12-09'; // a Wednesday without outages
const stop = (announcedAt: string, more: Parameters<typeof announce>[4] = {}) =>
  announce('all', 'closed', day, '2026-12-10', {
    id: 'page:all:2026-12-09',
    announcedAt: jst(announcedAt),
    ...more,
  });
const stateAt = (calendar: Calendar, target: Target = 'local-tax', at = `${day}T12:00`) =>
  calendar.status(target, jst(at)).state;

describe('calendar.withFeed', () => {
  it('leaves no old closure behind when a source corrects a scope', () => {
    const first = createCalendar().withFeed('page', [stop('2026-12-01')], jst('2026-12-01'));
    expect(stateAt(first)).toBe('closed');
    const corrected = stop('2026-12-02', {
      id: 'page:account:2026-12-09',
      target: { detail: 'public-funds-account' },
    });
    const second = first.withFeed('page', [corrected], jst('2026-12-02'));
    expect([stateAt(second), stateAt(second, 'public-funds-account')]).toEqual(['open', 'closed']);
    expect(stateAt(first)).toBe('closed');
  });

  it('keeps what is over, and replaces what still runs', () => {
    const over = stop('2026-12-01', {
      id: 'over',
      start: jst('2026-12-02'),
      end: jst('2026-12-03'),
    });
    const calendar = createCalendar()
      .withFeed('page', [over, stop('2026-12-01')], jst('2026-12-01'))
      .withFeed('page', [], jst(`${day}T11:00`));
    expect(stateAt(calendar, 'local-tax', '2026-12-02T12:00')).toBe('closed');
    expect(stateAt(calendar)).toBe('open');
    expect(stateAt(calendar, 'local-tax', `${day}T10:00`)).toBe('open');
  });

  it('touches neither other sources nor announcements of the caller', () => {
    const municipal = announce('municipal', 'closed', day, '2026-12-10');
    const account = announce('account-registry', 'closed', day, '2026-12-10');
    const calendar = createCalendar({ announced: [municipal] })
      .withFeed('another', [account], jst('2026-12-01'))
      .withFeed('page', [stop('2026-12-01')], jst('2026-12-01'))
      .withFeed('page', [], jst('2026-12-02'));
    expect(
      (['local-tax', 'public-funds-account', 'pension@pension-service'] as const).map((target) =>
        stateAt(calendar, target),
      ),
    ).toEqual(['closed', 'closed', 'open']);
  });

  it('keeps a closure that another source, or the caller, still announces with the same id', () => {
    const [first, second] = [stop('2026-12-01'), stop('2026-12-02', { source: '別の案内' })];
    const both = createCalendar()
      .withFeed('page', [first], jst('2026-12-01'))
      .withFeed('another', [second], jst('2026-12-02'));
    const once = both.withFeed('another', [], jst('2026-12-03'));
    expect([stateAt(both), stateAt(once)]).toEqual(['closed', 'closed']);
    expect(stateAt(once.withFeed('page', [], jst('2026-12-03')))).toBe('open');
    const callers = createCalendar({ announced: [first] }).withFeed(
      'another',
      [second],
      jst('2026-12-02'),
    );
    expect(stateAt(callers.withFeed('another', [], jst('2026-12-03')))).toBe('closed');
  });

  it('keeps both of two sources that say different things under the same id and instant', () => {
    const shorter = stop('2026-12-01', { end: jst(`${day}T06:00`), source: '別の案内' });
    const both = createCalendar()
      .withFeed('page', [shorter], jst('2026-12-01'))
      .withFeed('another', [stop('2026-12-01')], jst('2026-12-01'));
    const sourcesAt = (at: string) =>
      both.status('local-tax', jst(at)).causes.map(({ source }) => source.kind);
    expect([stateAt(both), stateAt(both, 'local-tax', `${day}T03:00`)]).toEqual([
      'closed',
      'closed',
    ]);
    expect(sourcesAt(`${day}T03:00`)).toEqual(['announcement', 'announcement']);
    // Each source drops only its own.
    expect(stateAt(both.withFeed('page', [], jst('2026-12-02')))).toBe('closed');
    const without = both.withFeed('another', [], jst('2026-12-02'));
    expect([stateAt(without), stateAt(without, 'local-tax', `${day}T03:00`)]).toEqual([
      'open',
      'closed',
    ]);
  });

  it('keeps a closure when another source says less under the same id later', () => {
    const less = stop('2026-12-02', { state: 'uncertain', limit: 'some-sources' });
    const calendar = createCalendar()
      .withFeed('page', [stop('2026-12-01')], jst('2026-12-01'))
      .withFeed('another', [less], jst('2026-12-02'));
    const { state, causes } = calendar.status('local-tax', jst(`${day}T12:00`));
    expect(state).toBe('closed');
    // The same id over the same span, but two announcements.
    expect(causes.map((cause) => [cause.state, cause.limit])).toEqual([
      ['closed', null],
      ['uncertain', 'some-sources'],
    ]);
  });

  it('shows once what two sources say word for word', () => {
    const calendar = createCalendar()
      .withFeed('page', [stop('2026-12-01')], jst('2026-12-01'))
      .withFeed('another', [stop('2026-12-01')], jst('2026-12-01'));
    expect(calendar.status('local-tax', jst(`${day}T12:00`)).causes).toHaveLength(1);
    expect(stateAt(calendar.withFeed('page', [], jst('2026-12-02')))).toBe('closed');
  });

  it('gives way to a later version of the caller with the same id', () => {
    const feed = createCalendar().withFeed('page', [stop('2026-12-01')], jst('2026-12-01'));
    expect(stateAt(feed.with([stop('2026-12-02', { end: jst(`${day}T06:00`) })]))).toBe('open');
    expect(stateAt(feed.with([stop('2026-11-30', { end: jst(`${day}T06:00`) })]))).toBe('closed');
    // The same instant says nothing about which is right, so both stand.
    expect(stateAt(feed.with([stop('2026-12-01', { end: jst(`${day}T06:00`) })]))).toBe('closed');
  });

  it('refuses two different versions of one id in one reading, and names the second', () => {
    expect(
      refusal(() =>
        createCalendar().withFeed(
          'page',
          [stop('2026-12-01'), stop('2026-12-01', { source: '別の案内' })],
          jst('2026-12-01'),
        ),
      ),
    ).toEqual(['invalid_option', 'announcements[1].id']);
  });

  it('does not let a page that is read again outvote what came in between', () => {
    const open = announce('all', 'open', day, '2026-12-10', { announcedAt: jst('2026-12-02') });
    const calendar = createCalendar()
      .withFeed('page', [stop('2026-12-01')], jst('2026-12-01'))
      .with([open]);
    expect(stateAt(calendar)).toBe('open');
    expect(stateAt(calendar.withFeed('page', [stop('2026-12-03')], jst('2026-12-03')))).toBe(
      'open',
    );
    // Another end is news.
    const longer = stop('2026-12-03', { end: jst('2026-12-10T03:00') });
    expect(stateAt(calendar.withFeed('page', [longer], jst('2026-12-03')))).toBe('closed');
  });

  it('ignores a reading that is older than the last one', () => {
    const calendar = createCalendar().withFeed('page', [], jst('2026-12-03'));
    expect(stateAt(calendar.withFeed('page', [stop('2026-12-01')], jst('2026-12-01')))).toBe(
      'open',
    );
  });

  it('gives the same answers for a reading that is repeated', () => {
    const once = createCalendar().withFeed('page', [stop('2026-12-01')], jst('2026-12-01'));
    const twice = once.withFeed('page', [stop('2026-12-01')], jst('2026-12-04'));
    expect(JSON.stringify(twice.status('local-tax', jst(`${day}T12:00`)))).toBe(
      JSON.stringify(once.status('local-tax', jst(`${day}T12:00`))),
    );
  });

  it('keeps a first use out for a citizen who has fetched before', () => {
    const limited = stop('2026-12-01', { state: 'uncertain', limit: 'first-use' });
    const calendar = createCalendar().withFeed('page', [limited], jst('2026-12-01'));
    expect([stateAt(calendar), stateAt(calendar.withoutFirstUse())]).toEqual(['uncertain', 'open']);
  });

  it('keeps a first use out of every later reading and addition', () => {
    const limited = stop('2026-12-01', { state: 'uncertain', limit: 'first-use' });
    const known = createCalendar().withFeed('page', [limited], jst('2026-12-01')).withoutFirstUse();
    const another = { ...limited, id: 'another' };
    const closed = announce('municipal', 'closed', day, '2026-12-10');
    expect(
      [
        known,
        known.withoutFirstUse(),
        known.withFeed('another', [], jst('2026-12-02')),
        known.withFeed('another', [another], jst('2026-12-02')),
        known.withFeed('page', [limited], jst('2026-12-02')),
        known.with([another]),
        known.with([another, closed]),
      ].map((calendar) => stateAt(calendar)),
    ).toEqual(['open', 'open', 'open', 'open', 'open', 'open', 'closed']);
  });

  it('refuses an invalid source, announcement or instant, naming it', () => {
    const feed = (...args: unknown[]) =>
      refusal(() => createCalendar().withFeed(...(args as Parameters<Calendar['withFeed']>)));
    expect(feed('', [], 0)).toEqual(['invalid_option', 'source']);
    expect(feed('x'.repeat(201), [], 0)).toEqual(['invalid_option', 'source']);
    expect(feed('page', [{ ...stop('2026-12-01'), state: 'x' }], 0)).toEqual([
      'invalid_option',
      'announcements[0].state',
    ]);
    expect(feed('page', [], 'today')).toEqual(['invalid_instant', 'readAt']);
  });
});

describe('a plan', () => {
  const plan = { source: '案内', from: '2026-09-01', to: '2026-10-01' };

  it('drops the planned outages inside its span, and shows them as undone', () => {
    const calendar = createCalendar({ plans: [plan] });
    const [segment, ...others] = calendar.segments('local-tax', plan.from, plan.to);
    expect([segment?.state, others]).toEqual(['open', []]);
    expect(segment?.undone.map(({ server, rule, undoneBy }) => [server, rule, undoneBy])).toEqual(
      ['information-provision-network', 'municipal', 'juki-net'].map((server) => [
        server,
        'third-weekend',
        {
          kind: 'plan',
          id: '案内 2026-09-01T00:00:00+09:00',
          source: '案内',
          from: '2026-09-01T00:00:00+09:00',
          to: '2026-10-01T00:00:00+09:00',
        },
      ]),
    );
    // October is as the tables say.
    expect(calendar.status('local-tax', jst('2026-10-18T03:00')).state).toBe('closed');
  });

  it('touches no announcement and no operating hours', () => {
    const calendar = createCalendar({
      plans: [plan],
      announced: [announce('all', 'closed', '2026-09-19T22:00', '2026-09-20T08:00')],
    });
    expect(stateAt(calendar, 'local-tax', '2026-09-20T03:00')).toBe('closed');
    expect(stateAt(calendar, 'local-tax', '2026-09-19T12:00')).toBe('open');
    expect(stateAt(calendar, 'pension@pension-service', '2026-09-19T12:00')).toBe('closed');
  });

  it('keeps the part of an outage outside its span', () => {
    const december = createCalendar({
      plans: [{ source: '案内', from: '2026-12-01', to: '2027-01-01' }],
    });
    expect(stateAt(december, 'household', '2026-12-31T12:00')).toBe('open');
    expect(stateAt(december, 'household', '2027-01-01T00:00')).toBe('closed');
  });

  it('may overlap another plan', () => {
    const half = { ...plan, source: '別の案内', from: '2026-09-20', to: '2026-09-30' };
    const calendar = createCalendar({ plans: [half, plan] });
    expect(calendar.windows('local-tax', plan.from, plan.to)).toHaveLength(1);
  });

  it('is refused with its place if it is invalid', () => {
    const refused = (change: object) =>
      refusal(() => createCalendar({ plans: [plan, { ...plan, ...change }] }));
    expect(refused({ source: ' ' })).toEqual(['invalid_option', 'options.plans[1].source']);
    expect(refused({ from: undefined })).toEqual(['missing_option', 'options.plans[1].from']);
    expect(refused({ to: '2026-08-31' })).toEqual(['range_reversed', 'options.plans[1].to']);
    expect(refused({ until: 1 })).toEqual(['unknown_option', 'options.plans[1].until']);
    expect(
      refusal(() => createCalendar({ plans: Array.from({ length: 1_001 }, () => plan) })),
    ).toEqual(['invalid_option', 'options.plans']);
  });
});

describe('calendar.outlook', () => {
  const from = '2026-09-01';

  it('tells the share of each state, the risks with their sources, and the longest open window', () => {
    // September: open up to the third weekend (18 days) and after it (10 days).
    const { share, risks, safest } = createCalendar().outlook('local-tax', { from, days: 30 });
    expect(
      [share.open, share.uncertain, share.closed].map((part) => Math.round(part * 720)),
    ).toEqual([672, 38, 10]);
    expect(share.open + share.uncertain + share.closed).toBeCloseTo(1, 12);
    expect(
      risks.map(({ state, startMs, endMs }) => [state, (endMs - startMs) / 3_600_000]),
    ).toEqual([
      ['uncertain', 22],
      ['closed', 10],
      ['uncertain', 16],
    ]);
    expect(risks[0]?.causes[0]?.source).toMatchObject({ kind: 'guideline', table: '2.5-2' });
    expect([safest?.start.toISO(), safest?.end.toISO()]).toEqual([
      '2026-09-01T00:00:00.000+09:00',
      '2026-09-19T00:00:00.000+09:00',
    ]);
  });

  it('leaves closures by operating hours alone out of the risks', () => {
    const { share, risks, safest } = createCalendar().outlook('pension@pension-service', {
      from: '2026-12-07',
      days: 5,
    });
    expect([share.open * 120, share.closed * 120, risks]).toEqual([75, 45, []]);
    expect(safest?.start.toISO()).toBe('2026-12-07T08:00:00.000+09:00');
  });

  it('shows when an open target is slow, and null when nothing is open', () => {
    const calendar = createCalendar({
      announced: [
        announce('all', 'slow', '2026-09-02T10:00', '2026-09-02T12:00'),
        announce('all', 'closed', '2026-09-10', '2026-09-12'),
      ],
    });
    const { risks } = calendar.outlook('local-tax', { from, days: 2 });
    expect(
      risks.map(({ state, start, causes }) => [state, start.toISO(), causes[0]?.state]),
    ).toEqual([['open', '2026-09-02T10:00:00.000+09:00', 'slow']]);
    expect(calendar.outlook('local-tax', { from: '2026-09-10', days: 1 })).toMatchObject({
      share: { open: 0, uncertain: 0, closed: 1 },
      safest: null,
    });
  });

  it('refuses a length that is no whole number of days, and a span outside the calendar', () => {
    const refused = (options: unknown) =>
      refusal(() => createCalendar().outlook('local-tax', options as never));
    expect(refused({ from })).toEqual(['missing_option', 'options.days']);
    expect(refused({ from, days: 0 })).toEqual(['invalid_option', 'options.days']);
    expect(refused({ from, days: 1.5 })).toEqual(['invalid_option', 'options.days']);
    expect(refused({ from, days: 40_000 })[0]).toBe('outside_calendar');
    expect(refused({ from: '2026-02-30', days: 1 })).toEqual(['invalid_date', 'options.from']);
  });
});
