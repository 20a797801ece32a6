import holidayJp from '@holiday-jp/holiday_jp';
import { expect, it } from 'vitest';
import {
  createCalendar,
  type DetailId,
  details,
  holdings,
  type ServerId,
  type State,
  servers,
  type Target,
} from '../../src/calendar/index.js';

// A second evaluator, built the other way round: it asks each hour of five years what holds in it,
// straight from the tables of chapter 2.5, and knows nothing of intervals, edges or years. Every
// edge of the tables lies on a full hour.

const HOUR_MS = 3_600_000;
const FROM = Date.parse('2024-01-01T00:00:00+09:00');
const TO = Date.parse('2029-01-01T00:00:00+09:00');

interface Hour {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly weekday: string;
  readonly businessDay: boolean;
  readonly lastDayOfMonth: number;
  readonly monthOfYesterday: number;
}

function hourAt(ms: number): Hour {
  const jst = new Date(ms + 9 * HOUR_MS);
  const yesterday = new Date(ms - 15 * HOUR_MS);
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][jst.getUTCDay()] as string;
  return {
    month: jst.getUTCMonth() + 1,
    day: jst.getUTCDate(),
    hour: jst.getUTCHours(),
    weekday,
    businessDay:
      !weekday.startsWith('S') && !(jst.toISOString().slice(0, 10) in holidayJp.holidays),
    lastDayOfMonth: new Date(Date.UTC(jst.getUTCFullYear(), jst.getUTCMonth() + 1, 0)).getUTCDate(),
    monthOfYesterday: yesterday.getUTCMonth() + 1,
  };
}

interface NaiveRule {
  readonly server: ServerId;
  readonly rule: string;
  readonly state: State;
  readonly holds: (at: Hour) => boolean;
}

// The third Saturday is one of the days 15 to 21, so the Sunday after it is one of 16 to 22.
const thirdSaturday = (at: Hour) => at.weekday === 'Sat' && at.day >= 15 && at.day <= 21;
const sundayAfterIt = (at: Hour) => at.weekday === 'Sun' && at.day >= 16 && at.day <= 22;
const thirdWeekend = (at: Hour) => thirdSaturday(at) || sundayAfterIt(at);
const notBetween = (from: number, to: number) => (at: Hour) => at.hour < from || at.hour >= to;
const notOnBusinessDays = (from: number, to: number) => (at: Hour) =>
  !at.businessDay || at.hour < from || at.hour >= to;
const juneOrDecember = (month: number) => month === 6 || month === 12;

const rules: readonly NaiveRule[] = [
  {
    server: 'information-provision-network',
    rule: 'third-weekend',
    state: 'uncertain',
    holds: thirdWeekend,
  },
  {
    server: 'juki-net',
    rule: 'third-weekend',
    state: 'closed',
    holds: (at) => (thirdSaturday(at) && at.hour >= 22) || (sundayAfterIt(at) && at.hour < 8),
  },
  {
    server: 'juki-net',
    rule: 'year-end',
    state: 'closed',
    holds: ({ month, day, hour }) =>
      (month === 12 && (day > 28 || (day === 28 && hour >= 21))) ||
      (month === 1 && (day < 4 || (day === 4 && hour < 8))),
  },
  { server: 'municipal', rule: 'third-weekend', state: 'uncertain', holds: thirdWeekend },
  {
    server: 'local-employee-accident-fund',
    rule: 'daily-hours',
    state: 'closed',
    holds: notBetween(8, 21),
  },
  {
    server: 'local-employee-accident-fund',
    rule: 'june-december-weekend',
    state: 'uncertain',
    holds: (at) =>
      (at.weekday === 'Sat' && juneOrDecember(at.month)) ||
      (at.weekday === 'Sun' && juneOrDecember(at.monthOfYesterday)),
  },
  { server: 'employment-security', rule: 'daily-hours', state: 'closed', holds: notBetween(7, 22) },
  {
    server: 'medical-insurers',
    rule: 'business-day-hours',
    state: 'closed',
    holds: notOnBusinessDays(8, 21),
  },
  {
    server: 'local-officials-mutual-aid',
    rule: 'business-day-hours',
    state: 'closed',
    holds: notOnBusinessDays(8, 21),
  },
  {
    server: 'national-officials-mutual-aid',
    rule: 'business-day-hours',
    state: 'closed',
    holds: notOnBusinessDays(8, 21),
  },
  {
    server: 'national-officials-mutual-aid',
    rule: 'second-friday-night',
    state: 'uncertain',
    // The second Friday is one of the days 8 to 14; the morning after it is on one of 9 to 15.
    holds: ({ weekday, day, hour }) =>
      (weekday === 'Fri' && day >= 8 && day <= 14 && hour >= 18) ||
      (weekday === 'Sat' && day >= 9 && day <= 15 && hour < 6),
  },
  {
    server: 'private-school-mutual-aid',
    rule: 'business-day-hours',
    state: 'closed',
    holds: notOnBusinessDays(8, 21),
  },
  {
    server: 'private-school-mutual-aid',
    rule: 'last-saturday',
    state: 'uncertain',
    holds: (at) => at.weekday === 'Sat' && at.day + 7 > at.lastDayOfMonth,
  },
  {
    server: 'labour-standards',
    rule: 'business-day-hours',
    state: 'closed',
    holds: notOnBusinessDays(8, 21),
  },
  {
    server: 'pension-service',
    rule: 'business-day-hours',
    state: 'closed',
    holds: notOnBusinessDays(8, 23),
  },
];

const hours = Array.from({ length: (TO - FROM) / HOUR_MS }, (_, index) =>
  hourAt(FROM + index * HOUR_MS),
);
const holding = rules.map((rule) => hours.map(rule.holds));

function worst(states: readonly State[]): State {
  return states.includes('closed') ? 'closed' : states.includes('uncertain') ? 'uncertain' : 'open';
}

const byServer = new Map<ServerId, State[]>(
  servers.map(({ id }) => {
    const own = rules.flatMap((rule, index) => (rule.server === id ? [index] : []));
    return [
      id,
      hours.map((_, hour) =>
        worst(
          own
            .filter((index) => holding[index]?.[hour])
            .map((index) => rules[index]?.state as State),
        ),
      ),
    ];
  }),
);

function atHolder(server: ServerId, hour: number): State {
  const needed: ServerId[] = ['mynaportal', 'information-provision-network', 'juki-net', server];
  return worst(needed.map((id) => byServer.get(id)?.[hour] as State));
}

function ofDetail(detail: DetailId, hour: number): State {
  const states = new Set(
    holdings.filter((row) => row.detail === detail).map((row) => atHolder(row.server, hour)),
  );
  return states.size === 1 ? ([...states][0] as State) : 'uncertain';
}

/** Groups equal values as `value start end`. */
function runs(values: readonly string[]): string[] {
  const found: string[] = [];
  for (let start = 0, hour = 1; hour <= values.length; hour++) {
    if (values[hour] === values[start]) continue;
    found.push(`${values[start]} ${FROM + start * HOUR_MS} ${FROM + hour * HOUR_MS}`);
    start = hour;
  }
  return found;
}

const calendar = createCalendar();

function differences(target: Target, expected: readonly State[]): string[] {
  const ours = calendar
    .segments(target, FROM, TO)
    .map((segment) => `${segment.state} ${segment.startMs} ${segment.endMs}`);
  const theirs = runs(expected);
  if (ours.join() === theirs.join()) return [];
  const first = ours.findIndex((line, index) => line !== theirs[index]);
  return [`${JSON.stringify(target)}: ours ${ours[first]}, expected ${theirs[first]}`];
}

it('every server alone agrees with an hour-by-hour evaluation of the tables over five years', () => {
  expect(
    servers.flatMap(({ id }) => differences({ server: id }, byServer.get(id) as State[])),
  ).toEqual([]);
});

it('every detail at every holder agrees with an hour-by-hour evaluation of the tables over five years', () => {
  expect(
    holdings.flatMap(({ detail, server }) =>
      differences(
        `${detail}@${server}`,
        hours.map((_, hour) => atHolder(server, hour)),
      ),
    ),
  ).toEqual([]);
});

it('every detail agrees with an hour-by-hour evaluation of the tables over five years', () => {
  expect(
    details.flatMap(({ id }) =>
      differences(
        id,
        hours.map((_, hour) => ofDetail(id, hour)),
      ),
    ),
  ).toEqual([]);
});

it('each segment lists the causes of an hour-by-hour evaluation, each with its whole span', () => {
  const expected = rules.flatMap((rule, index) =>
    runs((holding[index] as boolean[]).map(String)).flatMap((line) => {
      const [holds, start, end] = line.split(' ');
      return holds === 'true'
        ? [
            {
              server: rule.server,
              name: `${rule.server} ${rule.rule} ${rule.state}`,
              start: Number(start),
              end: Number(end),
            },
          ]
        : [];
    }),
  );
  const wrong: string[] = [];
  // One year, away from the ends of the evaluated time, so that no span is cut by them.
  const [start, end] = ['2026-12-01', '2027-12-01'] as const;
  for (const target of [
    'local-tax',
    'pension@national-officials-mutual-aid',
    'health-other',
    'pension',
  ] as const) {
    const detail = target.split('@')[0];
    const holders = target.includes('@')
      ? [target.split('@')[1]]
      : holdings.filter((row) => row.detail === detail).map((row) => row.server);
    const needed = expected.filter((cause) =>
      ['mynaportal', 'information-provision-network', 'juki-net', ...holders].includes(
        cause.server,
      ),
    );
    for (const segment of calendar.segments(target, start, end)) {
      const ours = segment.causes
        .filter((cause) => cause.kind !== 'holder')
        .map(
          (cause) => `${cause.server} ${cause.rule} ${cause.state} ${cause.startMs} ${cause.endMs}`,
        );
      const theirs = needed
        .filter((cause) => cause.start < segment.endMs && cause.end > segment.startMs)
        .map((cause) => `${cause.name} ${cause.start} ${cause.end}`);
      if (ours.sort().join() !== theirs.sort().join())
        wrong.push(`${target} ${segment.start.toISO()}: ours ${ours}, expected ${theirs}`);
    }
  }
  expect(wrong).toEqual([]);
});
