import { plain } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import type { Language } from '../foundation/language.js';
import type { Plan, PlannedStep } from './plan.js';
import { type Requirement, requirements } from './requirements.js';
import { handlings, heads, type PlanRow, rowsOfPlan, statuses } from './rows.js';
import {
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
  type TextStyle,
  titleOf,
} from './wording.js';

const words = {
  schedule: { ja: '日程', en: 'Schedule' },
  key: {
    ja: '＊は最終日を決める手順。余裕日数（営業日）を超えて遅れると、最終日も遅れる。',
    en: '＊ decides the last day: a delay beyond the days to spare (business days) delays it.',
  },
  leadTimes: { ja: '所要期間とその根拠', en: 'Lead times and their basis' },
  columns: { ja: '| 期間 | 内容 | 根拠 | 区分 |', en: '| length | what | source | basis |' },
  requirements: { ja: '利用するための要件（4章）', en: 'Requirements (chapter 4)' },
  sdk: { ja: '本ライブラリ', en: 'this SDK' },
  mine: { ja: '事業者', en: 'the provider' },
  notes: { ja: '注', en: 'Notes' },
} as const satisfies Record<string, Text>;

const columns = [
  ...['step', 'who', 'start', 'due', 'slack'],
  ...['handIn', 'to', 'source'],
] as (keyof typeof heads)[];

/**
 * Writes a plan as Markdown: the schedule as a table, and a checklist with a box for each step and
 * each document. For an onboarding it also has a box for each requirement of chapter 4, with what
 * this package does and what the provider must do.
 *
 * @param plan - the plan.
 * @param options - language, name of the service, and Japanese era.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { planOnboarding, toMarkdown } from 'myna-selfinfo/onboarding';
 * writeFileSync('onboarding.md', toMarkdown(planOnboarding({ goLive: '2027-04-01' })));
 * ```
 */
export function toMarkdown(plan: Plan, options: PlanTextOptions = {}): string {
  const style = checkTextOptions(plan, options);
  const { lang, name } = style;
  const phases = [...new Set(plan.steps.map(({ phase }) => phase[lang]))];
  const parts = [
    `# ${titleOf(plan, lang, name === undefined ? undefined : escaped(name))}`,
    headline(plan, style)
      .map(([label, text]) => `- ${label}: **${text}**`)
      .join('\n'),
    ...shortfallText(plan, style).map((line) => `> ${line}`),
    `## ${words.schedule[lang]}`,
    scheduleTable(plan, style),
    words.key[lang],
    ...phases.flatMap((phase) => [
      `## ${phase}`,
      plan.steps
        .filter((step) => step.phase[lang] === phase)
        .map((step) => stepLines(step, style))
        .join('\n'),
    ]),
    ...(plan.procedure === 'onboarding'
      ? [
          `## ${words.requirements[lang]}`,
          requirements.map((row) => requirementLines(row, lang)).join('\n'),
        ]
      : []),
    `## ${words.leadTimes[lang]}`,
    [
      words.columns[lang],
      '|---|---|---|---|',
      ...plan.leadTimes.map((lead) => `| ${Object.values(leadTimeText(lead, lang)).join(' | ')} |`),
    ].join('\n'),
    `## ${words.notes[lang]}`,
    notesOfPlan(plan, style)
      .map((note) => `- ${note}`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function scheduleTable(plan: Plan, style: TextStyle): string {
  const { lang } = style;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const date = (day: string | null): string => (day === null ? '' : dateName(day, style));
  const cells = (row: PlanRow): string[] => [
    `${row.critical ? '＊' : ''}${row.id} ${row.what}`.trim(),
    row.who,
    row.done ? statuses.done[lang] : date(row.start),
    date(row.due),
    row.slack === null ? '' : String(row.slack),
    row.handIn.map(escaped).join('<br>'),
    row.to,
    row.source,
  ];
  return [
    line(columns.map((column) => heads[column][lang])),
    line(columns.map(() => '---')),
    ...rowsOfPlan(plan, style).map((row) => line(cells(row))),
  ].join('\n');
}

function stepLines(step: PlannedStep, style: TextStyle): string {
  const { lang } = style;
  const box = step.done ? '[x]' : '[ ]';
  const due = dateName(step.latest.end, style);
  const until = step.done ? '' : lang === 'ja' ? ` ${due}まで` : `, by ${due}`;
  const handling = step.handling ? handlings[step.handling][lang] : '';
  return [
    `- ${box} **${step.id} ${step[lang]}**${conditionOf(step, lang)}${until}${bracketed(sourceOf(step, lang), lang)}`,
    ...documentNames(step, lang).map((name) => `  - ${box} ${handling}: ${escaped(name)}`),
    ...(step.note ? [`  - ${step.note[lang]}`] : []),
  ].join('\n');
}

function requirementLines(row: Requirement, lang: Language): string {
  return [
    `- [ ] **${row.section}** ${row[lang]}${bracketed(row.terms[lang], lang)}`,
    ...row.sdk.map((each) => `  - ${words.sdk[lang]}: ${each[lang]}`),
    `  - [ ] ${words.mine[lang]}: ${row.provider[lang]}`,
  ].join('\n');
}

function bracketed(text: string, lang: Language): string {
  return lang === 'ja' ? `（${text}）` : ` (${text})`;
}

function escaped(text: string): string {
  return plain(text).replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}
