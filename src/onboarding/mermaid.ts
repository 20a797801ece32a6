import { plain } from '../calendar/print/wording.js';
import { formatDay, parseDay } from '../foundation/time.js';
import type { Plan } from './plan.js';
import {
  checkTextOptions,
  chosenSpan,
  type PlanTextOptions,
  procedures,
  sourceOf,
  titleOf,
} from './words.js';

/**
 * Writes a plan as a Gantt chart in Mermaid's language: a bar for each step at its chosen dates (of
 * a plan for a day the latest, of a plan from a day the earliest), red where it is critical, under
 * the phases of the figures. GitHub, GitLab and many wikis draw it from a code block named
 * `mermaid`.
 *
 * @param plan - the plan.
 * @param options - language, and the service's name.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { planOnboarding, toMermaid } from 'myna-selfinfo/onboarding';
 * const block = `\`\`\`mermaid\n${toMermaid(planOnboarding({ goLive: '2027-04-01' }))}\`\`\`\n`;
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
    const { start, end } = chosenSpan(plan, step);
    const source = lang === 'ja' ? `（${sourceOf(step, lang)}）` : ` (${sourceOf(step, lang)})`;
    // A bar ends where its last day does: the day after it is the first one that is no longer in
    // it.
    const data = [
      ...(step.critical ? ['crit'] : []),
      step.id.replace('-', '').toLowerCase(),
      start,
      formatDay(parseDay(end, 'end') + 1),
    ];
    lines.push(`    ${escaped(`${step.id} ${step[lang]}${source}`)} :${data.join(', ')}`);
  }
  lines.push(
    `    ${escaped(procedures[plan.procedure].goal[lang])} :milestone, goal, ${plan.goal}, 0d`,
  );
  return `${lines.join('\n')}\n`;
}

// What ends a name or starts a comment in the language stands in its full-width form.
const wide: Readonly<Record<string, string>> = {
  ':': '：',
  ';': '；',
  '#': '＃',
  '%': '％',
  ',': '，',
};

function escaped(text: string): string {
  return plain(text).replaceAll(/[:;#%,]/g, (character) => wide[character] as string);
}
