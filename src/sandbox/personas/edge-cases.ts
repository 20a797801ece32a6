import type { Persona } from './persona.js';
import { city, shot, taxYear } from './sample-records.js';

const pensioned = {
  server: 'pension-service',
  holder: '日本年金機構',
  from: '2019-04-01',
  fields: {
    年金種別: '老齢基礎年金',
    支給開始日: '2019-04-01',
    改定日: '2026-04-01',
    年金額: 779_300,
  },
} as const;

/** Invented citizens, each with one unusual trait. */
export const cases: readonly Persona[] = [
  {
    id: 'not-covered',
    name: '見本 そとがわ',
    birthDate: '1970-04-29',
    pin: '1001',
    records: {},
    statuses: {
      'local-tax': { status: 'not-covered' },
      household: { status: 'not-covered' },
      vaccination: { status: 'not-covered' },
    },
  },
  {
    id: 'failing',
    name: '見本 あやまり',
    birthDate: '1988-02-29',
    pin: '1002',
    records: {
      household: [
        {
          ...city,
          from: '2012-04-01',
          fields: {
            異動日: '2012-04-01',
            異動事由: '転入',
            世帯主氏名: '見本 あやまり',
            続柄: '世帯主',
            世帯員数: 1,
          },
        },
      ],
    },
    statuses: { 'local-tax': { status: 'failed', failure: 'holder_error' } },
  },
  {
    id: 'closed-city',
    name: '見本 やすみ',
    birthDate: '1965-09-15',
    pin: '1003',
    records: { 'local-tax': [taxYear(city, 2026, [3_300_000, 2_230_000, 900_000, 79_800, 3_000])] },
    closed: [{ server: 'municipal', until: '2027-01-04T08:00:00+09:00' }],
  },
  {
    id: 'one-of-two-closed',
    name: '見本 かたほう',
    birthDate: '1953-12-03',
    pin: '1004',
    records: {
      pension: [
        pensioned,
        {
          ...city,
          from: '2020-10-01',
          fields: {
            年金種別: '年金生活者支援給付金',
            支給開始日: '2020-10-01',
            改定日: '2026-04-01',
            年金額: 65_400,
          },
        },
      ],
    },
    closed: [{ server: 'pension-service' }],
  },
  {
    id: 'five-megabytes',
    name: '見本 おおい',
    birthDate: '1999-01-01',
    pin: '1005',
    records: {
      vaccination: [
        { ...shot(city, '2026-11-09', 'インフルエンザ', 1, 'MIHON-IF26'), repeat: 25_000 },
      ],
    },
  },
  {
    id: 'late-registration',
    name: '見本 おそい',
    birthDate: '2004-06-18',
    pin: '1006',
    records: {
      vaccination: [
        {
          ...shot(city, '2026-11-24', 'インフルエンザ', 1, 'MIHON-IF26'),
          registeredOn: '2026-12-15',
        },
      ],
    },
  },
  {
    id: 'another-person',
    name: '別人 一郎',
    birthDate: '1961-07-07',
    pin: '1007',
    records: {
      'local-tax': [taxYear(city, 2026, [7_400_000, 5_560_000, 1_700_000, 228_600, 3_000])],
      household: [
        {
          ...city,
          from: '1990-06-01',
          fields: {
            異動日: '1990-06-01',
            異動事由: '転入',
            世帯主氏名: '別人 一郎',
            続柄: '世帯主',
            世帯員数: 2,
          },
        },
      ],
    },
  },
  {
    id: 'locked-card',
    name: '見本 ロック',
    birthDate: '1994-03-03',
    pin: '1008',
    card: 'locked',
    records: {},
  },
  {
    id: 'expired-certificate',
    name: '見本 きげん',
    birthDate: '1981-11-11',
    pin: '1009',
    card: 'expired',
    records: {},
  },
];
