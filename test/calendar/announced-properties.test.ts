import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  createCalendar,
  type DetailId,
  details,
  holdings,
  type ItemCode,
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

// Two items of local tax and of health, and one that no table has.
const items = ['TM00000000000002', 'TM00000000000082', 'TM00000000000031'] as const;

const announcement: fc.Arbitrary<Announcement> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    target: fc.constantFrom<Announcement['target']>(
      'all',
      'mynaportal',
      'juki-net',
      'municipal',
      'pension-service',
      'local-employee-accident-fund',
      { detail: 'local-tax' },
      { detail: 'pension' },
      { detail: 'health-other' },
      ...items.map((item) => ({ item })),
    ),
    state: fc.constantFrom<Announcement['state']>(
      ...(['closed', 'closed', 'open', 'open', 'uncertain', 'slow'] as const),
    ),
    limit: fc.option(fc.constantFrom('first-use', 'some-sources', 'unknown-scope'), {
      nil: undefined,
      freq: 3,
    }),
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
  .map(({ id, target, state, limit, startHour, hours, announcedDay, replaces }) => {
    const start = FROM + startHour * HOUR_MS;
    const [rule = '', month = ''] = replaces?.split(' ') ?? [];
    const fits =
      typeof target === 'string' &&
      outagesOf[target as ServerId | 'all']?.includes(rule) &&
      settles({ state, ...(limit && { limit }) });
    return {
      // Two that differ with the same id and day would be rejected.
      id: [
        id,
        JSON.stringify(target),
        state,
        limit,
        startHour,
        hours,
        replaces,
        announcedDay,
      ].join(),
      target,
      state,
      ...(limit && { limit }),
      start,
      end: start + hours * HOUR_MS,
      announcedAt: Date.parse('2026-11-01') + announcedDay * DAY_MS,
      source: 'お知らせ',
      ...(fits && { replaces: { rule, month } }),
    };
  });
const settles = ({ state, limit }: Pick<Announcement, 'state' | 'limit'>) =>
  limit === undefined && (state === 'closed' || state === 'open');
const announcements = fc.array(announcement, { maxLength: 8 });

const anyTarget = fc.oneof(
  fc.constantFrom(...details).map((detail): Target => detail.id),
  fc.constantFrom(...holdings).map(({ detail, server }): Target => `${detail}@${server}`),
  fc
    .tuple(fc.constantFrom(...holdings), fc.constantFrom(null, ...items))
    .map(([{ detail, server }, item]): Target => ({ detail: `${detail}@${server}`, item })),
  fc
    .tuple(fc.constantFrom(...details), fc.constantFrom(null, ...items))
    .map(([{ id }, item]): Target => ({ detail: id, item })),
  fc.constantFrom(...servers).map(({ id }): Target => ({ server: id })),
);

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

/** What the announcements of one scope say at an instant, and whether an open one wins. */
function announcedAt(own: readonly Announcement[], ms: number): { state: State; opens: boolean } {
  let counts: Announcement | undefined;
  let lowest: State = 'open';
  for (const one of own) {
    if (Number(one.start) > ms || Number(one.end) <= ms) continue;
    if (!settles(one)) {
      if (one.state === 'uncertain' || one.state === 'closed') lowest = 'uncertain';
    } else if (
      !counts ||
      one.announcedAt > counts.announcedAt ||
      (one.announcedAt === counts.announcedAt && one.state === 'closed')
    )
      counts = one;
  }
  return {
    state: counts?.state === 'closed' ? 'closed' : lowest,
    opens: counts?.state === 'open',
  };
}

function naive(server: ServerId, ms: number, all: readonly Announcement[]): State {
  const own = all.filter(({ target }) => target === server || target === 'all');
  const holding = (causesOfTables.get(server) ?? []).filter(
    ({ startMs, endMs }) => startMs <= ms && ms < endMs,
  );
  const hours = holding.filter(({ kind }) => kind === 'hours').map(({ state }) => state as State);
  const planned = holding
    .filter(
      ({ kind, rule, startMs }) =>
        kind === 'planned-outage' &&
        !own.some(({ replaces }) => replaces?.rule === rule && replaces.month === monthOf(startMs)),
    )
    .map(({ state }) => state as State);
  const { state, opens } = announcedAt(own, ms);
  return worst([state, ...hours, ...(opens ? [] : planned)]);
}

/** What the announcements about a detail, or about an item of it, add at one holder. */
function naiveScope(
  server: ServerId,
  ms: number,
  all: readonly Announcement[],
  has: (target: Announcement['target']) => boolean,
): State {
  const opening = all.filter(
    (one) =>
      settles(one) && one.state === 'open' && (one.target === 'all' || one.target === server),
  );
  return announcedAt([...all.filter(({ target }) => has(target)), ...opening], ms).state;
}

function naiveItem(
  detail: DetailId,
  server: ServerId,
  item: ItemCode | null | undefined,
  ms: number,
  all: readonly Announcement[],
): State {
  const ofDetail = naiveScope(
    server,
    ms,
    all,
    (target) => typeof target === 'object' && 'detail' in target && target.detail === detail,
  );
  const ofItems = items
    .filter((code) => (item === null ? mayBelongTo(code, detail) : item === code))
    .map((code) =>
      naiveScope(
        server,
        ms,
        all,
        (target) => typeof target === 'object' && 'item' in target && target.item === code,
      ),
    )
    .map((state) => (item === null && state === 'closed' ? 'uncertain' : state));
  return worst([ofDetail, ...ofItems]);
}

// The catalogue knows the details of the first two items.
function mayBelongTo(code: ItemCode, detail: DetailId): boolean {
  if (code === items[0]) return detail === 'local-tax';
  return code !== items[1] || detail === 'health-other';
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
            for (const item of [undefined, null, ...items] as const) {
              const atHolders = holdings
                .filter(({ detail }) => detail === id)
                .map(({ server }) =>
                  worst([
                    ...[...common, server].map((needed) => byServer.get(needed) as State),
                    naiveItem(id, server, item, at, announced),
                  ]),
                );
              const state = new Set(atHolders).size === 1 ? atHolders[0] : 'uncertain';
              const target = item === undefined ? id : { detail: id, item };
              if (calendar.status(target, at).state !== state) wrong.push(`${id} ${item}`);
            }
          }
          expect([new Date(at).toISOString(), wrong]).toEqual([new Date(at).toISOString(), []]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same states for any order of announcements, by createCalendar and by with', () => {
    fc.assert(
      fc.property(announcements, fc.nat(8), anyTarget, (announced, cut, target) => {
        const at = (calendar: ReturnType<typeof createCalendar>) =>
          JSON.stringify(
            calendar
              .segments(target, FROM, TO)
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

  it('never gets better when an announcement that only lowers is added', () => {
    const lowering = announcement.filter((one) => !settles(one));
    fc.assert(
      fc.property(announcements, lowering, anyTarget, (announced, added, target) => {
        const before = createCalendar({ announced });
        const after = before.with([added]);
        for (let at = FROM; at < TO; at += 7 * HOUR_MS) {
          const [was, is] = [before, after].map((each) => each.status(target, at).state);
          expect(worst([was as State, is as State])).toBe(is);
          if (was === 'closed') expect(is).toBe('closed');
        }
      }),
    );
  });

  it('has causes exactly where it is not open or slow, and names limits and scopes in them', () => {
    fc.assert(
      fc.property(announcements, anyTarget, (announced, target) => {
        const byId = new Map(announced.map((one) => [one.id, one]));
        for (const { state, causes } of createCalendar({ announced }).segments(target, FROM, TO)) {
          if (state !== 'open') expect(causes.length).toBeGreaterThan(0);
          for (const cause of causes) {
            if (state === 'open') expect(cause.state).toBe('slow');
            if (cause.source.kind !== 'announcement') continue;
            const said = byId.get(cause.source.id) as Announcement;
            expect(cause.limit).toBe(said.limit ?? null);
            if (typeof said.target === 'object')
              expect('item' in said.target ? cause.item : cause.detail).toBe(
                Object.values(said.target)[0],
              );
          }
        }
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
        fc.constantFrom<Announcement['target']>(
          'all',
          ...servers.map(({ id }) => id),
          { detail: 'local-tax' },
          { item: items[0] },
        ),
        (announced, target, about) => {
          const calendar = createCalendar({ announced });
          const far: Announcement = {
            id: 'far',
            target: about,
            state: 'closed',
            start: '2031-05-07',
            end: '2031-05-09',
            announcedAt: '2031-05-01',
            source: 'お知らせ',
          };
          const more = calendar.with([far]);
          expect(JSON.stringify(more.segments(target, FROM, TO))).toBe(
            JSON.stringify(calendar.segments(target, FROM, TO)),
          );
          expect(
            more.isOpen(
              typeof about === 'object' || about === 'all'
                ? { detail: 'local-tax', item: items[0] }
                : { server: about },
              '2031-05-07T12:00+09:00',
            ),
          ).toBe(false);
        },
      ),
      { numRuns: 30 },
    );
  });
});
