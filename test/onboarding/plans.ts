import {
  type Plan,
  planChange,
  planOnboarding,
  planResumption,
  planSuspension,
  planTermination,
} from '../../src/onboarding/index.js';

export const today = '2026-09-29';
export const plan = planOnboarding({ goLive: '2027-04-01', today });
export const late = planOnboarding({ goLive: '2027-04-01', today: '2026-11-24' });
export const all: [string, Plan][] = [
  ['an onboarding', plan],
  ['an onboarding from a day', planOnboarding({ start: '2026-12-26', today })],
  ['a late onboarding', late],
  ['a change', planChange({ goLive: '2027-10-01', today })],
  [
    'a small change',
    planChange({
      start: '2027-10-01',
      development: false,
      connectionTest: false,
      production: false,
      today,
    }),
  ],
  ['a suspension', planSuspension({ date: '2027-08-01', today })],
  ['a resumption', planResumption({ date: '2027-09-01', today })],
  ['a termination', planTermination({ date: '2028-03-31', today })],
];
export const langs = ['ja', 'en'] as const;
export const lines = (text: string) => text.split('\n');
