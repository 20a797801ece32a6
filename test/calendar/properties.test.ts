import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  createCalendar,
  details,
  holdings,
  type State,
  servers,
  type Target,
} from '../../src/calendar/index.js';

const tables = createCalendar();
const DAY_MS = 86_400_000;

// Two thousand announcements over the calendar's span: minutes to weeks long, overlapping, about
// one server or all; some replace a third weekend.
const announced = Array.from({ length: 2_000 }, (_, index): Announcement => {
  const chance = (of: number, salt: number) =>
    Math.floor(((((index + 1) * 7919 + salt * 104_729) % 65_537) / 65_537) * of);
  const start = tables.fromMs + chance(10_047, 1) * DAY_MS + chance(1_440, 2) * 60_000;
  const target = chance(4, 3) === 0 ? 'all' : (servers[chance(servers.length, 4)]?.id ?? 'all');
  const planned = target === 'all' || target === 'municipal' || target === 'juki-net';
  return {
    id: `a${index}`,
    target,
    state: chance(2, 5) === 0 ? 'open' : 'closed',
    start,
    end: start + 20 * 60_000 * 12 ** chance(4, 6), // 20 minutes, 4 hours, 2 days, 24 days
    announcedAt: start - chance(5, 7) * DAY_MS,
    source: 'お知らせ',
    ...(planned &&
      chance(3, 8) === 0 && {
        replaces: { rule: 'third-weekend', month: new Date(start).toISOString().slice(0, 7) },
      }),
  };
});
const changed = createCalendar({
  announced,
  servers: {
    'pension-service': {
      from: '2030-04-01',
      hours: { on: 'every-day', fromHour: 8, toHour: 23.5 },
    },
    'account-registry': {
      from: '2026-10-01',
      hours: 'always',
      outages: [
        { id: 'first-monday', on: 'first-mondays', fromHour: 20, toHour: 30, state: 'closed' },
      ],
    },
  },
  extraHolidays: ['2027-06-09'],
});

const simple: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom(...details).map((detail) => detail.id),
  fc.constantFrom(...holdings).map(({ detail, server }) => `${detail}@${server}` as const),
  fc.constantFrom(...servers).map(({ id }) => ({ server: id })),
);
const { target } = fc.letrec<{ target: Target; allOf: Target }>((tie) => ({
  target: fc.oneof({ maxDepth: 3, depthIdentifier: 'allOf' }, simple, tie('allOf')),
  allOf: fc
    .array(tie('target'), { minLength: 1, maxLength: 4, depthIdentifier: 'allOf' })
    .map((allOf) => ({ allOf })),
}));

// Full hours hit the edges, other instants the inside.
const instant = fc
  .oneof(
    fc
      .integer({ min: 0, max: (tables.toMs - tables.fromMs) / 3_600_000 - 1 })
      .map((hour) => hour * 3_600_000),
    fc.integer({ min: 0, max: tables.toMs - tables.fromMs - 1 }),
  )
  .map((ms) => tables.fromMs + ms);
const range = fc
  .tuple(
    instant,
    fc.integer({ min: 0, max: 60 * DAY_MS }),
    fc.integer({ min: 0, max: 60 * DAY_MS }),
  )
  .map(
    ([start, first, second]) =>
      [start, start + first, start + first + second].map((ms) => Math.min(ms, tables.toMs)) as [
        number,
        number,
        number,
      ],
  );

const rank: Record<State, number> = { open: 0, uncertain: 1, closed: 2 };
const bounds = (list: readonly { startMs: number; endMs: number }[]) =>
  list.map(({ startMs, endMs }) => [startMs, endMs]);

describe.each([
  ['the tables alone', tables],
  ['announcements and caller rows', changed],
])('a random target, by %s', (_, calendar) => {
  it('has segments without gaps whose neighbours differ', () => {
    fc.assert(
      fc.property(target, range, (asked, [start, , end]) => {
        const segments = calendar.segments(asked, start, end);
        expect(segments.length === 0).toBe(start === end);
        expect([start, ...segments.map((segment) => segment.endMs)]).toEqual([
          ...segments.map((segment) => segment.startMs),
          end,
        ]);
        for (const [index, segment] of segments.entries()) {
          expect(segment.endMs).toBeGreaterThan(segment.startMs);
          expect(segment.state).not.toBe(segments[index + 1]?.state);
        }
      }),
    );
  });

  it('has causes exactly in segments that are not open, and each cause touches its segment', () => {
    fc.assert(
      fc.property(target, range, (asked, [start, , end]) => {
        for (const segment of calendar.segments(asked, start, end)) {
          expect(segment.causes.length > 0).toBe(segment.state !== 'open');
          for (const cause of segment.causes) {
            expect(cause.startMs).toBeLessThan(segment.endMs);
            expect(cause.endMs).toBeGreaterThan(segment.startMs);
          }
          for (const cause of segment.undone) {
            expect(cause.startMs).toBeLessThan(segment.endMs);
            expect(cause.endMs).toBeGreaterThan(segment.startMs);
          }
          if (segment.state === 'closed')
            expect(segment.causes.some((cause) => cause.state === 'closed')).toBe(true);
        }
      }),
    );
  });

  it('has its open segments as windows, and neighbouring windows join', () => {
    fc.assert(
      fc.property(target, range, (asked, [a, b, c]) => {
        const whole = bounds(calendar.windows(asked, a, c));
        expect(whole).toEqual(
          bounds(calendar.segments(asked, a, c).filter((segment) => segment.state === 'open')),
        );
        const left = bounds(calendar.windows(asked, a, b));
        const right = bounds(calendar.windows(asked, b, c));
        const last = left.at(-1);
        const first = right[0];
        const joined =
          last && first && last[1] === first[0]
            ? [...left.slice(0, -1), [last[0], first[1]], ...right.slice(1)]
            : [...left, ...right];
        expect(joined).toEqual(whole);
      }),
    );
  });

  it('gets the same answer from every question', () => {
    fc.assert(
      fc.property(target, instant, (asked, at) => {
        const status = calendar.status(asked, at);
        const from = status.sinceMs ?? calendar.fromMs;
        const to = status.untilMs ?? calendar.toMs;
        // One millisecond more on either side: the neighbours show that the segment cannot be
        // longer.
        const around = calendar.segments(
          asked,
          Math.max(from - 1, calendar.fromMs),
          Math.min(to + 1, calendar.toMs),
        );
        const here = around.find((segment) => segment.startMs <= at && at < segment.endMs);
        expect([here?.state, here?.startMs, here?.endMs]).toEqual([status.state, from, to]);
        expect(here?.causes.map((cause) => cause.toJSON())).toEqual(
          status.causes.map((cause) => cause.toJSON()),
        );
        expect(here?.undone.map((cause) => cause.toJSON())).toEqual(
          status.undone.map((cause) => cause.toJSON()),
        );
        expect(calendar.isOpen(asked, at)).toBe(status.state === 'open');

        const ahead = calendar.segments(asked, at, Math.min(at + 40 * DAY_MS, calendar.toMs));
        const open = ahead.find((segment) => segment.state === 'open')?.startMs;
        const possible = ahead.find((segment) => segment.state !== 'closed')?.startMs;
        if (open !== undefined) expect(status.nextOpeningMs).toBe(open);
        if (possible !== undefined) expect(status.nextPossibleOpeningMs).toBe(possible);
        expect(calendar.nextOpening(asked, at)?.toMillis() ?? null).toBe(status.nextOpeningMs);
        expect(
          [status.since, status.until, status.nextOpening, status.nextPossibleOpening].map(
            (dateTime) => dateTime?.toMillis() ?? null,
          ),
        ).toEqual([
          status.sinceMs,
          status.untilMs,
          status.nextOpeningMs,
          status.nextPossibleOpeningMs,
        ]);
      }),
    );
  });

  it('has the worst state of its members in any order', () => {
    fc.assert(
      fc.property(fc.array(target, { minLength: 1, maxLength: 4 }), instant, (allOf, at) => {
        const worst = allOf
          .map((member) => calendar.status(member, at).state)
          .reduce((a, b) => (rank[a] > rank[b] ? a : b));
        expect(calendar.status({ allOf }, at).state).toBe(worst);
        expect(calendar.status({ allOf: [...allOf].reverse() }, at).toJSON()).toEqual(
          calendar.status({ allOf }, at).toJSON(),
        );
      }),
    );
  });

  it('has the same holder states as with each holder named', () => {
    fc.assert(
      fc.property(fc.constantFrom(...details), instant, ({ id }, at) => {
        for (const holder of calendar.status(id, at).holders ?? []) {
          expect(calendar.status(`${id}@${holder.server}`, at).state).toBe(holder.state);
        }
      }),
    );
  });
});
