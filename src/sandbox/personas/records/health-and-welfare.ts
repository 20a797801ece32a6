import { int, looseObject, optional, string } from 'zod';
import { day, month, type RecordSchema, type SampleRecord, sample, yen } from './schema.js';

/**
 * An invented record of medical insurance (医療保険): dates `YYYY-MM-DD`. Without
 * 資格喪失日 the insurance is valid.
 */
export type MedicalInsuranceRecord = SampleRecord<{
  readonly 保険種別: string;
  readonly 資格取得日: string;
  readonly 資格喪失日?: string | undefined;
}>;

/**
 * The schema of the built-in personas' `medical-insurance` records.
 *
 * @example
 * ```ts
 * import { medicalInsuranceRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'medical-insurance',
 *   inquiries: ['latest'],
 *   latestBy: '資格取得日',
 *   record: medicalInsuranceRecord,
 * } as const;
 * ```
 */
export const medicalInsuranceRecord: RecordSchema<MedicalInsuranceRecord> = sample(
  looseObject({ 保険種別: string(), 資格取得日: day, 資格喪失日: optional(day) }),
);

/** An invented record of one vaccination (予防接種): dates `YYYY-MM-DD`. */
export type VaccinationRecord = SampleRecord<{
  readonly 接種日: string;
  readonly 予防接種名: string;
  readonly 接種回数: number;
  readonly 製造番号: string;
}>;

/**
 * The schema of the built-in personas' `vaccination` records.
 *
 * @example
 * ```ts
 * import { vaccinationRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'vaccination',
 *   inquiries: ['latest'],
 *   latestBy: '接種日',
 *   record: vaccinationRecord,
 * } as const;
 * ```
 */
export const vaccinationRecord: RecordSchema<VaccinationRecord> = sample(
  looseObject({ 接種日: day, 予防接種名: string(), 接種回数: int(), 製造番号: string() }),
);

/**
 * An invented record of other health matters (健康・医療その他), one month of benefits or one screening:
 * months `YYYYMM`, yen.
 */
export type HealthOtherRecord = SampleRecord<{
  readonly 対象年月: string;
  readonly 区分: string;
  readonly 給付額?: number | null | undefined;
  readonly 判定?: string | undefined;
}>;

/**
 * The schema of the built-in personas' `health-other` records.
 *
 * @example
 * ```ts
 * import { healthOtherRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'health-other',
 *   inquiries: ['latest'],
 *   latestBy: '対象年月',
 *   record: healthOtherRecord,
 * } as const;
 * ```
 */
export const healthOtherRecord: RecordSchema<HealthOtherRecord> = sample(
  looseObject({ 対象年月: month, 区分: string(), 給付額: optional(yen), 判定: optional(string()) }),
);

/**
 * An invented record of a disability handbook (障害保健福祉): dates `YYYY-MM-DD`. Without
 * 再認定日 it needs no renewal.
 */
export type DisabilityWelfareRecord = SampleRecord<{
  readonly 手帳種別: string;
  readonly 等級: string;
  readonly 交付日: string;
  readonly 再認定日?: string | undefined;
}>;

/**
 * The schema of the built-in personas' `disability-welfare` records.
 *
 * @example
 * ```ts
 * import { disabilityWelfareRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'disability-welfare',
 *   inquiries: ['latest'],
 *   latestBy: '交付日',
 *   record: disabilityWelfareRecord,
 * } as const;
 * ```
 */
export const disabilityWelfareRecord: RecordSchema<DisabilityWelfareRecord> = sample(
  looseObject({ 手帳種別: string(), 等級: string(), 交付日: day, 再認定日: optional(day) }),
);

/**
 * An invented record of public assistance (生活保護・福祉一般): dates `YYYY-MM-DD`, yen per month.
 * Without 廃止日 the assistance continues.
 */
export type PublicAssistanceRecord = SampleRecord<{
  readonly 扶助種別: string;
  readonly 開始日: string;
  readonly 廃止日?: string | undefined;
  readonly 支給月額: number | null;
}>;

/**
 * The schema of the built-in personas' `public-assistance` records.
 *
 * @example
 * ```ts
 * import { publicAssistanceRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'public-assistance',
 *   inquiries: ['latest'],
 *   latestBy: '開始日',
 *   record: publicAssistanceRecord,
 * } as const;
 * ```
 */
export const publicAssistanceRecord: RecordSchema<PublicAssistanceRecord> = sample(
  looseObject({ 扶助種別: string(), 開始日: day, 廃止日: optional(day), 支給月額: yen }),
);

/**
 * An invented record of support for Japanese who remained in China (中国残留邦人等支援): dates `YYYY-MM-DD`,
 * yen per month.
 */
export type RemainingJapaneseSupportRecord = SampleRecord<{
  readonly 給付種別: string;
  readonly 開始日: string;
  readonly 終了日?: string | undefined;
  readonly 支給月額: number | null;
}>;

/**
 * The schema of the built-in personas' `remaining-japanese-support` records.
 *
 * @example
 * ```ts
 * import { remainingJapaneseSupportRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'remaining-japanese-support',
 *   inquiries: ['latest'],
 *   latestBy: '開始日',
 *   record: remainingJapaneseSupportRecord,
 * } as const;
 * ```
 */
export const remainingJapaneseSupportRecord: RecordSchema<RemainingJapaneseSupportRecord> = sample(
  looseObject({ 給付種別: string(), 開始日: day, 終了日: optional(day), 支給月額: yen }),
);

/** An invented record of a long-term care level (介護・高齢者福祉): dates `YYYY-MM-DD`. */
export type LongTermCareRecord = SampleRecord<{
  readonly 要介護状態区分: string;
  readonly 認定日: string;
  readonly 有効期間開始日: string;
  readonly 有効期間終了日?: string | undefined;
}>;

/**
 * The schema of the built-in personas' `long-term-care` records.
 *
 * @example
 * ```ts
 * import { longTermCareRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'long-term-care',
 *   inquiries: ['latest'],
 *   latestBy: '認定日',
 *   record: longTermCareRecord,
 * } as const;
 * ```
 */
export const longTermCareRecord: RecordSchema<LongTermCareRecord> = sample(
  looseObject({
    要介護状態区分: string(),
    認定日: day,
    有効期間開始日: day,
    有効期間終了日: optional(day),
  }),
);
