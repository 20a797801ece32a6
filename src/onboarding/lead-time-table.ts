import type { Text } from '../calendar/rules.js';
import type { PlanDuration } from './durations.js';
import type { Procedure } from './procedures.js';
import type { StepId } from './steps.js';

/**
 * The basis of a lead time: a rule of the guideline (`stated`), which may say 程度 (`about`) or 原則
 * (`in-principle`); our reading of the guideline (`reading`); our assumption where the guideline
 * says nothing (`ours`); or a duration that the caller gave (`host`).
 */
export type Basis = 'stated' | 'about' | 'in-principle' | 'reading' | 'ours' | 'host';

/** A row of the table of lead times. */
export interface LeadTimeRow {
  readonly id: string;
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  /** The step at whose end it starts. For the length of one step, that step. */
  readonly from: StepId;
  /** Where it ends: at a step, or at the day the plan is for. */
  readonly to: StepId | 'goal';
  /** Whether it ends at the start or at the end of that step. */
  readonly until: 'start' | 'end';
  readonly amount: PlanDuration;
  readonly basis: Basis;
  /** Its place in the guideline: a figure or section, and the step. For an assumption, the step. */
  readonly source: Text;
  readonly ja: string;
  readonly en: string;
  /** What public sources after v2.2 say. Unconfirmed, and used only if given as a duration. */
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
      en: 'public sources later than v2.2 say three weeks (unconfirmed)',
    },
  },
} as const;

/**
 * The lead times of chapters 5 and 6, and the other durations that a plan needs, each with its
 * basis. A rule of the guideline is a minimum.
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
  // By 6.1 the connection test and production are as in the onboarding. It does not say so about
  // the meeting.
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
  // Reading of 6.1: the figure does not repeat A-16, so the review is between B-11 and B-12.
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

/** The minimum between a step and the next step. */
export const handover = {
  id: 'handover',
  amount: { businessDays: 1 },
  basis: 'ours',
  source: { ja: '各図の手順の順序', en: 'the order of the steps in the figures' },
  ja: '手順から次の手順まで（少なくとも）',
  en: 'from each step to the next, at least',
} as const;

/** The time from the last step to the go-live. */
export const goLive = {
  id: 'goLive',
  amount: { businessDays: 1 },
  basis: 'reading',
  source: { ja: '図に利用開始の手順はない', en: 'the figures have no such step' },
  ja: '最後の手順から利用開始まで',
  en: 'from the last step to the go-live',
} as const;
