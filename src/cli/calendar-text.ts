import {
  disclaimer,
  instantName,
  nameOfTarget,
  reasonsOf,
  spanName,
  stateNames,
  weekdayName,
} from '../calendar/print/wording.js';
import type { State, Status } from '../calendar/results.js';
import { serverRow } from '../catalog/lookup.js';
import type { Texts } from './arguments.js';
import type { Tools, TypedTarget } from './calendar-tools.js';

const JST_MS = 9 * 3_600_000;

const headings: Readonly<Record<State, Texts>> = {
  open: { ja: '照会できます', en: 'Can be queried' },
  uncertain: {
    ja: '不確定です（停止の可能性があるか、保有サーバにより異なります）',
    en: 'Uncertain: may be closed, or depends on the holder',
  },
  closed: { ja: '照会できません', en: 'Cannot be queried' },
};

/** Returns the month of an instant in Japan, `YYYY-MM`. */
export function monthOf(ms: number): string {
  return new Date(ms + JST_MS).toISOString().slice(0, 7);
}

/** Lists what can be queried at an instant, until when, and when the rest opens. */
export function overview(atMs: number, tools: Tools): string {
  const { calendar, lang } = tools;
  const all = calendar.catalog.details.map((detail) => ({
    detail,
    status: calendar.status(detail.id, atMs),
  }));
  const [year, now] = [monthOf(atMs).slice(0, 4), instantName(atMs, lang)];
  const parts = [lang === 'ja' ? `${year}年${now} 現在\n` : `At ${now}, ${year} (Japan time)\n`];
  const byOpening = all.toSorted((a, b) => openingOf(a.status) - openingOf(b.status));
  for (const state of ['open', 'uncertain', 'closed'] as const) {
    const rows = (state === 'open' ? all : byOpening).filter(
      ({ status }) => status.state === state,
    );
    if (rows.length === 0) continue;
    parts.push(`\n${headings[state][lang]} (${rows.length})\n`);
    for (const { detail, status } of rows) {
      const name = lang === 'ja' ? detail.ja : '';
      parts.push(`  ${detail.id.padEnd(32)}${turnOf(status, tools)}  ${name}`.trimEnd(), '\n');
    }
  }
  const next = byOpening.find(
    ({ status }) => status.state !== 'open' && status.nextOpeningMs !== null,
  );
  if (next) {
    const name = next.detail[lang];
    const when = instantName(openingOf(next.status), lang);
    parts.push(
      lang === 'ja'
        ? `\n次に照会できるようになるのは「${name}」です（${when}）。\n`
        : `\nNext to open: ${name}, ${when}.\n`,
    );
  }
  return `${parts.join('')}\n${disclaimer[lang]}\n`;
}

const openingOf = ({ nextOpeningMs }: Status) => nextOpeningMs ?? Number.POSITIVE_INFINITY;

/** Says until when a detail is open, or when it opens. Has the same width in every line. */
function turnOf({ state, untilMs, nextOpeningMs }: Status, { lang }: Tools): string {
  const ms = state === 'open' ? untilMs : nextOpeningMs;
  if (ms === null) return lang === 'ja' ? '－' : '-';
  const date = new Date(ms + JST_MS);
  const iso = date.toISOString();
  const weekday = weekdayName(date.getUTCDay(), lang);
  if (lang === 'ja')
    return `${iso.slice(5, 7)}/${iso.slice(8, 10)}(${weekday}) ${iso.slice(11, 16)} ${state === 'open' ? 'まで' : 'から'}`;
  return `${state === 'open' ? 'until' : 'from '} ${weekday} ${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

/** Describes the status of a target, with its reasons. */
export function statusText({ typed, target }: TypedTarget, atMs: number, tools: Tools): string {
  const { calendar, lang } = tools;
  const status = calendar.status(target, atMs);
  const span = spanName(status.sinceMs ?? calendar.fromMs, status.untilMs ?? calendar.toMs, lang);
  const lines = [
    `${nameOfTarget(target, 'target', lang, calendar.catalog)} (${typed})`,
    `  ${stateNames[status.state][lang]}: ${span}`,
  ];
  if (status.state !== 'open' && status.nextOpeningMs !== null) {
    const when = instantName(status.nextOpeningMs, lang);
    lines.push(lang === 'ja' ? `  次の運用開始: ${when}` : `  opens ${when}`);
  }
  for (const { server, state } of status.holders ?? [])
    lines.push(`  ${stateNames[state][lang]}: ${serverRow(server, calendar.catalog)[lang]}`);
  for (const { when, text } of reasonsOf([status], lang))
    lines.push(`  - ${[when.join(lang === 'ja' ? '、' : ', '), text].filter(Boolean).join(' ')}`);
  return `${lines.join('\n')}\n`;
}

/** Returns the statuses for `--json`: of the targets, or of all details. */
export function statusesOf(
  targets: readonly TypedTarget[],
  atMs: number,
  { calendar }: Tools,
): unknown[] {
  const list =
    targets.length > 0
      ? targets
      : calendar.catalog.details.map(({ id }): TypedTarget => ({ typed: id, target: id }));
  const at = `${new Date(atMs + JST_MS).toISOString().slice(0, 19)}+09:00`;
  return list.map(({ typed, target }) => ({
    target: typed,
    at,
    ...calendar.status(target, atMs).toJSON(),
  }));
}
