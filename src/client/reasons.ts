import type { Cause, Status } from '../calendar/results.js';
import type { Text } from '../calendar/rules.js';
import { publishedCatalog } from '../catalog/catalog.js';
import { isCommon } from '../catalog/lookup.js';
import type { Language } from '../foundation/language.js';

/** A status, as far as its reasons need it. */
export type Reasoned = Pick<Status, 'state' | 'causes' | 'holders'>;

const MOST_REASONS = 2;

/** Returns the reasons that decide, in words for the citizen, each once. */
export function reasonsOf(statuses: readonly Reasoned[], language: Language): string[] {
  const causes = [...new Set(statuses.flatMap(deciding))].sort((a, b) => rankOf(a) - rankOf(b));
  const isHeld = causes.filter((cause) => rankOf(cause) === HOLDER);
  const shown =
    isHeld.length === causes.length && namesOf(isHeld).size > MOST_REASONS
      ? [allHolders[language]]
      : causes.map((cause) => cause.citizenText[language]);
  const each = [...new Set(shown)];
  // Two of three items would say that the third is available.
  return causes.every(isScoped) ? each : each.slice(0, MOST_REASONS);
}

/** Returns the causes that decide a status: without them its state would be a better one. */
export function deciding({ state, causes, holders }: Reasoned): readonly Cause[] {
  const same = causes.filter((cause) => cause.state === (state === 'open' ? 'slow' : state));
  const forAll = same.filter((cause) => rankOf(cause) < HOLDER);
  const held = same.filter((cause) => rankOf(cause) === HOLDER);
  if (forAll.length === 0) return held.length === 0 ? causes : held;
  // A holder decides only together with all others, and a combination does not say which it has.
  const areAll = holders?.every(({ server }) => held.some((cause) => cause.server === server));
  return areAll ? [...forAll, ...held] : forAll;
}

/**
 * Returns whether the words of a cause need no sentence before them: they name the information, and
 * say that fetching it may fail.
 */
export function saysAll(cause: Cause): boolean {
  return isScoped(cause) || cause.limit !== null || rankOf(cause) === 2;
}

/** Returns whether a cause stops a detail or an item, and nothing else. */
export function isScoped({ server, detail, item, kind }: Cause): boolean {
  return kind !== 'holder' && server === null && (detail !== null || item !== null);
}

const HOLDER = 3;

/** Ranks causes: the whole service and the common systems first, single holders last. */
function rankOf(cause: Cause): number {
  const { server, kind } = cause;
  if (kind === 'holder' && server === null) return 2;
  if (isScoped(cause)) return 1;
  // An extended catalogue adds no system that every query needs.
  return server === null || isCommon(server, publishedCatalog) ? 0 : HOLDER;
}

function namesOf(causes: readonly Cause[]): ReadonlySet<string | null> {
  return new Set(causes.map(({ server }) => server));
}

const allHolders: Text = {
  ja: '情報を保有する機関のシステムが、いずれも停止しています。',
  en: 'The systems of all offices that hold the information are closed.',
};
