import { isSelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import type { PlanDuration } from '../onboarding/durations.js';
import { toICalendar } from '../onboarding/ical.js';
import { leadTimes } from '../onboarding/lead-time-table.js';
import { toMarkdown } from '../onboarding/markdown.js';
import { toMermaid } from '../onboarding/mermaid.js';
import type { Plan } from '../onboarding/plan.js';
import { planResumption, planSuspension, planTermination } from '../onboarding/plan-notice.js';
import { planChange, planOnboarding } from '../onboarding/plan-onboarding.js';
import type { Procedure } from '../onboarding/procedures.js';
import { toText } from '../onboarding/text.js';
import { quoted, readArguments, UsageError } from './arguments.js';

type Writer = (plan: Plan, options: { readonly lang: Language; readonly name?: string }) => string;

const help = {
  ja: `使い方: myna-selfinfo plan [手続] --go-live 日付 | --start 日付 | --date 日付 [オプション]

利用開始までの手続（ガイドライン5章、6章）の日程を計算し、いつ、何を、どこに提出するかを示します。

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
  --today 日付       間に合うかを判定する日（省略時は今日）
  --durations 期間   既定の期間を変更。development=10w,review=2m,handover=2d（w 週、m 月、d 営業日）
  --without 手順     変更で不要なもの。development,connection-test,production
  --name 名前        サービスの名前
  --format 形式      text（省略時）、md、ics、mermaid、json
  --lang ja|en       言語（省略時は環境変数 LANG による）

期間: `,
  en: `Usage: myna-selfinfo plan [PROCEDURE] --go-live DATE | --start DATE | --date DATE [options]

Computes the dates of the procedure (chapters 5 and 6 of the guideline): what to submit when, and to whom.

Procedures
  onboarding    up to the first use, A-1 to A-18 (default)
  change        a change of use, B-1 to B-13
  suspension    C-1, C-2
  resumption    D-1, D-2
  termination   E-1, E-2

Options
  --go-live DATE     count back from the go-live (onboarding, change): 2027-04-01
  --start DATE       count from the first day (same procedures)
  --date DATE        the planned day of suspension, resumption or termination
  --today DATE       the day from which the dates must be met (default: today)
  --durations LIST   other durations: development=10w,review=2m,handover=2d (weeks, months, business days)
  --without LIST     steps that a change does not need: development,connection-test,production
  --name NAME        the name of the service
  --format FORMAT    text (default), md, ics, mermaid, json
  --lang ja|en       language (default: from the environment variable LANG)

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
 * Runs `myna-selfinfo plan`.
 *
 * @returns the text to print.
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
  if (values.help !== undefined) return helpText(lang);
  const [procedure = 'onboarding', ...others] = positionals as Procedure[];
  if (!procedures.includes(procedure) || others.length > 0) {
    const unknown = quoted(others[0] ?? procedure);
    throw new UsageError({ ja: `不明な手続です: ${unknown}`, en: `unknown procedure: ${unknown}` });
  }
  const write = writerOf(values.format ?? 'text');
  const plan = plans[procedure];
  const options = optionsOf(procedure, values);
  try {
    const name = values.name === undefined ? {} : { name: values.name };
    return write(plan(options), { lang, ...name });
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    throw new UsageError({ ja: asTyped(error.messageJa), en: asTyped(error.message) });
  }
}

function helpText(lang: Language): string {
  const ids = new Set<string>(leadTimes.map(({ id }) => id)).add('handover');
  ids.delete('notice');
  return `${help[lang]}${[...ids].join(', ')}\n`;
}

const writers: Readonly<Record<string, Writer>> = {
  text: toText,
  md: toMarkdown,
  ics: toICalendar,
  mermaid: toMermaid,
  json: (plan) => `${JSON.stringify(plan, null, 2)}\n`,
};

function writerOf(format: string): Writer {
  const writer = Object.hasOwn(writers, format) ? writers[format] : undefined;
  if (writer !== undefined) return writer;
  const names = Object.keys(writers);
  throw new UsageError({
    ja: `--format には ${names.join('、')} のいずれかを指定してください: ${quoted(format)}`,
    en: `--format must be one of ${names.join(', ')}: ${quoted(format)}`,
  });
}

type PlanArguments = Readonly<
  Partial<Record<'go-live' | 'start' | 'date' | 'today' | 'durations' | 'without', string>>
>;

/** Returns the options of the procedure's function. Refuses those that belong to another one. */
function optionsOf(procedure: Procedure, values: PlanArguments): Record<string, unknown> {
  const hasDate = procedure !== 'onboarding' && procedure !== 'change';
  const accepted = [
    'today',
    ...(hasDate ? ['date'] : ['go-live', 'start', 'durations']),
    ...(procedure === 'change' ? ['without'] : []),
  ];
  for (const name of ['go-live', 'start', 'date', 'durations', 'without'] as const) {
    if (values[name] === undefined || accepted.includes(name)) continue;
    throw new UsageError({
      ja: `${procedure} に --${name} は指定できません。`,
      en: `${procedure} does not take --${name}.`,
    });
  }
  const given = { goLive: values['go-live'], start: values.start };
  if (!hasDate && (given.goLive === undefined) === (given.start === undefined)) {
    throw new UsageError({
      ja: '--go-live か --start のどちらか一方を指定してください。',
      en: 'give either --go-live or --start.',
    });
  }
  const options: Record<string, unknown> = hasDate ? { date: values.date } : { ...given };
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
      en: `--durations cannot be read: ${quoted(text)} (example: development=10w,review=2m,handover=2d)`,
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
      ja: `--without には ${names.join('、')} を指定してください: ${quoted(text)}`,
      en: `--without takes ${names.join(', ')}: ${quoted(text)}`,
    });
  }
  return part;
}

// Each function validates its options itself.
const plans = {
  onboarding: planOnboarding,
  change: planChange,
  suspension: planSuspension,
  resumption: planResumption,
  termination: planTermination,
} as unknown as Readonly<Record<Procedure, (options: Record<string, unknown>) => Plan>>;

/** Replaces the options in a message of the library by the arguments as they are typed. */
function asTyped(message: string): string {
  return message.replaceAll(/\boptions\.(\w+)(\.\w+)*/g, (path, name: string) => {
    if (name === 'goLive') return '--go-live';
    return name === 'durations'
      ? `--durations ${path.slice('options.durations.'.length)}`.trimEnd()
      : `--${name}`;
  });
}
