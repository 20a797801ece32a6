import type { Announcement } from '../../src/calendar/index.js';
import { announce, jst } from './announcing.js';

/** The items numbered 31 and 87, and the family register, which are in no table. */
export const item31 = 'TM00000000000031';
const item87 = 'TM00000000000087';
export const familyRegister = 'TM00000000000108';
export const account = 'TM00000000000089';

const more = { announcedAt: jst('2026-08-20'), source: '計画停止のご案内（作例）' };
const stop = (item: string, start: string, end: string): Announcement =>
  announce({ item: item as typeof item31 }, 'closed', start, end, {
    ...more,
    id: `${item} ${start}`,
  });
const firstUse = (start: string, end: string): Announcement =>
  announce('all', 'uncertain', start, end, { ...more, limit: 'first-use' });

/** What was announced for September and October 2026, in words of our own. */
export const practice: readonly Announcement[] = [
  stop(familyRegister, '2026-09-05', '2026-09-07'),
  stop(item31, '2026-09-05T21:00', '2026-09-06T08:00'),
  stop(item87, '2026-09-05T21:00', '2026-09-06T08:00'),
  stop(item31, '2026-09-12T21:00', '2026-09-13T08:00'),
  stop(item87, '2026-09-12T21:00', '2026-09-13T08:00'),
  stop(familyRegister, '2026-09-19T09:00', '2026-09-21'),
  firstUse('2026-09-20', '2026-09-20T08:00'),
  stop(familyRegister, '2026-10-03', '2026-10-05'),
  announce('all', 'uncertain', '2026-10-10T17:00', '2026-10-12', {
    ...more,
    limit: 'some-sources',
  }),
  announce({ detail: 'public-funds-account' }, 'closed', '2026-10-13T23:50', '2026-10-14T08:00', {
    ...more,
    id: 'account',
  }),
  stop(familyRegister, '2026-10-17', '2026-10-19'),
];
