import { int, looseObject, optional, string } from 'zod';
import { day, type RecordSchema, type SampleRecord, sample, yen } from './schema.js';

/** An invented record of an account for public funds (公金受取口座): dates `YYYY-MM-DD`. */
export type PublicFundsAccountRecord = SampleRecord<{
  readonly 金融機関名: string;
  readonly 支店名: string;
  readonly 預金種目: string;
  readonly 口座番号: string;
  readonly 口座名義: string;
  readonly 登録日: string;
}>;

/**
 * The schema of the built-in personas' `public-funds-account` records.
 *
 * @example
 * ```ts
 * import { publicFundsAccountRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'public-funds-account',
 *   inquiries: ['latest'],
 *   latestBy: '登録日',
 *   record: publicFundsAccountRecord,
 * } as const;
 * ```
 */
export const publicFundsAccountRecord: RecordSchema<PublicFundsAccountRecord> = sample(
  looseObject({
    金融機関名: string(),
    支店名: string(),
    預金種目: string(),
    口座番号: string(),
    口座名義: string(),
    登録日: day,
  }),
);

/**
 * An invented record of an employment insurance benefit (雇用): dates `YYYY-MM-DD`, yen per day.
 * Without 支給終了日 the benefit continues.
 */
export type EmploymentRecord = SampleRecord<{
  readonly 給付種別: string;
  readonly 支給開始日: string;
  readonly 支給終了日?: string | undefined;
  readonly 基本手当日額: number | null;
  readonly 所定給付日数: number;
}>;

/**
 * The schema of the built-in personas' `employment` records.
 *
 * @example
 * ```ts
 * import { employmentRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'employment',
 *   inquiries: ['latest'],
 *   latestBy: '支給開始日',
 *   record: employmentRecord,
 * } as const;
 * ```
 */
export const employmentRecord: RecordSchema<EmploymentRecord> = sample(
  looseObject({
    給付種別: string(),
    支給開始日: day,
    支給終了日: optional(day),
    基本手当日額: yen,
    所定給付日数: int(),
  }),
);

/** An invented record of compensation for an accident at work (労災補償): dates `YYYY-MM-DD`, yen. */
export type WorkersAccidentCompensationRecord = SampleRecord<{
  readonly 給付種別: string;
  readonly 支給開始日: string;
  readonly 支給終了日?: string | undefined;
  readonly 支給額: number | null;
}>;

/**
 * The schema of the built-in personas' `workers-accident-compensation` records.
 *
 * @example
 * ```ts
 * import { workersAccidentCompensationRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'workers-accident-compensation',
 *   inquiries: ['latest'],
 *   latestBy: '支給開始日',
 *   record: workersAccidentCompensationRecord,
 * } as const;
 * ```
 */
export const workersAccidentCompensationRecord: RecordSchema<WorkersAccidentCompensationRecord> =
  sample(
    looseObject({ 給付種別: string(), 支給開始日: day, 支給終了日: optional(day), 支給額: yen }),
  );

/**
 * An invented record of a pension (年金): dates `YYYY-MM-DD`, yen per year. The amount is null while
 * contributions are still being paid.
 */
export type PensionRecord = SampleRecord<{
  readonly 年金種別: string;
  readonly 資格取得日?: string | undefined;
  readonly 支給開始日?: string | undefined;
  readonly 改定日: string;
  readonly 年金額: number | null;
}>;

/**
 * The schema of the built-in personas' `pension` records.
 *
 * @example
 * ```ts
 * import { pensionRecord } from 'myna-selfinfo/sandbox';
 * const item = {
 *   detail: 'pension',
 *   inquiries: ['latest'],
 *   latestBy: '改定日',
 *   record: pensionRecord,
 * } as const;
 * ```
 */
export const pensionRecord: RecordSchema<PensionRecord> = sample(
  looseObject({
    年金種別: string(),
    資格取得日: optional(day),
    支給開始日: optional(day),
    改定日: day,
    年金額: yen,
  }),
);
