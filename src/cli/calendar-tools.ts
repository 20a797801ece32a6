import type { Calendar } from '../calendar/calendar.js';
import type { Target } from '../calendar/targets.js';
import type { Language } from '../foundation/language.js';
import { quoted, type Texts, UsageError } from './arguments.js';

type Loaded = Pick<typeof import('../catalog/details.js'), 'details'> &
  Pick<typeof import('../catalog/servers.js'), 'isServerId' | 'servers'> &
  Pick<typeof import('../foundation/errors.js'), 'isSelfInfoError'> &
  Pick<typeof import('../foundation/time.js'), 'toEpochMs'> & {
    readonly wording: typeof import('../calendar/print/wording.js');
  };

/** The parts of the library that `myna-selfinfo calendar` works with. */
export interface Tools extends Loaded {
  readonly calendar: Calendar;
  readonly lang: Language;
}

/** Loads the library. Called once the arguments are read, so that a typing error shows at once. */
export async function loadTools(lang: Language): Promise<Tools> {
  const [{ createCalendar }, { details }, { isServerId, servers }] = await Promise.all([
    import('../calendar/calendar.js'),
    import('../catalog/details.js'),
    import('../catalog/servers.js'),
  ]);
  const [{ isSelfInfoError }, { toEpochMs }, wording] = await Promise.all([
    import('../foundation/errors.js'),
    import('../foundation/time.js'),
    import('../calendar/print/wording.js'),
  ]);
  const loaded = { details, isServerId, servers, isSelfInfoError, toEpochMs, wording };
  return { ...loaded, calendar: createCalendar(), lang };
}

/** A target, and how it was typed. */
export interface TypedTarget {
  readonly typed: string;
  readonly target: Target;
}

export function readTarget(typed: string, tools: Tools): TypedTarget {
  const members = typed.split('+').map((name): Target => {
    const target = (tools.isServerId(name) ? { server: name } : name) as Target;
    const unknown = {
      ja: `不明な対象です: ${quoted(name)}`,
      en: `unknown target: ${quoted(name)}`,
    };
    withArgument(
      tools,
      quoted(name),
      () => tools.wording.nameOfTarget(target, quoted(name), tools.lang),
      { unknown_detail: unknown },
    );
    return target;
  });
  return { typed, target: members.length === 1 ? (members[0] as Target) : { allOf: members } };
}

/** Reads `--at` as epoch milliseconds within the calendar. Defaults to now. */
export function readInstant(typed: string | undefined, tools: Tools): number {
  const atMs =
    typed === undefined
      ? Date.now()
      : withArgument(tools, '--at', () => tools.toEpochMs(typed, '--at'), unreadable(typed));
  withArgument(tools, '--at', () => tools.calendar.isOpen({ server: 'mynaportal' }, atMs));
  return atMs;
}

function unreadable(typed: string): Readonly<Record<string, Texts>> {
  const text = {
    ja: `--at の時刻を読み取れません: ${quoted(typed)}（例: 2026-12-01T09:00+09:00、2026-12-01）`,
    en: `--at cannot be read: ${quoted(typed)} (example: 2026-12-01T09:00+09:00 or 2026-12-01)`,
  };
  return { invalid_instant: text, invalid_date: text };
}

/**
 * Calls the library. Turns its errors into usage errors that name the argument as it was typed.
 *
 * @param texts - other texts, by error code.
 */
export function withArgument<T>(
  { isSelfInfoError }: Pick<Tools, 'isSelfInfoError'>,
  argument: string,
  call: () => T,
  texts: Readonly<Record<string, Texts>> = {},
): T {
  try {
    return call();
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    const named = (message: string): string =>
      error.path === undefined ? message : message.replace(error.path, () => argument);
    throw new UsageError(
      texts[error.code] ?? { ja: named(error.messageJa), en: named(error.message) },
    );
  }
}
