import { describe, expect, it } from 'vitest';
import {
  type Plan,
  planResumption,
  planSuspension,
  planTermination,
} from '../../src/onboarding/index.js';
import { datesOf } from './dates.js';

describe('a notice', () => {
  it('is due two weeks before the planned day, or on the business day before that', () => {
    // Two weeks before Fri 15 January 2027 is New Year: Mon 28 December 2026. The receipt may come
    // until the business day before.
    const plan = planSuspension({ date: '2027-01-15', today: '2026-12-01' });
    expect(datesOf(plan, 'latest')).toEqual(['C-1 2026-12-28', 'C-2 2027-01-14']);
    expect(datesOf(plan, 'earliest')).toEqual(['C-1 2026-12-28', 'C-2 2027-01-04']);
    expect([plan.start, plan.goal, plan.shortfall, plan.criticalPath]).toEqual([
      '2026-12-28',
      '2027-01-15',
      null,
      ['C-1'],
    ]);
  });

  it('counts from the planned day itself, business day or not', () => {
    // Sunday 1 August 2027: two weeks before is Sunday 18 July, so Friday 16 July. Saturday 31
    // July: Saturday 17 July, the same Friday.
    expect(planTermination({ date: '2027-08-01', today: '2027-01-04' }).start).toBe('2027-07-16');
    expect(planTermination({ date: '2027-07-31', today: '2027-01-04' }).start).toBe('2027-07-16');
    expect(planTermination({ date: '2027-08-01', today: '2027-01-04' }).goal).toBe('2027-08-01');
  });

  it('shows the earliest possible day when it is late', () => {
    // Given on Tue 20 July 2027 it allows Tue 3 August; Sun 1 August counts as Mon 2: a business
    // day too late.
    const late = planResumption({ date: '2027-08-01', today: '2027-07-20' });
    expect(late.shortfall).toEqual({
      businessDays: 1,
      requested: '2027-08-01',
      latestStart: '2027-07-16',
      binding: 'D-1',
    });
    expect([late.start, late.goal]).toEqual(['2027-07-20', '2027-08-03']);
    expect(datesOf(late, 'latest')).toEqual(['D-1 2027-07-20', 'D-2 2027-08-02']);
  });

  it('has its own step and document', () => {
    const of = (plan: Plan) => plan.steps.map(({ id, documents }) => `${id} ${documents?.join()}`);
    expect(of(planSuspension({ date: '2027-01-15' }))).toEqual([
      'C-1 suspension-notice',
      'C-2 suspension-notice',
    ]);
    expect(of(planResumption({ date: '2027-01-15' }))).toEqual([
      'D-1 suspension-notice',
      'D-2 suspension-notice',
    ]);
    expect(of(planTermination({ date: '2027-01-15' }))).toEqual([
      'E-1 termination-notice',
      'E-2 termination-notice',
    ]);
  });
});
