import { plain } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import type { Plan, PlannedStep } from './plan.js';
import { heads, type PlanRow, rowsOfPlan, statuses } from './rows.js';
import {
  actorNames,
  checkTextOptions,
  dateName,
  documentNames,
  headline,
  leadTimeText,
  notesOfPlan,
  type PlanTextOptions,
  shortfallText,
  sourceOf,
  spanText,
  type TextStyle,
  titleOf,
  windowOf,
} from './wording.js';

const words = {
  key: {
    ja: '* は最終日を決める手順。余裕日数（営業日）を超えて遅れると、最終日も遅れる。',
    en: '* decides the last day: a delay beyond the days to spare (business days) delays it',
  },
  handIn: { ja: '提出書類（いつ、どこへ）', en: 'Documents to hand in (when, to whom)' },
  receive: { ja: '提供されるもの（いつ、どこから）', en: 'Documents provided (when, by whom)' },
  leadTimes: { ja: '所要期間とその根拠', en: 'Lead times and their basis' },
} as const satisfies Record<string, Text>;

/**
 * Writes a plan as plain text for a terminal or a mail: the steps with their dates, the documents
 * to hand in with dates and receivers, and the lead times with their basis. Every line names its
 * figure.
 *
 * @param plan - the plan.
 * @param options - language, name of the service, and Japanese era.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { planTermination, toText } from 'myna-selfinfo/onboarding';
 * console.log(toText(planTermination({ date: '2028-03-31' }), { lang: 'en' }));
 * ```
 */
export function toText(plan: Plan, options: PlanTextOptions = {}): string {
  const { title, headline, shortfall, schedule, key, documents, leadTimes, notes } = textParts(
    plan,
    options,
  );
  const parts = [
    [title, ...headline, ...shortfall],
    [...aligned(schedule.map(scheduleCells)), key],
    ...documents.map((list) => [list.title, ...list.lines]),
    [leadTimes.title, ...aligned(leadTimes.rows.map((row) => ['', ...row]))],
    notes,
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The parts of a plan's text, before they are laid out. */
export interface TextParts {
  readonly title: string;
  readonly headline: readonly string[];
  readonly shortfall: readonly string[];
  /** The heads, then the steps. */
  readonly schedule: readonly ScheduleRow[];
  /** What the mark of the schedule means. */
  readonly key: string;
  readonly documents: readonly { readonly title: string; readonly lines: readonly string[] }[];
  readonly leadTimes: { readonly title: string; readonly rows: readonly LeadTimeCells[] };
  readonly notes: readonly string[];
}

type ScheduleColumn = 'id' | 'what' | 'start' | 'due' | 'slack' | 'who' | 'source';

/** A row of the schedule as texts. */
export interface ScheduleRow extends Readonly<Record<ScheduleColumn, string>> {
  /** `*`, or that the step is done. */
  readonly mark: string;
}

type LeadTimeCells = readonly [amount: string, what: string, source: string, basis: string];

/** Writes the parts of a plan's text. */
export function textParts(plan: Plan, options: PlanTextOptions): TextParts {
  const style = checkTextOptions(plan, options);
  const { lang, name } = style;
  return {
    title: titleOf(plan, lang, name === undefined ? undefined : plain(name)),
    headline: headline(plan, style).map(([label, text]) => `${label}: ${text}`),
    shortfall: shortfallText(plan, style),
    schedule: schedule(plan, style),
    key: words.key[lang],
    documents: (['hand-in', 'receive'] as const).flatMap((handling) => {
      const lines = documentList(plan, handling, style);
      const title = words[handling === 'hand-in' ? 'handIn' : 'receive'][lang];
      return lines.length === 0 ? [] : [{ title, lines }];
    }),
    leadTimes: {
      title: words.leadTimes[lang],
      rows: plan.leadTimes.map((lead) => {
        const { amount, what, source, basis } = leadTimeText(lead, lang);
        return [amount, what, source, basis];
      }),
    },
    notes: notesOfPlan(plan, style),
  };
}

function schedule(plan: Plan, style: TextStyle): ScheduleRow[] {
  const { lang } = style;
  const date = (day: string | null): string => (day === null ? '' : dateName(day, style));
  const textsOf = (row: PlanRow): ScheduleRow => ({
    mark: row.done ? statuses.done[lang] : row.critical ? '*' : '',
    id: row.id,
    what: row.what,
    start: date(row.start),
    due: date(row.due),
    slack: row.slack === null ? '' : String(row.slack),
    who: row.who,
    source: row.source,
  });
  const { step, what, start, due, slack, who, source } = heads;
  const texts = { id: step, what, start, due, slack, who, source };
  const names = Object.entries(texts).map(([column, text]) => [column, text[lang]]);
  return [{ mark: '', ...Object.fromEntries(names) }, ...rowsOfPlan(plan, style).map(textsOf)];
}

/** Returns the cells of a row, where every column has its place. */
export function scheduleCells(row: ScheduleRow, index: number): string[] {
  const { mark, id, what, start, due, slack, who, source } = row;
  return [mark, index === 0 ? id : `${id.padEnd(5)}${what}`, start, due, slack, who, source];
}

function documentList(plan: Plan, handling: 'hand-in' | 'receive', style: TextStyle): string[] {
  const steps = plan.steps.filter((step) => step.handling === handling && !step.done);
  return steps.flatMap((step) => documentLines(step, style));
}

function documentLines(step: PlannedStep, style: TextStyle): string[] {
  const { lang } = style;
  const who = step.to ? `→ ${actorNames(step.to, lang)}` : `← ${actorNames(step.actors, lang)}`;
  const when = spanText(windowOf(step), style);
  const head = `  ${when}  ${step.id} ${step[lang]} ${who}  [${sourceOf(step, lang)}]`;
  return [
    head,
    ...documentNames(step, lang).map((name) => `    - ${name}`),
    ...(step.note ? [`    ${step.note[lang]}`] : []),
  ];
}

/** Aligns columns to their widest cell. A Japanese character takes two columns. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => columnsOf(row[column] as string))),
  );
  return rows.map((row) => {
    const cells = row.map(
      (cell, column) => cell + ' '.repeat((widths[column] as number) - columnsOf(cell)),
    );
    return cells.join('  ').trimEnd();
  });
}

function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 2 : 1), 0);
}
