import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import { checkText, checkWhole, readKeys } from '../../foundation/options.js';
import { lazyPackage } from '../../foundation/packages.js';
import { FONTS } from './svg-text.js';

/**
 * Options of {@link toPng}.
 *
 * @example
 * ```ts
 * import type { PngOptions } from 'myna-selfinfo/sharp';
 * const options: PngOptions = { dpi: 300 };
 * ```
 */
export interface PngOptions {
  /** Pixels per inch of paper, 36 to 600. Default: 150, which makes A4 1754 pixels wide. */
  readonly dpi?: number;
}

/**
 * Converts a picture of the calendar to a PNG, without a browser. It uses the package sharp, which
 * you install, and the fonts of the machine. On a machine without a font for Japanese, it throws
 * instead of drawing boxes; the SVG can still be shown elsewhere.
 *
 * @param svg - the text from `toSvg` or `toPaperSvg`.
 * @param options - the resolution.
 * @returns the bytes of the PNG.
 * @throws SelfInfoError `package_missing` without sharp; `package_unusable` if sharp cannot be
 * loaded or finds no font for Japanese; `invalid_option` for another text or resolution;
 * `unknown_option`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { createCalendar, toPaperSvg } from 'myna-selfinfo/calendar';
 * import { toPng } from 'myna-selfinfo/sharp';
 * const svg = toPaperSvg(createCalendar(), 'local-tax', { month: '2026-12' });
 * writeFileSync('2026-12.png', await toPng(svg, { dpi: 300 }));
 * ```
 */
export async function toPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  const { dpi = 150 } = readKeys(options, 'options', {
    dpi: true,
  } satisfies Record<keyof PngOptions, true>);
  checkText(svg, 'svg', PICTURE);
  if (!svg.startsWith('<svg ')) throw invalidOption('svg', PICTURE);
  checkWhole(dpi, 'options.dpi', 36);
  if (dpi > 600)
    throw invalidOption('options.dpi', {
      en: 'It must be at most 600.',
      ja: '600 以下で指定してください。',
    });
  const sharp = await loadSharp();
  if (!(await hasJapanese(sharp)))
    throw new SelfInfoError('package_unusable', { path: 'sharp', expected: FONT });
  try {
    return await sharp(new TextEncoder().encode(inPixels(svg, dpi)))
      .withMetadata({ density: dpi })
      .png()
      .toBuffer();
  } catch {
    throw invalidOption('svg', PICTURE);
  }
}

/** Gives the size in pixels, because sharp applies a resolution twice to millimetres. */
function inPixels(svg: string, dpi: number): string {
  return svg.replace(/ width="([\d.]+)mm" height="([\d.]+)mm"/, (_, ...sizes) => {
    const [width, height] = sizes.slice(0, 2).map((mm) => Math.round((Number(mm) / 25.4) * dpi));
    return ` width="${width}" height="${height}"`;
  });
}

const PICTURE = {
  en: 'Pass the text from toSvg or toPaperSvg.',
  ja: 'toSvg か toPaperSvg の戻り値を渡してください。',
};
const FONT = {
  en: 'It finds no font for Japanese on this machine. Install one, e.g. the Debian package fonts-noto-cjk, or use the SVG.',
  ja: 'この環境に日本語フォントが見つかりません。フォント（Debian では fonts-noto-cjk パッケージ）を追加するか、SVG を使用してください。',
};

type Sharp = typeof import('sharp').default;
const loadSharp = lazyPackage<Sharp>('sharp', async () => (await import('sharp')).default);

const PROBE = 40;
/** The character 一 alone, in a square. */
const probe = `<svg xmlns="http://www.w3.org/2000/svg" width="${PROBE}" height="${PROBE}" font-family="${FONTS}"><text x="0" y="36" font-size="32">一</text></svg>`;

/**
 * Returns whether 一 comes out as its one flat stroke. Without a font for it, sharp draws nothing,
 * or a box with the character's number.
 */
async function hasJapanese(sharp: Sharp): Promise<boolean> {
  const alpha = await sharp(new TextEncoder().encode(probe))
    .extractChannel('alpha')
    .raw()
    .toBuffer();
  const inked = Array.from({ length: PROBE }, (_, y) =>
    alpha.subarray(y * PROBE, (y + 1) * PROBE).some((each) => each > 127),
  ).filter((isInked) => isInked).length;
  return inked > 0 && inked < PROBE / 4;
}
