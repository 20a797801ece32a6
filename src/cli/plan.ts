import type { Language } from '../foundation/language.js';
import type { PlanDuration } from '../onboarding/lead-times.js';
import type { Plan } from '../onboarding/plan.js';
import type { Procedure } from '../onboarding/rows.js';
import { quoted, readArguments, UsageError } from './arguments.js';

type Door = typeof import('../onboarding/index.js');
type Writer = (plan: Plan, options: { readonly lang: Language; readonly name?: string }) => string;

const help = {
  ja: `使い方: myna-selfinfo plan [手続] --go-live 日付 | --start 日付 | --date 日付 [オプション]

利用開始までの手続（ガイドライン5章、6章）を日付に落とし、いつ、何を、どこに提出するかを示します。

手続
  onboarding    利用開始まで A-1〜A-18（省略時）
  change        利用内容の変更 B-1〜B-13
  suspension    利用の停止 C-1、C-2
  resumption    利用の再開 D-1、D-2
  termination   利用の終了 E-1、E-2

オプション
  --go-live 日付     利用開始日から逆算（onboarding、change）。2027-04-01
  --start 日付       着手日から計算（同上）
  --date 日付        停止、再開、終了の予定日
  --today 日付       間に合うかを判断する日（省略時は今日）
  --durations 期間   既定の期間を変える。development=10w,review=2m,handover=2d（w 週、m 月、d 営業日）
  --without 手順     変更で不要なもの。development,connection-test,production
  --name 名前        サービスの名前
  --format 形式      text（省略時）、md、ics、mermaid、json
  --lang ja|en       言語（省略時は環境変数 LANG による）

期間: `,
  en: `Usage: myna-selfinfo plan [PROCEDURE] --go-live DATE | --start DATE | --date DATE [options]

Puts dates to the procedure (chapters 5 and 6 of the guideline): what is to be handed in when, and to whom.

Procedures
  onboarding    to the first use, A-1 to A-18 (default)
  change        a change of use, B-1 to B-13
  suspension    C-1, C-2
  resumption    D-1, D-2
  termination   E-1, E-2

Options
  --go-live DATE     reckon back from the go-live (onboarding, change): 2027-04-01
  --start DATE       reckon from the first day (likewise)
  --date DATE        the planned day of suspension, resumption or end
  --today DATE       the day from which it is judged whether that can be met (default: today)
  --durations LIST   other durations: development=10w,review=2m,handover=2d (weeks, months, business days)
  --without LIST     what a change does not need: development,connection-test,production
  --name NAME        the name of the service
  --format FORMAT    text (default), md, ics, mermaid, json
  --lang ja|en       language (default: by the environment variable LANG)

Durations: `,
} as const;

const procedures = [
  'onboarding',
  'change',
  'suspension',
  'resumption',
  'termination',
] as const satisfies readonly Procedure[];

/**
 * `myna-selfinfo plan`.
 *
 * @returns what is to be printed.
 */
export async function planCommand(args: readonly string[], lang: Language): Promise<string> {
  const { values, positionals } = readArguments(args, {
    ...{
      'go-live': 'value',
      start: 'value',
      date: 'value',
      today: 'value',
      durations: 'value',
      without: 'value',
    },
    ...{ name: 'value', format: 'value', lang: 'value', help: 'flag' },
  } as const);
  const door = await import('../onboarding/index.js');
  if (values.help !== undefined)
    return `${help[lang]}${[...new Set(door.leadTimes.map(({ id }) => id)), 'handover'].filter((id) => id !== 'notice').join(', ')}\n`;
  const [procedure = 'onboarding', ...others] = positionals as Procedure[];
  if (!procedures.includes(procedure) || others.length > 0) {
    const odd = quoted(others[0] ?? procedure);
    throw new UsageError({ ja: `不明な手続です: ${odd}`, en: `unknown procedure: ${odd}` });
  }
  const write = writerOf(values.format ?? 'text', door);
  const options = optionsOf(procedure, values);
  try {
    const name = values.name === undefined ? {} : { name: values.name };
    return write(planOf(procedure, options, door), { lang, ...name });
  } catch (error) {
    if (!door.isSelfInfoError(error)) throw error;
    throw new UsageError({ ja: asTyped(error.messageJa), en: asTyped(error.message) });
  }
}

function writerOf(format: string, { toText, toMarkdown, toICalendar, toMermaid }: Door): Writer {
  const writers: Readonly<Record<string, Writer>> = {
    text: toText,
    md: toMarkdown,
    ics: toICalendar,
    mermaid: toMermaid,
    json: (plan) => `${JSON.stringify(plan, null, 2)}\n`,
  };
  const write = Object.hasOwn(writers, format) ? writers[format] : undefined;
  const names = Object.keys(writers);
  if (write === undefined) {
    throw new UsageError({
      ja: `--format は ${names.join('、')} のいずれかです: ${quoted(format)}`,
      en: `--format is one of ${names.join(', ')}: ${quoted(format)}`,
    });
  }
  return write;
}

type Values = Readonly<
  Partial<Record<'go-live' | 'start' | 'date' | 'today' | 'durations' | 'without', string>>
>;

/**
 * The options of the procedure's function; what does not belong to it is refused by the names as
 * they were typed.
 */
function optionsOf(procedure: Procedure, values: Values): Record<string, unknown> {
  const notice = procedure !== 'onboarding' && procedure !== 'change';
  const fitting = [
    'today',
    ...(notice ? ['date'] : ['go-live', 'start', 'durations']),
    ...(procedure === 'change' ? ['without'] : []),
  ];
  for (const name of ['go-live', 'start', 'date', 'durations', 'without'] as const) {
    if (values[name] === undefined || fitting.includes(name)) continue;
    throw new UsageError({
      ja: `${procedure} に --${name} は指定できません。`,
      en: `${procedure} takes no --${name}.`,
    });
  }
  const given = { goLive: values['go-live'], start: values.start };
  if (!notice && (given.goLive === undefined) === (given.start === undefined)) {
    throw new UsageError({
      ja: '--go-live か --start のどちらか一方を指定してください。',
      en: 'give either --go-live or --start.',
    });
  }
  const options: Record<string, unknown> = notice ? { date: values.date } : { ...given };
  if (values.today !== undefined) options.today = values.today;
  if (values.durations !== undefined)
    options.durations = Object.fromEntries(values.durations.split(',').map(readDuration));
  for (const part of values.without?.split(',') ?? []) options[readPart(part)] = false;
  return options;
}

function readDuration(text: string): [string, PlanDuration] {
  const match = /^(\w+)=(\d{1,4})([wmd])$/.exec(text.trim());
  if (!match) {
    throw new UsageError({
      ja: `--durations を読み取れません: ${quoted(text)}（例: development=10w,review=2m,handover=2d）`,
      en: `--durations cannot be read: ${quoted(text)} (give development=10w,review=2m,handover=2d)`,
    });
  }
  const [, id, count, unit] = match as unknown as [string, string, string, 'w' | 'm' | 'd'];
  const amount = Number(count);
  return [id, { w: { weeks: amount }, m: { months: amount }, d: { businessDays: amount } }[unit]];
}

function readPart(text: string): string {
  const parts: Readonly<Record<string, string>> = {
    development: 'development',
    'connection-test': 'connectionTest',
    production: 'production',
  };
  const part = Object.hasOwn(parts, text.trim()) ? parts[text.trim()] : undefined;
  if (part === undefined) {
    const names = Object.keys(parts);
    throw new UsageError({
      ja: `--without は ${names.join('、')} です: ${quoted(text)}`,
      en: `--without takes ${names.join(', ')}: ${quoted(text)}`,
    });
  }
  return part;
}

function planOf(procedure: Procedure, options: Record<string, unknown>, door: Door): Plan {
  const plan = {
    onboarding: door.planOnboarding,
    change: door.planChange,
    suspension: door.planSuspension,
    resumption: door.planResumption,
    termination: door.planTermination,
  }[procedure] as (options: Record<string, unknown>) => Plan;
  return plan(options);
}

/** A message of the library, with the options as they are typed here. */
function asTyped(message: string): string {
  return message.replaceAll(/\boptions\.(\w+)(\.\w+)*/g, (path, name: string) => {
    if (name === 'goLive') return '--go-live';
    return name === 'durations'
      ? `--durations ${path.slice('options.durations.'.length)}`.trimEnd()
      : `--${name}`;
  });
}
