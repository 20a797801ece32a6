import { enum as enumOf, int, looseObject, string } from 'zod';
import { day, type RecordSchema, type SampleRecord, sample, yen } from './schema.js';

/**
 * An invented record of local tax (課税証明書): amounts in yen. If 申告区分 is 未申告 (not
 * filed), the amounts are null, which does not mean zero.
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
 *   items: {
 *     income: {
 *       detail: 'local-tax',
 *       inquiries: ['latest'],
 *       latestBy: '課税年度',
 *       record: localTaxRecord,
 *     },
 *   },
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
 * const household = {
 *   detail: 'household',
 *   inquiries: ['point-in-time', 'latest'],
 *   latestBy: '異動日',
 *   record: householdRecord,
 * } as const;
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
