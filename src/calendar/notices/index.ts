export type { Announcement } from '../announcements.js';
export {
  type NoticedOutage,
  type Notices,
  type NoticesOptions,
  type NotUnderstood,
  parseNotices,
} from './parse.js';
export type { NoticeProblem } from './problems.js';
