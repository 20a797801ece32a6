import { plain } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import type { Language } from '../foundation/language.js';
import type { Plan, PlannedStep } from './plan.js';
import {
  actorNames,
  checkTextOptions,
  conditionOf,
  dateName,
  documentNames,
  headline,
  leadTimeText,
  notesOfPlan,
  type PlanTextOptions,
  shortfallText,
  sourceOf,
  spanText,
  titleOf,
  windowOf,
} from './wording.js';

const heads = {
  step: { ja: '手順', en: 'Step' },
  earliest: { ja: '最早', en: 'Earliest' },
  latest: { ja: '最遅', en: 'Latest' },
  slack: { ja: '余裕', en: 'Slack' },
  source: { ja: '根拠', en: 'Source' },
  critical: {
    ja: '* はクリティカルパス。余裕は営業日数。',
    en: '* critical path; slack in business days',
  },
  handIn: { ja: '提出する書類（いつ、どこへ）', en: 'Documents to hand in (when, to whom)' },
  receive: { ja: '提供されるもの（いつ、どこから）', en: 'Documents provided (when, by whom)' },
  leadTimes: { ja: '所要期間とその根拠', en: 'Lead times and their basis' },
} as const satisfies Record<string, Text>;

/**
 * Writes a plan as plain text for a terminal or a mail: the steps with their dates, the documents
 * to hand in with dates and receivers, and the lead times with their basis. Every line names its
 * figure.
 *
 * @param plan - the plan.
 * @param options - language, and name of the service.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { planTermination, toText } from 'myna-selfinfo/onboarding';
 * console.log(toText(planTermination({ date: '2028-03-31' }), { lang: 'en' }));
 * ```
 */
export function toText(plan: Plan, options: PlanTextOptions = {}): string {
  const { lang, name } = checkTextOptions(plan, options);
  const rows = [
    [
      '',
      heads.step[lang],
      heads.earliest[lang],
      heads.latest[lang],
      heads.slack[lang],
      heads.source[lang],
    ],
    ...plan.steps.map((step) => [
      step.critical ? '*' : '',
      `${step.id.padEnd(5)}${step[lang]}${conditionOf(step, lang)}`,
      spanText(step.earliest, lang),
      spanText(step.latest, lang),
      String(step.slackBusinessDays),
      sourceOf(step, lang),
    ]),
  ];
  const leads = plan.leadTimes.map((lead) => {
    const { amount, what, source, basis } = leadTimeText(lead, lang);
    return ['', amount, what, source, basis];
  });
  const parts = [
    [
      titleOf(plan, lang, name === undefined ? undefined : plain(name)),
      ...headline(plan, lang).map(([label, text]) => `${label}: ${text}`),
    ],
    shortfallText(plan, lang),
    [...aligned(rows), heads.critical[lang]],
    documentList(plan, 'hand-in', lang),
    documentList(plan, 'receive', lang),
    [heads.leadTimes[lang], ...aligned(leads)],
    notesOfPlan(plan, lang),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function documentList(plan: Plan, handling: 'hand-in' | 'receive', lang: Language): string[] {
  const steps = plan.steps.filter((step) => step.handling === handling);
  if (steps.length === 0) return [];
  return [
    heads[handling === 'hand-in' ? 'handIn' : 'receive'][lang],
    ...steps.flatMap((step) => documentLines(step, lang)),
  ];
}

function documentLines(step: PlannedStep, lang: Language): string[] {
  const when = spanText(windowOf(step), lang, (date) => dateName(date, lang));
  const who = step.to ? `→ ${actorNames(step.to, lang)}` : `← ${actorNames(step.actors, lang)}`;
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
