import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { createCalendar, toPaperSvg, toSvg } from '../../../src/calendar/index.js';
import { toPng } from '../../../src/calendar/print/png.js';
import { refusalOf } from '../../kit/refusals.js';

const calendar = createCalendar();
const folder = mkdtempSync(join(tmpdir(), 'png-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns width and height from the header of a PNG. */
const sizeOf = (png: Uint8Array) => {
  expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG');
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

describe('toPng', () => {
  it('draws a sheet in the pixels of its paper', async () => {
    // A4: 297 mm / 25.4 × 150 = 1753.9 and 210 mm / 25.4 × 150 = 1240.2.
    const svg = toPaperSvg(calendar, 'local-tax', { month: '2026-12' });
    expect(sizeOf(await toPng(svg))).toEqual([1754, 1240]);
    // A3 at 72 pixels an inch: 420 mm are 1190.6 and 297 mm are 841.9 pixels.
    const a3 = toPaperSvg(calendar, 'local-tax', { month: '2026-12', paper: 'a3' });
    expect(sizeOf(await toPng(a3, { dpi: 72 }))).toEqual([1191, 842]);
  });

  it('draws a picture for the screen, too', async () => {
    const png = await toPng(toSvg(calendar, ['local-tax'], { week: '2026-12-07' }));
    expect(png.length).toBeGreaterThan(10_000);
  });

  it('says that a machine has no font for Japanese, instead of drawing boxes', async () => {
    const fonts = join(folder, 'fonts.conf');
    writeFileSync(fonts, '<?xml version="1.0"?><fontconfig></fontconfig>');
    const program = `
      import { createCalendar, toSvg } from 'myna-selfinfo/calendar';
      import { toPng } from 'myna-selfinfo/sharp';
      const svg = toSvg(createCalendar(), ['local-tax'], { month: '2026-12' });
      await toPng(svg).catch(({ code, message, messageJa }) => console.log([code, message, messageJa].join('\\n')));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { env: { ...process.env, FONTCONFIG_FILE: fonts } },
    );
    expect(stdout.trim().split('\n')).toEqual([
      'package_unusable',
      'The package sharp cannot be used. It finds no font for Japanese on this machine. Install one, e.g. the Debian package fonts-noto-cjk, or use the SVG.',
      'パッケージ sharp を使用できません。この環境に日本語フォントが見つかりません。フォント（Debian では fonts-noto-cjk パッケージ）を追加するか、SVG を使用してください。',
    ]);
  });

  it.each([
    ['an empty text', '', undefined, ['invalid_option', 'svg']],
    ['a text that is no picture', '<html></html>', undefined, ['invalid_option', 'svg']],
    ['a broken picture', '<svg ', undefined, ['invalid_option', 'svg']],
    ['too few pixels', '<svg />', { dpi: 35 }, ['invalid_option', 'options.dpi']],
    ['too many pixels', '<svg />', { dpi: 601 }, ['invalid_option', 'options.dpi']],
    ['an unknown option', '<svg />', { scale: 2 }, ['unknown_option', 'options.scale']],
  ])('refuses %s', async (_, svg, options, expected) => {
    expect(await refusalOf(() => toPng(svg, options as never))).toEqual(expected);
  });
});
