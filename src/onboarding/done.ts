import { invalidOption } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';
import type { Step, StepId } from './steps.js';

/** A step that is done. */
export interface DoneStep {
  /** Its last day; null when no day was given. */
  readonly on: number | null;
  /** The latest day on which it can have ended. */
  readonly end: number;
}

/**
 * Reads which steps are done. A step that is done implies all steps before it.
 *
 * @throws SelfInfoError `unknown_option`, `invalid_date`; `invalid_option` for a day after `today`,
 * for days against the order of the steps, and when no step is left.
 */
export function readDone(
  value: unknown,
  steps: readonly Step[],
  today: number,
): ReadonlyMap<StepId, DoneStep> {
  const path = 'options.done';
  const known = Object.fromEntries(steps.map(({ id }) => [id, true as const]));
  const given = readKeys(value, path, known);
  const days = new Map<StepId, number | null>();
  for (const { id } of steps) {
    const day = given[id];
    if (day !== undefined) days.set(id, day === true ? null : readDay(day, `${path}.${id}`, today));
  }
  const done = new Map<StepId, DoneStep>();
  let later: { readonly id: StepId; readonly end: number } | undefined;
  for (const { id, beside } of steps.toReversed()) {
    if (!days.has(id) && (later === undefined || beside !== undefined)) continue;
    const on = days.get(id) ?? null;
    if (beside !== undefined) {
      done.set(id, { on, end: on ?? today });
      continue;
    }
    if (on !== null && later !== undefined && on > later.end)
      throw invalidOption(`${path}.${id}`, {
        en: `It must not be later than ${later.id}.`,
        ja: `${later.id} より後の日付は指定できません。`,
      });
    const end = on ?? later?.end ?? today;
    done.set(id, { on, end });
    // A step without a day has that of the next dated step, which a message then names.
    later = { id: on === null && later !== undefined ? later.id : id, end };
  }
  const last = steps.findLast(({ beside }) => beside === undefined);
  if (last !== undefined && done.has(last.id))
    throw invalidOption(path, {
      en: 'Every step is done: there is nothing to plan.',
      ja: 'すべての手順が完了しているため、計画するものがありません。',
    });
  for (const { id, beside } of steps) {
    const host = beside === undefined ? undefined : done.get(beside);
    if (host && !done.has(id)) done.set(id, { on: null, end: host.end });
  }
  return done;
}

function readDay(value: unknown, path: string, today: number): number {
  if (typeof value !== 'string') throw new TypeError(`${path} must be true or a day.`);
  const day = parseDay(value, path);
  if (day > today)
    throw invalidOption(path, {
      en: 'It must not be after today.',
      ja: '今日（today）より後の日付は指定できません。',
    });
  return day;
}
