import { describe, expect, it } from 'vitest';
import {
  planChange,
  planOnboarding,
  toICalendar,
  toMarkdown,
  toMermaid,
  toText,
} from '../../src/onboarding/index.js';
import { refusal } from '../kit/refusals.js';
import { datesOf } from './dates.js';
import { lines } from './plans.js';

const today = '2026-12-01';
const plan = planOnboarding({ done: { 'A-7': '2026-11-20' }, today });

describe('a plan after the API specification came on Friday 20 November 2026', () => {
  // Mon 23 November is Labour Thanksgiving Day: Tue 24 November, eight weeks: to Tue 19
  //   January.
  // Wed 20 January.
  // Thu 21 January.
  // two weeks after A-9: Wed 3 February.
  // a week later, Wed 10 February, two weeks: to Wed 24 February.
  // Thu 25, Fri 26 February.
  // Mon 1 March.
  // a month later: Thu 1 April.
  // Fri 2 April.
  // Mon 5 April, a week: to Mon 12 April. Go-live Tue 13 April.
  const rest = [
    'A-8 2026-11-24..2027-01-19',
    'A-9 2027-01-20',
    'A-10 2027-01-21',
    'A-11 2027-02-03',
    'A-12 2027-02-10..2027-02-24',
    'A-13 2027-02-25',
    'A-14 2027-02-26',
    'A-15 2027-03-01',
    'A-16 2027-03-02..2027-04-01',
    'A-17 2027-04-02',
    'A-18 2027-04-05..2027-04-12',
  ];

  it('goes on from that day without a start or a go-live: the development is under way', () => {
    expect(datesOf(plan, 'earliest').slice(7)).toEqual(rest);
    expect([plan.start, plan.goal, plan.by, plan.given, plan.shortfall]).toEqual([
      '2026-11-24',
      '2027-04-13',
      'start',
      today,
      null,
    ]);
    expect(plan.criticalPath[0]).toBe('A-8');
  });

  it('counts the steps before it as done, on a day that is not known', () => {
    expect(plan.steps.slice(0, 8).map(({ id, done }) => [id, done])).toEqual([
      ...['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'].map((id) => [id, { on: null }]),
      ['A-7', { on: '2026-11-20' }],
      ['A-8', undefined],
    ]);
    expect(plan.steps[6]).toMatchObject({
      earliest: { start: '2026-11-20', end: '2026-11-20' },
      slackBusinessDays: null,
      critical: false,
    });
  });

  it('misses a go-live on 1 April by eight business days, and shows the plan that can be met', () => {
    // Back from 1 April, the development starts on Fri 13 November at the latest. From 1 to 13
    // April are eight business days: 1, 2, 5 to 9 and 12.
    const late = planOnboarding({ goLive: '2027-04-01', done: { 'A-7': '2026-11-20' }, today });
    expect(late.shortfall).toEqual({
      businessDays: 8,
      requested: '2027-04-01',
      latestStart: '2026-11-13',
      binding: 'A-8',
    });
    expect(late.goal).toBe('2027-04-13');
    expect(late.steps).toEqual(plan.steps);
  });

  it('meets a go-live on 13 April, although the development started before today', () => {
    const met = planOnboarding({ goLive: '2027-04-13', done: { 'A-7': '2026-11-20' }, today });
    expect([met.shortfall, met.start]).toEqual([null, '2026-11-24']);
    expect(datesOf(met, 'earliest').slice(7)).toEqual(rest);
  });

  it('starts on a given day instead, after the last step that is done', () => {
    const from = (start: string) =>
      planOnboarding({ start, done: { 'A-7': '2026-11-20' }, today }).start;
    expect([from('2026-12-14'), from('2026-11-01')]).toEqual(['2026-12-14', '2026-11-24']);
  });
});

describe('a step that is done', () => {
  it('counts as done today when no day is given', () => {
    // A-4 on Tue 1 December: the meeting three weeks later, Tue 22 December.
    const next = planOnboarding({ done: { 'A-4': true }, today });
    expect(datesOf(next, 'earliest')[4]).toBe('A-5 2026-12-22');
    expect(next.steps[3]).toMatchObject({ id: 'A-4', done: { on: null } });
  });

  it('lets the next step end today at the earliest, when its time is over', () => {
    // The report of Mon 2 November: its receipt was expected on Wed 4, and is expected today.
    const next = planOnboarding({ done: { 'A-13': '2026-11-02' }, today });
    expect(datesOf(next, 'earliest').slice(13, 15)).toEqual(['A-14 2026-12-01', 'A-15 2026-12-02']);
    expect(next.steps[13]?.because).toEqual({ after: null, leadTimes: [] });
    // A review that began on Tue 20 October was due on Fri 20 November.
    const review = planOnboarding({ done: { 'A-15': '2026-10-20' }, today });
    expect(datesOf(review, 'earliest')[15]).toBe('A-16 2026-10-21..2026-12-01');
  });

  it('may have ended on a Saturday', () => {
    const next = planOnboarding({ done: { 'A-8': '2026-11-28' }, today: '2026-11-30' });
    expect(datesOf(next, 'earliest')[8]).toBe('A-9 2026-11-30');
  });

  it('implies nothing when it only runs beside another step', () => {
    const asked = planOnboarding({ start: '2026-12-01', done: { 'A-2': true }, today });
    expect(asked.steps.filter(({ done }) => done).map(({ id }) => id)).toEqual(['A-2']);
    expect(refusal(() => planOnboarding({ done: { 'A-2': true }, today }))).toEqual([
      'missing_option',
      'options.goLive',
    ]);
  });

  it('works in a change of use, whose parts may be left out', () => {
    const change = planChange({
      done: { 'B-2': '2026-11-27' },
      development: false,
      connectionTest: false,
      today,
    });
    // B-9 follows B-2 of Fri 27 November, on Mon 30; today is Tue 1 December.
    expect(datesOf(change, 'earliest').slice(2, 4)).toEqual(['B-9 2026-12-01', 'B-10 2026-12-02']);
    expect(refusal(() => planChange({ done: { 'B-3': true }, development: false, today }))).toEqual(
      ['unknown_option', 'options.done.B-3'],
    );
  });
});

describe('steps that are done are refused', () => {
  const refused = (done: unknown) =>
    refusal(() => planOnboarding({ goLive: '2027-04-01', done: done as never, today }));

  it('after today, against their order, or when nothing is left', () => {
    expect(refused({ 'A-4': '2026-12-02' })).toEqual(['invalid_option', 'options.done.A-4']);
    expect(refused({ 'A-4': '2026-11-20', 'A-5': '2026-11-19' })).toEqual([
      'invalid_option',
      'options.done.A-4',
    ]);
    expect(refused({ 'A-18': true })).toEqual(['invalid_option', 'options.done']);
  });

  it('when they do not exist, or their day does not', () => {
    expect(refused({ 'A-19': true })).toEqual(['unknown_option', 'options.done.A-19']);
    expect(refused({ 'B-1': true })).toEqual(['unknown_option', 'options.done.B-1']);
    expect(refused({ 'A-4': '2026-11-31' })).toEqual(['invalid_date', 'options.done.A-4']);
    expect(() => planOnboarding({ done: { 'A-4': false } as never, today })).toThrow(TypeError);
  });
});

describe('the texts of a plan with steps that are done', () => {
  it('name the next step, and mark the steps that are done', () => {
    const text = lines(toText(plan));
    expect(text.slice(1, 3)).toEqual([
      '着手: 2026-11-24(火)（次の手順: A-8 システム開発の実施）',
      '利用開始: 2027-04-13(火)（最短）',
    ]);
    expect(text.filter((line) => line.startsWith('済'))).toHaveLength(7);
    expect(
      text
        .find((line) => line.startsWith('済  A-7 '))
        ?.split(/ {2,}/)
        .slice(2),
    ).toEqual(['API仕様等の提供', '2026-11-20(金)', '運営主体', '図5.1-2 A-7']);
    // Their documents need no more attention.
    expect(text.join('\n')).not.toContain('利用企画書\n');
    expect(lines(toMarkdown(plan)).filter((line) => line.startsWith('- [x] '))).toHaveLength(7);
  });

  it('leave steps without a day out of charts and feeds', () => {
    expect(lines(toMermaid(plan)).filter((line) => line.includes(':done'))).toEqual([
      '    A-7 API仕様等の提供（図5.1-2 A-7） :done, a7, 2026-11-20, 2026-11-21',
    ]);
    expect(toICalendar(plan).match(/^SUMMARY:.*A-\d+/gm)).toHaveLength(12);
    expect(toICalendar(plan)).toContain('SUMMARY:【済】A-7 ');
  });
});
