import type { Passage } from './passages.js';

/** Hours from UTC of the zones that are exact. */
const JST = 9;
const ZONE =
  /(?<exact>UTC|GMT|協定世界時|世界標準時|グリニッジ標準時|JST|日本(?:標準)?時間)(?: ?(?<sign>[+-]) ?(?<hours>\d{1,2})(?::?(?<minutes>00|30|45))?)?(?![a-z])|(?<![\d:+-])(?<sign2>[+-])(?<hours2>\d{2}):(?<minutes2>00|30|45)(?!\d)|(?<loose>(?<![a-z])(?:[PECM][SD]T|[PECM]T|AKST|HST|CES?T|BST|IST|KST|HKT|SGT|AE[SD]T|EES?T)(?![a-z])|(?:米国|アメリカ|太平洋|東部|中部|山岳|現地|英国|欧州|中央ヨーロッパ|中国|韓国|豪州|ハワイ)(?:東部|太平洋|西部)?(?:標準|夏)?時間)/iu;

/** The names of zones, in words that may be left out where only a period is looked for. */
export const ZONES = new RegExp(ZONE.source, 'giu');

// CT and PT alone are other things than zones.
const ABOUT_TIMES = /時刻|日時|時間(?!帯)|表記|記載|タイムゾーン|time/i;

/**
 * Returns by how many hours a period in a zone moves to become Japan Standard Time: undefined if no
 * zone is named, null if the zone is not exact (PST, 米国時間).
 */
export function shiftOf(words: string): number | null | undefined {
  const groups = ZONE.exec(words)?.groups;
  if (!groups) return undefined;
  if (groups.loose !== undefined) return null;
  const sign = groups.sign ?? groups.sign2;
  const zone =
    Number(groups.hours ?? groups.hours2 ?? 0) +
    Number(groups.minutes ?? groups.minutes2 ?? 0) / 60;
  const offset = sign === '-' ? -zone : zone;
  const japanese = /^(?:JST|日本)/i.test(groups.exact ?? '');
  return japanese ? (sign === undefined ? 0 : null) : JST - offset;
}

/** Returns the shift that a passage without a date states for the dates around it: 時刻はUTCです. */
function statedShift({ plain, tokens }: Passage): number | null | undefined {
  if (tokens.some(({ kind }) => kind !== 'vague')) return undefined;
  const shift = shiftOf(plain);
  return shift === null && !ABOUT_TIMES.test(plain) ? undefined : shift;
}

/** Returns the one shift that these passages state, null if they contradict each other. */
export function commonShift(passages: readonly Passage[]): number | null | undefined {
  const shifts = new Set(passages.map(statedShift).filter((shift) => shift !== undefined));
  return shifts.size > 1 ? null : [...shifts][0];
}

/** Returns whether a passage speaks of all dates of its page. */
export function isForPage({ plain }: Passage): boolean {
  return /すべて|全て|本?ページ|サイト|各|all /i.test(plain);
}
