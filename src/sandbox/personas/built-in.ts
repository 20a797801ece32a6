import { cases } from './edge-cases.js';
import { lives } from './many-holders.js';
import type { Persona } from './persona.js';
import { city, newTown, oldCity, shot, taxYear } from './sample-records.js';

/**
 * The built-in personas: invented citizens with plausible amounts and dates. The first one has the
 * name on the card of the guideline's figure 2.1-1.
 *
 * @example
 * ```ts
 * import { personas, type Persona } from 'myna-selfinfo/sandbox';
 * const jiro: Persona = { id: 'jiro', name: '見本 次郎', pin: '4649', records: {} };
 * const withJiro = [...personas, jiro];
 * ```
 */
export const personas: readonly Persona[] = [
  {
    id: 'hanako',
    name: '番号 花子',
    birthDate: '1989-03-31',
    pin: '1234',
    records: {
      'local-tax': [
        taxYear(city, 2024, [4_760_000, 3_368_000, 1_150_000, 131_500, 3_000]),
        taxYear(city, 2025, [4_980_000, 3_544_000, 1_190_000, 139_700, 3_000]),
        taxYear(city, 2026, [5_200_000, 3_720_000, 1_230_000, 147_900, 3_000]),
      ],
      household: [
        {
          ...city,
          from: '1989-04-10',
          to: '2015-06-20',
          fields: {
            異動日: '1989-04-10',
            異動事由: '出生',
            世帯主氏名: '番号 一郎',
            続柄: '子',
            世帯員数: 4,
          },
        },
        {
          ...city,
          from: '2015-06-21',
          to: '2026-05-16',
          fields: {
            異動日: '2015-06-21',
            異動事由: '世帯分離',
            世帯主氏名: '番号 花子',
            続柄: '世帯主',
            世帯員数: 1,
          },
        },
        {
          ...city,
          from: '2026-05-17',
          fields: {
            異動日: '2026-05-17',
            異動事由: '婚姻による世帯合併',
            世帯主氏名: '番号 花子',
            続柄: '世帯主',
            世帯員数: 2,
          },
        },
      ],
      vaccination: [
        shot(city, '2026-06-12', '風しん第5期', 1, 'MIHON-R501'),
        shot(city, '2026-09-18', 'B型肝炎', 1, 'MIHON-HB77'),
        shot(city, '2026-10-16', 'B型肝炎', 2, 'MIHON-HB78'),
        shot(city, '2026-11-09', 'インフルエンザ', 1, 'MIHON-IF26'),
      ],
      pension: [
        {
          server: 'pension-service',
          holder: '日本年金機構',
          from: '2011-04-01',
          fields: {
            年金種別: '厚生年金保険（加入中）',
            資格取得日: '2011-04-01',
            改定日: '2026-09-01',
            年金額: null,
          },
        },
      ],
    },
  },
  {
    id: 'taro-unfiled',
    name: '見本 太郎',
    birthDate: '1996-07-02',
    pin: '2345',
    records: {
      'local-tax': [
        taxYear(city, 2025, [2_140_000, 1_418_000, 780_000, 35_700, 3_000]),
        taxYear(city, 2026, null),
      ],
    },
  },
  { id: 'newcomer', name: '見本 新', birthDate: '2001-11-23', pin: '3456', records: {} },
  {
    id: 'mover',
    name: '見本 うつる',
    birthDate: '1978-02-14',
    pin: '4567',
    records: {
      'local-tax': [
        taxYear(oldCity, 2025, [6_020_000, 4_376_000, 1_420_000, 174_800, 3_000]),
        taxYear(oldCity, 2026, [6_110_000, 4_448_000, 1_440_000, 177_900, 3_000]),
      ],
      household: [
        {
          ...oldCity,
          from: '2009-10-01',
          to: '2026-03-20',
          fields: {
            異動日: '2009-10-01',
            異動事由: '転入',
            世帯主氏名: '見本 うつる',
            続柄: '世帯主',
            世帯員数: 3,
          },
        },
        {
          ...newTown,
          from: '2026-03-21',
          fields: {
            異動日: '2026-03-21',
            異動事由: '転入',
            世帯主氏名: '見本 うつる',
            続柄: '世帯主',
            世帯員数: 3,
          },
        },
      ],
      vaccination: [
        shot(oldCity, '2025-11-04', 'インフルエンザ', 1, 'MIHON-IF25'),
        shot(newTown, '2026-11-05', 'インフルエンザ', 1, 'MIHON-IF26'),
      ],
      'medical-insurance': [
        {
          ...oldCity,
          from: '2014-04-01',
          to: '2026-03-20',
          fields: { 保険種別: '国民健康保険', 資格取得日: '2014-04-01', 資格喪失日: '2026-03-21' },
        },
        {
          server: 'medical-insurers',
          holder: '全国健康保険協会（見本）',
          from: '2026-03-21',
          fields: { 保険種別: '健康保険', 資格取得日: '2026-03-21' },
        },
      ],
    },
  },
  {
    id: 'pensioner',
    name: '見本 松子',
    birthDate: '1951-05-05',
    pin: '5678',
    pendingPolls: 3,
    records: {
      pension: [
        {
          server: 'pension-service',
          holder: '日本年金機構',
          from: '2016-06-01',
          fields: {
            年金種別: '老齢基礎年金',
            支給開始日: '2016-06-01',
            改定日: '2026-04-01',
            年金額: 812_400,
          },
        },
        {
          server: 'local-officials-mutual-aid',
          holder: 'サンプル県市町村職員共済組合',
          from: '2016-06-01',
          fields: {
            年金種別: '老齢厚生年金',
            支給開始日: '2016-06-01',
            改定日: '2026-04-01',
            年金額: 1_036_700,
          },
        },
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
      'local-tax': [taxYear(city, 2026, [0, 749_100, 510_000, 12_800, 3_000])],
      'long-term-care': [
        {
          ...city,
          from: '2025-08-01',
          to: '2027-07-31',
          fields: {
            要介護状態区分: '要支援1',
            認定日: '2025-08-01',
            有効期間開始日: '2025-08-01',
            有効期間終了日: '2027-07-31',
          },
        },
      ],
    },
  },
  {
    id: 'unlisted',
    name: '見本 みち',
    birthDate: '1985-12-24',
    pin: '6789',
    records: {
      'local-tax': [
        {
          ...taxYear(city, 2026, [3_900_000, 2_680_000, 960_000, 101_700, 3_000]),
          extras: { new_mark: '見本の新項目' },
        },
      ],
      household: [
        {
          ...city,
          from: '2010-04-01',
          fields: {
            異動日: '2010-04-01',
            異動事由: '転入',
            世帯主氏名: '見本 みち',
            続柄: '世帯主',
            世帯員数: 1,
            新しい取得項目: '見本',
          },
        },
      ],
    },
    itemExtras: { new_item_mark: '見本' },
    unaskedItems: [
      {
        code: 'TM00000000000108',
        records: [{ holder: '法務省', asOf: '2026-01-05', fields: { 戸籍の表示: '見本' } }],
      },
    ],
  },
  ...lives,
  ...cases,
];
