import { parseNotices } from '../../calendar/notices/parse.js';
import type { Notices } from '../../calendar/notices/steps.js';
import type { Catalog } from '../../catalog/catalog.js';
import { isSelfInfoError } from '../../foundation/errors.js';
import { formatInstant } from '../../foundation/time.js';
import type { SandboxContext } from '../context.js';
import { checked, reasonIn } from '../problems.js';
import { noticesSchema } from './news-schemas.js';
import type { News, PublishedNotice, ReadNotice, SandboxControl } from './types.js';

/** The name under which a calendar keeps what the notices say. */
const FEED = 'notices of the sandbox control';

/** Creates the functions for announcements and notices. Both count. */
export function controlOfNews(context: SandboxContext) {
  const { calendar } = context;
  const change = (news: News): void => {
    const { announcements } = news;
    const noticed = news.notices.flatMap((notice) => notice.announcements);
    const announced = announcements.length === 0 ? calendar : calendar.with(announcements);
    context.calendar =
      noticed.length === 0 ? announced : announced.withFeed(FEED, noticed, context.clock.now());
    context.news = news;
  };
  return {
    listAnnouncements: () => context.news.announcements,
    putAnnouncements: (announcements) =>
      change({ ...context.news, announcements: structuredClone(announcements) }),
    listNotices: () => context.news.notices,
    putNotices(given) {
      checked((problems) => problems.parseList(noticesSchema, given, 'notices'));
      const notices = given.map((notice, index) => readNotice(context, notice, index));
      change({ ...context.news, notices });
      return notices;
    },
  } satisfies Partial<SandboxControl>;
}

/** Parses a notice. Each has ids of its own, so that two of them never replace each other. */
function readNotice(
  { catalog, clock }: SandboxContext,
  { text, publishedAt = formatInstant(clock.now()) }: PublishedNotice,
  index: number,
): ReadNotice {
  const options = { publishedAt, idPrefix: `notice-${index + 1}` };
  const [read] = checked((problems) => {
    try {
      return [parseNotices(text, options, catalog)];
    } catch (error) {
      if (!isSelfInfoError(error)) throw error;
      const { path = '' } = error;
      problems.add(`notices[${index}].${path.replace('options.', '')}`, reasonIn(error, path));
      return undefined;
    }
  });
  return { text, publishedAt, ...(read as Notices<Catalog>) };
}
