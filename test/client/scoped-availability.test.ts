import { describe, expect, it } from 'vitest';
import { type Announcement, createCalendar } from '../../src/calendar/index.js';
import { defineService, explain } from '../../src/index.js';
import { loan, openBank } from '../kit/loan.js';
import { typeErrorOf } from '../kit/refusals.js';
import { both, FAR } from './expect-texts.js';

const service = defineService({
  ...loan,
  items: {
    income: { detail: 'local-tax', code: 'TM00000000000002', inquiries: ['point-in-time'] },
    account: {
      detail: 'public-funds-account',
      code: 'TM00000000000089',
      inquiries: ['point-in-time'],
    },
    pension: {
      detail: 'pension',
      holders: ['pension-service'],
      inquiries: ['point-in-time'],
    },
  },
});

const base = { announcedAt: '2026-08-20', source: '計画停止のご案内（作例）' };
const account: Announcement = {
  ...base,
  id: 'account',
  target: { item: 'TM00000000000089' },
  state: 'closed',
  start: '2026-10-13T23:50+09:00',
  end: '2026-10-14T08:00+09:00',
};
const firstUse: Announcement = {
  ...base,
  id: 'first-use',
  target: 'all',
  state: 'uncertain',
  limit: 'first-use',
  start: '2026-09-16T00:00+09:00',
  end: '2026-09-16T23:00+09:00',
};
const clientOf = (announced: readonly Announcement[], of = service) =>
  openBank({ service: of as typeof service, calendar: createCalendar({ announced }) }).client;
const statesOf = (availability: {
  readonly state: string;
  readonly items: Readonly<Record<string, { readonly state: string }>>;
}) => [availability.state, ...Object.values(availability.items).map(({ state }) => state)];

describe('the availability of items that stop alone', () => {
  it('names the item that stops, and until when, in both languages', () => {
    // Wednesday 14 October 2026, 3:00: the pension service opens at 8:00.
    const at = '2026-10-14T03:00:00+09:00';
    const { income, account: stopped } = service.items;
    const two = { ...service, items: { income, account: stopped } } as unknown as typeof service;
    const availability = clientOf([account], defineService(two as never)).availability({ at });
    expect(statesOf(availability)).toEqual(['closed', 'open', 'closed']);
    expect([availability.mayTry, availability.items.income.mayTry]).toEqual([false, true]);
    for (const value of [availability, availability.items.account])
      expect(both(value)).toEqual([
        '公金受取口座の情報は 10月14日(水) 8:00 まで取得できません。',
        'The information (public funds account) is not available until Wed 14 Oct 8:00 JST.',
      ]);
    expect(availability.items.account.name).toEqual({
      ja: '公金受取口座',
      en: 'public funds account',
    });
    expect(availability.causes.map(({ item, limit }) => [item, limit])).toEqual([
      ['TM00000000000089', null],
    ]);
  });

  it('is uncertain for an item without a code, and tells the citizen to go on', () => {
    const other = { ...account, id: 'other', target: { item: 'TM00000000000031' } } as const;
    const wide = { ...other, start: '2026-10-14T10:00+09:00', end: '2026-10-14T12:00+09:00' };
    const availability = clientOf([wide]).availability({ at: '2026-10-14T11:00:00+09:00' });
    expect(statesOf(availability)).toEqual(['uncertain', 'open', 'open', 'uncertain']);
    expect([availability.mayTry, availability.causes.map(({ rule }) => rule)]).toEqual([
      true,
      ['item-not-identified'],
    ]);
    expect(both(availability)).toEqual([
      '年金・日本年金機構関係の情報は取得できないことがあります。このままお手続きいただけます。',
      'The information (pension) may not be available. You can continue.',
    ]);
  });

  it('leaves a first use out where the host knows that the citizen has fetched before', () => {
    const client = clientOf([firstUse]);
    const at = '2026-09-16T12:00:00+09:00';
    expect(statesOf(client.availability({ at }))).toEqual([
      'uncertain',
      'uncertain',
      'uncertain',
      'uncertain',
    ]);
    expect(statesOf(client.availability({ at, firstUse: true }))[0]).toBe('uncertain');
    expect(statesOf(client.availability({ at, firstUse: false }))).toEqual([
      'open',
      'open',
      'open',
      'open',
    ]);
    expect(explain(client.availability({ at }), 'ja')).toBe(
      '初めてご利用の場合は、取得できないことがあります。このままお手続きいただけます。',
    );
    expect(explain(client.availability({ at }), 'en')).not.toContain('try again');
  });

  it('refuses a firstUse that is no boolean', async () => {
    expect(await typeErrorOf(() => clientOf([]).availability({ firstUse: 1 } as never))).toBe(
      'options.firstUse must be a boolean.',
    );
  });

  it('tells that an open service is slow', () => {
    const slow = { ...firstUse, id: 'slow', state: 'slow', limit: undefined } as const;
    const { limit: _, ...announced } = slow;
    const availability = clientOf([announced]).availability({ at: '2026-09-16T12:00:00+09:00' });
    expect(availability.state).toBe('open');
    expect(both(availability)).toEqual([
      'ただいま情報を取得できます。マイナポータルは、通常より時間がかかるとのお知らせが出ています。',
      'The information is available now. Mynaportal may be slower than usual, as announced.',
    ]);
  });
});

describe('the reasons for the citizen', () => {
  const many = defineService({
    ...loan,
    items: {
      income: { detail: 'local-tax', inquiries: ['point-in-time'] },
      pension: { detail: 'pension', inquiries: ['point-in-time'] },
      household: { detail: 'household', inquiries: ['point-in-time'] },
    },
  });
  const open = (at: string) => clientOf([], many as unknown as typeof service).availability({ at });

  it('name the resident registry that closes everything, and not single funds', () => {
    // Sunday after the third Saturday of December 2026, before 8:00.
    const text = explain(open('2026-12-20T03:00:00+09:00'), 'ja', FAR);
    expect(text).toContain('住民基本台帳ネットワーク');
    expect(text).not.toContain('共済');
    expect(text).toMatch(/2026年12月21日\(月\) 8:00以降に、もう一度お試しください。$/);
  });

  it('are one sentence when every holder is closed for itself', () => {
    const injuries = defineService({
      ...loan,
      items: {
        injuries: { detail: 'workers-accident-compensation', inquiries: ['point-in-time'] },
      },
    });
    // Both holders close at 21:00, each by its hours.
    const client = clientOf([], injuries as unknown as typeof service);
    const text = explain(client.availability({ at: '2026-12-09T22:00:00+09:00' }), 'ja', FAR);
    expect(text).toMatch(/厚生労働省.*地方公務員災害補償基金|地方公務員災害補償基金.*厚生労働省/);
    expect(text).toMatch(/2026年12月10日\(木\) 8:00以降に、もう一度お試しください。$/);
  });

  it('never tell a citizen to come back later while the state is uncertain', () => {
    // Saturday of the third weekend, noon.
    const availability = open('2026-12-19T12:00:00+09:00');
    expect([availability.state, availability.mayTry]).toEqual(['uncertain', true]);
    for (const text of both(availability)) expect(text).not.toMatch(/以降に|ほどおいて|try again/);
    expect(explain(availability, 'ja')).toMatch(/このままお手続きいただけます。$/);
  });
});
