import type { ServerId } from './servers.js';

interface CategoryRow {
  readonly id: string;
  readonly ja: string;
  readonly en: string;
}

/** The 7 categories (分野名) of table 2.5-5, guideline v2.2. */
export const categories = [
  { id: 'household', ja: '世帯', en: 'household' },
  { id: 'tax-income-account', ja: '税・所得・口座情報', en: 'tax, income, account' },
  { id: 'health-medical', ja: '社会保障（健康・医療）', en: 'social security: health and medical' },
  { id: 'children', ja: '社会保障（子ども・子育て）', en: 'social security: children' },
  { id: 'welfare-care', ja: '社会保障（福祉・介護）', en: 'social security: welfare and care' },
  {
    id: 'employment-labour',
    ja: '社会保険（雇用・労働）',
    en: 'social insurance: employment and labour',
  },
  { id: 'pension', ja: '社会保険（年金）', en: 'social insurance: pension' },
] as const satisfies readonly CategoryRow[];

/** The id of one of the 7 categories (分野名). */
export type CategoryId = (typeof categories)[number]['id'];

interface DetailRow {
  readonly id: string;
  readonly ja: string;
  readonly en: string;
  readonly category: CategoryId;
}

/**
 * The 18 details (分野詳細名) of table 2.5-5. A detail determines who holds the data, and therefore the
 * hours.
 */
export const details = [
  { id: 'household', ja: '世帯', en: 'household', category: 'household' },
  { id: 'local-tax', ja: '地方税', en: 'local tax', category: 'tax-income-account' },
  {
    id: 'public-funds-account',
    ja: '公金受取口座',
    en: 'public funds account',
    category: 'tax-income-account',
  },
  { id: 'medical-insurance', ja: '医療保険', en: 'medical insurance', category: 'health-medical' },
  { id: 'vaccination', ja: '予防接種', en: 'vaccination', category: 'health-medical' },
  {
    id: 'health-other',
    ja: '健康・医療その他',
    en: 'other health and medical',
    category: 'health-medical',
  },
  {
    id: 'childcare-support',
    ja: '子ども・子育て支援',
    en: 'childcare support',
    category: 'children',
  },
  {
    id: 'single-parent',
    ja: '母子家庭等関係',
    en: 'single-parent households',
    category: 'children',
  },
  {
    id: 'maternal-child-health',
    ja: '母子保健',
    en: 'maternal and child health',
    category: 'children',
  },
  { id: 'education-support', ja: '教育・就学支援', en: 'education support', category: 'children' },
  {
    id: 'childcare-other',
    ja: '子ども・子育て その他',
    en: 'other childcare',
    category: 'children',
  },
  {
    id: 'disability-welfare',
    ja: '障害保健福祉',
    en: 'disability welfare',
    category: 'welfare-care',
  },
  {
    id: 'public-assistance',
    ja: '生活保護・福祉一般',
    en: 'public assistance and welfare',
    category: 'welfare-care',
  },
  {
    id: 'remaining-japanese-support',
    ja: '中国残留邦人等支援',
    en: 'support for Japanese who remained in China',
    category: 'welfare-care',
  },
  {
    id: 'long-term-care',
    ja: '介護・高齢者福祉',
    en: 'long-term care and welfare of the elderly',
    category: 'welfare-care',
  },
  { id: 'employment', ja: '雇用', en: 'employment', category: 'employment-labour' },
  {
    id: 'workers-accident-compensation',
    ja: '労災補償',
    en: "workers' accident compensation",
    category: 'employment-labour',
  },
  { id: 'pension', ja: '年金・日本年金機構関係', en: 'pension', category: 'pension' },
] as const satisfies readonly DetailRow[];

/** The id of one of the 18 details (分野詳細). */
export type DetailId = (typeof details)[number]['id'];

/**
 * The details that are asked for an amount of money. Guideline 2.6 names the income (所得額) and the
 * amounts paid (支給額). Which details hold such payments (年金, 失業等給付, 手当 ...) is our reading.
 */
export const amountDetails: ReadonlySet<string> = new Set<DetailId>([
  'local-tax',
  'childcare-support',
  'single-parent',
  'public-assistance',
  'remaining-japanese-support',
  'employment',
  'workers-accident-compensation',
  'pension',
]);

interface HoldingRow {
  readonly row: number;
  readonly detail: DetailId;
  readonly server: ServerId;
}

/** The 28 rows of table 2.5-5: which server holds the data of which detail. */
export const holdings = [
  { row: 1, detail: 'household', server: 'municipal' },
  { row: 2, detail: 'local-tax', server: 'municipal' },
  { row: 3, detail: 'public-funds-account', server: 'account-registry' },
  { row: 4, detail: 'medical-insurance', server: 'medical-insurers' },
  { row: 5, detail: 'medical-insurance', server: 'municipal' },
  { row: 6, detail: 'vaccination', server: 'municipal' },
  { row: 7, detail: 'health-other', server: 'medical-insurers' },
  { row: 8, detail: 'health-other', server: 'municipal' },
  { row: 9, detail: 'health-other', server: 'local-employee-accident-fund' },
  { row: 10, detail: 'childcare-support', server: 'municipal' },
  { row: 11, detail: 'single-parent', server: 'municipal' },
  { row: 12, detail: 'maternal-child-health', server: 'municipal' },
  { row: 13, detail: 'education-support', server: 'municipal' },
  { row: 14, detail: 'childcare-other', server: 'municipal' },
  { row: 15, detail: 'disability-welfare', server: 'municipal' },
  { row: 16, detail: 'public-assistance', server: 'municipal' },
  { row: 17, detail: 'public-assistance', server: 'pension-service' },
  { row: 18, detail: 'remaining-japanese-support', server: 'municipal' },
  { row: 19, detail: 'long-term-care', server: 'municipal' },
  { row: 20, detail: 'employment', server: 'employment-security' },
  { row: 21, detail: 'workers-accident-compensation', server: 'labour-standards' },
  { row: 22, detail: 'workers-accident-compensation', server: 'local-employee-accident-fund' },
  { row: 23, detail: 'pension', server: 'pension-service' },
  { row: 24, detail: 'pension', server: 'municipal' },
  { row: 25, detail: 'pension', server: 'local-employee-accident-fund' },
  { row: 26, detail: 'pension', server: 'local-officials-mutual-aid' },
  { row: 27, detail: 'pension', server: 'national-officials-mutual-aid' },
  { row: 28, detail: 'pension', server: 'private-school-mutual-aid' },
] as const satisfies readonly HoldingRow[];
