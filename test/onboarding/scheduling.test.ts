import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { formatDay, parseDay } from '../../src/foundation/time.js';
import { businessDaysOf } from '../../src/onboarding/business-days.js';
import { earliestFrom, latestUntil } from '../../src/onboarding/critical-path.js';
import { goLive } from '../../src/onboarding/lead-time-table.js';
import { leadTimesOf } from '../../src/onboarding/lead-times.js';
import { joinSteps } from '../../src/onboarding/network.js';
import { shortfallOf } from '../../src/onboarding/shortfall.js';
import { stepsOf } from '../../src/onboarding/steps.js';

const day = (text: string) => parseDay(text, 'day');
const days = businessDaysOf(createCalendar(), 'options.start');

function networkOf(given: object = {}) {
  const steps = stepsOf('onboarding');
  const { leads, handover } = leadTimesOf('onboarding', given, 'durations');
  return { ...joinSteps(steps, leads, handover, goLive), daysOf: () => days, done: new Map() };
}

describe('business days', () => {
  it('leave out weekends, holidays and the days around New Year', () => {
    expect(formatDay(days.onOrAfter(day('2026-12-29')))).toBe('2027-01-04');
    expect(formatDay(days.onOrBefore(day('2027-01-03')))).toBe('2026-12-28');
    expect(days.between(day('2026-12-28'), day('2027-01-04'))).toBe(1);
    expect(days.between(day('2027-01-04'), day('2026-12-28'))).toBe(-1);
  });

  it('take the latest of the days from which a month leads to the same day', () => {
    expect(formatDay(days.before(day('2025-02-28'), { months: 1 }))).toBe('2025-01-31');
  });
});

describe('the network of steps', () => {
  it('leaves out the steps beside another step and links the others in order', () => {
    const { tasks } = networkOf();
    expect(tasks.map(({ id }) => id)).not.toContain('A-2');
    for (const [index, { out }] of tasks.entries())
      expect(out.map(({ to }) => to)).toContain(tasks[index + 1]?.id ?? 'goal');
  });
});

describe('the earliest and the latest dates', () => {
  it('meet on the critical path of a plan from a day', () => {
    const network = networkOf();
    const { spans, goal, path } = earliestFrom(network, { start: day('2027-04-16') });
    const latest = latestUntil(network, goal);
    const last = path.at(-1) ?? 'A-18';
    expect(formatDay(goal)).toBe('2027-10-22');
    expect(latest.get(last)?.end).toBe(spans.get(last)?.end);
    for (const [id, span] of spans) expect(latest.get(id)?.end).toBeGreaterThanOrEqual(span.end);
  });
});

describe('the shortfall', () => {
  it('counts the business days from the goal to the earliest goal, and names the longest step', () => {
    const network = networkOf();
    const shortfall = shortfallOf(
      network,
      day('2027-04-01'),
      day('2026-09-29'),
      earliestFrom(network, { start: day('2026-11-24') }),
    );
    expect(shortfall).toMatchObject({
      businessDays: 40,
      requested: '2027-04-01',
      latestStart: '2026-09-29',
      binding: 'A-8',
    });
  });
});
