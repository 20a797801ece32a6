import type { Text } from '../calendar/rules.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkWhole } from '../foundation/options.js';
import type { Procedure } from './rows.js';
import type { StepId } from './steps.js';

/**
 * A stretch of time, in one unit: calendar weeks, calendar months (to the same day, or to the last
 * day of a shorter month), or business days.
 *
 * @example
 * ```ts
 * import { type PlanDuration, planOnboarding } from 'myna-selfinfo/onboarding';
 * const development: PlanDuration = { weeks: 12 };
 * planOnboarding({ goLive: '2027-10-01', durations: { development } });
 * ```
 */
export type PlanDuration =
  | { readonly weeks: number }
  | { readonly months: number }
  | { readonly businessDays: number };

/**
 * What a lead time rests on: the guideline's word as a rule (`stated`), with 程度 (`about`) or with
 * 原則 (`in-principle`); our reading of it (`reading`); our own assumption, where the guideline is
 * silent (`ours`); or what the host gave (`host`).
 */
export type Basis = 'stated' | 'about' | 'in-principle' | 'reading' | 'ours' | 'host';

interface LeadTimeRow {
  readonly id: string;
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  /** The step it is counted from the end of; of a step's own length, that step. */
  readonly from: StepId;
  /** What it lasts to: a step, or the day the plan is for. */
  readonly to: StepId | 'goal';
  /** Whether it lasts to the start or to the end of that step. */
  readonly until: 'start' | 'end';
  readonly amount: PlanDuration;
  readonly basis: Basis;
  /**
   * Where it stands: a figure or section, and the step. Of an assumption, the step that it is
   * about.
   */
  readonly source: Text;
  readonly ja: string;
  readonly en: string;
  /** What public traces after v2.2 say; unconfirmed, and not used unless given as a duration. */
  readonly later?: {
    readonly amount: PlanDuration;
    readonly confidence: 'unconfirmed';
    readonly note: Text;
  };
}

const figure = (number: string, step: string): Text => ({
  ja: `図${number} ${step}`,
  en: `figure ${number}, ${step}`,
});
const section = (number: string): Text => ({ ja: `${number}節`, en: `section ${number}` });
const like = (step: string, of: string): Text => ({
  ja: `6.1節、図6.1-1 ${step}（${of}と同様）`,
  en: `section 6.1, figure 6.1-1, ${step} (as ${of})`,
});

const onboarding = { procedure: 'onboarding', guideline: 'v2.2' } as const;
const change = { procedure: 'change', guideline: 'v2.2' } as const;
const within = <S extends StepId>(step: S) => ({ from: step, to: step, until: 'end' }) as const;
const notice = {
  guideline: 'v2.2',
  id: 'notice',
  to: 'goal',
  until: 'start',
  amount: { weeks: 2 },
  basis: 'in-principle',
} as const;

const texts = {
  meeting: { ja: '申込みから打合せの実施まで', en: 'from the application to the meeting' },
  development: { ja: 'システム開発の期間', en: 'development' },
  connectionCheckApplication: {
    ja: '接続確認環境の利用申請から事前疎通試験まで',
    en: 'from the application to the pre-connectivity test',
  },
  preliminaryTest: {
    ja: '事前疎通試験から試験まで',
    en: 'from the pre-connectivity test to the test',
  },
  connectionTest: { ja: '接続試験の期間', en: 'the connection test' },
  productionApplication: {
    ja: '本番環境の利用申請から動作確認まで',
    en: 'from the application to the check in production',
  },
  review: {
    ja: '本番環境の利用申請から審査の完了まで',
    en: 'from the application to the end of the review',
  },
  productionCheck: { ja: '本番環境における動作確認の期間', en: 'the check in production' },
} as const satisfies Record<string, Text>;

const threeWeeks = {
  later: {
    amount: { weeks: 3 },
    confidence: 'unconfirmed',
    note: {
      ja: '2.2版より後の公開情報に「3週間前」とするものがある（未確認）',
      en: 'public traces later than v2.2 say three weeks (unconfirmed)',
    },
  },
} as const;

/**
 * The lead times of chapters 5 and 6, and the durations that a plan needs beside them, each with
 * what it rests on. A rule of the guideline is the least there is.
 */
export const leadTimes = [
  {
    ...onboarding,
    ...within('A-1'),
    id: 'consideration',
    amount: { weeks: 2 },
    basis: 'ours',
    source: figure('5.1-1', 'A-1'),
    ja: '利用検討の期間',
    en: 'consideration within the company',
  },
  {
    ...onboarding,
    id: 'meeting',
    from: 'A-4',
    to: 'A-5',
    until: 'start',
    amount: { weeks: 3 },
    basis: 'about',
    source: figure('5.1-1', 'A-4'),
    ...texts.meeting,
  },
  {
    ...onboarding,
    id: 'disclosure',
    from: 'A-5',
    to: 'A-6',
    until: 'end',
    amount: { weeks: 1 },
    basis: 'about',
    source: figure('5.1-2', 'A-6'),
    ja: '合意から申請書の確認の完了まで',
    en: 'from the agreement to the end of the check of the applications',
  },
  {
    ...onboarding,
    ...within('A-8'),
    id: 'development',
    amount: { weeks: 8 },
    basis: 'ours',
    source: figure('5.1-2', 'A-8'),
    ...texts.development,
  },
  {
    ...onboarding,
    id: 'connectionCheckApplication',
    from: 'A-9',
    to: 'A-11',
    until: 'start',
    amount: { weeks: 2 },
    basis: 'stated',
    source: figure('5.1-3', 'A-9'),
    ...texts.connectionCheckApplication,
  },
  {
    ...onboarding,
    id: 'preliminaryTest',
    from: 'A-11',
    to: 'A-12',
    until: 'start',
    amount: { weeks: 1 },
    basis: 'stated',
    source: figure('5.1-3', 'A-11'),
    ...texts.preliminaryTest,
  },
  {
    ...onboarding,
    ...within('A-12'),
    id: 'connectionTest',
    amount: { weeks: 2 },
    basis: 'ours',
    source: figure('5.1-3', 'A-12'),
    ...texts.connectionTest,
  },
  {
    ...onboarding,
    id: 'productionApplication',
    from: 'A-15',
    to: 'A-18',
    until: 'start',
    amount: { weeks: 2 },
    basis: 'stated',
    source: figure('5.1-4', 'A-15'),
    ...texts.productionApplication,
    ...threeWeeks,
  },
  {
    ...onboarding,
    id: 'review',
    from: 'A-15',
    to: 'A-16',
    until: 'end',
    amount: { months: 1 },
    basis: 'about',
    source: figure('5.1-4', 'A-16'),
    ...texts.review,
  },
  {
    ...onboarding,
    ...within('A-18'),
    id: 'productionCheck',
    amount: { weeks: 1 },
    basis: 'ours',
    source: figure('5.1-4', 'A-18'),
    ...texts.productionCheck,
  },
  // 6.1 names the connection test and production as being like the beginning, not the meeting.
  {
    ...change,
    id: 'meeting',
    from: 'B-1',
    to: 'B-2',
    until: 'start',
    amount: { weeks: 3 },
    basis: 'ours',
    source: figure('6.1-1', 'B-1'),
    ...texts.meeting,
  },
  {
    ...change,
    ...within('B-3'),
    id: 'development',
    amount: { weeks: 8 },
    basis: 'ours',
    source: figure('6.1-1', 'B-3'),
    ...texts.development,
  },
  {
    ...change,
    id: 'connectionCheckApplication',
    from: 'B-4',
    to: 'B-6',
    until: 'start',
    amount: { weeks: 2 },
    basis: 'stated',
    source: like('B-4', 'A-9'),
    ...texts.connectionCheckApplication,
  },
  {
    ...change,
    ...within('B-6'),
    id: 'preliminaryTest',
    amount: { weeks: 1 },
    basis: 'stated',
    source: like('B-6', 'A-11'),
    ...texts.preliminaryTest,
  },
  {
    ...change,
    ...within('B-6'),
    id: 'connectionTest',
    amount: { weeks: 2 },
    basis: 'ours',
    source: figure('6.1-1', 'B-6'),
    ...texts.connectionTest,
  },
  {
    ...change,
    id: 'productionApplication',
    from: 'B-11',
    to: 'B-13',
    until: 'start',
    amount: { weeks: 2 },
    basis: 'stated',
    source: like('B-11', 'A-15'),
    ...texts.productionApplication,
    ...threeWeeks,
  },
  // The figure does not repeat A-16: that the review lies between B-11 and B-12 is a reading of
  // 6.1.
  {
    ...change,
    id: 'review',
    from: 'B-11',
    to: 'B-12',
    until: 'end',
    amount: { months: 1 },
    basis: 'reading',
    source: like('B-12', 'A-16'),
    ...texts.review,
  },
  {
    ...change,
    ...within('B-13'),
    id: 'productionCheck',
    amount: { weeks: 1 },
    basis: 'ours',
    source: figure('6.1-1', 'B-13'),
    ...texts.productionCheck,
  },
  {
    ...notice,
    procedure: 'suspension',
    from: 'C-1',
    source: section('6.2'),
    ja: '届出から利用停止予定日まで',
    en: 'from the notice to the planned suspension',
  },
  {
    ...notice,
    procedure: 'resumption',
    from: 'D-1',
    source: section('6.3'),
    ja: '届出から利用再開予定日まで',
    en: 'from the notice to the planned resumption',
  },
  {
    ...notice,
    procedure: 'termination',
    from: 'E-1',
    source: section('6.4'),
    ja: '届出から利用終了予定日まで',
    en: 'from the notice to the planned end',
  },
] as const satisfies readonly LeadTimeRow[];

/** The least that lies between a step and the next one. */
export const handover = {
  id: 'handover',
  amount: { businessDays: 1 },
  basis: 'ours',
  source: { ja: '各図の手順の順序', en: 'the order of the steps in the figures' },
  ja: '手順から次の手順まで（少なくとも）',
  en: 'from each step to the next, at least',
} as const;

/** From the last step to the go-live. */
export const goLive = {
  id: 'goLive',
  amount: { businessDays: 1 },
  basis: 'reading',
  source: { ja: '図に利用開始の手順はない', en: 'the figures have no such step' },
  ja: '最後の手順から利用開始まで',
  en: 'from the last step to the go-live',
} as const;

/** The id of a lead time. */
export type LeadTimeId = (typeof leadTimes)[number]['id'] | 'handover' | 'goLive';

/** A lead time (所要期間) as a plan uses it: how long, and what that rests on. */
export interface LeadTime extends Text {
  readonly id: LeadTimeId;
  readonly amount: PlanDuration;
  readonly basis: Basis;
  /** Where it stands: a figure or section, and the step. */
  readonly source: Text;
  /** What public traces after v2.2 say; unconfirmed, and not used unless given as a duration. */
  readonly later?: LeadTimeRow['later'];
}

/** A lead time and the steps it lies between, or the step whose own length it is. */
export interface LeadTimeBetween extends LeadTime, Pick<LeadTimeRow, 'from' | 'to' | 'until'> {}

/**
 * The durations that {@link planOnboarding} and {@link planChange} take. Those that are rules of
 * the guideline can be made longer, not shorter.
 */
export interface PlanDurations {
  /** A-1, the consideration within the company. Default 2 weeks (ours). Not of a change. */
  readonly consideration?: PlanDuration;
  /** From A-4 or B-1 to the meeting. Default 3 weeks: of A-4 the guideline's, of B-1 ours. */
  readonly meeting?: PlanDuration;
  /** From the agreement to the end of A-6. Default 1 week. Not of a change. */
  readonly disclosure?: PlanDuration;
  /** A-8 or B-3. Default 8 weeks (ours). */
  readonly development?: PlanDuration;
  /** From, or from B-4 to B-6. Default, and least, 2 weeks. */
  readonly connectionCheckApplication?: PlanDuration;
  /** From, or the first part of B-6. Default, and least, 1 week. */
  readonly preliminaryTest?: PlanDuration;
  /** A-12, or the rest of B-6. Default 2 weeks (ours). */
  readonly connectionTest?: PlanDuration;
  /**
   * From, or from B-11 to B-13. Default, and least, 2 weeks. Public traces after v2.2
   * say 3 (unconfirmed).
   */
  readonly productionApplication?: PlanDuration;
  /** From A-15 to the end of A-16, or from B-11 to B-12. Default 1 month. */
  readonly review?: PlanDuration;
  /** A-18 or B-13. Default 1 week (ours). */
  readonly productionCheck?: PlanDuration;
  /** From each step to the next one, at least. Default 1 business day (ours). */
  readonly handover?: PlanDuration;
}

/**
 * The lead times of a procedure with the durations that the host gave, and the lead time between a
 * step and the next one.
 *
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`; TypeError.
 */
export function leadTimesOf(
  procedure: Procedure,
  given: unknown,
  path: string,
): { leads: LeadTimeBetween[]; handover: LeadTime } {
  const rows: readonly LeadTimeRow[] = leadTimes.filter((row) => row.procedure === procedure);
  checkKeys(given, path, Object.fromEntries([...rows, handover].map(({ id }) => [id, true])));
  const applied = <L extends LeadTime>(row: L): L => {
    const value = given[row.id];
    if (value === undefined) return row;
    const amount = checkDuration(value, `${path}.${row.id}`);
    if (row.basis === 'stated' && leastDays(amount) < leastDays(row.amount)) {
      const weeks = leastDays(row.amount) / 7;
      throw new SelfInfoError('invalid_option', {
        path: `${path}.${row.id}`,
        expected: {
          en: `The guideline wants ${weeks} week(s) at least.`,
          ja: `ガイドラインの定める ${weeks} 週間より短くはできません。`,
        },
      });
    }
    return { ...row, amount, basis: 'host' };
  };
  return {
    leads: rows.map((row) => applied(row as LeadTimeRow & LeadTimeBetween)),
    handover: applied<LeadTime>(handover),
  };
}

const units = ['weeks', 'months', 'businessDays'] as const;

function checkDuration(value: unknown, path: string): PlanDuration {
  checkKeys(value, path, {
    weeks: true,
    months: true,
    businessDays: true,
  } satisfies Record<(typeof units)[number], true>);
  const expected = {
    en: `Give one of ${units.join(', ')}.`,
    ja: `${units.join('、')} のいずれか1つを指定してください。`,
  };
  const [unit, ...others] = units.filter((name) => value[name] !== undefined);
  if (unit === undefined) throw new SelfInfoError('missing_option', { path, expected });
  if (others.length > 0) throw new SelfInfoError('invalid_option', { path, expected });
  checkWhole(value[unit], `${path}.${unit}`, 0);
  return { [unit]: value[unit] } as unknown as PlanDuration;
}

/** The fewest calendar days that it can be: no five business days fit into less than a week. */
function leastDays(amount: PlanDuration): number {
  if ('weeks' in amount) return amount.weeks * 7;
  if ('months' in amount) return amount.months * 28;
  return Math.floor(amount.businessDays / 5) * 7 + (amount.businessDays % 5);
}
