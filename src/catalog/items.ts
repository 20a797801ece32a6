import type { DetailId } from './details.js';
import type { ItemCode } from './item-codes.js';

/**
 * How well a part of an item's row is known; the words are those of the wire profile's confidence.
 */
export type ItemConfidence = 'public-second-hand' | 'inferred';

interface ItemRow {
  readonly code: ItemCode;
  /** The name, where it was seen in public. */
  readonly name: { readonly ja: string; readonly en: string } | null;
  readonly details: readonly DetailId[];
  readonly confidence: { readonly code: ItemConfidence; readonly details: ItemConfidence };
  readonly source: string;
}

const source = 'Public second-hand source: item codes in public API definitions, read in 2026';
const seen = { code: 'public-second-hand', details: 'public-second-hand' } as const;
const guessed = { code: 'public-second-hand', details: 'inferred' } as const;

/** The full code of an item number: `TM` and 14 digits. */
const codeOf = (number: number): ItemCode => `TM${String(number).padStart(14, '0')}`;

const unnamed = (details: readonly DetailId[], numbers: readonly number[]): ItemRow[] =>
  numbers.map((number) => ({
    code: codeOf(number),
    name: null,
    details,
    confidence: guessed,
    source,
  }));

const named = (
  number: number,
  details: readonly DetailId[],
  ja: string,
  en: string,
  confidence: ItemRow['confidence'] = guessed,
): ItemRow => ({ code: codeOf(number), name: { ja, en }, details, confidence, source });

/**
 * Item codes (特定個人情報名コード) that were seen in public. Their official list is in the interface
 * specification, so none is confirmed, and others exist: the package refuses no other code.
 */
export const itemRows: readonly ItemRow[] = [
  ...unnamed(['household'], [1]),
  named(2, ['local-tax'], '地方税', 'local tax', seen),
  named(89, ['public-funds-account'], '公金受取口座', 'public funds account', seen),
  ...unnamed(['medical-insurance'], [3, 33, 34, 36, 44, 50]),
  ...unnamed(['vaccination'], [84]),
  ...unnamed(['health-other'], [46, 47, 82, 83]),
  ...unnamed(['health-other'], [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 105]),
  ...unnamed(['childcare-support'], [20, 26]),
  named(16, ['single-parent'], '児童扶養手当', 'child support allowance'),
  named(19, ['single-parent'], '母子生活支援施設', 'facility for mothers with children'),
  ...unnamed(['single-parent'], [18, 21]),
  named(12, ['maternal-child-health'], '養育医療', 'medical care for premature infants'),
  named(80, ['maternal-child-health'], '妊娠の届出', 'notification of pregnancy'),
  ...unnamed(['education-support'], [29, 30]),
  ...unnamed(['childcare-other'], [10, 23, 24, 25, 38, 39, 78, 81]),
  ...unnamed(['disability-welfare'], [8, 9, 37, 51, 54, 74]),
  ...unnamed(['public-assistance'], [15]),
  // One of the two belongs to public assistance, and both are seen under pension.
  ...unnamed(['public-assistance', 'pension'], [68, 75]),
  ...unnamed(['remaining-japanese-support'], [17]),
  ...unnamed(['long-term-care'], [4, 45]),
  ...unnamed(['employment'], [43, 56, 57, 58, 106]),
  ...unnamed(['workers-accident-compensation'], [59, 69]),
  ...unnamed(['pension'], [64, 65]),
];
