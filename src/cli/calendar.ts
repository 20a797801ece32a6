import { type Calendar, type CalendarOptions, createCalendar } from '../calendar/calendar.js';
import { toICalendar } from '../calendar/print/ical.js';
import { toSvg } from '../calendar/print/svg.js';
import { toText } from '../calendar/print/text.js';
import { disclaimer } from '../calendar/print/wording.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Language } from '../foundation/language.js';
import { readArguments, UsageError } from './arguments.js';
import { outlooksOf, outlookText, readDays } from './calendar-outlook.js';
import { monthOf, overview, statusesOf, statusText } from './calendar-text.js';
import {
  readInstant,
  readTarget,
  type Tools,
  type TypedTarget,
  withArgument,
} from './calendar-tools.js';
import { readCatalog, readJsonFile, withFile, writeTextFile } from './files.js';

const help = {
  ja: `使い方: myna-selfinfo calendar [対象 ...] [オプション]

公表された運用日・時間から、自己情報を照会できるかを判定します。通信はしません。
対象を省略すると、いま照会できる分野詳細と、それ以外が次に照会できるようになる時刻を一覧で表示します。

オプション
  --at 時刻        判定する時刻。2026-12-01T09:00+09:00 または 2026-12-01（省略時は現在）
  --month 年月     その月の図を表示。2026-12
  --svg ファイル   その月（省略時は --at の月）の図を SVG で保存（A4 で印刷可）
  --ics ファイル   その月（同上）の停止を iCalendar で保存。対象は1つ
  --outlook 日数   --at から何日分かの見通し（運用・不確定・停止の割合、注意が必要な時間帯）
  --announced ファイル  お知らせの JSON（createCalendar の announced）を反映
  --catalog ファイル カタログの拡張（JSON）。extendCatalog に渡す内容
  --json           JSON で出力
  --lang ja|en     言語（省略時は環境変数 LANG による）

対象: 分野詳細、分野詳細@保有サーバ（pension@municipal）、サーバ単独。
分野詳細:コードで1項目を指定できます（local-tax:TM00000000000002）。
+ でつなぐと、まとめて照会できる時間帯になります（local-tax+household）。`,
  en: `Usage: myna-selfinfo calendar [TARGET ...] [options]

Shows from the published hours whether self-information can be queried. It sends no request.
Without a target it lists what can be queried now, and when the rest opens.

Options
  --at TIME        the time to check: 2026-12-01T09:00+09:00 or 2026-12-01 (default: now)
  --month MONTH    show a picture of that month: 2026-12
  --svg FILE       write the picture of that month (default: the month of --at) as SVG, to print on A4
  --ics FILE       write the outages of that month (same default) as iCalendar; one target
  --outlook DAYS   show how the days from --at look: share of each state, and windows at risk
  --announced FILE take announcements into account: JSON, as in createCalendar
  --catalog FILE   an extended catalogue, JSON: what extendCatalog takes
  --json           print JSON
  --lang ja|en     language (default: from the environment variable LANG)

Targets: a detail, a detail at one of its holders (pension@municipal), or a single server.
DETAIL:CODE is one item of a detail (local-tax:TM00000000000002).
Join targets by + to query them together (local-tax+household).`,
} as const;

const options = {
  at: 'value',
  month: 'value',
  svg: 'value',
  ics: 'value',
  outlook: 'value',
  announced: 'value',
  catalog: 'value',
  json: 'flag',
  lang: 'value',
  help: 'flag',
} as const;

type Values = Readonly<Partial<Record<keyof typeof options, string>>>;

/**
 * Runs `myna-selfinfo calendar`.
 *
 * @returns the text to print.
 */
export async function calendarCommand(args: readonly string[], lang: Language): Promise<string> {
  const { values, positionals } = readArguments(args, options);
  const catalog = readCatalog(values.catalog);
  if (values.help !== undefined) return helpText(lang, catalog);
  const tools = { calendar: calendarWith(values.announced, catalog), lang };
  const targets = positionals.map((typed) => readTarget(typed, tools));
  const atMs = readInstant(values.at, tools);
  if (values.month !== undefined || values.svg !== undefined || values.ics !== undefined)
    return showMonth(values, targets, values.month ?? monthOf(atMs), tools);
  if (values.outlook !== undefined) {
    const days = readDays(values.outlook);
    if (values.json !== undefined) return json(outlooksOf(targets, atMs, days, tools));
    const outlooks = outlooksOf(targets, atMs, days, tools).map((row) => outlookText(row, tools));
    return `${outlooks.join('\n')}\n${disclaimer[lang]}\n`;
  }
  if (values.json !== undefined) return json(statusesOf(targets, atMs, tools));
  if (targets.length === 0) return overview(atMs, tools);
  const statuses = targets.map((target) => statusText(target, atMs, tools));
  return `${statuses.join('\n')}\n${disclaimer[lang]}\n`;
}

/** Creates the calendar, with the announcements of a file if one is named. */
function calendarWith(file: string | undefined, catalog: Catalog): Calendar<Catalog> {
  if (file === undefined) return createCalendar({}, catalog);
  const options = { announced: readJsonFile(file) } as CalendarOptions<Catalog>;
  return withFile(file, 'options.announced', () => createCalendar(options, catalog));
}

/** Prints a month, or writes it to files. */
function showMonth(
  values: Values,
  typedTargets: readonly TypedTarget[],
  month: string,
  tools: Tools,
): string {
  const { calendar, lang } = tools;
  const targets = typedTargets.map(({ target }) => target);
  const [first] = targets;
  if (first === undefined)
    throw new UsageError({
      ja: '図には対象を1つ以上指定してください。',
      en: 'a picture needs at least one target.',
    });
  if (values.ics !== undefined && targets.length > 1)
    throw new UsageError({
      ja: '--ics の対象は1つだけ指定してください。まとめる場合は + でつなぎます。',
      en: '--ics takes one target. Join several by +.',
    });
  const text = withArgument('--month', () => toText(calendar, targets, { month, lang }));
  const span = { start: `${month}-01`, end: `${monthAfter(month)}-01` };
  const written = [
    ...(values.svg === undefined
      ? []
      : [save(values.svg, toSvg(calendar, targets, { month, lang }), lang)]),
    ...(values.ics === undefined
      ? []
      : [save(values.ics, toICalendar(calendar, first, { ...span, lang }), lang)]),
  ];
  if (values.json === undefined) return (values.month === undefined ? '' : text) + written.join('');
  const rows = typedTargets.map(({ typed, target }) => ({
    target: typed,
    segments: calendar.segments(target, span.start, span.end),
  }));
  return json(rows);
}

function helpText(lang: Language, { details, servers }: Catalog): string {
  const rows = (
    list: readonly { readonly id: string; readonly ja: string; readonly en: string }[],
  ): string => list.map((row) => `  ${row.id.padEnd(32)}${row[lang]}\n`).join('');
  const [titleOfDetails, titleOfServers] =
    lang === 'ja' ? ['分野詳細', 'サーバ'] : ['Details', 'Servers'];
  return `${help[lang]}\n\n${titleOfDetails}\n${rows(details)}\n${titleOfServers}\n${rows(servers)}`;
}

function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

function save(path: string, text: string, lang: Language): string {
  writeTextFile(path, text);
  return lang === 'ja' ? `保存しました: ${path}\n` : `written: ${path}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
