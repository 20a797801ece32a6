export type { Announcement } from '../announcements.js';
export type { NoticedOutage } from './announce.js';
export { parseLongNotices, parseNotices } from './parse.js';
export type { NoticeProblem } from './problems.js';
export type { NoticedPeriod, Notices, NoticesOptions, NotUnderstood } from './steps.js';
