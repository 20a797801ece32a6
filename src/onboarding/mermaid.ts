import { plain } from '../calendar/print/wording.js';
import { formatDay, parseDay } from '../foundation/time.js';
import type { Plan } from './plan.js';
import {
  checkTextOptions,
  chosenSpan,
  isUndated,
  type PlanTextOptions,
  procedureNames,
  sourceOf,
  titleOf,
} from './wording.js';

/**
 * Writes a plan as a Gantt chart for Mermaid: a bar for each step, under the phases of the figures,
 * red where a delay delays the last day. A step done on an unknown day has no bar. In a plan for a day, bars have the latest dates; in a plan from a day,
 * the earliest. GitHub, GitLab and many wikis draw it from a code block named `mermaid`.
 *
 * @param plan - the plan.
 * @param options - language, and name of the service.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { planOnboarding, toMermaid } from 'myna-selfinfo/onboarding';
 * const chart = toMermaid(planOnboarding({ goLive: '2027-04-01' }));
 * const block = `\`\`\`mermaid\n${chart}\`\`\`\n`;
 * ```
 */
export function toMermaid(plan: Plan, options: PlanTextOptions = {}): string {
  const { lang, name } = checkTextOptions(plan, options);
  const lines = [
    'gantt',
    `    title ${escaped(titleOf(plan, lang, name))}`,
    '    dateFormat YYYY-MM-DD',
    '    axisFormat %Y-%m-%d',
  ];
  let phase = '';
  for (const step of plan.steps) {
    if (step.phase[lang] !== phase) {
      phase = step.phase[lang];
      lines.push(`    section ${escaped(phase)}`);
    }
    if (isUndated(step)) continue;
    const { start, end } = chosenSpan(plan, step);
    const source = lang === 'ja' ? `（${sourceOf(step, lang)}）` : ` (${sourceOf(step, lang)})`;
    // Mermaid leaves out the end date, so a bar ends with the day after its last day.
    const data = [
      ...(step.critical ? ['crit'] : step.done ? ['done'] : []),
      step.id.replace('-', '').toLowerCase(),
      start,
      formatDay(parseDay(end, 'end') + 1),
    ];
    lines.push(`    ${escaped(`${step.id} ${step[lang]}${source}`)} :${data.join(', ')}`);
  }
  lines.push(
    `    ${escaped(procedureNames[plan.procedure].goal[lang])} :milestone, goal, ${plan.goal}, 0d`,
  );
  return `${lines.join('\n')}\n`;
}

// Characters that end a name or start a comment in Mermaid become full-width.
const fullWidth: Readonly<Record<string, string>> = {
  ':': '：',
  ';': '；',
  '#': '＃',
  '%': '％',
  ',': '，',
};

function escaped(text: string): string {
  return plain(text).replaceAll(/[:;#%,]/g, (character) => fullWidth[character] as string);
}
