import { enum as enumOf, int, iso, looseObject, nullable, optional, string, type ZodType } from 'zod';

/** A schema of one record, as https://standardschema.dev describes it: `record` of an item takes it. */
export interface RecordSchema<R> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks one record. */
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: R; readonly output: R } | undefined;
  };
}

/** An invented record as a client hands it to a schema: who holds it, as of which day (`YYYY-MM-DD`), and its fields. */
export interface SampleRecord<F> {
  readonly holder: string;
  readonly asOf?: string | undefined;
  readonly fields: F;
}

/** An invented record of local tax (課税証明書): amounts in yen. With 申告区分 未申告, not filed, they are null, which is not zero. */
export type LocalTaxRecord = SampleRecord<{
  readonly 課税年度: string;
  readonly 申告区分: '申告済' | '未申告';
  readonly 給与収入金額: number | null;
  readonly 合計所得金額: number | null;
  readonly 所得控除合計額: number | null;
  readonly 市町村民税所得割額: number | null;
  readonly 市町村民税均等割額: number | null;
}>;

/** An invented record of a household (世帯): dates `YYYY-MM-DD`. */
export type HouseholdRecord = SampleRecord<{
  readonly 異動日: string;
  readonly 異動事由: string;
  readonly 世帯主氏名: string;
  readonly 続柄: string;
  readonly 世帯員数: number;
}>;

/** An invented record of one vaccination (予防接種): dates `YYYY-MM-DD`. */
export type VaccinationRecord = SampleRecord<{
  readonly 接種日: string;
  readonly 予防接種名: string;
  readonly 接種回数: number;
  readonly 製造番号: string;
}>;

/** An invented record of a pension (年金): dates `YYYY-MM-DD`, yen a year; null while contributions are still being paid. */
export type PensionRecord = SampleRecord<{
  readonly 年金種別: string;
  readonly 資格取得日?: string | undefined;
  readonly 支給開始日?: string | undefined;
  readonly 改定日: string;
  readonly 年金額: number | null;
}>;

const yen = nullable(int());
const day = iso.date();
const sample = <F extends ZodType>(fields: F) => looseObject({ holder: string(), asOf: optional(day), fields });

/**
 * The schema of the built-in personas' `local-tax` records.
 *
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * import { localTaxRecord } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度', record: localTaxRecord } },
 * });
 * ```
 */
export const localTaxRecord: RecordSchema<LocalTaxRecord> = sample(
  looseObject({
    課税年度: string(),
    申告区分: enumOf(['申告済', '未申告']),
    給与収入金額: yen,
    合計所得金額: yen,
    所得控除合計額: yen,
    市町村民税所得割額: yen,
    市町村民税均等割額: yen,
  }),
);

/**
 * The schema of the built-in personas' `household` records.
 *
 * @example
 * ```ts
 * import { householdRecord } from 'myna-selfinfo/sandbox';
 * const household = { detail: 'household', inquiries: ['point-in-time', 'latest'], latestBy: '異動日', record: householdRecord } as const;
 * ```
 */
export const householdRecord: RecordSchema<HouseholdRecord> = sample(
  looseObject({ 異動日: day, 異動事由: string(), 世帯主氏名: string(), 続柄: string(), 世帯員数: int() }),
);

/**
 * The schema of the built-in personas' `vaccination` records, one shot each.
 *
 * @example
 * ```ts
 * import { vaccinationRecord } from 'myna-selfinfo/sandbox';
 * const shots = { detail: 'vaccination', inquiries: ['range'], record: vaccinationRecord } as const;
 * ```
 */
export const vaccinationRecord: RecordSchema<VaccinationRecord> = sample(
  looseObject({ 接種日: day, 予防接種名: string(), 接種回数: int(), 製造番号: string() }),
);

/**
 * The schema of the built-in personas' `pension` records.
 *
 * @example
 * ```ts
 * import { pensionRecord } from 'myna-selfinfo/sandbox';
 * const pension = { detail: 'pension', inquiries: ['latest'], latestBy: '改定日', record: pensionRecord } as const;
 * ```
 */
export const pensionRecord: RecordSchema<PensionRecord> = sample(
  looseObject({ 年金種別: string(), 資格取得日: optional(day), 支給開始日: optional(day), 改定日: day, 年金額: yen }),
);
