import { writeFileSync } from 'node:fs';
import type { Calendar } from '../calendar/calendar.js';
import type { State, Status } from '../calendar/results.js';
import type { Target } from '../calendar/targets.js';
import type { Language } from '../foundation/language.js';
import { quoted, readArguments, UsageError } from './arguments.js';

type Door = typeof import('../calendar/index.js');
type Wording = typeof import('../calendar/print/wording.js');

/** What the answers are made with. */
interface Tools
  extends Door,
    Pick<
      Wording,
      | 'disclaimer'
      | 'momentName'
      | 'nameOfTarget'
      | 'notesOf'
      | 'spanName'
      | 'stateNames'
      | 'weekdayName'
    > {
  readonly calendar: Calendar;
  readonly lang: Language;
}

/** A target, and how it was typed. */
interface Asked {
  readonly typed: string;
  readonly target: Target;
}

const help = {
  ja: `使い方: myna-selfinfo calendar [対象 ...] [オプション]

公表された運用時間から、自己情報を照会できるかを答えます。どこにも問い合わせません。
対象がなければ、いま照会できる分野詳細と、次に開く時刻を一覧にします。

オプション
  --at 時刻        いつについてか。2026-12-01T09:00+09:00 または 2026-12-01（省略時は現在）
  --month 年月     その月の図を表示。2026-12
  --svg ファイル   その月（省略時は --at の月）の図を SVG で保存。A4 で印刷できます
  --ics ファイル   その月（同上）の停止を iCalendar で保存。対象は1つ
  --json           JSON で出力
  --lang ja|en     言語（省略時は環境変数 LANG による）

対象: 分野詳細、分野詳細@保有サーバ（pension@municipal）、サーバ単独。
+ でつなぐと、まとめて照会できる時間帯になります（local-tax+household）。`,
  en: `Usage: myna-selfinfo calendar [TARGET ...] [options]

Says by the published hours whether self-information can be asked. It asks nobody.
Without a target it lists what can be asked now, and when the rest opens.

Options
  --at TIME        about when: 2026-12-01T09:00+09:00 or 2026-12-01 (default: now)
  --month MONTH    show a picture of that month: 2026-12
  --svg FILE       write the picture of that month (default: the month of --at) as SVG, to print on A4
  --ics FILE       write the outages of that month (likewise) as iCalendar; one target
  --json           print JSON
  --lang ja|en     language (default: by the environment variable LANG)

Targets: a detail, a detail at one of its holders (pension@municipal), or a server alone.
Joined by + they are asked together (local-tax+household).`,
} as const;

const heads: Readonly<Record<State, Readonly<Record<Language, string>>>> = {
  open: { ja: '照会できます', en: 'Can be asked' },
  uncertain: {
    ja: '不確定です（停止の可能性があるか、保有サーバにより異なります）',
    en: 'Uncertain: perhaps closed, or it depends on the holder',
  },
  closed: { ja: '照会できません', en: 'Cannot be asked' },
};

/**
 * `myna-selfinfo calendar`.
 *
 * @returns what is to be printed.
 */
export async function calendarCommand(args: readonly string[], lang: Language): Promise<string> {
  const options = {
    at: 'value',
    month: 'value',
    svg: 'value',
    ics: 'value',
    json: 'flag',
    lang: 'value',
    help: 'flag',
  } as const;
  const { values, positionals } = readArguments(args, options);
  const [door, wording, { toEpochMs }] = await Promise.all([
    import('../calendar/index.js'),
    import('../calendar/print/wording.js'),
    import('../foundation/time.js'),
  ]);
  const { disclaimer, momentName, nameOfTarget, notesOf, spanName, stateNames, weekdayName } =
    wording;
  const words = {
    disclaimer,
    momentName,
    nameOfTarget,
    notesOf,
    spanName,
    stateNames,
    weekdayName,
  };
  const tools: Tools = { ...door, ...words, calendar: door.createCalendar(), lang };
  if (values.help !== undefined) return helpText(tools);
  const { calendar } = tools;

  const asked = positionals.map((typed) => readTarget(typed, tools));
  const at = values.at;
  const atMs =
    at === undefined ? Date.now() : told(tools, '--at', () => toEpochMs(at, '--at'), timeForms(at));
  told(tools, '--at', () => calendar.isOpen({ server: 'mynaportal' }, atMs));
  const drawn = values.month !== undefined || values.svg !== undefined || values.ics !== undefined;
  if (!drawn) {
    if (values.json !== undefined) return json(statusesOf(asked, atMs, tools));
    return asked.length === 0
      ? overview(atMs, tools)
      : `${asked.map((each) => statusText(each, atMs, tools)).join('\n')}\n${tools.disclaimer[lang]}\n`;
  }

  if (asked.length === 0)
    throw new UsageError({
      ja: '図には対象を1つ以上指定してください。',
      en: 'a picture needs at least one target.',
    });
  if (values.ics !== undefined && asked.length > 1) {
    throw new UsageError({
      ja: '--ics の対象は1つです。まとめるときは + でつなぎます。',
      en: '--ics takes one target; join several by +.',
    });
  }
  const month = values.month ?? monthOf(atMs);
  const targets = asked.map(({ target }) => target);
  const text = told(tools, '--month', () => tools.toText(calendar, targets, { month, lang }));
  const span = { start: `${month}-01`, end: `${nextMonth(month)}-01` };
  const written: string[] = [];
  if (values.svg !== undefined)
    written.push(save(values.svg, tools.toSvg(calendar, targets, { month, lang }), lang));
  if (values.ics !== undefined)
    written.push(
      save(values.ics, tools.toICalendar(calendar, targets[0] as Target, { ...span, lang }), lang),
    );
  if (values.json !== undefined) {
    return json(
      asked.map(({ typed, target }) => ({
        target: typed,
        segments: calendar.segments(target, span.start, span.end),
      })),
    );
  }
  return (values.month === undefined ? '' : text) + written.join('');
}

function helpText({ lang, details, servers }: Tools): string {
  const rows = (
    list: readonly { readonly id: string; readonly ja: string; readonly en: string }[],
  ): string => list.map((row) => `  ${row.id.padEnd(32)}${row[lang]}\n`).join('');
  const [titleOfDetails, titleOfServers] =
    lang === 'ja' ? ['分野詳細', 'サーバ'] : ['Details', 'Servers'];
  return `${help[lang]}\n\n${titleOfDetails}\n${rows(details)}\n${titleOfServers}\n${rows(servers)}`;
}

function readTarget(typed: string, tools: Tools): Asked {
  const members = typed.split('+').map((name): Target => {
    const target = (tools.isServerId(name) ? { server: name } : name) as Target;
    const unknown = {
      ja: `不明な対象です: ${quoted(name)}`,
      en: `unknown target: ${quoted(name)}`,
    };
    told(tools, quoted(name), () => tools.nameOfTarget(target, quoted(name), tools.lang), {
      unknown_detail: unknown,
    });
    return target;
  });
  return { typed, target: members.length === 1 ? (members[0] as Target) : { allOf: members } };
}

type Texts = Readonly<Record<Language, string>>;

/** Runs something of the library; what it refuses is told of the argument as it was typed. */
function told<T>(
  { isSelfInfoError }: Tools,
  argument: string,
  run: () => T,
  texts: Readonly<Record<string, Texts>> = {},
): T {
  try {
    return run();
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    const named = (message: string): string =>
      error.path === undefined ? message : message.replace(error.path, () => argument);
    throw new UsageError(
      texts[error.code] ?? { ja: named(error.messageJa), en: named(error.message) },
    );
  }
}

function timeForms(typed: string): Readonly<Record<string, Texts>> {
  const text = {
    ja: `--at の時刻を読み取れません: ${quoted(typed)}（例: 2026-12-01T09:00+09:00、2026-12-01）`,
    en: `--at is no time: ${quoted(typed)} (give 2026-12-01T09:00+09:00 or 2026-12-01)`,
  };
  return { invalid_instant: text, invalid_date: text };
}

function statusesOf(
  asked: readonly Asked[],
  atMs: number,
  { calendar, details }: Tools,
): unknown[] {
  const list =
    asked.length > 0 ? asked : details.map(({ id }): Asked => ({ typed: id, target: id }));
  const at = `${new Date(atMs + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;
  return list.map(({ typed, target }) => ({
    target: typed,
    at,
    ...calendar.status(target, atMs).toJSON(),
  }));
}

/** What can be asked at an instant, until when, and when the rest opens. */
function overview(atMs: number, tools: Tools): string {
  const { calendar, details, lang, momentName } = tools;
  const all = details.map((detail) => ({ detail, status: calendar.status(detail.id, atMs) }));
  const year = monthOf(atMs).slice(0, 4);
  const parts = [
    lang === 'ja'
      ? `${year}年${momentName(atMs, lang)} 現在\n`
      : `At ${momentName(atMs, lang)}, ${year} (Japan time)\n`,
  ];
  for (const state of ['open', 'uncertain', 'closed'] as const) {
    const rows = all.filter(({ status }) => status.state === state);
    if (rows.length === 0) continue;
    if (state !== 'open')
      rows.sort(
        (a, b) =>
          (a.status.nextOpeningMs ?? Number.POSITIVE_INFINITY) -
          (b.status.nextOpeningMs ?? Number.POSITIVE_INFINITY),
      );
    parts.push(`\n${heads[state][lang]} (${rows.length})\n`);
    for (const { detail, status } of rows)
      parts.push(
        `  ${detail.id.padEnd(32)}${turn(status, tools)}  ${lang === 'ja' ? detail.ja : ''}`.trimEnd(),
        '\n',
      );
  }
  const [next] = all
    .filter(({ status }) => status.state !== 'open' && status.nextOpeningMs !== null)
    .sort((a, b) => (a.status.nextOpeningMs ?? 0) - (b.status.nextOpeningMs ?? 0));
  if (next) {
    const [name, when] = [next.detail[lang], momentName(next.status.nextOpeningMs as number, lang)];
    parts.push(
      lang === 'ja'
        ? `\n次に開くのは ${when} の「${name}」です。\n`
        : `\nNext to open: ${name}, ${when}.\n`,
    );
  }
  return `${parts.join('')}\n${tools.disclaimer[lang]}\n`;
}

/** Until when a detail is open, or when it opens: as wide in every line. */
function turn({ state, untilMs, nextOpeningMs }: Status, { lang, weekdayName }: Tools): string {
  const ms = state === 'open' ? untilMs : nextOpeningMs;
  if (ms === null) return lang === 'ja' ? '－' : '-';
  const date = new Date(ms + 9 * 3_600_000);
  const iso = date.toISOString();
  const weekday = weekdayName(date.getUTCDay(), lang);
  if (lang === 'ja')
    return `${iso.slice(5, 7)}/${iso.slice(8, 10)}(${weekday}) ${iso.slice(11, 16)} ${state === 'open' ? 'まで' : 'から'}`;
  return `${state === 'open' ? 'until' : 'from '} ${weekday} ${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

function statusText({ typed, target }: Asked, atMs: number, tools: Tools): string {
  const { calendar, lang, stateNames, momentName, spanName, notesOf, nameOfTarget } = tools;
  const status = calendar.status(target, atMs);
  const span = spanName(status.sinceMs ?? calendar.fromMs, status.untilMs ?? calendar.toMs, lang);
  const lines = [
    `${nameOfTarget(target, 'target', lang)} (${typed})`,
    `  ${stateNames[status.state][lang]}: ${span}`,
  ];
  if (status.state !== 'open' && status.nextOpeningMs !== null) {
    const when = momentName(status.nextOpeningMs, lang);
    lines.push(lang === 'ja' ? `  次に運用中になるのは ${when} から` : `  opens ${when}`);
  }
  for (const { server, state } of status.holders ?? [])
    lines.push(`  ${stateNames[state][lang]}: ${nameOfTarget({ server }, 'target', lang)}`);
  for (const { when, text } of notesOf([status], lang))
    lines.push(`  - ${[when.join(lang === 'ja' ? '、' : ', '), text].filter(Boolean).join(' ')}`);
  return `${lines.join('\n')}\n`;
}

function monthOf(ms: number): string {
  return new Date(ms + 9 * 3_600_000).toISOString().slice(0, 7);
}

function nextMonth(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

function save(path: string, text: string, lang: Language): string {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new UsageError(
      {
        ja: `書き込めません: ${quoted(path)}（${code}）`,
        en: `cannot write ${quoted(path)} (${code})`,
      },
      1,
    );
  }
  return lang === 'ja' ? `保存しました: ${path}\n` : `written: ${path}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
