import { type PaperOptions, toPaperSvg } from '../calendar/print/paper.js';
import { toPng } from '../calendar/print/png.js';
import { toSvg } from '../calendar/print/svg.js';
import type { Target } from '../calendar/targets.js';
import type { Catalog } from '../catalog/catalog.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { UsageError } from './arguments.js';
import { type Tools, withArgument } from './calendar-tools.js';
import { writeTextFile } from './files.js';
import type { OptionSpecs, Values } from './frame/spec.js';

const group = { ja: '壁に貼る図', en: 'For the wall' } as const;

/** The options of sheets of paper. */
export const paperOptions = {
  paper: {
    value: { ja: '用紙', en: 'PAPER' },
    text: {
      ja: '--svg と --png を、用紙1枚（横）の図にする。a4 か a3。対象は1つ',
      en: 'draw --svg and --png as one landscape sheet, a4 or a3 (one target only)',
    },
    choices: ['a4', 'a3'],
    group,
  },
  year: {
    value: { ja: '年', en: 'YEAR' },
    text: {
      ja: '1か月でなく1年の図にする。2026、または最初の月 2026-04（年度）',
      en: 'show a year instead of a month: 2026, or its first month, 2026-04',
    },
    group,
  },
  poster: {
    text: {
      ja: 'お客さま向けの図にする（表番号やシステム名なし）',
      en: 'draw it for the public, without table numbers and system names',
    },
    group,
  },
  note: {
    value: { ja: '文', en: 'TEXT' },
    text: {
      ja: '図の最後に書く1行（支店名、電話番号など）',
      en: 'a line at the foot, e.g. the branch',
    },
    group,
  },
} as const satisfies OptionSpecs;

type PaperValues = Values<typeof paperOptions>;

/** Returns whether the options ask for a sheet of paper. */
export function isSheet({ paper, year, poster, note }: PaperValues): boolean {
  return [paper, year, poster, note].some((value) => value !== undefined);
}

/** Refuses sheet options that do not go together. */
export function checkSheet(
  values: PaperValues & { readonly [name: string]: unknown },
  targets: number,
): void {
  if (!isSheet(values)) return;
  if (values.svg === undefined && values.png === undefined)
    throw new UsageError({
      ja: '--paper、--year、--poster、--note は、--svg か --png とともに指定してください。',
      en: '--paper, --year, --poster and --note need --svg or --png.',
    });
  if (targets > 1)
    throw new UsageError({
      ja: '用紙1枚の図の対象は1つだけ指定してください。まとめる場合は + でつなぎます。',
      en: 'a sheet of paper takes one target. Join several with +.',
    });
  if (
    values.year !== undefined &&
    [values.month, values.ics, values.json].some((other) => other !== undefined)
  )
    throw new UsageError({
      ja: '--year は --month、--ics、--json とともに指定できません。',
      en: '--year cannot be given with --month, --ics or --json.',
    });
}

/** Draws the picture that the options ask for. */
export function drawPicture(
  values: PaperValues,
  targets: readonly Target<Catalog>[],
  month: string,
  { calendar, lang }: Tools,
): string {
  if (!isSheet(values)) return toSvg(calendar, targets, { month, lang });
  const { paper = 'a4', year, poster, note } = values;
  const options: PaperOptions = {
    ...(year === undefined ? { month } : { year }),
    ...(note === undefined ? {} : { note }),
    paper,
    audience: poster ? 'public' : 'staff',
    lang,
  };
  const typed = year === undefined ? '--month' : '--year';
  return withArgument(note?.trim() === '' ? '--note' : typed, () =>
    toPaperSvg(calendar, targets[0] as Target<Catalog>, options),
  );
}

/** Writes a picture as PNG. Returns the line that says so. */
export async function savePng(path: string, svg: string, lang: Language): Promise<string> {
  if (path === '-')
    throw new UsageError({
      ja: '--png に - は指定できません。ファイルを指定してください。',
      en: '--png cannot be -. Name a file.',
    });
  try {
    writeTextFile(path, await toPng(svg));
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    throw new UsageError({ ja: error.messageJa, en: error.message }, 1);
  }
  return { ja: `保存しました: ${path}\n`, en: `written: ${path}\n` }[lang];
}
