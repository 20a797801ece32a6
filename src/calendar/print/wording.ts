import type { Catalog } from '../../catalog/catalog.js';
import { detailRow, nameOfItem, serverRow } from '../../catalog/lookup.js';
import { invalidOption } from '../../foundation/errors.js';
import type { Language } from '../../foundation/language.js';
import { has } from '../../foundation/own.js';
import { dateOfDay, dayOf, dayStart, HOUR_MS } from '../../foundation/time.js';
import { informationOn } from '../citizen-texts.js';
import type { Cause, CauseSource, PlanSource, State, Status, UndoneCause } from '../results.js';
import type { Text } from '../rules.js';
import { membersOf, type Target } from '../targets.js';

/** Names of the states. */
export const stateNames: Readonly<Record<State, Text>> = {
  open: { ja: '運用中', en: 'open' },
  uncertain: { ja: '不確定', en: 'uncertain' },
  closed: { ja: '停止', en: 'closed' },
};

/** The states, best first. */
export const states: readonly State[] = ['open', 'uncertain', 'closed'];

/** The states in the key of a picture: what each is, and what it means for the reader. */
export const legend: Readonly<Record<State, Text>> = {
  open: stateNames.open,
  uncertain: { ja: '不確定（停止の可能性あり）', en: 'uncertain (perhaps closed)' },
  closed: stateNames.closed,
};

/** Marks a holiday in a picture. */
export const holidayMark: Text = { ja: '祝', en: 'hol' };

/** The disclaimer of every picture and feed. */
export const disclaimer: Text = {
  ja: '公表された運用日・時間（自己情報取得API ガイドライン 2.2版、2.5節）とお知らせに基づきます。実際の応答を保証するものではありません。',
  en: 'By the published hours (guideline v2.2 of the self-information acquisition API, section 2.5) and announcements. No guarantee that a request is answered.',
};

/** The disclaimer for sheets that name the guideline's version elsewhere. */
export const shortDisclaimer: Text = {
  ja: '公表された運用時間とお知らせに基づく目安です。取得を保証するものではありません。',
  en: 'Based on published hours and announcements. Retrieval is not guaranteed.',
};

const weekdays: Readonly<Record<Language, readonly string[]>> = {
  ja: ['日', '月', '火', '水', '木', '金', '土'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
};
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Checks the option of a language.
 *
 * @throws SelfInfoError `invalid_option`.
 */
export function checkLang(value: unknown, path: string): asserts value is Language {
  if (value !== 'ja' && value !== 'en')
    throw invalidOption(path, { en: 'It must be ja or en.', ja: 'ja か en を指定してください。' });
}

/**
 * Returns the name of a target.
 *
 * @throws as {@link membersOf}.
 */
export function nameOfTarget(
  target: Target<Catalog>,
  path: string,
  lang: Language,
  catalog: Catalog,
): string {
  const names = membersOf(target, path, catalog).map((member) => {
    if (member.detail === undefined) return serverRow(member.server, catalog)[lang];
    const row = detailRow(member.detail, catalog);
    const detail = nameOfItem(member.item, row, catalog)[lang];
    const parts = [
      ...(member.holder === undefined ? [] : [serverRow(member.holder, catalog)[lang]]),
      ...(typeof member.item === 'string' ? [member.item] : []),
    ];
    if (parts.length === 0) return detail;
    return lang === 'ja' ? `${detail}（${parts.join('、')}）` : `${detail} (${parts.join(', ')})`;
  });
  return names.join(' + ');
}

/** Returns the name of a checked target for citizens: without systems and codes. */
export function publicNameOfTarget(
  target: Target<Catalog>,
  path: string,
  lang: Language,
  catalog: Catalog,
): string {
  const names = membersOf(target, path, catalog).map((member) => {
    if (member.detail === undefined) return serverRow(member.server, catalog).holder[lang];
    const name = nameOfItem(member.item, detailRow(member.detail, catalog), catalog)[lang];
    const detail = lang === 'ja' ? informationOn(name) : name;
    if (member.holder === undefined) return detail;
    const holder = serverRow(member.holder, catalog).holder[lang];
    return lang === 'ja' ? `${detail}（${holder}）` : `${detail} (${holder})`;
  });
  return names.join(lang === 'ja' ? '、' : ', ');
}

/** Returns the name of a weekday, from 0 for Sunday. */
export function weekdayName(weekday: number, lang: Language): string {
  return weekdays[lang][weekday] as string;
}

/** Formats a day as `12月7日(月)` or `Mon 7 Dec`. */
export function dayName(day: number, lang: Language): string {
  const date = dateOfDay(day);
  const weekday = weekdayName(date.weekday, lang);
  return lang === 'ja'
    ? `${date.month}月${date.day}日(${weekday})`
    : `${weekday} ${date.day} ${months[date.month - 1]}`;
}

/** Formats a month as `2026年12月` or `Dec 2026`. */
export function monthName(day: number, lang: Language): string {
  const { year, month } = dateOfDay(day);
  return lang === 'ja' ? `${year}年${month}月` : `${months[month - 1]} ${year}`;
}

/** Formats a month without its year. */
export function shortMonthName(day: number, lang: Language): string {
  const { month } = dateOfDay(day);
  return lang === 'ja' ? `${month}月` : (months[month - 1] as string);
}

/** Formats a year of the Japanese era, e.g. `令和8年`. The calendar begins in 令和. */
export function eraName(year: number, lang: Language): string {
  return lang === 'ja' ? `令和${year - 2018}年` : `Reiwa ${year - 2018}`;
}

/** Formats a time within a given day: the end of that day is `24:00`. */
export function timeName(ms: number, day: number): string {
  const minutes = Math.floor((ms - dayStart(day)) / (HOUR_MS / 60));
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Formats an instant as day and time. */
export function instantName(ms: number, lang: Language): string {
  return `${dayName(dayOf(ms), lang)} ${timeName(ms, dayOf(ms))}`;
}

/** Formats a span. It may end at 24:00 of a day; whole days have no hours. */
export function spanName(startMs: number, endMs: number, lang: Language): string {
  const [first, last] = [dayOf(startMs), dayOf(endMs - 1)];
  if (startMs === dayStart(first) && endMs === dayStart(last + 1)) {
    if (first === last) return `${dayName(first, lang)}${lang === 'ja' ? ' 終日' : ', all day'}`;
    return [first, last].map((day) => dayName(day, lang)).join(lang === 'ja' ? '〜' : ' – ');
  }
  const end = timeName(endMs, last);
  return (
    instantName(startMs, lang) +
    (lang === 'ja' ? '〜' : ' – ') +
    (last === first ? end : `${dayName(last, lang)} ${end}`)
  );
}

/** A reason as text for people. */
export interface Reason {
  /** The state by this reason; `open` if an announcement undoes it, and if it only slows down. */
  readonly state: State;
  readonly text: string;
  /** The spans of an outage. Empty for operating hours, whose text names them. */
  readonly when: readonly string[];
}

/** Who reads a text: people who know the systems, or citizens. */
export type Audience = 'staff' | 'public';

/**
 * Returns the reasons of some answers, each once: outages by start, then hours. Citizens do not
 * read about outages that are undone.
 */
export function reasonsOf(
  answers: readonly Pick<Status, 'causes' | 'undone'>[],
  lang: Language,
  audience: Audience = 'staff',
): Reason[] {
  const notes = new Map<string, Reason & { readonly order: number; readonly when: string[] }>();
  const causes = answers.flatMap((answer): (Cause | UndoneCause)[] => [
    ...answer.causes,
    ...(audience === 'staff' ? answer.undone : []),
  ]);
  for (const cause of causes.sort((a, b) => a.startMs - b.startMs)) {
    const text = audience === 'staff' ? reasonOf(cause, lang) : plain(cause.citizenText[lang]);
    const outage = cause.kind === 'planned-outage' || cause.source.kind === 'announcement';
    const note = notes.get(text) ?? {
      state: has(cause, 'undoneBy') || cause.state === 'slow' ? 'open' : cause.state,
      text,
      when: [],
      order: outage ? 0 : 1,
    };
    const when = spanName(cause.startMs, cause.endMs, lang);
    if (outage && !note.when.includes(when)) note.when.push(when);
    notes.set(text, note);
  }
  return [...notes.values()]
    .sort((a, b) => a.order - b.order)
    .map(({ state, text, when }) => ({ state, text, when }));
}

function reasonOf(cause: Cause | UndoneCause, lang: Language): string {
  const parts = [sourceName(cause.source, lang)];
  if (has(cause, 'undoneBy'))
    parts.unshift(
      `${lang === 'ja' ? '実施なし' : 'does not take place'}: ${sourceName(cause.undoneBy, lang)}`,
    );
  const aside = parts.filter((part) => part !== '').join(lang === 'ja' ? '、' : '; ');
  const text = plain(cause.text[lang]);
  if (aside === '') return text;
  return lang === 'ja'
    ? `${text.replace(/。$/, '')}（${aside}）`
    : `${text.replace(/\.$/, '')} (${aside})`;
}

function sourceName(source: CauseSource | PlanSource, lang: Language): string {
  if (source.kind === 'plan')
    return `${lang === 'ja' ? '計画' : 'plan'}: ${clipped(source.source)}`;
  if (source.kind === 'host') return source.source === null ? '' : clipped(source.source);
  if (source.kind === 'announcement')
    return `${lang === 'ja' ? 'お知らせ' : 'announcement'}: ${clipped(source.source)}`;
  const reading = lang === 'ja' ? '、解釈を含む' : ', with a reading of ours';
  return (
    (lang === 'ja' ? `表${source.table}` : `table ${source.table}`) +
    (source.reading ? reading : '')
  );
}

/** Returns a reason on one line: when, and why. */
export function reasonLine({ when, text }: Reason, lang: Language): string {
  return when.length === 0
    ? text
    : `${when.join(lang === 'ja' ? '、' : ', ')}${lang === 'ja' ? '　' : ': '}${text}`;
}

/** Names the best hours of a month, e.g. `9時〜21時（31日のうち20日）`. */
export function bestHoursName(
  { hours, days }: { readonly hours: readonly number[]; readonly days: number },
  of: number,
  lang: Language,
): string {
  const spans: [number, number][] = [];
  for (const hour of hours) {
    const last = spans.at(-1);
    if (last?.[1] === hour) last[1]++;
    else spans.push([hour, hour + 1]);
  }
  return lang === 'ja'
    ? `取得しやすい時間帯: ${spans.map(([from, to]) => `${from}時〜${to}時`).join('、')}（${of}日のうち${days}日）`
    : `best hours: ${spans.map(([from, to]) => `${from}:00–${to}:00`).join(', ')} (${days} of ${of} days)`;
}

const LONGEST_SOURCE = 120;

function clipped(text: string): string {
  const letters = [...plain(text)];
  return letters.length <= LONGEST_SOURCE
    ? letters.join('')
    : `${letters.slice(0, LONGEST_SOURCE).join('')}…`;
}

/**
 * Puts an untrusted text on one line, without characters that control a terminal, break a file
 * format or change the reading direction.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu, ' ').trim();
}
