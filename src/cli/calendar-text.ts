import {
  dayName,
  disclaimer,
  instantName,
  nameOfTarget,
  reasonsOf,
  spanName,
  stateNames,
  states,
  timeName,
} from '../calendar/print/wording.js';
import type { State, Status } from '../calendar/results.js';
import { serverRow } from '../catalog/lookup.js';
import type { Language } from '../foundation/language.js';
import { dayOf } from '../foundation/time.js';
import type { Texts } from './arguments.js';
import { stateStyles, type Tools, type TypedTarget } from './calendar-tools.js';
import { table, wrap } from './frame/wrap.js';

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
  const { calendar, lang, terminal } = tools;
  const { columns, paint } = terminal;
  const all = calendar.catalog.details.map((detail) => ({
    detail,
    status: calendar.status(detail.id, atMs),
  }));
  const year = monthOf(atMs).slice(0, 4);
  const [day, time] = [dayName(dayOf(atMs), lang), timeName(atMs, dayOf(atMs))];
  const parts = [
    lang === 'ja' ? `${year}年${day} ${time} 現在\n` : `${day} ${year} ${time} (Japan time)\n`,
  ];
  const byOpening = all.toSorted((a, b) => openingOf(a.status) - openingOf(b.status));
  for (const state of states) {
    const found = (state === 'open' ? all : byOpening).filter(
      ({ status }) => status.state === state,
    );
    if (found.length === 0) continue;
    const heading = wrap(`${headings[state][lang]} (${found.length})`, columns);
    const rows = found.map(({ detail: { id, ja }, status }) => {
      const turn = turnOf(status, lang);
      if (lang === 'en') return [id, turn];
      return columns !== undefined && columns < 78 ? [ja, turn] : [id, turn, ja];
    });
    const style = (text: string, column: number) =>
      column === 0 ? paint(stateStyles[state], text) : text;
    parts.push(`\n${paint('bold', heading)}\n${table(rows, { columns, paint: style })}`);
  }
  const next = byOpening.find(
    ({ status }) => status.state !== 'open' && status.nextOpeningMs !== null,
  );
  if (next) {
    const name = next.detail[lang];
    const when = instantName(openingOf(next.status), lang);
    const said = {
      ja: `次に照会できるようになるのは「${name}」です（${when}）。`,
      en: `Next to open: ${name}, ${when}.`,
    }[lang];
    parts.push(`\n${wrap(said, columns)}\n`);
  }
  return `${parts.join('')}\n${wrap(disclaimer[lang], columns)}\n`;
}

const openingOf = ({ nextOpeningMs }: Status) => nextOpeningMs ?? Number.POSITIVE_INFINITY;

/** Writes until when a detail is open, or when it opens. */
function turnOf({ state, untilMs, nextOpeningMs }: Status, lang: Language): string {
  const ms = state === 'open' ? untilMs : nextOpeningMs;
  if (ms === null) return lang === 'ja' ? '－' : '-';
  const when = instantName(ms, lang);
  if (lang === 'ja') return `${when} ${state === 'open' ? 'まで' : 'から'}`;
  return `${state === 'open' ? 'until' : 'from'} ${when}`;
}

/** Describes the status of a target, with its reasons. */
export function statusText({ typed, target }: TypedTarget, atMs: number, tools: Tools): string {
  const { calendar, lang, terminal } = tools;
  const status = calendar.status(target, atMs);
  const span = spanName(status.sinceMs ?? calendar.fromMs, status.untilMs ?? calendar.toMs, lang);
  const named = (state: State) => terminal.paint(stateStyles[state], stateNames[state][lang]);
  const name = nameOfTarget(target, 'target', lang, calendar.catalog);
  const lines = [terminal.paint('bold', `${name} (${typed})`), `  ${named(status.state)}: ${span}`];
  if (status.state !== 'open' && status.nextOpeningMs !== null) {
    const when = instantName(status.nextOpeningMs, lang);
    lines.push(lang === 'ja' ? `  次の運用開始: ${when}` : `  opens ${when}`);
  }
  for (const { server, state } of status.holders ?? [])
    lines.push(`  ${named(state)}: ${serverRow(server, calendar.catalog)[lang]}`);
  for (const { when, text } of reasonsOf([status], lang))
    lines.push(`  - ${[when.join(lang === 'ja' ? '、' : ', '), text].filter(Boolean).join(' ')}`);
  return `${wrap(lines.join('\n'), terminal.columns, '  ')}\n`;
}

/** Returns all details as if they had been typed. */
export function allDetails({ calendar }: Pick<Tools, 'calendar'>): readonly TypedTarget[] {
  return calendar.catalog.details.map(({ id }) => ({ typed: id, target: id }));
}

/** Returns the statuses for `--json`: of the targets, or of all details. */
export function statusesOf(
  targets: readonly TypedTarget[],
  atMs: number,
  { calendar }: Tools,
): unknown[] {
  const list = targets.length > 0 ? targets : allDetails({ calendar });
  const at = `${new Date(atMs + JST_MS).toISOString().slice(0, 19)}+09:00`;
  return list.map(({ typed, target }) => ({
    target: typed,
    at,
    ...calendar.status(target, atMs).toJSON(),
  }));
}
