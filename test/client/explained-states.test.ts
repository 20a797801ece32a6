import { describe, expect, it } from 'vitest';
import { type Announcement, createCalendar, extendCatalog } from '../../src/calendar/index.js';
import { defineService, explain } from '../../src/index.js';
import { familyRegister } from '../kit/family-register.js';
import { loan, openBank } from '../kit/loan.js';
import { both } from './expect-texts.js';

// A holder whose hours nobody knows, and a detail that nobody holds any more.
const catalog = extendCatalog({
  ...familyRegister,
  details: [
    ...familyRegister.details,
    {
      id: 'old-allowance',
      ja: '旧手当',
      en: 'old allowance',
      category: 'household',
      holders: [{ server: 'municipal', until: '2026-04-01' }],
    },
  ],
});

const inquiries = ['point-in-time'] as const;
const items = {
  income: { detail: 'local-tax', code: 'TM00000000000002', inquiries },
  household: { detail: 'household', inquiries },
  account: { detail: 'public-funds-account', code: 'TM00000000000089', inquiries },
  pension: { detail: 'pension', inquiries },
  office: { detail: 'pension', holders: ['pension-service'], inquiries },
  injuries: { detail: 'workers-accident-compensation', inquiries },
  allowance: { detail: 'single-parent', code: 'TM00000000000016', inquiries },
  register: { detail: 'family-register', code: 'TM00000000000108', inquiries },
  gone: { detail: 'old-allowance', inquiries },
} as const;
type Key = keyof typeof items;

const NOON = '2026-10-14T12:00:00+09:00'; // a Wednesday without outages

function availabilityOf(
  keys: readonly Key[],
  said: Partial<Announcement> | undefined,
  at = NOON,
  plans: Parameters<typeof createCalendar>[0] = {},
) {
  const announced: Announcement[] = said
    ? [
        {
          id: 'a',
          target: 'all',
          state: 'closed',
          start: '2026-10-14T09:00+09:00',
          end: '2026-10-14T20:00+09:00',
          announcedAt: '2026-10-01',
          source: '案内（作例）',
          ...said,
        },
      ]
    : [];
  const service = defineService(
    { ...loan, items: Object.fromEntries(keys.map((key) => [key, items[key]])) },
    catalog,
  );
  const { client } = openBank({
    service: service as never,
    calendar: createCalendar({ ...plans, announced }, catalog) as never,
  });
  return client.availability({ at });
}

interface Row {
  readonly kind: string;
  readonly keys?: readonly Key[];
  readonly said?: Partial<Announcement>;
  readonly at?: string;
  readonly ja: string;
  readonly en: string;
}

const GO_ON = { ja: 'このままお手続きいただけます。', en: ' You can continue.' };
const account = { item: 'TM00000000000089' } as const;
const tax = { detail: 'local-tax' } as const;

const closed: readonly Row[] = [
  {
    kind: 'outside the hours of a holder',
    keys: ['office'],
    at: '2026-12-06T12:00:00+09:00',
    ja: 'ただいま情報を取得できません。理由: 日本年金機構のシステムは、運用時間外です（運用時間: 平日8時〜23時）。2026年12月7日(月) 8:00以降に、もう一度お試しください。',
    en: 'The information is not available at the moment. Reason: Japan Pension Service is outside its operating hours, 8:00 to 23:00 except weekends and holidays. Please try again after Mon 7 Dec 2026 8:00 JST.',
  },
  {
    kind: 'outside the hours of each holder',
    keys: ['injuries'],
    at: '2026-10-14T03:00:00+09:00',
    ja: 'ただいま情報を取得できません。理由: 厚生労働省（労災保険）のシステムは、運用時間外です（運用時間: 平日8時〜21時）。地方公務員災害補償基金のシステムは、運用時間外です（運用時間: 毎日8時〜21時）。2026年10月14日(水) 8:00以降に、もう一度お試しください。',
    en: "The information is not available at the moment. Reason: Ministry of Health, Labour and Welfare (workers' accident insurance) is outside its operating hours, 8:00 to 21:00 except weekends and holidays. Fund for Local Government Employees' Accident Compensation is outside its operating hours, 8:00 to 21:00 every day. Please try again after Wed 14 Oct 2026 8:00 JST.",
  },
  {
    kind: 'a planned outage of the resident registry, with single holders closed as well',
    keys: ['income', 'pension', 'household'],
    at: '2026-12-20T03:00:00+09:00',
    ja: 'ただいま情報を取得できません。理由: 住民基本台帳ネットワークは、原則として毎月第3土曜22時から翌日曜8時まで計画停止します。2026年12月21日(月) 8:00以降に、もう一度お試しください。',
    en: 'The information is not available at the moment. Reason: The national resident registry has a planned outage, in principle from 22:00 on the third Saturday of each month to 8:00 on the Sunday after it. Please try again after Mon 21 Dec 2026 8:00 JST.',
  },
  {
    kind: 'an announced stop of the whole service',
    said: {},
    ja: 'ただいま情報を取得できません。理由: マイナポータルは、停止するとのお知らせが出ています。2026年10月14日(水) 20:00以降に、もう一度お試しください。',
    en: 'The information is not available at the moment. Reason: Mynaportal has an announced outage. Please try again after Wed 14 Oct 2026 20:00 JST.',
  },
  {
    kind: 'an announced stop of a holder, at approximate times',
    said: { target: 'municipal', approximate: true },
    ja: 'ただいま情報を取得できません。理由: お住まいの市区町村のシステムは、停止するとのお知らせが出ています（時刻は目安です）。2026年10月14日(水) 20:00以降に、もう一度お試しください。',
    en: 'The information is not available at the moment. Reason: Your municipality has an announced outage (times are approximate). Please try again after Wed 14 Oct 2026 20:00 JST.',
  },
  {
    kind: 'a stop of one detail',
    keys: ['income', 'household'],
    said: { target: tax },
    ja: '地方税の情報は 10月14日(水) 20:00 まで取得できません。',
    en: 'The information (local tax) is not available until Wed 14 Oct 20:00 JST.',
  },
  {
    kind: 'a stop of one item, by the name of the item and not of its detail',
    keys: ['income', 'allowance'],
    said: { target: { item: 'TM00000000000016' } },
    ja: '児童扶養手当の情報は 10月14日(水) 20:00 まで取得できません。',
    en: 'The information (child support allowance) is not available until Wed 14 Oct 20:00 JST.',
  },
  {
    kind: 'a stop of an added item',
    keys: ['income', 'register'],
    said: { target: { item: 'TM00000000000108' } },
    ja: '戸籍関係情報は 10月14日(水) 20:00 まで取得できません。',
    en: 'The information (family register) is not available until Wed 14 Oct 20:00 JST.',
  },
  {
    kind: 'data that no holder has any more',
    keys: ['gone'],
    ja: 'ただいま情報を取得できません。理由: お住まいの市区町村は、旧手当の情報を保有していません。書類のご提出など、ほかの方法でもお手続きいただけます。',
    en: 'The information is not available at the moment. Reason: Your municipality does not hold the information (old allowance). You can also continue in another way, for example with documents.',
  },
];

const uncertain: readonly Row[] = [
  {
    kind: 'a planned outage without hours',
    keys: ['income', 'household'],
    at: '2026-12-19T12:00:00+09:00',
    ja: 'ただいま情報を取得できないことがあります。理由: 国と自治体の情報連携システムは、原則として第3土日に計画停止しますが、停止する時間帯は公表されていません。',
    en: 'The information may not be available at the moment. Reason: The data exchange between public bodies has a planned outage, in principle on the third weekend, at hours that are not published.',
  },
  {
    kind: 'holders that differ',
    keys: ['pension'],
    at: '2026-12-06T12:00:00+09:00',
    ja: '年金・日本年金機構関係の情報は、保有する機関によっては取得できないことがあります。',
    en: 'The information (pension) may not be available, depending on which office holds it.',
  },
  {
    kind: 'a holder whose hours nobody knows',
    keys: ['register'],
    ja: 'ただいま情報を取得できないことがあります。理由: 法務省のシステムは、運用時間が公表されていません。',
    en: 'The information may not be available at the moment. Reason: Ministry of Justice has not published its operating hours.',
  },
  {
    kind: 'a possible stop of the whole service',
    said: { state: 'uncertain' },
    ja: 'ただいま情報を取得できないことがあります。理由: マイナポータルは、停止する可能性があるとのお知らせが出ています。',
    en: 'The information may not be available at the moment. Reason: Mynaportal may have an outage, as announced.',
  },
  {
    kind: 'a possible stop of one detail',
    said: { state: 'uncertain', target: tax },
    ja: '地方税の情報は取得できないことがあります。',
    en: 'The information (local tax) may not be available.',
  },
  {
    kind: 'a stop of a first use',
    said: { limit: 'first-use' },
    ja: '初めてご利用の場合は、取得できないことがあります。',
    en: 'The information may not be available if you are using the service for the first time.',
  },
  {
    kind: 'a stop of a first use of one detail',
    said: { limit: 'first-use', target: tax },
    ja: '地方税の情報は、初めてご利用の場合、取得できないことがあります。',
    en: 'The information (local tax) may not be available if you are using the service for the first time.',
  },
  {
    kind: 'a stop of some sources',
    said: { limit: 'some-sources' },
    ja: '情報を保有する機関によっては、取得できないことがあります。',
    en: 'The information may not be available, depending on which office holds it.',
  },
  {
    kind: 'a stop of some sources of one item',
    said: { limit: 'some-sources', target: account },
    keys: ['account'],
    ja: '公金受取口座の情報は、保有する機関によっては、取得できないことがあります。',
    en: 'The information (public funds account) may not be available, depending on which office holds it.',
  },
  {
    kind: 'a stop of a scope that nobody could place',
    said: { limit: 'unknown-scope' },
    ja: '一部の情報は、取得できないことがあります。',
    en: 'Some of the information may not be available.',
  },
  {
    kind: 'a stop of an item where the service has no code',
    said: { target: { item: 'TM00000000000031' } },
    keys: ['office'],
    ja: '年金・日本年金機構関係の情報は取得できないことがあります。',
    en: 'The information (pension) may not be available.',
  },
];

const open: readonly Row[] = [
  {
    kind: 'the whole service is slow',
    said: { state: 'slow' },
    ja: 'ただいま情報を取得できます。マイナポータルは、通常より時間がかかるとのお知らせが出ています。',
    en: 'The information is available now. Mynaportal may be slower than usual, as announced.',
  },
  {
    kind: 'one item is slow',
    said: { state: 'slow', target: account },
    keys: ['income', 'account'],
    ja: 'ただいま情報を取得できます。公金受取口座の情報の取得に、通常より時間がかかることがあります。',
    en: 'The information is available now. The information (public funds account) may take longer than usual.',
  },
  {
    kind: 'a first use is slow',
    said: { state: 'slow', limit: 'first-use' },
    ja: 'ただいま情報を取得できます。初めてご利用の場合は、取得に通常より時間がかかることがあります。',
    en: 'The information is available now. The information may take longer than usual if you are using the service for the first time.',
  },
];

const availabilityIn = ({ keys = ['income'], said, at }: Row) => availabilityOf(keys, said, at);

describe('the words for the citizen', () => {
  it.each(closed)('say why and until when, for $kind', (row) => {
    const availability = availabilityIn(row);
    expect([availability.state, availability.mayTry]).toEqual(['closed', false]);
    expect(both(availability)).toEqual([row.ja, row.en]);
  });

  it.each(uncertain)('let the citizen go on and name no later time, for $kind', (row) => {
    const availability = availabilityIn(row);
    expect([availability.state, availability.mayTry]).toEqual(['uncertain', true]);
    expect(both(availability)).toEqual([row.ja + GO_ON.ja, row.en + GO_ON.en]);
  });

  it.each(open)('say that it works and may take long, where $kind', (row) => {
    const availability = availabilityIn(row);
    expect([availability.state, availability.mayTry]).toEqual(['open', true]);
    expect(both(availability)).toEqual([row.ja, row.en]);
  });

  it('do not mention a planned outage that a plan drops', () => {
    const plans = [{ source: '案内', from: '2026-09-01', to: '2026-10-01' }];
    const at = '2026-09-20T03:00:00+09:00';
    expect(availabilityOf(['income'], undefined, at).state).toBe('closed');
    expect(both(availabilityOf(['income'], undefined, at, { plans }))).toEqual([
      'ただいま情報を取得できます。',
      'The information is available now.',
    ]);
  });

  it('name every item that stops alone, each with its own end', () => {
    const { client } = openBank({
      service: defineService(
        { ...loan, items: { income: items.income, account: items.account, office: items.office } },
        catalog,
      ) as never,
      calendar: createCalendar(
        {
          announced: (
            [
              ['a', { detail: 'local-tax' }, '13:00'],
              ['b', account, '14:00'],
              ['c', { detail: 'pension' }, '15:00'],
            ] as const
          ).map(([id, target, end]) => ({
            id,
            target,
            state: 'closed',
            start: '2026-10-14T09:00+09:00',
            end: `2026-10-14T${end}+09:00`,
            announcedAt: '2026-10-01',
            source: '案内',
          })),
        },
        catalog,
      ) as never,
    });
    expect(explain(client.availability({ at: NOON }), 'ja')).toBe(
      '地方税の情報は 10月14日(水) 13:00 まで取得できません。公金受取口座の情報は 10月14日(水) 14:00 まで取得できません。年金・日本年金機構関係の情報は 10月14日(水) 15:00 まで取得できません。',
    );
  });
});

describe('the words for a status of the calendar alone', () => {
  it.each([
    {
      state: 'closed',
      ja: 'ただいま情報を取得できません。理由: 情報を保有する機関のシステムが、いずれも停止しています。2026年10月14日(水) 20:00以降に、もう一度お試しください。',
      en: 'The information is not available at the moment. Reason: The systems of all offices that hold the information are closed. Please try again after Wed 14 Oct 2026 20:00 JST.',
    },
    {
      state: 'uncertain',
      ja: 'ただいま情報を取得できないことがあります。理由: 情報を保有する機関のシステムが、いずれも停止している可能性があります。このままお手続きいただけます。',
      en: 'The information may not be available at the moment. Reason: The systems of all offices that hold the information may be closed. You can continue.',
    },
    {
      state: 'slow',
      ja: 'ただいま情報を取得できます。情報を保有する機関のシステムで、いずれも通常より時間がかかることがあります。',
      en: 'The information is available now. The systems of all offices that hold the information may be slower than usual.',
    },
  ] as const)('put many holders into one sentence, where each is $state', ({ state, ja, en }) => {
    const holders = [
      'municipal',
      'pension-service',
      'local-employee-accident-fund',
      'local-officials-mutual-aid',
      'national-officials-mutual-aid',
      'private-school-mutual-aid',
    ] as const;
    const calendar = createCalendar({
      announced: holders.map((target) => ({
        id: target,
        target,
        state,
        start: '2026-10-14T09:00+09:00',
        end: '2026-10-14T20:00+09:00',
        announcedAt: '2026-10-01',
        source: '案内（作例）',
      })),
    });
    expect(both(calendar.status('pension', NOON))).toEqual([ja, en]);
  });

  it('name an added detail that stops, and until when', () => {
    const calendar = createCalendar(
      {
        announced: [
          {
            id: 'a',
            target: { detail: 'family-register' },
            state: 'closed',
            start: '2026-10-17T00:00+09:00',
            end: '2026-10-19T00:00+09:00',
            announcedAt: '2026-10-01',
            source: '案内',
          },
        ],
      },
      catalog,
    );
    expect(both(calendar.status('family-register', '2026-10-17T12:00+09:00'))).toEqual([
      '戸籍の情報は 10月19日(月) 0:00 まで取得できません。',
      'The information (family register) is not available until Mon 19 Oct 0:00 JST.',
    ]);
  });

  it('give the reason that holds throughout, and not one of another month', () => {
    const status = createCalendar({}, catalog).status('family-register', NOON);
    expect(status.causes.map(({ rule }) => rule)).toContain('third-weekend');
    expect(explain(status, 'ja')).toBe(
      'ただいま情報を取得できないことがあります。理由: 法務省のシステムは、運用時間が公表されていません。このままお手続きいただけます。',
    );
  });
});
