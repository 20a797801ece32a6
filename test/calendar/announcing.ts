import type { DateTime } from 'luxon';
import type { Announcement, Calendar, Cause, Target } from '../../src/calendar/index.js';

/** Formats a JST day or minute as an instant. */
export const jst = (text: string) => `${text}${text.length === 10 ? 'T00:00' : ''}:00+09:00`;
export const show = (dateTime: DateTime | null) => dateTime?.toFormat("yyyy-MM-dd'T'HH:mm") ?? null;

/** Builds an announcement; fields that the test does not care about get a default. */
export function announce(
  target: Announcement['target'],
  state: Announcement['state'],
  start: string,
  end: string,
  more: Partial<Announcement> = {},
): Announcement {
  return {
    id: `${typeof target === 'string' ? target : JSON.stringify(target)} ${state} ${start}`,
    target,
    state,
    start: jst(start),
    end: jst(end),
    announcedAt: jst('2023-07-01'),
    source: 'お知らせ',
    ...more,
  };
}

export const segmentsOf = (calendar: Calendar, target: Target, start: string, end: string) =>
  calendar
    .segments(target, start, end)
    .map((segment) => `${segment.state} ${show(segment.start)} ${show(segment.end)}`);
export const listed = (causes: readonly Cause[]) =>
  causes.map(
    (cause) =>
      `${cause.server} ${cause.rule} ${cause.state} ${show(cause.start)} ${show(cause.end)}`,
  );
