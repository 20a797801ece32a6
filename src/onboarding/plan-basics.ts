import { type Calendar, createCalendar } from '../calendar/calendar.js';
import { checkMethods } from '../foundation/options.js';
import { dayOf, parseDay } from '../foundation/time.js';

// All plans without a calendar of the caller share one.
let published: Calendar | undefined;

/** Validates the calendar (default: the published one) and `today` (default: today in Japan). */
export function readBasics(options: { readonly calendar?: Calendar; readonly today?: string }): {
  calendar: Calendar;
  today: number;
} {
  if (options.calendar !== undefined) {
    checkMethods(options.calendar, 'options.calendar', ['isHoliday']);
    if (!Number.isFinite(options.calendar.fromMs) || !Number.isFinite(options.calendar.toMs))
      throw new TypeError('options.calendar must be a calendar.');
  }
  published ??= createCalendar();
  const today =
    options.today === undefined ? dayOf(Date.now()) : parseDay(options.today, 'options.today');
  return { calendar: options.calendar ?? published, today };
}
