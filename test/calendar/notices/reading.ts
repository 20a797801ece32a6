import { parseNotices } from '../../../src/calendar/notices/parse.js';
import type { AnnouncementTarget } from '../../../src/calendar/scopes.js';

/** Returns outages as `target start/end`, `?` if approximate, and the problems as `line code`. */
export function read(text: string, publishedAt: string) {
  const { announcements, notUnderstood } = parseNotices(text, { publishedAt });
  return {
    outages: announcements.map(
      ({ target, state, limit, start, end, approximate }) =>
        `${nameOf(target)}${state === 'closed' ? '' : ` ${limit ?? state}`} ${start.replace(':00+09:00', '')}/${end.replace(':00+09:00', '')}${approximate ? ' ?' : ''}`,
    ),
    problems: notUnderstood.map(({ line, reason }) => `${line} ${reason.code}`),
  };
}

const nameOf = (target: AnnouncementTarget): string =>
  typeof target === 'string' ? target : (Object.values(target)[0] as string);

/** Reads a text below a heading that says that the service stops. The lines count from the text. */
export function readBelow(text: string, publishedAt: string) {
  const { outages, problems } = read(`自己情報取得APIの停止\n${text}`, publishedAt);
  const own = problems.flatMap((problem) => {
    const [line, code] = problem.split(' ');
    return line === '1' ? [] : [`${Number(line) - 1} ${code}`];
  });
  return { outages, problems: own };
}
export const outages = (text: string, publishedAt = '2026-11-20') =>
  read(text, publishedAt).outages;
export const problems = (text: string, publishedAt = '2026-11-20') =>
  read(text, publishedAt).problems;
export const outagesBelow = (text: string, publishedAt = '2026-11-20') =>
  readBelow(text, publishedAt).outages;
export const problemsBelow = (text: string, publishedAt = '2026-11-20') =>
  readBelow(text, publishedAt).problems;
export const only = (outage: string) => ({ outages: [outage], problems: [] });
