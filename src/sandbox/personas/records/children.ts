import { int, looseObject, optional, string } from 'zod';
import { day, month, type RecordSchema, type SampleRecord, sample, yen } from './schema.js';

/**
 * An invented record of an allowance for children (子ども・子育て支援): months `YYYYMM`, yen per
 * month. Without 支給終了年月 the allowance continues.
 */
export type ChildcareSupportRecord = SampleRecord<{
  readonly 手当種別: string;
  readonly 支給開始年月: string;
  readonly 支給終了年月?: string | undefined;
  readonly 児童数: number;
  readonly 支給月額: number | null;
}>;

/**
 * The schema of the built-in personas' `childcare-support` records.
 *
 * @example
 * ```ts
 * import { childcareSupportRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'childcare-support',
 *   inquiries: ['latest'],
 *   latestBy: '支給開始年月',
 *   record: childcareSupportRecord,
 * } as const;
 * ```
 */
export const childcareSupportRecord: RecordSchema<ChildcareSupportRecord> = sample(
  looseObject({
    手当種別: string(),
    支給開始年月: month,
    支給終了年月: optional(month),
    児童数: int(),
    支給月額: yen,
  }),
);

/**
 * An invented record of an allowance for single parents (母子家庭等関係): months `YYYYMM`, yen per month.
 */
export type SingleParentRecord = SampleRecord<{
  readonly 手当種別: string;
  readonly 支給開始年月: string;
  readonly 支給終了年月?: string | undefined;
  readonly 支給区分: string;
  readonly 支給月額: number | null;
}>;

/**
 * The schema of the built-in personas' `single-parent` records.
 *
 * @example
 * ```ts
 * import { singleParentRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'single-parent',
 *   inquiries: ['latest'],
 *   latestBy: '支給開始年月',
 *   record: singleParentRecord,
 * } as const;
 * ```
 */
export const singleParentRecord: RecordSchema<SingleParentRecord> = sample(
  looseObject({
    手当種別: string(),
    支給開始年月: month,
    支給終了年月: optional(month),
    支給区分: string(),
    支給月額: yen,
  }),
);

/** An invented record of maternal and child health (母子保健): dates `YYYY-MM-DD`. */
export type MaternalChildHealthRecord = SampleRecord<{
  readonly 届出種別: string;
  readonly 届出日: string;
  readonly 妊娠週数: number;
  readonly 分娩予定日?: string | undefined;
}>;

/**
 * The schema of the built-in personas' `maternal-child-health` records.
 *
 * @example
 * ```ts
 * import { maternalChildHealthRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'maternal-child-health',
 *   inquiries: ['latest'],
 *   latestBy: '届出日',
 *   record: maternalChildHealthRecord,
 * } as const;
 * ```
 */
export const maternalChildHealthRecord: RecordSchema<MaternalChildHealthRecord> = sample(
  looseObject({ 届出種別: string(), 届出日: day, 妊娠週数: int(), 分娩予定日: optional(day) }),
);

/** An invented record of school support (教育・就学支援): fiscal year, yen. */
export type EducationSupportRecord = SampleRecord<{
  readonly 年度: string;
  readonly 支援種別: string;
  readonly 認定区分: string;
  readonly 支給額: number | null;
}>;

/**
 * The schema of the built-in personas' `education-support` records.
 *
 * @example
 * ```ts
 * import { educationSupportRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'education-support',
 *   inquiries: ['latest'],
 *   latestBy: '年度',
 *   record: educationSupportRecord,
 * } as const;
 * ```
 */
export const educationSupportRecord: RecordSchema<EducationSupportRecord> = sample(
  looseObject({ 年度: string(), 支援種別: string(), 認定区分: string(), 支給額: yen }),
);

/** An invented record of other childcare matters (子ども・子育てその他): dates `YYYY-MM-DD`. */
export type ChildcareOtherRecord = SampleRecord<{
  readonly 給付種別: string;
  readonly 認定区分: string;
  readonly 有効期間開始日: string;
  readonly 有効期間終了日?: string | undefined;
  readonly 自己負担上限月額: number | null;
}>;

/**
 * The schema of the built-in personas' `childcare-other` records.
 *
 * @example
 * ```ts
 * import { childcareOtherRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'childcare-other',
 *   inquiries: ['latest'],
 *   latestBy: '有効期間開始日',
 *   record: childcareOtherRecord,
 * } as const;
 * ```
 */
export const childcareOtherRecord: RecordSchema<ChildcareOtherRecord> = sample(
  looseObject({
    給付種別: string(),
    認定区分: string(),
    有効期間開始日: day,
    有効期間終了日: optional(day),
    自己負担上限月額: yen,
  }),
);
