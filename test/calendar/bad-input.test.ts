import { describe, expect, it } from 'vitest';
import { createCalendar, type Target } from '../../src/calendar/index.js';
import { caught, refusal } from '../kit/refusals.js';

const calendar = createCalendar();
const NOON = '2026-12-06T12:00:00+09:00';

const asked = (target: unknown) => () => calendar.status(target as Target, NOON);

describe('the check of a target', () => {
  it('rejects a detail that is not in table 2.5-5', () => {
    for (const target of ['income', '', '@municipal', 'Pension', 'pension ', '__proto__'])
      expect(refusal(asked(target))).toEqual(['unknown_detail', 'target']);
  });

  it('rejects a server in the place of a detail, also after a question about that server', () => {
    for (const target of [
      { server: 'municipal' },
      { allOf: [{ server: 'municipal' }, 'pension'] },
    ] as const)
      calendar.status(target, NOON);
    expect(refusal(asked('@municipal'))).toEqual(['unknown_detail', 'target']);
  });

  it('rejects a server that is not in the tables', () => {
    expect(refusal(asked('pension@nobody'))).toEqual(['unknown_server', 'target']);
    expect(refusal(asked('pension@'))).toEqual(['unknown_server', 'target']);
    expect(refusal(asked('pension@municipal@municipal'))).toEqual(['unknown_server', 'target']);
    expect(refusal(asked({ server: 'nobody' }))).toEqual(['unknown_server', 'target.server']);
  });

  it('rejects a server that does not hold the detail', () => {
    expect(refusal(asked('local-tax@pension-service'))).toEqual(['not_a_holder', 'target']);
    expect(refusal(asked('local-tax@juki-net'))).toEqual(['not_a_holder', 'target']);
  });

  it('names the place of the invalid member', () => {
    expect(refusal(asked({ allOf: ['local-tax', 'income'] }))).toEqual([
      'unknown_detail',
      'target.allOf[1]',
    ]);
    expect(
      refusal(asked({ allOf: ['local-tax', { allOf: ['pension', 'pension@juki-net'] }] })),
    ).toEqual(['not_a_holder', 'target.allOf[1].allOf[1]']);
    expect(refusal(asked({ allOf: [{ server: 'nobody' }] }))).toEqual([
      'unknown_server',
      'target.allOf[0].server',
    ]);
  });

  it('rejects a combination that is empty, ambiguous or has an unknown field', () => {
    expect(refusal(asked({ allOf: [] }))).toEqual(['invalid_option', 'target.allOf']);
    expect(refusal(asked({}))).toEqual(['invalid_option', 'target']);
    expect(refusal(asked({ server: 'municipal', allOf: ['pension'] }))).toEqual([
      'invalid_option',
      'target',
    ]);
    expect(refusal(asked({ server: 'municipal', detail: 'pension' }))).toEqual([
      'invalid_option',
      'target',
    ]);
    expect(refusal(asked({ server: 'municipal', day: 1 }))).toEqual([
      'unknown_option',
      'target.day',
    ]);
  });

  it('rejects an item without a detail, and a code that is none', () => {
    const item = 'TM00000000000002';
    expect(refusal(asked({ item }))).toEqual(['invalid_option', 'target']);
    expect(refusal(asked({ server: 'municipal', item }))).toEqual([
      'invalid_option',
      'target.item',
    ]);
    for (const code of ['2', 'TM2', `${item}0`, item.toLowerCase(), `${item}\n`])
      for (const target of [
        { detail: 'local-tax', item: code },
        { allOf: [{ detail: 'local-tax', item: code }] },
      ])
        expect(refusal(asked(target))[0]).toBe('invalid_option');
    expect(refusal(asked({ detail: 'tax', item }))).toEqual(['unknown_detail', 'target.detail']);
    expect(refusal(asked({ detail: 'local-tax@pension-service', item }))).toEqual([
      'not_a_holder',
      'target.detail',
    ]);
    // Known targets are answered from a cache, which must not be more lenient.
    createCalendar().isOpen({ detail: 'local-tax', item });
    expect(refusal(asked({ detail: 'local-tax', item: 'TM2' }))).toEqual([
      'invalid_option',
      'target.item',
    ]);
  });

  it('rejects a combination that is nested too deeply, contains itself or has too many members', () => {
    let deep: Target = 'local-tax';
    for (let level = 0; level < 100_000; level++) deep = { allOf: [deep] };
    expect(refusal(asked(deep))).toEqual(['invalid_option', 'target']);
    const loop: { allOf: unknown[] } = { allOf: [] };
    loop.allOf.push(loop, loop);
    expect(refusal(asked(loop))).toEqual(['invalid_option', 'target']);
    expect(refusal(asked({ allOf: Array.from({ length: 100_000 }, () => 'pension') }))).toEqual([
      'invalid_option',
      'target',
    ]);
  });

  it('throws a TypeError for a wrong type', () => {
    for (const target of [
      undefined,
      null,
      5,
      true,
      ['pension'],
      { server: 5 },
      { allOf: 'pension' },
      { allOf: [5] },
      { allOf: new Array(1) },
    ]) {
      const error = caught(asked(target));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain('target');
    }
  });

  it('is the same for every question', () => {
    const wrong = 'income' as Target;
    expect(refusal(() => calendar.isOpen(wrong))).toEqual(['unknown_detail', 'target']);
    expect(refusal(() => calendar.nextOpening(wrong))).toEqual(['unknown_detail', 'target']);
    expect(refusal(() => calendar.segments(wrong, NOON, NOON))).toEqual([
      'unknown_detail',
      'target',
    ]);
    expect(refusal(() => calendar.windows(wrong, NOON, NOON))).toEqual([
      'unknown_detail',
      'target',
    ]);
  });
});

describe('the check of an instant', () => {
  it("rejects an instant outside the calendar's span and names the span", () => {
    expect(refusal(() => calendar.status('pension', '2023-06-29T23:59:59.999+09:00'))).toEqual([
      'outside_calendar',
      'at',
    ]);
    expect(refusal(() => calendar.isOpen('pension', '2051-01-01'))).toEqual([
      'outside_calendar',
      'at',
    ]);
    expect(refusal(() => calendar.nextOpening('pension', '2051-01-01'))).toEqual([
      'outside_calendar',
      'from',
    ]);
    expect(refusal(() => calendar.segments('pension', '2023-06-29', '2026-01-01'))).toEqual([
      'outside_calendar',
      'start',
    ]);
    expect(
      refusal(() => calendar.windows('pension', '2026-01-01', '2051-01-01T00:00:00.001+09:00')),
    ).toEqual(['outside_calendar', 'end']);
    const message = String(caught(() => calendar.isOpen('pension', 0)));
    expect(message).toContain('2023-06-30T00:00:00+09:00');
    expect(message).toContain('2051-01-01T00:00:00+09:00');
  });

  it('rejects a range that ends before it starts', () => {
    expect(refusal(() => calendar.segments('pension', '2026-12-02', '2026-12-01'))).toEqual([
      'range_reversed',
      'end',
    ]);
    expect(refusal(() => calendar.windows('pension', '2026-12-02', '2026-12-01'))).toEqual([
      'range_reversed',
      'end',
    ]);
  });

  it('rejects a value that is not an instant', () => {
    for (const at of [
      '2026-12-06T12:00:00',
      'tomorrow',
      '',
      Number.NaN,
      Number.POSITIVE_INFINITY,
      new Date(Number.NaN),
    ]) {
      expect(refusal(() => calendar.status('pension', at))).toEqual(['invalid_instant', 'at']);
    }
    expect(refusal(() => calendar.segments('pension', '2026-02-30', NOON))).toEqual([
      'invalid_date',
      'start',
    ]);
    expect(refusal(() => calendar.segments('pension', NOON, 'x'))).toEqual([
      'invalid_instant',
      'end',
    ]);
  });

  it('throws a TypeError for a wrong type', () => {
    expect(() => calendar.status('pension', null as never)).toThrow(TypeError);
    expect(() => calendar.isOpen('pension', {} as never)).toThrow(/at must be/);
    expect(() => calendar.nextOpening('pension', true as never)).toThrow(/from must be/);
    expect(() => calendar.windows('pension', NOON, undefined as never)).toThrow(/end must be/);
  });
});

describe('createCalendar', () => {
  it('rejects unknown options and options of a wrong type', () => {
    expect(refusal(() => createCalendar({ zone: 'UTC' } as never))).toEqual([
      'unknown_option',
      'options.zone',
    ]);
    expect(() => createCalendar(null as never)).toThrow(TypeError);
    expect(createCalendar({}).isOpen({ server: 'mynaportal' }, NOON)).toBe(true);
  });
});
