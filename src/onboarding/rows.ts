import type { Text } from '../calendar/rules.js';
import type { Plan, PlannedStep } from './plan.js';
import {
  conditionOf,
  documentNames,
  procedureNames,
  shortNames,
  sourceOf,
  type TextStyle,
} from './wording.js';

/** A line of the schedule, as every table shows it. Dates are `YYYY-MM-DD`. */
export interface PlanRow {
  /** The id of the step; empty for the day the plan leads to. */
  readonly id: string;
  readonly what: string;
  readonly who: string;
  readonly start: string | null;
  readonly due: string | null;
  readonly slack: number | null;
  /** Whether a delay of the step delays the plan. */
  readonly critical: boolean;
  readonly done: boolean;
  /** The documents to hand in. */
  readonly handIn: readonly string[];
  readonly to: string;
  readonly source: string;
  /** The other documents, and the note of the step. */
  readonly notes: readonly string[];
}

/** What happens to the documents of a step. */
export const handlings = {
  obtain: { ja: '入手', en: 'obtain' },
  'hand-in': { ja: '提出', en: 'hand in' },
  discuss: { ja: '検討・確認', en: 'discuss' },
  check: { ja: '受領・確認', en: 'received and checked' },
  receive: { ja: '提供される', en: 'provided' },
} as const satisfies Record<string, Text>;

/** The heads of the columns. */
export const heads = {
  step: { ja: '手順', en: 'Step' },
  what: { ja: '内容', en: 'What' },
  who: { ja: '担当', en: 'Who' },
  start: { ja: '開始', en: 'Start' },
  startDay: { ja: '開始の曜日', en: 'Start day' },
  due: { ja: '完了期限', en: 'Due' },
  dueDay: { ja: '期限の曜日', en: 'Due day' },
  slack: { ja: '余裕日数', en: 'Days to spare' },
  status: { ja: '状態', en: 'Status' },
  handIn: { ja: '提出書類', en: 'Documents to hand in' },
  to: { ja: '提出先', en: 'To' },
  source: { ja: '根拠', en: 'Source' },
  notes: { ja: '備考', en: 'Notes' },
} as const satisfies Record<string, Text>;

/** The words for the status of a step. */
export const statuses = {
  done: { ja: '済', en: 'done' },
  open: { ja: '未', en: 'to do' },
} as const satisfies Record<string, Text>;

/** Returns the lines of the schedule: the steps, and the day the plan leads to. */
export function rowsOfPlan(plan: Plan, style: TextStyle): PlanRow[] {
  const { lang } = style;
  const goal = procedureNames[plan.procedure];
  return [
    ...plan.steps.map((step) => rowOf(step, style)),
    {
      id: '',
      what: goal.goal[lang],
      who: shortNames(['provider'], lang),
      start: plan.goal,
      due: plan.goal,
      slack: null,
      critical: false,
      done: false,
      handIn: [],
      to: '',
      source: lang === 'ja' ? `${goal.section}節` : `section ${goal.section}`,
      notes: [],
    },
  ];
}

function rowOf(step: PlannedStep, { lang }: TextStyle): PlanRow {
  const { earliest, latest, done, handling, to } = step;
  const names = documentNames(step, lang);
  const handIn = handling === 'hand-in' ? names : [];
  const label = handling && handIn.length === 0 ? handlings[handling][lang] : '';
  return {
    id: step.id,
    what: step[lang] + conditionOf(step, lang),
    who: shortNames(step.actors, lang),
    start: done ? null : earliest.start,
    due: done ? done.on : latest.end,
    slack: step.slackBusinessDays,
    critical: step.critical,
    done: done !== undefined,
    handIn,
    to: handIn.length > 0 && to ? shortNames(to, lang) : '',
    source: sourceOf(step, lang),
    notes: [
      ...(label === '' || names.length === 0
        ? []
        : [`${label}: ${names.join(lang === 'ja' ? '、' : ', ')}`]),
      ...(step.note ? [step.note[lang]] : []),
    ],
  };
}
