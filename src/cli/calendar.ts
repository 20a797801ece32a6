import { type Calendar, type CalendarOptions, createCalendar } from '../calendar/calendar.js';
import { toICalendar } from '../calendar/print/ical.js';
import { toText } from '../calendar/print/text.js';
import { disclaimer } from '../calendar/print/wording.js';
import type { Target } from '../calendar/targets.js';
import { type Catalog, publishedCatalog } from '../catalog/catalog.js';
import type { Language } from '../foundation/language.js';
import { UsageError } from './arguments.js';
import { monthOverview } from './calendar-month.js';
import { outlooksOf, outlookText, readDays } from './calendar-outlook.js';
import { checkSheet, drawPicture, isSheet, paperOptions, savePng } from './calendar-paper.js';
import { allDetails, monthOf, overview, statusesOf, statusText } from './calendar-text.js';
import {
  readInstant,
  readTarget,
  type Tools,
  type TypedTarget,
  withArgument,
} from './calendar-tools.js';
import { readCatalog, readJsonFile, withFile } from './files.js';
import { writeOutputs } from './frame/output.js';
import { defineCommand, type OptionSpecs, type Section, type Values } from './frame/spec.js';
import { wrap } from './frame/wrap.js';

const groups = {
  output: { ja: '出力', en: 'Output' },
  data: { ja: 'データ', en: 'Data' },
} as const;

const options = {
  at: {
    value: { ja: '時刻', en: 'TIME' },
    text: {
      ja: '判定する時刻。2026-12-01T09:00+09:00 または 2026-12-01（省略時は現在）',
      en: 'the time to check: 2026-12-01T09:00+09:00 or 2026-12-01 (default: now)',
    },
  },
  month: {
    value: { ja: '年月', en: 'MONTH' },
    text: {
      ja: 'その月の図を表示。2026-12（対象を省略すると全分野詳細の一覧）',
      en: 'show a picture of that month: 2026-12 (without a target: all details in a table)',
    },
  },
  outlook: {
    value: { ja: '日数', en: 'DAYS' },
    text: {
      ja: '--at から何日分かの見通し（運用・不確定・停止の割合、注意が必要な時間帯）',
      en: 'show how the days from --at look: share of each state, and windows at risk',
    },
  },
  svg: {
    value: { ja: 'ファイル', en: 'FILE' },
    text: {
      ja: 'その月（省略時は --at の月）の図を SVG で保存（A4 で印刷可）。- は標準出力',
      en: 'write the picture of that month (default: the month of --at) as SVG, to print on A4; - is standard output',
    },
    group: groups.output,
    completes: 'files',
  },
  png: {
    value: { ja: 'ファイル', en: 'FILE' },
    text: {
      ja: '同じ図を PNG で保存（sharp パッケージが必要）',
      en: 'write the same picture as PNG (needs the package sharp)',
    },
    group: groups.output,
    completes: 'files',
  },
  ics: {
    value: { ja: 'ファイル', en: 'FILE' },
    text: {
      ja: 'その月（同上）の停止を iCalendar で保存。対象は1つ。- は標準出力',
      en: 'write the outages of that month (same default) as iCalendar; one target; - is standard output',
    },
    group: groups.output,
    completes: 'files',
  },
  json: { text: { ja: 'JSON で出力', en: 'print JSON' }, group: groups.output },
  announced: {
    value: { ja: 'ファイル', en: 'FILE' },
    text: {
      ja: 'お知らせの JSON（createCalendar の announced）を反映',
      en: 'take announcements into account: JSON, as in createCalendar',
    },
    group: groups.data,
    completes: 'files',
  },
  catalog: {
    value: { ja: 'ファイル', en: 'FILE' },
    text: {
      ja: 'カタログの拡張（JSON）。extendCatalog に渡す内容',
      en: 'additions to the catalogue, JSON: the argument of extendCatalog',
    },
    group: groups.data,
    completes: 'files',
  },
  ...paperOptions,
} as const satisfies OptionSpecs;

/** `myna-selfinfo calendar`. */
export const calendarCommand = defineCommand({
  about: {
    ja: `公表された運用日・時間から、自己情報を照会できるかを判定します。通信はしません。
対象を省略すると、いま照会できる分野詳細と、それ以外が次に照会できるようになる時刻を一覧で表示します。

対象: 分野詳細、分野詳細@保有サーバ（pension@municipal）、サーバ単独。
分野詳細:コードで1項目を指定できます（local-tax:TM00000000000002）。
+ でつなぐと、まとめて照会できる時間帯になります（local-tax+household）。`,
    en: `Shows from the published hours whether self-information can be queried. It sends no request.
Without a target it lists what can be queried now, and when the rest opens.

Targets: a detail, a detail at one of its holders (pension@municipal), or a single server.
DETAIL:CODE is one item of a detail (local-tax:TM00000000000002).
Join targets with + to query them together (local-tax+household).`,
  },
  operands: [{ name: { ja: '対象', en: 'TARGET' }, count: 'many', completes: targetNames }],
  options,
  sections: ({ catalog }, lang) => sectionsOf(readCatalog(catalog), lang),
  examples: [
    [
      'myna-selfinfo calendar pension --at 2026-12-06T12:00+09:00',
      { ja: '年金の情報を、その時刻に照会できるか', en: 'can pensions be queried at that time?' },
    ],
    [
      'myna-selfinfo calendar local-tax --month 2026-12 --svg december.svg',
      { ja: '12月の図を印刷用に保存', en: 'save the picture of December, to print it' },
    ],
    [
      'myna-selfinfo calendar local-tax --month 2026-12 --paper a3 --poster --svg poster.svg',
      {
        ja: '12月の、お客さま向けの A3 ポスターを保存',
        en: 'save an A3 poster of December for the public',
      },
    ],
    [
      'myna-selfinfo calendar local-tax+household --outlook 30',
      {
        ja: '地方税と世帯を一度に照会する場合の、30日間の見通し',
        en: 'the next 30 days for local tax and household, queried together',
      },
    ],
  ],
  exits: {},
  page: 'calendar.md',
  schemas: ['calendar', 'calendar-month', 'calendar-outlook'],
  run: async ({ values, operands, lang, terminal }) => {
    const calendar = calendarWith(values.announced, readCatalog(values.catalog));
    const tools = { calendar, lang, terminal };
    const note = `\n${wrap(disclaimer[lang], terminal.columns)}\n`;
    const targets = operands.map((typed) => readTarget(typed, tools));
    const atMs = readInstant(values.at, tools);
    const { month, svg, png, ics } = values;
    if ([month, svg, png, ics].some((value) => value !== undefined) || isSheet(values))
      return showMonth(values, targets, values.month ?? monthOf(atMs), tools);
    if (values.outlook !== undefined) {
      const outlooks = outlooksOf(targets, atMs, readDays(values.outlook), tools);
      if (values.json) return json(outlooks);
      const texts = outlooks.map((row) => outlookText(row, tools));
      return texts.join('\n') + note;
    }
    if (values.json) return json(statusesOf(targets, atMs, tools));
    if (targets.length === 0) return overview(atMs, tools);
    const statuses = targets.map((target) => statusText(target, atMs, tools));
    return statuses.join('\n') + note;
  },
});

/** Creates the calendar, with the announcements of a file if one is named. */
function calendarWith(file: string | undefined, catalog: Catalog): Calendar<Catalog> {
  if (file === undefined) return createCalendar({}, catalog);
  const options = { announced: readJsonFile(file) } as CalendarOptions<Catalog>;
  return withFile(file, 'options.announced', () => createCalendar(options, catalog));
}

/** Prints a month, or writes it to files. Without a target, all details are printed. */
async function showMonth(
  values: Values<typeof options>,
  typedTargets: readonly TypedTarget[],
  month: string,
  tools: Tools,
): Promise<string> {
  const { calendar, lang, terminal } = tools;
  const targets = typedTargets.map(({ target }) => target);
  const [first] = targets;
  checkMonth(values, targets.length);
  checkSheet(values, targets.length);
  const text = withArgument('--month', () =>
    first === undefined
      ? monthOverview(month, tools)
      : wrap(toText(calendar, targets, { month, lang }), terminal.columns, '  '),
  );
  const span = { start: `${month}-01`, end: `${monthAfter(month)}-01` };
  const files = [
    {
      option: '--svg',
      path: values.svg,
      makeText: () => drawPicture(values, targets, month, tools),
    },
    {
      option: '--ics',
      path: values.ics,
      makeText: () => toICalendar(calendar, first as Target<Catalog>, { ...span, lang }),
    },
  ];
  const shown = first === undefined ? allDetails(tools) : typedTargets;
  const rows = () =>
    shown.map(({ typed, target }) => ({
      target: typed,
      segments: calendar.segments(target, span.start, span.end),
    }));
  const saved =
    values.png === undefined
      ? ''
      : await savePng(values.png, drawPicture(values, targets, month, tools), lang);
  return writeOutputs(
    files,
    (written) => {
      if (values.json) return json(rows());
      return (values.month === undefined ? '' : text) + written + saved;
    },
    lang,
  );
}

/** Refuses files that need a different number of targets. */
function checkMonth({ svg, png, ics }: Values<typeof options>, targets: number): void {
  if (targets === 0 && [svg, png, ics].some((file) => file !== undefined))
    throw new UsageError({
      ja: '--svg、--png、--ics には対象を指定してください（例: myna-selfinfo calendar local-tax --svg a.svg）。',
      en: '--svg, --png and --ics need a target (example: myna-selfinfo calendar local-tax --svg a.svg).',
    });
  if (ics !== undefined && targets > 1)
    throw new UsageError({
      ja: '--ics の対象は1つだけ指定してください。まとめる場合は + でつなぎます。',
      en: '--ics takes one target. Join several with +.',
    });
}

function sectionsOf({ details, servers }: Catalog, lang: Language): readonly Section[] {
  const rows = (
    list: readonly { readonly id: string; readonly ja: string; readonly en: string }[],
  ) => list.map((row) => [row.id, row[lang]] as const);
  const [titleOfDetails, titleOfServers] =
    lang === 'ja' ? ['分野詳細', 'サーバ'] : ['Details', 'Servers'];
  return [
    { title: titleOfDetails, rows: rows(details) },
    { title: titleOfServers, rows: rows(servers) },
  ];
}

function targetNames(): readonly string[] {
  const { details, servers } = publishedCatalog;
  return [...details, ...servers].map(({ id }) => id);
}

function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
