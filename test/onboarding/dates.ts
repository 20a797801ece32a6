import type { Plan } from '../../src/onboarding/index.js';

/** Returns `A-9 2027-01-12` for each step: its last day, or `first..last`. */
export const datesOf = (plan: Plan, kind: 'earliest' | 'latest') =>
  plan.steps.map(({ id, [kind]: { start, end } }) =>
    start === end ? `${id} ${end}` : `${id} ${start}..${end}`,
  );
/** Returns the slack of each step that has some. */
export const slacks = (plan: Plan) =>
  Object.fromEntries(
    plan.steps.flatMap(({ id, slackBusinessDays }) =>
      !slackBusinessDays ? [] : [[id, slackBusinessDays]],
    ),
  );

/** The order of the steps, without questions and answers. */
export const straight = [
  'A-1',
  'A-4',
  'A-5',
  'A-6',
  'A-7',
  'A-8',
  'A-9',
  'A-11',
  'A-12',
  'A-13',
  'A-14',
  'A-15',
  'A-16',
  'A-17',
  'A-18',
];
