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
  const style = checkTextOptions(plan, options);
  const { lang, name } = style;
  const leads = plan.leadTimes.map((lead) => {
    const { amount, what, source, basis } = leadTimeText(lead, lang);
    return ['', amount, what, source, basis];
  });
  const parts = [
    [
      titleOf(plan, lang, name === undefined ? undefined : plain(name)),
      ...headline(plan, style).map(([label, text]) => `${label}: ${text}`),
      ...shortfallText(plan, style),
    ],
    [...schedule(plan, style), words.key[lang]],
    documentList(plan, 'hand-in', style),
    documentList(plan, 'receive', style),
    [words.leadTimes[lang], ...aligned(leads)],
    notesOfPlan(plan, style),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function schedule(plan: Plan, style: TextStyle): string[] {
  const { lang } = style;
  const columns = ['step', 'start', 'due', 'slack', 'who', 'source'] as const;
  const cells = (row: PlanRow): string[] => {
    const date = (day: string | null): string => (day === null ? '' : dateName(day, style));
    return [
      row.done ? statuses.done[lang] : row.critical ? '*' : '',
      `${row.id.padEnd(5)}${row.what}`,
      date(row.start),
      date(row.due),
      row.slack === null ? '' : String(row.slack),
      row.who,
      row.source,
    ];
  };
  return aligned([
    ['', ...columns.map((column) => heads[column][lang])],
    ...rowsOfPlan(plan, style).map(cells),
  ]);
}

function documentList(plan: Plan, handling: 'hand-in' | 'receive', style: TextStyle): string[] {
  const steps = plan.steps.filter((step) => step.handling === handling && !step.done);
  if (steps.length === 0) return [];
  return [
    words[handling === 'hand-in' ? 'handIn' : 'receive'][style.lang],
    ...steps.flatMap((step) => documentLines(step, style)),
  ];
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
function aligned(rows: readonly (readonly string[])[]): string[] {
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
