import type { DateTime } from 'luxon';
import { createCalendar, type Segment, type Target } from '../../src/calendar/index.js';

export const calendar = createCalendar();
export const jst = (text: string) => `${text}:00+09:00`;
export const show = (dateTime: DateTime | null) => dateTime?.toFormat("yyyy-MM-dd'T'HH:mm") ?? null;
const lines = (segments: readonly Segment[]) =>
  segments.map((segment) => `${segment.state} ${show(segment.start)} ${show(segment.end)}`);
export const segmentsOf = (target: Target, start: string, end: string) =>
  lines(calendar.segments(target, start, end));
export const causesAt = (target: Target, at: string) =>
  calendar
    .status(target, jst(at))
    .causes.map(
      (cause) =>
        `${cause.server} ${cause.rule} ${cause.state} ${show(cause.start)} ${show(cause.end)}`,
    );
