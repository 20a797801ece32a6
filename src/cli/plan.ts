import { isSelfInfoError } from '../foundation/errors.js';
import type { Blackout } from '../onboarding/blackout.js';
import { toCsv } from '../onboarding/csv.js';
import type { PlanDuration } from '../onboarding/durations.js';
import { toICalendar } from '../onboarding/ical.js';
import { leadTimes } from '../onboarding/lead-time-table.js';
import { toMarkdown } from '../onboarding/markdown.js';
import { toMermaid } from '../onboarding/mermaid.js';
import type { Plan } from '../onboarding/plan.js';
import { planResumption, planSuspension, planTermination } from '../onboarding/plan-notice.js';
import { planChange, planOnboarding } from '../onboarding/plan-onboarding.js';
import type { Procedure } from '../onboarding/procedures.js';
import { toSvg } from '../onboarding/svg.js';
import { toText } from '../onboarding/text.js';
import type { PlanTextOptions } from '../onboarding/wording.js';
import { toXlsx } from '../onboarding/xlsx/xlsx.js';
import { quoted, type Texts, UsageError } from './arguments.js';
import { writeTextFile } from './files.js';
import { defineCommand, type OptionSpecs, type Values } from './frame/spec.js';
import { planText } from './plan-text.js';

type Writer = (plan: Plan, options: PlanTextOptions) => string;

const groups = {
  day: { ja: '日付', en: 'Dates' },
  steps: { ja: '手順と期間', en: 'Steps and durations' },
  output: { ja: '出力', en: 'Output' },
} as const;

const day = { ja: '日付', en: 'DATE' } as const;

const options = {
  'go-live': {
    value: day,
    text: {
      ja: '利用開始日から逆算（onboarding、change）。2027-04-01',
      en: 'count back from the go-live (onboarding, change): 2027-04-01',
    },
    group: groups.day,
  },
  start: {
    value: day,
    text: { ja: '着手日から計算（同上）', en: 'count from the first day (same procedures)' },
    group: groups.day,
  },
  date: {
    value: day,
    text: {
      ja: '停止、再開、終了の予定日',
      en: 'the planned day of suspension, resumption or termination',
    },
    group: groups.day,
  },
  today: {
    value: day,
    text: {
      ja: '間に合うかを判定する日（省略時は今日）',
      en: 'the day as of which the dates are checked (default: today)',
    },
    group: groups.day,
  },
  done: {
    value: { ja: '手順[=日付]', en: 'STEP[=DATE]' },
    list: true,
    text: {
      ja: '済んだ手順。前の手順も済みとみなし、残りを計算。A-7=2026-11-20',
      en: 'a finished step; all earlier ones count as done, and the rest is planned: A-7=2026-11-20',
    },
    group: groups.steps,
  },
  blackout: {
    value: { ja: '日付..日付', en: 'DATE..DATE' },
    list: true,
    text: {
      ja: '凍結期間。事業者の手順と利用開始を置かない。2026-12-26..2027-01-05',
      en: 'a freeze, without steps of the provider or a go-live: 2026-12-26..2027-01-05',
    },
    group: groups.steps,
  },
  durations: {
    value: { ja: '期間', en: 'LIST' },
    list: true,
    text: {
      ja: '既定の期間を変更。development=10w,handover=2d（w 週、m 月、d 営業日）',
      en: 'change durations: development=10w,handover=2d (w weeks, m months, d business days)',
    },
    group: groups.steps,
  },
  without: {
    value: { ja: '手順', en: 'LIST' },
    list: true,
    choices: ['development', 'connection-test', 'production'],
    text: {
      ja: '変更で不要なもの。development、connection-test、production',
      en: 'steps that a change does not need: development, connection-test, production',
    },
    group: groups.steps,
  },
  name: {
    value: { ja: '名前', en: 'NAME' },
    text: { ja: 'サービスの名前', en: 'the name of the service' },
    group: groups.output,
  },
  format: {
    value: { ja: '形式', en: 'FORMAT' },
    choices: ['text', 'md', 'csv', 'xlsx', 'svg', 'ics', 'mermaid', 'json'],
    text: {
      ja: 'text（省略時）、md、csv、xlsx、svg、ics、mermaid、json',
      en: 'text (default), md, csv, xlsx, svg, ics, mermaid, json',
    },
    group: groups.output,
  },
  era: {
    text: {
      ja: '日付を和暦（令和）で表示',
      en: 'write dates in the Japanese era (Japanese texts only)',
    },
    group: groups.output,
  },
  output: {
    value: { ja: 'ファイル', en: 'FILE' },
    completes: 'files',
    text: {
      ja: 'ファイルに保存（xlsx では必須）。- は標準出力',
      en: 'write to a file (required for xlsx); - is standard output',
    },
    group: groups.output,
  },
} as const satisfies OptionSpecs;

type PlanArguments = Values<typeof options>;

const procedures: Readonly<Record<Procedure, Texts>> = {
  onboarding: {
    ja: '利用開始まで A-1〜A-18（省略時）',
    en: 'up to the first use, A-1 to A-18 (default)',
  },
  change: { ja: '利用内容の変更 B-1〜B-13', en: 'a change of use, B-1 to B-13' },
  suspension: { ja: '利用の停止 C-1、C-2', en: 'suspension of use, C-1, C-2' },
  resumption: { ja: '利用の再開 D-1、D-2', en: 'resumption of use, D-1, D-2' },
  termination: { ja: '利用の終了 E-1、E-2', en: 'end of use, E-1, E-2' },
};

/** `myna-selfinfo plan`. */
export const planCommand = defineCommand({
  about: {
    ja: '利用開始までの手続（ガイドライン5章、6章）の日程を計算し、いつ、何を、どこに提出するかを示します。',
    en: 'Computes the dates of the procedure (chapters 5 and 6 of the guideline): what to submit when, and to whom.',
  },
  operands: [
    {
      name: { ja: '手続', en: 'PROCEDURE' },
      count: 'maybe',
      choices: Object.keys(procedures),
    },
  ],
  options,
  sections: (_, lang) => [
    {
      title: { ja: '手続', en: 'Procedures' }[lang],
      rows: Object.entries(procedures).map(([name, text]) => [name, text[lang]]),
    },
    {
      title: { ja: '期間の名前', en: 'Names of durations' }[lang],
      rows: [[durationNames().join(', ')]],
    },
  ],
  examples: [
    [
      'myna-selfinfo plan --go-live 2027-10-01',
      { ja: '利用開始日から逆算した日程', en: 'the dates for that go-live' },
    ],
    [
      'myna-selfinfo plan --go-live 2027-10-01 --done A-7=2026-11-20',
      { ja: 'A-7 まで済んだところから計画', en: 'plan the steps after A-7' },
    ],
    [
      'myna-selfinfo plan --go-live 2027-10-01 --format xlsx --output plan.xlsx',
      { ja: 'Excel のブックに保存', en: 'write an Excel workbook' },
    ],
    [
      'myna-selfinfo plan --start 2027-01-04 --durations development=10w --format md',
      {
        ja: '着手日から計算し、開発を10週間として Markdown で出力',
        en: 'count from the first day, with ten weeks of development, as Markdown',
      },
    ],
  ],
  exits: {},
  page: 'onboarding.md',
  schemas: ['plan'],
  run: async ({ values, operands, lang, terminal }) => {
    const [procedure = 'onboarding'] = operands as Procedure[];
    const { name, era, format = 'text', output: path } = values;
    const options = optionsOf(procedure, values);
    if (format === 'xlsx' && (path === undefined || path === '-')) throw xlsxNeedsFile();
    try {
      const plan = plans[procedure](options);
      const style = { lang, ...(name !== undefined && { name }), ...(era && { era }) };
      const content =
        format === 'xlsx' ? await toXlsx(plan, style) : (writers[format] as Writer)(plan, style);
      if (path === undefined || path === '-')
        return format === 'text' ? planText(plan, style, terminal) : (content as string);
      writeTextFile(path, content);
      return { ja: `保存しました: ${path}\n`, en: `written: ${path}\n` }[lang];
    } catch (error) {
      if (!isSelfInfoError(error)) throw error;
      // The steps that are done leave the start open: A-2 and A-3 imply nothing.
      if (error.code === 'missing_option' && values.done !== undefined) throw eitherDay();
      throw new UsageError({ ja: asTyped(error.messageJa), en: asTyped(error.message) });
    }
  },
});

function xlsxNeedsFile(): UsageError {
  return new UsageError({
    ja: '--format xlsx には --output を指定してください（例: --output plan.xlsx）',
    en: '--format xlsx needs --output (example: --output plan.xlsx)',
  });
}

function eitherDay(): UsageError {
  return new UsageError({
    ja: '--go-live か --start のどちらか一方を指定してください。',
    en: 'give either --go-live or --start.',
  });
}

function durationNames(): readonly string[] {
  const ids = new Set<string>(leadTimes.map(({ id }) => id)).add('handover');
  ids.delete('notice');
  return [...ids];
}

const writers: Readonly<Record<string, Writer>> = {
  text: toText,
  md: toMarkdown,
  csv: toCsv,
  svg: toSvg,
  ics: toICalendar,
  mermaid: toMermaid,
  json: (plan) => `${JSON.stringify(plan, null, 2)}\n`,
};

/** Returns the options of the procedure's function. Refuses those that belong to another one. */
function optionsOf(procedure: Procedure, values: PlanArguments): Record<string, unknown> {
  const hasDate = procedure !== 'onboarding' && procedure !== 'change';
  const accepted = [
    'today',
    ...(hasDate ? ['date'] : ['go-live', 'start', 'durations', 'done', 'blackout']),
    ...(procedure === 'change' ? ['without'] : []),
  ];
  for (const name of [
    ...(['go-live', 'start', 'date'] as const),
    ...(['durations', 'done', 'blackout', 'without'] as const),
  ]) {
    if (values[name] === undefined || accepted.includes(name)) continue;
    throw new UsageError({
      ja: `${procedure} に --${name} は指定できません。`,
      en: `${procedure} does not take --${name}.`,
    });
  }
  const given = { goLive: values['go-live'], start: values.start };
  const isOpen = given.goLive === undefined && given.start === undefined;
  const isBoth = given.goLive !== undefined && given.start !== undefined;
  if (!hasDate && (isBoth || (isOpen && values.done === undefined))) {
    throw eitherDay();
  }
  const options: Record<string, unknown> = hasDate ? { date: values.date } : { ...given };
  if (values.today !== undefined) options.today = values.today;
  if (values.durations !== undefined)
    options.durations = Object.fromEntries(values.durations.map(readDuration));
  if (values.done !== undefined) options.done = Object.fromEntries(values.done.map(readDone));
  if (values.blackout !== undefined) options.blackout = values.blackout.map(readBlackout);
  for (const part of values.without ?? []) options[parts[part]] = false;
  return options;
}

function readDone(text: string): [string, string | true] {
  const [id = '', ...dates] = text.split('=');
  return [id, dates.length === 0 ? true : dates.join('=')];
}

function readBlackout(text: string): Blackout {
  const [from = '', to = from, ...more] = text.split('..');
  if (more.length === 0) return { from, to };
  throw new UsageError({
    ja: `--blackout を読み取れません: ${quoted(text)}（例: 2026-12-26..2027-01-05）`,
    en: `--blackout cannot be read: ${quoted(text)} (example: 2026-12-26..2027-01-05)`,
  });
}

function readDuration(text: string): [string, PlanDuration] {
  const match = /^(\w+)=(\d{1,4})([wmd])$/.exec(text);
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

/** Maps the steps of `--without` to options of `planChange`. */
const parts = {
  development: 'development',
  'connection-test': 'connectionTest',
  production: 'production',
} as const;

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
  return message.replaceAll(
    /\boptions\.(\w+)(\.[\w-]+)*(\[\d+\])?(\.(from|to)\b)?/g,
    (path, name: string) => {
      if (name === 'goLive') return '--go-live';
      if (name === 'durations' || name === 'done')
        return `--${name} ${path.slice(`options.${name}.`.length)}`.trimEnd();
      return `--${name}`;
    },
  );
}
