import { parseNotices } from '../../../src/calendar/notices/parse.js';

/** Returns outages as `target start/end`, `?` if approximate, and the problems as `line code`. */
export function read(text: string, publishedAt: string) {
  const { announcements, notUnderstood } = parseNotices(text, { publishedAt });
  return {
    outages: announcements.map(
      ({ target, start, end, approximate }) =>
        `${target} ${start.replace(':00+09:00', '')}/${end.replace(':00+09:00', '')}${approximate ? ' ?' : ''}`,
    ),
    problems: notUnderstood.map(({ line, reason }) => `${line} ${reason.code}`),
  };
}
export const outages = (text: string, publishedAt = '2026-11-20') =>
  read(text, publishedAt).outages;
export const problems = (text: string, publishedAt = '2026-11-20') =>
  read(text, publishedAt).problems;
export const only = (outage: string) => ({ outages: [outage], problems: [] });
