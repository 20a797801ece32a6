import holidayJp from '@holiday-jp/holiday_jp';
import { expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';

const DAY_MS = 86_400_000;

it('a business-day server runs at noon exactly on the Mondays to Fridays that the package does not call a holiday, on each day of the span', () => {
  const calendar = createCalendar();
  const wrong: string[] = [];
  let days = 0;
  for (let noon = calendar.fromMs + DAY_MS / 2; noon < calendar.toMs; noon += DAY_MS, days++) {
    // The day's name is read in UTC after adding the nine hours of JST: no zone of the process takes part.
    const shifted = new Date(noon + 9 * 3_600_000);
    const day = shifted.toISOString().slice(0, 10);
    const expected = shifted.getUTCDay() >= 1 && shifted.getUTCDay() <= 5 && !(day in holidayJp.holidays);
    if (calendar.isOpen({ server: 'labour-standards' }, noon) !== expected) wrong.push(day);
  }
  expect(wrong).toEqual([]);
  expect(days).toBe(10_047); // 30 June 2023 to 31 December 2050: 185 days of 2023, then 27 years with 7 leap days
});

it('from 2028 on holidays are predictions, because the Cabinet Office announces them a year ahead, and the calendar says so', () => {
  expect(createCalendar().officialUntil.toISODate()).toBe('2028-01-01');
});
