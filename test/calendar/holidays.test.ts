import holidayJp from '@holiday-jp/holiday_jp';
import DateHolidays from 'date-holidays';
import japaneseHolidays from 'japanese-holidays';
import { describe, expect, it } from 'vitest';
import {
  FIRST_HOLIDAY_YEAR,
  holidayRows,
  LAST_OFFICIAL_YEAR,
} from '../../src/calendar/holidays.js';
import { createCalendar } from '../../src/calendar/index.js';

const DAY_MS = 86_400_000;
const years = holidayRows.map((_, index) => FIRST_HOLIDAY_YEAR + index);
const ours = years.flatMap((year, index) =>
  (holidayRows[index] as string)
    .split(' ')
    .map((day) => `${year}-${day.slice(0, 2)}-${day.slice(2)}`),
);

function differences(theirs: readonly string[]): { onlyOurs: string[]; onlyTheirs: string[] } {
  return {
    onlyOurs: ours.filter((day) => !theirs.includes(day)),
    onlyTheirs: theirs.filter((day) => !ours.includes(day)),
  };
}

describe('the holiday table, from 2023 to 2050', () => {
  it('equals the package from which it is generated', () => {
    const theirs = Object.keys(holidayJp.holidays).filter((day) =>
      years.includes(Number(day.slice(0, 4))),
    );
    expect(differences(theirs)).toEqual({ onlyOurs: [], onlyTheirs: [] });
    // There are sixteen named holidays; substitutes are extra.
    expect(ours.length).toBeGreaterThan(16 * 28);
  });

  it('equals japanese-holidays on every day', () => {
    const two = (part: number) => String(part).padStart(2, '0');
    const theirs = years.flatMap((year) =>
      japaneseHolidays
        .getHolidaysOf(year, true)
        .map(({ month, date }) => `${year}-${two(month)}-${two(date)}`),
    );
    expect(differences(theirs)).toEqual({ onlyOurs: [], onlyTheirs: [] });
  });

  it("equals date-holidays on every day except two citizens' holidays that it misses", () => {
    const japan = new DateHolidays('JP');
    const theirs = years.flatMap((year) =>
      japan
        .getHolidays(year)
        .flatMap(({ date, type }) => (type === 'public' ? [date.slice(0, 10)] : [])),
    );
    // Tuesdays between the third Monday of September (20 September) and an autumn equinox on the
    // 22nd.
    expect(differences(theirs)).toEqual({ onlyOurs: ['2032-09-21', '2049-09-21'], onlyTheirs: [] });
  });

  it('is official to the end of 2027 and a prediction from 2028 on', () => {
    expect(LAST_OFFICIAL_YEAR).toBe(2027);
    expect(createCalendar().officialUntil.toISODate()).toBe('2028-01-01');
  });
});

it('opens a business-day server at noon exactly on Mondays to Fridays that are not holidays', () => {
  const calendar = createCalendar();
  const wrong: string[] = [];
  let days = 0;
  for (let noon = calendar.fromMs + DAY_MS / 2; noon < calendar.toMs; noon += DAY_MS, days++) {
    // The weekday is read in UTC after adding nine hours, so the zone of the process has no effect.
    const shifted = new Date(noon + 9 * 3_600_000);
    const day = shifted.toISOString().slice(0, 10);
    const expected =
      shifted.getUTCDay() >= 1 && shifted.getUTCDay() <= 5 && !(day in holidayJp.holidays);
    if (calendar.isOpen({ server: 'labour-standards' }, noon) !== expected) wrong.push(day);
  }
  expect(wrong).toEqual([]);
  expect(days).toBe(10_047); // 30 June 2023 to 31 December 2050: 185 days of 2023, then 27 years with 7 leap days
});
