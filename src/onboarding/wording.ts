import { checkLang, weekdayName } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import { invalidOption } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { checkText, readKeys } from '../foundation/options.js';
import { has } from '../foundation/own.js';
import { DAY_MS, dateOfDay, parseDay } from '../foundation/time.js';
import { type ActorId, actors } from './actors.js';
import { type DocumentId, documents } from './documents.js';
import type { PlanDuration } from './durations.js';
import type { Basis } from './lead-time-table.js';
import type { LeadTime } from './lead-times.js';
import type { Plan, PlannedSpan, PlannedStep } from './plan.js';
import type { Procedure } from './procedures.js';

/**
 * Options of every function that writes a plan.
 *
 * @example
 * ```ts
 * import { planOnboarding, type PlanTextOptions, toMarkdown } from 'myna-selfinfo/onboarding';
 * const options: PlanTextOptions = { lang: 'ja', name: '住宅ローン事前審査' };
 * toMarkdown(planOnboarding({ goLive: '2027-04-01' }), options);
 * ```
 */
export interface PlanTextOptions {
  /** Language of the texts. Default `ja`. */
  readonly lang?: Language;
  /**
   * The name of the service, for the title. In a feed it keeps the events of several plans apart.
   */
  readonly name?: string;
  /**
   * Whether dates have the year of the Japanese era: 令和9年4月1日. Japanese texts only. iCalendar and
   * Mermaid keep the dates of their formats. Default `false`.
   */
  readonly era?: boolean;
}

/** The checked options of a text. */
export interface TextStyle {
  readonly lang: Language;
  readonly name: string | undefined;
  readonly era: boolean;
}

/**
 * Validates a plan and the options of a text.
 *
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 */
export function checkTextOptions(
  plan: unknown,
  options: unknown,
  more: Readonly<Record<string, true>> = {},
): TextStyle {
  if (typeof plan !== 'object' || plan === null || !('steps' in plan) || !Array.isArray(plan.steps))
    throw new TypeError('plan must be a plan of this package.');
  const known = { lang: true, name: true, era: true } satisfies Record<keyof PlanTextOptions, true>;
  const given = readKeys(options, 'options', { ...known, ...more });
  const { lang = 'ja', name, era = false } = given;
  checkLang(lang, 'options.lang');
  if (name !== undefined) checkText(name, 'options.name');
  if (typeof era !== 'boolean') throw new TypeError('options.era must be a boolean.');
  if (era && lang !== 'ja')
    throw invalidOption('options.era', {
      en: 'Only Japanese texts have it.',
      ja: '日本語の場合にのみ指定できます。',
    });
  return { lang, name, era };
}

/** The title of each procedure, and the name of the day it leads to. */
export const procedureNames: Readonly<
  Record<Procedure, { readonly title: Text; readonly goal: Text; readonly section: string }>
> = {
  onboarding: {
    title: { ja: '利用開始までの計画', en: 'onboarding plan' },
    goal: { ja: '利用開始', en: 'go-live' },
    section: '5.1',
  },
  change: {
    title: { ja: '利用内容の変更の計画', en: 'plan for a change of use' },
    goal: { ja: '変更後の利用開始', en: 'go-live of the change' },
    section: '6.1',
  },
  suspension: {
    title: { ja: '利用停止の計画', en: 'plan for a suspension' },
    goal: { ja: '利用停止予定日', en: 'planned suspension' },
    section: '6.2',
  },
  resumption: {
    title: { ja: '利用再開の計画', en: 'plan for a resumption' },
    goal: { ja: '利用再開予定日', en: 'planned resumption' },
    section: '6.3',
  },
  termination: {
    title: { ja: '利用終了の計画', en: 'plan for the end of use' },
    goal: { ja: '利用終了予定日', en: 'planned end' },
    section: '6.4',
  },
};

/** Names of the bases of lead times. */
const basisNames: Readonly<Record<Basis, Text>> = {
  stated: { ja: 'ガイドラインの定め', en: 'rule of the guideline' },
  about: { ja: 'ガイドラインの目安（「程度」）', en: 'approximate, by the guideline' },
  'in-principle': { ja: 'ガイドラインの原則', en: 'in principle, by the guideline' },
  reading: { ja: 'ガイドラインの解釈', en: 'our reading of the guideline' },
  ours: { ja: '本ライブラリの仮定（記載なし）', en: 'assumption of this SDK (not stated)' },
  host: { ja: '指定された値', en: 'given value' },
};

/** Returns the title: `自己情報取得API 利用開始までの計画`, with the service if it has a name. */
export function titleOf({ procedure }: Plan, lang: Language, name: string | undefined): string {
  const title = procedureNames[procedure].title[lang];
  const service = name === undefined ? '' : lang === 'ja' ? `（${name}）` : ` (${name})`;
  return lang === 'ja'
    ? `自己情報取得API ${title}${service}`
    : `Self-information acquisition API: ${title}${service}`;
}

/** Returns the day the plan leads to and the day it starts, the given one first. */
export function headline(plan: Plan, style: TextStyle): [label: string, text: string][] {
  const { procedure, by, start, goal, given, shortfall, steps } = plan;
  const { lang } = style;
  const [goalDay, startDay] = [dateName(goal, style), dateName(start, style)];
  const moved = (day: string): string => {
    if (given === day) return '';
    const freeze = plan.blackout.length > 0;
    return lang === 'ja'
      ? `（指定された ${dateName(given, style)} は営業日でない${freeze ? 'か、凍結期間に当たる' : ''}ため）`
      : ` (the given day, ${dateName(given, style)}, is not a business day${freeze ? ' or is frozen' : ''})`;
  };
  const next = steps.find(({ done, beside }) => !done && beside === undefined);
  const first = steps.find(({ beside }) => beside === undefined);
  const resumes = next === undefined || next === first ? '' : nextStep(next, lang);
  const isDeadline = by === 'goal' && shortfall === null;
  const startLabel =
    startNames[isNotice(procedure) ? 'notice' : 'start'][isDeadline ? 'deadline' : 'expected'][
      lang
    ];
  const asEarly = lang === 'ja' ? '（最短）' : ' (at the earliest)';
  const label = procedureNames[procedure].goal[lang];
  if (isDeadline)
    return [
      [label, goalDay + moved(goal)],
      [startLabel, startDay + resumes],
    ];
  if (shortfall)
    return [
      [label, goalDay + asEarly],
      [startLabel, startDay + resumes],
    ];
  return [
    [startLabel, startDay + (resumes === '' ? moved(start) : resumes)],
    [label, goalDay + asEarly],
  ];
}

const startNames = {
  start: {
    deadline: { ja: '着手期限', en: 'start by' },
    expected: { ja: '着手', en: 'start' },
  },
  notice: {
    deadline: { ja: '届出期限', en: 'notice by' },
    expected: { ja: '届出', en: 'notice' },
  },
} as const;

function nextStep(step: PlannedStep, lang: Language): string {
  return lang === 'ja'
    ? `（次の手順: ${step.id} ${step.ja}）`
    : ` (next step: ${step.id}, ${step.en})`;
}

/** Writes by how much a day is missed, and why: one line, or none when it can be met. */
export function shortfallText(plan: Plan, style: TextStyle): string[] {
  const { procedure, shortfall, steps } = plan;
  if (shortfall === null) return [];
  const { lang } = style;
  const { businessDays, binding } = shortfall;
  const step = steps.find(({ id }) => id === binding) as PlannedStep;
  const day = procedureNames[procedure].goal[lang];
  const [asked, last] = [shortfall.requested, shortfall.latestStart].map((date) =>
    dateName(date, style),
  );
  if (lang === 'ja') {
    const short = `希望の${day}（${asked}）には${businessDays}営業日足りません。`;
    return [
      isNotice(procedure)
        ? `${short}届出期限は ${last}（原則）でした。`
        : `${short}着手期限は ${last} でした。最も長い手順は ${step.id} ${step.ja}です。`,
    ];
  }
  const short = `The requested ${day}, ${asked}, is missed by ${count(businessDays, 'business day')}.`;
  return [
    isNotice(procedure)
      ? `${short} The notice was due on ${last}, in principle.`
      : `${short} The start was due on ${last}. The longest step is ${step.id}, ${step.en}.`,
  ];
}

/** Returns the notes on all dates. */
export function notesOfPlan(plan: Plan, style: TextStyle): string[] {
  const { lang } = style;
  const notes: Text[] = [
    {
      ja: '営業日は土日、祝日、12月29日〜1月3日を除く日（解釈）。週は暦週。提出の期限が営業日でなければ前の営業日、受領の見込みが営業日でなければ次の営業日（解釈）。',
      en: 'Business days are Monday to Friday, except holidays and 29 December to 3 January (reading). Weeks are calendar weeks. A due date that is not a business day moves to the business day before, an expected receipt to the business day after (reading).',
    },
    {
      ja: '余裕日数は、最終日を動かさずに遅れてよい営業日数。',
      en: 'Days to spare are the business days by which a step may be late without moving the last day.',
    },
  ];
  for (const { from, to } of plan.blackout) {
    const span = spanText({ start: from, end: to }, style);
    notes.push({
      ja: `凍結期間 ${span}: 事業者の手順の開始日と終了日、利用開始を置かない。週と月の期間は経過する。`,
      en: `Freeze ${span}: no step of the provider starts or ends, and the service does not go live. Weeks and months run on.`,
    });
  }
  for (const { later } of plan.leadTimes) {
    if (later) notes.push({ ja: `${later.note.ja}。`, en: `${capitalized(later.note.en)}.` });
  }
  if (plan.holidaysPredicted) {
    notes.push({
      ja: '内閣府がまだ公表していない年の祝日（予測）を含む。',
      en: 'The plan includes predicted holidays, in years that the Cabinet Office has not announced yet.',
    });
  }
  return notes.map((note) => note[lang]);
}

/**
 * Returns the dates to show for a step where there is room for one span: the latest in a plan for a
 * day, the expected in a plan from a day, and the day of a step that is done.
 */
export function chosenSpan(
  { by, shortfall }: Plan,
  { earliest, latest }: PlannedStep,
): PlannedSpan {
  return by === 'start' || shortfall !== null ? earliest : latest;
}

/** Returns whether a step is done, and no day was given for it. */
export function isUndated({ done }: PlannedStep): boolean {
  return done !== undefined && done.on === null;
}

/**
 * Returns the earliest and the latest day for the documents of a step. Documents that exist only
 * where needed may come during the whole step.
 */
export function windowOf({ earliest, latest, documents: always }: PlannedStep): PlannedSpan {
  return { start: always === undefined ? earliest.start : earliest.end, end: latest.end };
}

/** Returns a date without weekday: `2027-04-01`, or `令和9年4月1日`. */
export function plainDate(date: string, { era }: Pick<TextStyle, 'era'>): string {
  return era ? eraDates.format(parseDay(date, 'date') * DAY_MS) : date;
}

const eraDates = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', {
  dateStyle: 'long',
  timeZone: 'UTC',
});

/** Returns the weekday of a date: `木`, or `Thu`. */
export function weekdayOf(date: string, lang: Language): string {
  return weekdayName(dateOfDay(parseDay(date, 'date')).weekday, lang);
}

/** Returns a date with its weekday: `2027-04-01(木)`, `令和9年4月1日(木)` or `Thu 2027-04-01`. */
export function dateName(date: string, style: Pick<TextStyle, 'lang' | 'era'>): string {
  const [day, weekday] = [plainDate(date, style), weekdayOf(date, style.lang)];
  return style.lang === 'ja' ? `${day}(${weekday})` : `${weekday} ${day}`;
}

/** Returns a span as text; a single day as one date. */
export function spanText(
  { start, end }: PlannedSpan,
  style: Pick<TextStyle, 'lang' | 'era'>,
): string {
  if (start === end) return dateName(start, style);
  return dateName(start, style) + (style.lang === 'ja' ? '〜' : ' – ') + dateName(end, style);
}

const shortActors: Readonly<Record<ActorId, Text>> = {
  provider: { ja: '事業者', en: 'provider' },
  'digital-agency': { ja: 'デジタル庁', en: 'Digital Agency' },
  'portal-operator': { ja: '運営主体', en: 'operator' },
  'agency-side': { ja: 'デジタル庁（運営主体）', en: 'Digital Agency (operator)' },
};

/** Returns short names of actors, for a column. */
export function shortNames(ids: readonly ActorId[], lang: Language): string {
  return ids.map((id) => shortActors[id][lang]).join(lang === 'ja' ? '、' : ', ');
}

/** Returns the names of actors. */
export function actorNames(ids: readonly ActorId[], lang: Language): string {
  return ids
    .map((id) => (actors.find((actor) => actor.id === id) as Text)[lang])
    .join(lang === 'ja' ? '、' : ', ');
}

/** Returns the names of a step's documents, and marks those that exist only where needed. */
export function documentNames(
  { documents: always = [], asNeeded = [] }: PlannedStep,
  lang: Language,
): string[] {
  const nameOf = (id: DocumentId): string => (documents.find((row) => row.id === id) as Text)[lang];
  const mark = lang === 'ja' ? '（必要な場合）' : ' (where needed)';
  return [...always.map(nameOf), ...asNeeded.map((id) => nameOf(id) + mark)];
}

/** Returns the source of a step: `図5.1-3 A-9`. */
export function sourceOf({ figure, id }: PlannedStep, lang: Language): string {
  return lang === 'ja' ? `図${figure} ${id}` : `figure ${figure}, ${id}`;
}

/** Returns a duration as text: `2週間`, `1か月`, `1営業日`. */
export function amountName(amount: PlanDuration, lang: Language): string {
  if (has(amount, 'weeks'))
    return lang === 'ja' ? `${amount.weeks}週間` : count(amount.weeks, 'week');
  if (has(amount, 'months'))
    return lang === 'ja' ? `${amount.months}か月` : count(amount.months, 'month');
  return lang === 'ja'
    ? `${amount.businessDays}営業日`
    : count(amount.businessDays, 'business day');
}

/** Returns the texts about a lead time. */
export function leadTimeText(
  lead: LeadTime,
  lang: Language,
): { amount: string; what: string; source: string; basis: string } {
  return {
    amount: amountName(lead.amount, lang),
    what: lead[lang],
    source: lead.source[lang],
    basis: basisNames[lead.basis][lang],
  };
}

/** Returns the mark of a step that takes place only where needed, or as often as needed. */
export function conditionOf({ when, beside }: PlannedStep, lang: Language): string {
  if (beside !== undefined) return lang === 'ja' ? '（必要に応じ随時）' : ' (as needed)';
  if (when !== undefined) return lang === 'ja' ? '（必要な場合）' : ' (where needed)';
  return '';
}

function isNotice(procedure: Procedure): boolean {
  return procedure !== 'onboarding' && procedure !== 'change';
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
