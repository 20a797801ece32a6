import { checkLang, weekdayName } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import type { Language } from '../foundation/language.js';
import { checkText, readKeys } from '../foundation/options.js';
import { has } from '../foundation/own.js';
import { dateOfDay, parseDay } from '../foundation/time.js';
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
): { lang: Language; name: string | undefined } {
  if (typeof plan !== 'object' || plan === null || !('steps' in plan) || !Array.isArray(plan.steps))
    throw new TypeError('plan must be a plan of this package.');
  const known = { lang: true, name: true } satisfies Record<keyof PlanTextOptions, true>;
  const given = readKeys(options, 'options', { ...known, ...more });
  const { lang = 'ja', name } = given;
  checkLang(lang, 'options.lang');
  if (name !== undefined) checkText(name, 'options.name');
  return { lang, name };
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

/** Returns the day the plan is for and the day it starts, the given one first. */
export function headline(
  { procedure, by, start, goal, given }: Plan,
  lang: Language,
): [label: string, text: string][] {
  const [goalDay, startDay] = [dateName(goal, lang), dateName(start, lang)];
  const moved = (day: string): string => {
    if (given === day) return '';
    return lang === 'ja'
      ? `（指定された ${dateName(given, lang)} は営業日でないため）`
      : ` (the given day, ${dateName(given, lang)}, is not a business day)`;
  };
  const first = (isNotice(procedure) ? { ja: '届出', en: 'notice' } : { ja: '着手', en: 'start' })[
    lang
  ];
  const asLate = lang === 'ja' ? '（最遅）' : ' (at the latest)';
  const asEarly = lang === 'ja' ? '（最早）' : ' (at the earliest)';
  const label = procedureNames[procedure].goal[lang];
  if (by === 'start')
    return [
      [first, startDay + moved(start)],
      [label, goalDay + asEarly],
    ];
  return [
    [label, goalDay + moved(goal)],
    [first, startDay + asLate],
  ];
}

/** Says by how much a day is missed, and why. Returns no lines when it can be met. */
export function shortfallText(
  { procedure, shortfall, steps, goal, today }: Plan,
  lang: Language,
): string[] {
  if (shortfall === null) return [];
  const { businessDays, earliest, latestStart, binding, path } = shortfall;
  const step = steps.find(({ id }) => id === binding) as PlannedStep;
  const day = procedureNames[procedure].goal[lang];
  const [asked, last, now, best] = [goal, latestStart, today, earliest].map((date) =>
    dateName(date, lang),
  );
  if (isNotice(procedure)) {
    return lang === 'ja'
      ? [
          `届出の期限 ${last}（原則）を過ぎています。${now} に届け出る場合、${day}は ${best} 以降となります（${businessDays}営業日の遅れ）。`,
        ]
      : [
          `The notice was due on ${last}, in principle. With a notice on ${now}, the earliest ${day} is ${best}, ${count(businessDays, 'business day')} late.`,
        ];
  }
  if (lang === 'ja') {
    return [
      `${day} ${asked} には間に合いません。着手の期限 ${last} を過ぎています。`,
      `${now} に最初の手順から始めると、最短で ${best}、${businessDays}営業日の遅れです。`,
      `最も長くかかる手順は ${step.id} ${step.ja} です（クリティカルパス: ${path.join(' → ')}）。`,
    ];
  }
  return [
    `The ${day} on ${asked} cannot be met: the latest start, ${last}, has passed.`,
    `Starting with the first step on ${now}, the earliest ${day} is ${best}, ${count(businessDays, 'business day')} late.`,
    `The longest step is ${step.id}, ${step.en} (critical path: ${path.join(' → ')}).`,
  ];
}

/** Returns the notes on all dates. */
export function notesOfPlan({ holidaysPredicted, leadTimes }: Plan, lang: Language): string[] {
  const notes: Text[] = [
    {
      ja: '営業日は土日、祝日、12月29日〜1月3日を除く日（解釈）。週は暦週。提出の期限が営業日でなければ前の営業日、受領の見込みが営業日でなければ次の営業日（解釈）。',
      en: 'Business days are Monday to Friday, except holidays and 29 December to 3 January (reading). Weeks are calendar weeks. A due date that is not a business day moves to the business day before, an expected receipt to the business day after (reading).',
    },
    {
      ja: '余裕は、最終日を動かさずに遅れてよい営業日数。クリティカルパス上の余裕は、休日で日付がずれた分のみ。',
      en: 'Slack is the number of business days that a step may slip without moving the last day. On the critical path it comes only from weekends and holidays.',
    },
  ];
  for (const { id, later } of leadTimes) {
    if (later)
      notes.push({
        ja: `${later.note.ja}。durations.${id} で指定できる。`,
        en: `${capitalized(later.note.en)}. Set durations.${id} to use it.`,
      });
  }
  if (holidaysPredicted) {
    notes.push({
      ja: '内閣府がまだ公表していない年の祝日（予測）を含む。',
      en: 'The plan includes predicted holidays, in years that the Cabinet Office has not announced yet.',
    });
  }
  return notes.map((note) => note[lang]);
}

/**
 * Returns the dates to show for a step: the latest in a plan for a day, the earliest in a plan from
 * a day, and all days of the other step for a step beside it.
 */
export function chosenSpan({ by }: Plan, { earliest, latest, beside }: PlannedStep): PlannedSpan {
  if (beside !== undefined) return { start: earliest.start, end: latest.end };
  return by === 'start' ? earliest : latest;
}

/**
 * Returns the earliest and the latest day for the documents of a step. Documents that exist only
 * where needed may come during the whole step.
 */
export function windowOf({ earliest, latest, documents: always }: PlannedStep): PlannedSpan {
  return { start: always === undefined ? earliest.start : earliest.end, end: latest.end };
}

/** Returns a date with its weekday: `2027-04-01(木)` or `Thu 2027-04-01`. */
export function dateName(date: string, lang: Language): string {
  const weekday = weekdayName(dateOfDay(parseDay(date, 'date')).weekday, lang);
  return lang === 'ja' ? `${date}(${weekday})` : `${weekday} ${date}`;
}

/** Returns a span as text, with the dates as `name` writes them; a single day as one date. */
export function spanText(
  { start, end }: PlannedSpan,
  lang: Language,
  name: (date: string) => string = (date) => date,
): string {
  if (start === end) return name(start);
  return name(start) + (lang === 'ja' ? '〜' : ' – ') + name(end);
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
