import type { Persona } from './persona.js';
import { city, taxYear } from './sample-records.js';

/**
 * Invented citizens with records at many holders. Together with the other personas they cover every
 * detail.
 */
export const lives: readonly Persona[] = [
  {
    id: 'single-mother',
    name: '見本 はは',
    birthDate: '1992-08-08',
    pin: '1122',
    records: {
      'local-tax': [taxYear(city, 2026, [1_980_000, 1_306_000, 1_130_000, 8_200, 3_000])],
      household: [
        {
          ...city,
          from: '2024-10-01',
          fields: {
            異動日: '2024-10-01',
            異動事由: '転入',
            世帯主氏名: '見本 はは',
            続柄: '世帯主',
            世帯員数: 3,
          },
        },
      ],
      'childcare-support': [
        {
          ...city,
          from: '2019-06-01',
          to: '2024-09-30',
          fields: {
            手当種別: '児童手当',
            支給開始年月: '201906',
            支給終了年月: '202409',
            児童数: 1,
            支給月額: 15_000,
          },
        },
        // Open-ended: the month of the end is missing.
        {
          ...city,
          from: '2024-10-01',
          fields: { 手当種別: '児童手当', 支給開始年月: '202410', 児童数: 2, 支給月額: 25_000 },
        },
      ],
      'single-parent': [
        {
          ...city,
          from: '2025-01-01',
          to: '2025-10-31',
          fields: {
            手当種別: '児童扶養手当',
            支給開始年月: '202501',
            支給終了年月: '202510',
            支給区分: '全部支給',
            支給月額: 56_250,
          },
        },
        {
          ...city,
          from: '2025-11-01',
          fields: {
            手当種別: '児童扶養手当',
            支給開始年月: '202511',
            支給区分: '一部支給',
            支給月額: 31_480,
          },
        },
      ],
      'maternal-child-health': [
        {
          ...city,
          asOf: '2023-09-11',
          fields: {
            届出種別: '妊娠の届出',
            届出日: '2023-09-11',
            妊娠週数: 9,
            分娩予定日: '2024-04-14',
          },
        },
      ],
      'education-support': [
        {
          ...city,
          fiscalYear: 2026,
          fields: { 年度: '2026', 支援種別: '就学援助', 認定区分: '準要保護', 支給額: 64_300 },
        },
      ],
      'childcare-other': [
        {
          ...city,
          from: '2026-04-01',
          to: '2027-03-31',
          fields: {
            給付種別: '子どものための教育・保育給付',
            認定区分: '3号',
            有効期間開始日: '2026-04-01',
            有効期間終了日: '2027-03-31',
            自己負担上限月額: 9_000,
          },
        },
      ],
    },
  },
  {
    id: 'supported',
    name: '見本 ささえ',
    birthDate: '1944-01-20',
    pin: '2233',
    records: {
      'disability-welfare': [
        {
          ...city,
          from: '2018-05-10',
          fields: { 手帳種別: '身体障害者手帳', 等級: '3級', 交付日: '2018-05-10' },
        },
      ],
      'public-assistance': [
        {
          ...city,
          from: '2021-02-01',
          to: '2023-11-30',
          fields: {
            扶助種別: '生活扶助',
            開始日: '2021-02-01',
            廃止日: '2023-12-01',
            支給月額: 71_460,
          },
        },
        {
          server: 'pension-service',
          holder: '日本年金機構',
          from: '2023-12-01',
          fields: { 扶助種別: '特別障害給付金', 開始日: '2023-12-01', 支給月額: 44_560 },
        },
      ],
      'remaining-japanese-support': [
        {
          ...city,
          from: '2008-04-01',
          fields: { 給付種別: '支援給付', 開始日: '2008-04-01', 支給月額: 80_820 },
        },
      ],
      'long-term-care': [
        {
          ...city,
          from: '2026-02-01',
          to: '2028-01-31',
          fields: {
            要介護状態区分: '要介護2',
            認定日: '2026-01-26',
            有効期間開始日: '2026-02-01',
            有効期間終了日: '2028-01-31',
          },
        },
      ],
    },
  },
  {
    id: 'worker',
    name: '見本 はたらく',
    birthDate: '1983-10-30',
    pin: '3344',
    records: {
      'public-funds-account': [
        {
          server: 'account-registry',
          holder: 'デジタル庁（見本）',
          asOf: '2023-05-08',
          from: '2023-05-08',
          fields: {
            金融機関名: '見本銀行',
            支店名: 'サンプル支店',
            預金種目: '普通',
            口座番号: '0000000',
            口座名義: 'ミホン ハタラク',
            登録日: '2023-05-08',
          },
        },
      ],
      employment: [
        {
          server: 'employment-security',
          holder: 'サンプル公共職業安定所',
          from: '2022-07-08',
          to: '2022-10-05',
          fields: {
            給付種別: '基本手当',
            支給開始日: '2022-07-08',
            支給終了日: '2022-10-05',
            基本手当日額: 6_105,
            所定給付日数: 90,
          },
        },
        {
          server: 'employment-security',
          holder: 'サンプル公共職業安定所',
          from: '2026-09-14',
          fields: {
            給付種別: '基本手当',
            支給開始日: '2026-09-14',
            基本手当日額: 6_790,
            所定給付日数: 120,
          },
        },
      ],
      'workers-accident-compensation': [
        {
          server: 'labour-standards',
          holder: 'サンプル労働基準監督署',
          from: '2024-11-05',
          to: '2025-02-28',
          fields: {
            給付種別: '休業補償給付',
            支給開始日: '2024-11-05',
            支給終了日: '2025-02-28',
            支給額: 702_800,
          },
        },
      ],
      'medical-insurance': [
        {
          server: 'medical-insurers',
          holder: '見本健康保険組合',
          from: '2022-10-06',
          to: '2026-08-31',
          fields: { 保険種別: '健康保険', 資格取得日: '2022-10-06', 資格喪失日: '2026-09-01' },
        },
        {
          ...city,
          from: '2026-09-01',
          fields: { 保険種別: '国民健康保険', 資格取得日: '2026-09-01' },
        },
      ],
      // Months only, because some holders store no days.
      'health-other': [
        {
          server: 'medical-insurers',
          holder: '見本健康保険組合',
          from: '2026-03-01',
          to: '2026-03-31',
          fields: { 対象年月: '202603', 区分: '医療費', 給付額: 8_540 },
        },
        {
          server: 'medical-insurers',
          holder: '見本健康保険組合',
          from: '2026-05-01',
          to: '2026-05-31',
          fields: { 対象年月: '202605', 区分: '医療費', 給付額: 3_120 },
        },
        {
          ...city,
          from: '2025-11-01',
          to: '2025-11-30',
          fields: { 対象年月: '202511', 区分: '胃がん検診', 判定: '異常なし' },
        },
      ],
    },
  },
];
