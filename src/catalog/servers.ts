/**
 * A government system that an answer may need: its names, and the table and row of the guideline
 * that list it.
 */
interface SystemRow {
  readonly id: string;
  readonly ja: string;
  readonly en: string;
  /** The holder of the data, or the system, by the name that citizens know. */
  readonly holder: { readonly ja: string; readonly en: string };
  /** `common`: every query needs it. `holder`: it holds the data of some details. */
  readonly role: 'common' | 'holder';
  readonly table: '2.5-1' | '2.5-2' | '2.5-3' | '2.5-4';
  readonly row: number;
}

/** The 13 systems of tables 2.5-1 to 2.5-4, guideline v2.2. */
export const servers = [
  {
    id: 'mynaportal',
    ja: 'マイナポータル',
    en: 'Mynaportal',
    holder: { ja: 'マイナポータル', en: 'Mynaportal' },
    role: 'common',
    table: '2.5-1',
    row: 1,
  },
  {
    id: 'information-provision-network',
    ja: '情報提供ネットワークシステム',
    en: 'Information Provision Network System',
    holder: { ja: '国と自治体の情報連携システム', en: 'The data exchange between public bodies' },
    role: 'common',
    table: '2.5-2',
    row: 1,
  },
  {
    id: 'juki-net',
    ja: '住民基本台帳ネットワークシステム',
    en: 'Basic Resident Registration Network System',
    holder: { ja: '住民基本台帳ネットワーク', en: 'The national resident registry' },
    role: 'common',
    table: '2.5-3',
    row: 1,
  },
  {
    id: 'municipal',
    ja: '自治体中間サーバ',
    en: 'municipalities',
    holder: { ja: 'お住まいの市区町村', en: 'Your municipality' },
    role: 'holder',
    table: '2.5-4',
    row: 1,
  },
  {
    id: 'local-employee-accident-fund',
    ja: '地方公務員災害補償基金中間サーバ',
    en: "Fund for Local Government Employees' Accident Compensation",
    holder: {
      ja: '地方公務員災害補償基金',
      en: "Fund for Local Government Employees' Accident Compensation",
    },
    role: 'holder',
    table: '2.5-4',
    row: 2,
  },
  {
    id: 'employment-security',
    ja: '職業安定局（ハローワーク）中間サーバ',
    en: 'Employment Security Bureau (Hello Work)',
    holder: { ja: 'ハローワーク', en: 'Hello Work' },
    role: 'holder',
    table: '2.5-4',
    row: 3,
  },
  {
    id: 'medical-insurers',
    ja: '医療保険者等向け中間サーバ',
    en: 'medical insurers',
    holder: { ja: '加入先の健康保険', en: 'Your health insurer' },
    role: 'holder',
    table: '2.5-4',
    row: 4,
  },
  {
    id: 'local-officials-mutual-aid',
    ja: '地共済（長期）中間サーバ',
    en: 'mutual aid of local officials (long-term)',
    holder: {
      ja: '地方公務員の共済組合',
      en: 'Mutual aid association of local government employees',
    },
    role: 'holder',
    table: '2.5-4',
    row: 5,
  },
  {
    id: 'national-officials-mutual-aid',
    ja: '国共済（長期）中間サーバ',
    en: 'mutual aid of national officials (long-term)',
    holder: {
      ja: '国家公務員の共済組合',
      en: 'Mutual aid association of national government employees',
    },
    role: 'holder',
    table: '2.5-4',
    row: 6,
  },
  {
    id: 'private-school-mutual-aid',
    ja: '日本私立学校振興・共済事業団（長期）中間サーバ',
    en: 'Promotion and Mutual Aid Corporation for Private Schools (long-term)',
    holder: {
      ja: '私学事業団（私立学校の共済）',
      en: 'Mutual aid corporation for private schools',
    },
    role: 'holder',
    table: '2.5-4',
    row: 7,
  },
  {
    id: 'labour-standards',
    ja: '労働基準局中間サーバ',
    en: 'Labour Standards Bureau',
    holder: {
      ja: '厚生労働省（労災保険）',
      en: "Ministry of Health, Labour and Welfare (workers' accident insurance)",
    },
    role: 'holder',
    table: '2.5-4',
    row: 8,
  },
  {
    id: 'pension-service',
    ja: '日本年金機構中間サーバ',
    en: 'Japan Pension Service',
    holder: { ja: '日本年金機構', en: 'Japan Pension Service' },
    role: 'holder',
    table: '2.5-4',
    row: 9,
  },
  {
    id: 'account-registry',
    ja: '口座情報登録・連携システム中間サーバ',
    en: 'account registration system',
    holder: { ja: 'デジタル庁（公金受取口座）', en: 'Digital Agency (public funds account)' },
    role: 'holder',
    table: '2.5-4',
    row: 10,
  },
] as const satisfies readonly SystemRow[];

/** The id of one of the 13 systems (サーバ). */
export type ServerId = (typeof servers)[number]['id'];
