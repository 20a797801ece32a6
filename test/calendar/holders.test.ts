import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/calendar/index.js';
import { calendar, jst, segmentsOf, show } from './published.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2 and a paper calendar.
// The reasoning is beside them.

describe('a detail with several holders', () => {
  // Sunday 6 December 2026. Pension service and the three mutual aid servers: closed on Sundays.
  // Municipal: round the clock. Accident fund: within its hours, but on a weekend of December.
  const sunday = jst('2026-12-06T12:00');

  it('is closed at a named holder until that holder opens', () => {
    const status = calendar.status('pension@pension-service', sunday);
    expect([status.state, show(status.nextOpening), show(status.nextPossibleOpening)]).toEqual([
      'closed',
      '2026-12-07T08:00',
      '2026-12-07T08:00',
    ]);
    expect(status.holders).toBeUndefined();
  });

  it('is uncertain while its holders differ, and lists the state of each', () => {
    const status = calendar.status('pension', sunday);
    expect(status.state).toBe('uncertain');
    expect(status.holders).toEqual([
      { server: 'pension-service', state: 'closed' },
      { server: 'municipal', state: 'open' },
      { server: 'local-employee-accident-fund', state: 'uncertain' },
      { server: 'local-officials-mutual-aid', state: 'closed' },
      { server: 'national-officials-mutual-aid', state: 'closed' },
      { server: 'private-school-mutual-aid', state: 'closed' },
    ]);
    // From Friday 21:00, when all but municipal and pension service close, to Monday 8:00, when all
    // are open.
    const depends = status.causes.find((cause) => cause.certainty === 'depends-on-holder');
    expect(depends).toMatchObject({
      kind: 'holder',
      rule: 'depends-on-holder',
      server: null,
      detail: 'pension',
      state: 'uncertain',
    });
    expect([show(depends?.start ?? null), show(depends?.end ?? null)]).toEqual([
      '2026-12-04T21:00',
      '2026-12-07T08:00',
    ]);
    expect([show(status.since), show(status.until), show(status.nextOpening)]).toEqual([
      '2026-12-04T21:00',
      '2026-12-07T08:00',
      '2026-12-07T08:00',
    ]);
    expect(show(status.nextPossibleOpening)).toBe('2026-12-06T12:00');
  });

  it('is closed at every holder when a common system is closed', () => {
    // The resident registry is down from Saturday 21 November 22:00.
    const status = calendar.status('pension', jst('2026-11-21T23:00'));
    expect([status.state, show(status.since), show(status.until)]).toEqual([
      'closed',
      '2026-11-21T22:00',
      '2026-11-22T08:00',
    ]);
    expect(status.causes.map((cause) => cause.rule)).not.toContain('depends-on-holder');
  });

  it('is closed when all holders are closed, and open when all are open', () => {
    // Wednesday 9 December 2026: both holders run from 8 to 21.
    expect(segmentsOf('workers-accident-compensation', '2026-12-09', '2026-12-10')).toEqual([
      'closed 2026-12-09T00:00 2026-12-09T08:00',
      'open 2026-12-09T08:00 2026-12-09T21:00',
      'closed 2026-12-09T21:00 2026-12-10T00:00',
    ]);
  });

  it('is uncertain on a Saturday on which only some holders run', () => {
    // Saturday 10 October 2026: municipal runs, the insurers do not; the fund runs from 8 to 21.
    expect(calendar.status('medical-insurance', jst('2026-10-10T12:00')).state).toBe('uncertain');
    expect(
      calendar.status('medical-insurance@medical-insurers', jst('2026-10-10T12:00')).state,
    ).toBe('closed');
    expect(segmentsOf('workers-accident-compensation', '2026-10-10', '2026-10-11')).toEqual([
      'closed 2026-10-10T00:00 2026-10-10T08:00',
      'uncertain 2026-10-10T08:00 2026-10-10T21:00',
      'closed 2026-10-10T21:00 2026-10-11T00:00',
    ]);
  });

  it('lists holders only for a detail with several holders, asked alone', () => {
    expect(calendar.status('local-tax', sunday)).not.toHaveProperty('holders');
    expect(calendar.status({ allOf: ['pension', 'local-tax'] }, sunday)).not.toHaveProperty(
      'holders',
    );
  });
});

describe('a combination', () => {
  it('has the state of its worst member', () => {
    // Sunday 6 December 2026: local tax open, pension uncertain, pension service closed.
    const stateOf = (...allOf: Target[]) =>
      calendar.status({ allOf }, jst('2026-12-06T12:00')).state;
    expect(stateOf('local-tax')).toBe('open');
    expect(stateOf('local-tax', 'pension')).toBe('uncertain');
    expect(
      stateOf('local-tax', { allOf: ['pension', { allOf: ['pension@pension-service'] }] }),
    ).toBe('closed');
    expect(stateOf({ server: 'mynaportal' }, { server: 'pension-service' })).toBe('closed');
  });
});
