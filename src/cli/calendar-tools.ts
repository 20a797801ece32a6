import type { Calendar } from '../calendar/calendar.js';
import { nameOfTarget } from '../calendar/print/wording.js';
import type { State } from '../calendar/results.js';
import type { Target } from '../calendar/targets.js';
import type { Catalog } from '../catalog/catalog.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { nearest } from '../foundation/nearest.js';
import { toEpochMs } from '../foundation/time.js';
import { quoted, type Texts, UsageError } from './arguments.js';
import type { Style, Terminal } from './frame/terminal.js';

/** The calendar that the command queries, and how to write the output. */
export interface Tools {
  readonly calendar: Calendar<Catalog>;
  readonly lang: Language;
  readonly terminal: Terminal;
}

/** The colours of the states. */
export const stateStyles = {
  open: 'green',
  uncertain: 'yellow',
  closed: 'red',
} as const satisfies Record<State, Style>;

/** A target, and how it was typed. */
export interface TypedTarget {
  readonly typed: string;
  readonly target: Target<Catalog>;
}

export function readTarget(typed: string, tools: Tools): TypedTarget {
  const members = typed.split('+').map((name): Target<Catalog> => {
    const target = typedTarget(name, tools.calendar.catalog);
    const { details, servers } = tools.calendar.catalog;
    const names = [...details, ...servers].map(({ id }) => id);
    const unknown = {
      ja: `不明な対象です: ${quoted(name)}`,
      en: `unknown target: ${quoted(name)}`,
      near: nearest(name, names),
    };
    withArgument(
      quoted(name),
      () => nameOfTarget(target, quoted(name), tools.lang, tools.calendar.catalog),
      {
        unknown_detail: unknown,
      },
    );
    return target;
  });
  return {
    typed,
    target: members.length === 1 ? (members[0] as Target<Catalog>) : { allOf: members },
  };
}

/** Returns the target of a name that is not checked yet. */
function typedTarget(name: string, catalog: Catalog): Target<Catalog> {
  if (catalog.servers.some(({ id }) => id === name)) return { server: name };
  const colon = name.indexOf(':');
  if (colon < 0) return name;
  return { detail: name.slice(0, colon), item: name.slice(colon + 1) } as Target<Catalog>;
}

/** Reads `--at` as epoch milliseconds within the calendar. Defaults to now. */
export function readInstant(typed: string | undefined, tools: Tools): number {
  const atMs =
    typed === undefined
      ? Date.now()
      : withArgument('--at', () => toEpochMs(typed, '--at'), unreadable(typed));
  withArgument('--at', () => tools.calendar.isOpen({ server: 'mynaportal' }, atMs));
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
  argument: string,
  call: () => T,
  texts: Readonly<Record<string, Texts & { readonly near?: string | undefined }>> = {},
): T {
  try {
    return call();
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    const named = (message: string): string =>
      error.path === undefined ? message : message.replace(error.path, () => argument);
    const text = texts[error.code];
    throw new UsageError(text ?? { ja: named(error.messageJa), en: named(error.message) }, {
      near: text?.near,
    });
  }
}
