import {
  enum as enumOf,
  int,
  iso,
  looseObject,
  nullable,
  optional,
  string,
  type ZodType,
} from 'zod';

/**
 * A schema of one record, as https://standardschema.dev describes it: `record` of an item takes it.
 */
export interface RecordSchema<R> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks one record. */
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: R; readonly output: R } | undefined;
  };
}

/**
 * An invented record as a client hands it to a schema: who holds it, as of which day
 * (`YYYY-MM-DD`), and its fields.
 */
export interface SampleRecord<F> {
  readonly holder: string;
  readonly asOf?: string | undefined;
  readonly fields: F;
}

/**
 * An invented record of local tax (課税証明書): amounts in yen. With 申告区分 未申告, not filed, they are null,
 * which is not zero.
 */
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

/** An amount, null where there is none. */
export const yen = nullable(int());
/** `YYYY-MM-DD`. */
export const day = iso.date();
/** `YYYYMM`, as some holders keep their dates. */
export const month = string().regex(/^\d{4}(0[1-9]|1[0-2])$/);
/** The schema of a record with these fields; more may come. */
export const sample = <F extends ZodType>(fields: F) =>
  looseObject({ holder: string(), asOf: optional(day), fields });

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
  looseObject({
    異動日: day,
    異動事由: string(),
    世帯主氏名: string(),
    続柄: string(),
    世帯員数: int(),
  }),
);
