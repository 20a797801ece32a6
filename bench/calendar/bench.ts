import { deepStrictEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type Announcement, createCalendar, holdings, type Target } from 'myna-selfinfo/calendar';
import { type Contender, median, race, type Timing } from '../rounds.js';
import {
  BY_EDGE,
  BY_HOUR,
  fullAnswer,
  isOpen,
  LUXON,
  nextOpening,
  OPENING_HOURS,
  OURS,
  oneHolder,
  rows,
  state,
  subjects,
  windows,
} from './contenders.js';
import { unknownHolidays } from './opening-hours.js';

const HOUR_MS = 3_600_000;
const ROUNDS = 31;
const FEW_ROUNDS = 5;
const COLD_STARTS = 9;
const CHECKED_INPUTS = 64;

const { fromMs, toMs } = createCalendar();
const jst = (day: string) => Date.parse(`${day}T00:00:00+09:00`);
// A year without a holiday that opening_hours does not know.
const year = { start: jst('2027-01-01'), end: jst('2028-01-01') };
const twentyYears = { start: jst('2024-01-01'), end: jst('2044-01-01') };

/** Asserts that all contenders give the same answers, then measures them. */
export function run(): void {
  assertSameStates();
  const instants = sample(4096, year.start, year.end);
  const figures: string[] = [];
  for (const subject of subjects) {
    const toOpen = compare(`isOpen(${subject.title})`, isOpen(subject), instants);
    const toState = compare(`status(${subject.title}).state`, state(subject), instants);
    const [full] = compare(
      `status(${subject.title}), all of it with its causes read`,
      fullAnswer(subject),
      instants,
    );
    compare(`first opening of ${subject.title}`, nextOpening(subject), instants, FEW_ROUNDS);
    figures.push(
      `isOpen(${subject.title}): ${besideIntegers(toOpen)} (wanted: at most 2x); ${besideLibraries(toOpen)} (wanted: 100x)`,
      `status(${subject.title}).state: ${besideIntegers(toState)} (wanted: at most 3x); ${besideLibraries(toState)} (wanted: 100x)`,
      `status(${subject.title}) in full: ${digits(1e3 / (full as Timing).nanoseconds)} million/s (wanted: 0.5)`,
    );
  }
  compare(`windows(${oneHolder.title}) of 2027`, windows([oneHolder]), [year], FEW_ROUNDS);
  // With luxon this would take minutes.
  const withoutLuxon = windows(rows).filter(({ name }) => !LUXON.includes(name));
  const [warm, cold] = compare(`windows of all ${rows.length} rows in 2027`, withoutLuxon, [
    year,
  ]) as [Timing, Timing];
  figures.push(
    `windows of all ${rows.length} rows: ${duration(warm.nanoseconds)}, of a calendar just made ${duration(cold.nanoseconds)} (wanted: at most 5 ms)`,
  );
  printScoped(instants);
  printColdStart();
  printFlatness();
  console.log(`\nFigures\n  ${figures.join('\n  ')}`);
}

function assertSameStates(): void {
  const every = Array.from(
    { length: (toMs - fromMs) / HOUR_MS },
    (_, hour) => fromMs + hour * HOUR_MS,
  );
  const edges = every.flatMap((ms) => [ms, ms + HOUR_MS - 1]);
  const sampled = sample(2000, fromMs, toMs);
  const known = sampled.filter(
    (ms) => !unknownHolidays.includes(new Date(ms + 9 * HOUR_MS).toISOString().slice(0, 10)),
  );
  for (const subject of [...subjects, ...rows]) {
    for (const contender of state(subject).slice(1)) {
      const instants = contender.name.startsWith('integers')
        ? edges
        : contender.name === OPENING_HOURS
          ? known
          : sampled;
      assertSame(subject.title, state(subject)[0] as Contender<number>, contender, instants);
    }
  }
  console.log(
    `The same states from all: the integers at every hour from ${day(fromMs)} to ${day(toMs)}, the others at ${sampled.length} instants in between`,
  );
  console.log(
    `(${OPENING_HOURS} not on ${unknownHolidays.join(', ')}, holidays it does not know).`,
  );
}

function assertSame<Input>(
  question: string,
  expected: Contender<Input>,
  actual: Contender<Input>,
  inputs: readonly Input[],
): void {
  for (const input of inputs) {
    deepStrictEqual(
      actual.ask(input),
      expected.ask(input),
      `${question} at ${JSON.stringify(input)}: ${actual.name} differs from ${expected.name}`,
    );
  }
}

function compare<Input>(
  question: string,
  contenders: readonly Contender<Input>[],
  inputs: readonly Input[],
  rounds = ROUNDS,
): Timing[] {
  const [first, ...others] = contenders as [Contender<Input>, ...Contender<Input>[]];
  for (const other of others) assertSame(question, first, other, inputs.slice(0, CHECKED_INPUTS));
  const timings = race(contenders, inputs, rounds);
  print(question, timings);
  return timings;
}

function besideIntegers(timings: readonly Timing[]): string {
  return [BY_EDGE, BY_HOUR]
    .map((wanted) => `${digits(1 / ratioOf(timings, wanted))}x ${wanted}`)
    .join(', ');
}

function besideLibraries(timings: readonly Timing[]): string {
  return [...LUXON, OPENING_HOURS]
    .map((wanted) => `${wanted} ${digits(ratioOf(timings, wanted))}x`)
    .join(', ');
}

function ratioOf(timings: readonly Timing[], wanted: string): number {
  return (timings.find(({ name }) => name === wanted) as Timing).ratio;
}

function print(question: string, timings: readonly Timing[]): void {
  console.log(`\n${question}`);
  for (const { name, nanoseconds, ratio } of timings) {
    console.log(
      `  ${name.padEnd(38)} ${duration(nanoseconds).padStart(10)} ${perSecond(nanoseconds).padStart(16)} ${`${digits(ratio)}x`.padStart(10)}`,
    );
  }
}

/** Prints what 1,000 announcements about single details and items add to a look-up. */
function printScoped(instants: readonly number[]): void {
  const scoped = Array.from({ length: 1_000 }, (_, index): Announcement => {
    const start = year.start + ((index * 7_919) % 8_760) * HOUR_MS;
    return {
      id: `scoped ${index}`,
      target:
        index % 2 === 0
          ? { item: `TM${String(index % 100).padStart(14, '0')}` }
          : { detail: index % 4 === 1 ? 'local-tax' : 'pension' },
      state: index % 3 === 0 ? 'uncertain' : 'closed',
      start,
      end: start + 3 * HOUR_MS,
      announcedAt: year.start,
      source: 'bench',
    };
  });
  const calendars = [
    ['none announced', createCalendar()],
    ['1,000 announced for details and items', createCalendar({ announced: scoped })],
  ] as const;
  for (const target of [
    'pension@pension-service',
    { detail: 'pension', item: 'TM00000000000064' },
  ] satisfies Target[]) {
    const contenders = calendars.map(([name, calendar]) => ({
      name,
      ask: (ms: number) => calendar.isOpen(target, ms),
    }));
    print(`isOpen(${JSON.stringify(target)})`, race(contenders, instants, ROUNDS));
  }
}

/** Prints the time of a cold start, in a new process, where nothing is compiled or computed yet. */
function printColdStart(): void {
  const script = `
    import { createCalendar } from 'myna-selfinfo/calendar';
    const targets = ${JSON.stringify(holdings.map(({ detail, server }) => `${detail}@${server}`))};
    const before = process.cpuUsage();
    const calendar = createCalendar();
    for (const target of targets) calendar.windows(target, ${year.start}, ${year.end});
    const { user, system } = process.cpuUsage(before);
    console.log(user + system);`;
  const samples = Array.from({ length: COLD_STARTS }, () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    );
    if (!stdout) throw new Error(stderr);
    return Number(stdout);
  });
  console.log(
    `\nthe same as the first thing in a new process, after import\n  ${OURS.padEnd(38)} ${duration(median(samples) * 1e3).padStart(10)}`,
  );
}

function printFlatness(): void {
  console.log('\nthe same question, its instants from one year or from twenty');
  const instants = [
    sample(4096, year.start, year.end),
    sample(4096, twentyYears.start, twentyYears.end),
  ] as const;
  for (const [name, question] of [
    ['isOpen', isOpen],
    ['status().state', state],
  ] as const) {
    for (const wanted of [OURS, BY_HOUR, BY_EDGE]) {
      const { ask } = question(oneHolder).find(({ name }) => name === wanted) as Contender<number>;
      // Both in the same rounds, each with its own instants.
      const [one, twenty] = race(
        instants.map((list) => ({
          name: wanted,
          ask: (index: number) => ask(list[index] as number),
        })),
        [...instants[0].keys()],
        ROUNDS,
      ) as [Timing, Timing];
      const times = `${duration(one.nanoseconds)} -> ${duration(twenty.nanoseconds)}`;
      console.log(
        `  ${`${wanted}, ${name}`.padEnd(42)} ${times.padStart(23)} ${`${digits(twenty.ratio)}x`.padStart(10)}`,
      );
    }
  }
}

/** Returns random instants of an interval, the same in each run. */
function sample(count: number, start: number, end: number): number[] {
  let seed = 1;
  return Array.from({ length: count }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return start + Math.floor((seed / 2_147_483_647) * (end - start));
  });
}

function day(ms: number): string {
  return new Date(ms + 9 * HOUR_MS).toISOString().slice(0, 10);
}

function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${digits(nanoseconds)} ns`;
  return nanoseconds < 1e6 ? `${digits(nanoseconds / 1e3)} us` : `${digits(nanoseconds / 1e6)} ms`;
}

function perSecond(nanoseconds: number): string {
  return `${Math.round(1e9 / nanoseconds).toLocaleString('en')}/s`;
}

function digits(value: number): string {
  return value < 10
    ? value.toFixed(2)
    : value < 100
      ? value.toFixed(1)
      : Math.round(value).toLocaleString('en');
}
