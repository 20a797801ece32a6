import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  createCalendar,
  details,
  holdings,
  type ServerId,
  type State,
  servers,
  type Target,
} from '../../src/calendar/index.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FROM = Date.parse('2026-11-18T00:00:00+09:00');
// The third weekend of November 2026, the turn of a month, and the first weekend of December.
const TO = Date.parse('2026-12-08T00:00:00+09:00');

const tables = createCalendar();
const outagesOf: { readonly [S in ServerId | 'all']?: readonly string[] } = {
  all: ['third-weekend', 'june-december-weekend'],
  municipal: ['third-weekend'],
  'juki-net': ['third-weekend'],
  'local-employee-accident-fund': ['june-december-weekend'],
};

const announcement: fc.Arbitrary<Announcement> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    target: fc.constantFrom<ServerId | 'all'>(
      'all',
      'mynaportal',
      'juki-net',
      'municipal',
      'pension-service',
      'local-employee-accident-fund',
    ),
    state: fc.constantFrom<Announcement['state']>('closed', 'open'),
    startHour: fc.integer({ min: -48, max: 500 }),
    hours: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 200 })),
    announcedDay: fc.integer({ min: 0, max: 3 }),
    replaces: fc.option(
      fc.constantFrom(
        'third-weekend 2026-11',
        'third-weekend 2026-12',
        'june-december-weekend 2026-12',
      ),
      { nil: undefined, freq: 4 },
    ),
  })
  .map(({ id, target, state, startHour, hours, announcedDay, replaces }) => {
    const start = FROM + startHour * HOUR_MS;
    const [rule = '', month = ''] = replaces?.split(' ') ?? [];
    const fits = outagesOf[target]?.includes(rule);
    return {
      // Two that differ with the same id and day would be rejected.
      id: `${id} ${target} ${state} ${startHour} ${hours} ${replaces} ${announcedDay}`,
      target,
      state,
      start,
      end: start + hours * HOUR_MS,
      announcedAt: Date.parse('2026-11-01') + announcedDay * DAY_MS,
      source: 'お知らせ',
      ...(fits && { replaces: { rule, month } }),
    };
  });
const announcements = fc.array(announcement, { maxLength: 8 });

function worst(states: readonly State[]): State {
  return states.includes('closed') ? 'closed' : states.includes('uncertain') ? 'uncertain' : 'open';
}

// A second implementation: takes what the tables alone say about an hour, and applies the
// announcements to that hour only.
const causesOfTables = new Map(
  servers.map(({ id }) => [
    id,
    tables
      .segments({ server: id }, FROM - 30 * DAY_MS, TO + 30 * DAY_MS)
      .flatMap(({ causes }) => causes),
  ]),
);
const monthOf = (ms: number) => new Date(ms + 9 * HOUR_MS).toISOString().slice(0, 7);

function naive(server: ServerId, ms: number, all: readonly Announcement[]): State {
  const own = all.filter(({ target }) => target === server || target === 'all');
  const holding = (causesOfTables.get(server) ?? []).filter(
    ({ startMs, endMs }) => startMs <= ms && ms < endMs,
  );
  const hours = holding.filter(({ kind }) => kind === 'hours').map(({ state }) => state);
  const planned = holding
    .filter(
      ({ kind, rule, startMs }) =>
        kind === 'planned-outage' &&
        !own.some(({ replaces }) => replaces?.rule === rule && replaces.month === monthOf(startMs)),
    )
    .map(({ state }) => state);
  let counts: Announcement | undefined;
  for (const one of own) {
    if (Number(one.start) > ms || Number(one.end) <= ms) continue;
    if (
      !counts ||
      one.announcedAt > counts.announcedAt ||
      (one.announcedAt === counts.announcedAt && one.state === 'closed')
    )
      counts = one;
  }
  if (counts?.state === 'closed') return 'closed';
  return worst(counts ? hours : [...hours, ...planned]);
}

const common: ServerId[] = ['mynaportal', 'information-provision-network', 'juki-net'];

describe('a calendar with random announcements', () => {
  it('agrees with an hour-by-hour evaluation for every server and detail', () => {
    fc.assert(
      fc.property(announcements, (announced) => {
        const calendar = createCalendar({ announced });
        // In steps of five hours, each hour of the day is covered within five days.
        for (let at = FROM; at < TO; at += 5 * HOUR_MS) {
          const byServer = new Map(servers.map(({ id }) => [id, naive(id, at, announced)]));
          const wrong = servers
            .filter(({ id }) => calendar.status({ server: id }, at).state !== byServer.get(id))
            .map(({ id }) => id as string);
          for (const { id } of details) {
            const atHolders = holdings
              .filter(({ detail }) => detail === id)
              .map(({ server }) =>
                worst([...common, server].map((needed) => byServer.get(needed) as State)),
              );
            const state = new Set(atHolders).size === 1 ? atHolders[0] : 'uncertain';
            if (calendar.status(id, at).state !== state) wrong.push(id);
          }
          expect([new Date(at).toISOString(), wrong]).toEqual([new Date(at).toISOString(), []]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same states for any order of announcements, by createCalendar and by with', () => {
    fc.assert(
      fc.property(announcements, fc.nat(8), (announced, cut) => {
        const at = (calendar: ReturnType<typeof createCalendar>) =>
          JSON.stringify(
            calendar
              .segments('pension', FROM, TO)
              .map(({ startMs, endMs, state }) => [startMs, endMs, state]),
          );
        const together = at(createCalendar({ announced }));
        expect(at(createCalendar({ announced: [...announced].reverse() }))).toBe(together);
        expect(
          at(createCalendar({ announced: announced.slice(cut) }).with(announced.slice(0, cut))),
        ).toBe(together);
        expect(at(createCalendar({ announced: [...announced, ...announced] }))).toBe(together);
      }),
    );
  });

  it('reports as undone only what no cause of the same rule overlaps, by a known announcement', () => {
    fc.assert(
      fc.property(announcements, (announced) => {
        const calendar = createCalendar({ announced });
        for (const { id: server } of servers) {
          for (const { causes, undone } of calendar.segments({ server }, FROM, TO)) {
            for (const one of undone) {
              expect(announced.map(({ id }) => id)).toContain(one.undoneBy.id);
              expect(one.kind).not.toBe('hours');
              const same = causes.filter(
                (cause) =>
                  cause.rule === one.rule &&
                  (cause.source.kind !== 'announcement' ||
                    JSON.stringify(cause.source) === JSON.stringify(one.source)),
              );
              for (const cause of same)
                expect(cause.endMs <= one.startMs || cause.startMs >= one.endMs).toBe(true);
            }
          }
        }
      }),
    );
  });
});

const anyTarget = fc.oneof(
  fc.constantFrom(...details).map((detail): Target => detail.id),
  fc.constantFrom(...servers).map(({ id }): Target => ({ server: id })),
);

describe('calendar.with', () => {
  it('changes nothing when it adds no announcements', () => {
    fc.assert(
      fc.property(announcements, anyTarget, (announced, target) => {
        const calendar = createCalendar({ announced });
        const same = calendar.with([]);
        expect(JSON.stringify(same.segments(target, FROM, TO))).toBe(
          JSON.stringify(calendar.segments(target, FROM, TO)),
        );
        expect(JSON.stringify(same.status(target, FROM))).toBe(
          JSON.stringify(calendar.status(target, FROM)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('changes nothing when it adds an announcement far away', () => {
    fc.assert(
      fc.property(
        announcements,
        anyTarget,
        fc.constantFrom('all', ...servers.map(({ id }) => id)),
        (announced, target, about) => {
          const calendar = createCalendar({ announced });
          const far = {
            id: 'far',
            target: about,
            state: 'closed',
            start: '2031-05-07',
            end: '2031-05-09',
            announcedAt: '2031-05-01',
            source: 'お知らせ',
          } as const;
          const more = calendar.with([far]);
          expect(JSON.stringify(more.segments(target, FROM, TO))).toBe(
            JSON.stringify(calendar.segments(target, FROM, TO)),
          );
          expect(
            more.isOpen({ server: about === 'all' ? 'juki-net' : about }, '2031-05-07T12:00+09:00'),
          ).toBe(false);
        },
      ),
      { numRuns: 30 },
    );
  });
});
