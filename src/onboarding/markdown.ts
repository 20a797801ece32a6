import { plain } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import type { Language } from '../foundation/language.js';
import type { Plan, PlannedSpan, PlannedStep } from './plan.js';
import { type Requirement, requirements } from './requirements.js';
import {
  actorNames,
  amountName,
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
} from './wording.js';

const words = {
  earliest: { ja: '最早', en: 'earliest' },
  latest: { ja: '最遅', en: 'latest' },
  slack: { ja: '余裕', en: 'slack' },
  critical: { ja: 'クリティカルパス', en: 'critical path' },
  who: { ja: '担当', en: 'who' },
  leadTimes: { ja: '所要期間とその根拠', en: 'Lead times and their basis' },
  columns: { ja: '| 期間 | 内容 | 出典 | 根拠 |', en: '| length | what | source | basis |' },
  requirements: { ja: '利用するための要件（4章）', en: 'Requirements (chapter 4)' },
  mine: { ja: '事業者', en: 'the provider' },
  notes: { ja: '注', en: 'Notes' },
} as const satisfies Record<string, Text>;

const handlings = {
  obtain: { ja: '入手', en: 'obtain' },
  'hand-in': { ja: '提出', en: 'hand in' },
  discuss: { ja: '検討・確認', en: 'discuss' },
  check: { ja: '受領・確認', en: 'received and checked' },
  receive: { ja: '提供される', en: 'provided' },
} as const satisfies Record<string, Text>;

/**
 * Writes a plan as a Markdown checklist: a box for each step and each document. For an onboarding
 * it also has a box for each requirement of chapter 4, with what this package does and what the
 * provider must do.
 *
 * @param plan - the plan.
 * @param options - language, and name of the service.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { planOnboarding, toMarkdown } from 'myna-selfinfo/onboarding';
 * writeFileSync('onboarding.md', toMarkdown(planOnboarding({ goLive: '2027-04-01' })));
 * ```
 */
export function toMarkdown(plan: Plan, options: PlanTextOptions = {}): string {
  const { lang, name } = checkTextOptions(plan, options);
  const phases = [...new Set(plan.steps.map(({ phase }) => phase[lang]))];
  const parts = [
    `# ${titleOf(plan, lang, name === undefined ? undefined : escaped(name))}`,
    headline(plan, lang)
      .map(([label, text]) => `- ${label}: **${text}**`)
      .join('\n'),
    ...shortfallText(plan, lang).map((line) => `> ${line}`),
    ...phases.flatMap((phase) => [
      `## ${phase}`,
      plan.steps
        .filter((step) => step.phase[lang] === phase)
        .map((step) => stepLines(step, lang))
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
    notesOfPlan(plan, lang)
      .map((note) => `- ${note}`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function stepLines(step: PlannedStep, lang: Language): string {
  const named = (span: PlannedSpan): string => spanText(span, lang, (date) => dateName(date, lang));
  const [earliest, latest] = [named(step.earliest), named(step.latest)];
  const dates =
    earliest === latest
      ? [earliest]
      : [`${words.earliest[lang]} ${earliest}`, `${words.latest[lang]} ${latest}`];
  const facts = [
    ...dates,
    `${words.slack[lang]} ${amountName({ businessDays: step.slackBusinessDays }, lang)}`,
    ...(step.critical ? [words.critical[lang]] : []),
  ];
  const to = step.to && step.handling === 'hand-in' ? ` → ${actorNames(step.to, lang)}` : '';
  const handling = step.handling ? handlings[step.handling][lang] : '';
  return [
    `- [ ] **${step.id} ${step[lang]}**${conditionOf(step, lang)}${bracketed(sourceOf(step, lang), lang)}`,
    `  - ${facts.join(lang === 'ja' ? '、' : ', ')}`,
    `  - ${words.who[lang]}: ${actorNames(step.actors, lang)}${to}`,
    ...documentNames(step, lang).map((name) => `  - [ ] ${handling}: ${escaped(name)}`),
    ...(step.note ? [`  - ${step.note[lang]}`] : []),
  ].join('\n');
}

function requirementLines(row: Requirement, lang: Language): string {
  return [
    `- [ ] **${row.section}** ${row[lang]}${bracketed(row.terms[lang], lang)}`,
    ...row.sdk.map(
      (each) =>
        `  - \`myna-selfinfo${each.door.slice(1)}\`: ${each[lang]}${bracketed(`\`${lang === 'ja' ? each.page.replace('docs/', 'docs/ja/') : each.page}\``, lang)}`,
    ),
    `  - [ ] ${words.mine[lang]}: ${row.provider[lang]}`,
  ].join('\n');
}

function bracketed(text: string, lang: Language): string {
  return lang === 'ja' ? `（${text}）` : ` (${text})`;
}

function escaped(text: string): string {
  return plain(text).replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}
