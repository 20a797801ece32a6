import { type Arbitrary, integer, string } from 'fast-check';

const [FIRST_HALF, HALVES] = [0xd800, 0x800];
const codePoint = integer({ min: 0, max: 0x10_ffff - HALVES }).map(
  (index) => String.fromCodePoint(index < FIRST_HALF ? index : index + HALVES),
  (char) => {
    const point = (char as string).codePointAt(0) ?? Number.NaN;
    if (String.fromCodePoint(point) !== char) throw new Error('not one code point');
    return point < FIRST_HALF ? point : point - HALVES;
  },
);

/**
 * Returns any text without half surrogate pairs. The same as the unit `binary` of fast-check, which
 * builds a table of all code points for a second.
 */
export const anyText = (maxLength: number): Arbitrary<string> =>
  string({ unit: codePoint, maxLength });
