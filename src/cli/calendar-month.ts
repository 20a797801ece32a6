import { buildPicture, type PictureDay } from '../calendar/print/picture.js';
import { disclaimer, weekdayName } from '../calendar/print/wording.js';
import type { Language } from '../foundation/language.js';
import type { Texts } from './arguments.js';
import type { Tools } from './calendar-tools.js';
import { padTo, widthOf, wrap } from './frame/wrap.js';

/** State of a detail on a day. */
type DayState = 'open' | 'partly' | 'uncertain' | 'closed';

const marks: Readonly<Record<DayState, string>> = {
  open: '.',
  partly: '+',
  uncertain: '?',
  closed: '#',
};

const legend: Readonly<Record<DayState, Texts>> = {
  open: { ja: '終日運用', en: 'open all day' },
  partly: { ja: '一部の時間帯に運用', en: 'open for part of the day' },
  uncertain: { ja: '確実に運用する時間帯なし', en: 'never certainly open' },
  closed: { ja: '終日停止', en: 'closed all day' },
};

const styles = { open: 'green', partly: 'cyan', uncertain: 'yellow', closed: 'red' } as const;

/** Initials in English, because each day has two columns. */
const holiday: Texts = { ja: '祝', en: 'H' };

/**
 * Draws a month of all details: one line per detail, one mark per day. A narrow terminal gets the
 * month in parts, one below the other.
 *
 * @param month - `YYYY-MM`.
 */
export function monthOverview(month: string, { calendar, lang, terminal }: Tools): string {
  const { details } = calendar.catalog;
  const { period, panels } = buildPicture(
    calendar,
    details.map(({ id }) => id),
    { month, lang },
  );
  const all = panels[0]?.days ?? [];
  const { columns = Number.POSITIVE_INFINITY } = terminal;
  const roomBeside = (labels: readonly (readonly string[])[]) =>
    Math.max(1, Math.floor((columns - widthOf(label(labels, 0)) - 1) / 2));
  const short = details.map((detail) => [lang === 'ja' ? detail.ja : detail.id]);
  const long = details.map(({ id, ja }) => (lang === 'ja' ? [ja, id] : [id]));
  const labels = roomBeside(long) < all.length ? short : long;
  const parts = Math.max(1, Math.ceil(all.length / roomBeside(labels)));
  const size = Math.ceil(all.length / parts);
  const spans = Array.from({ length: parts }, (_, part) =>
    all.slice(part * size, (part + 1) * size),
  );
  const blocks = spans.map((days) => {
    const from = all.indexOf(days[0] as PictureDay);
    const rows = panels.map((panel, index) => {
      const cells = panel.days.slice(from, from + days.length).map((day) => {
        const state = stateOf(day);
        return terminal.paint(styles[state], padTo(marks[state], 2));
      });
      return `  ${label(labels, index)}${cells.join('')}`.trimEnd();
    });
    return [...head(days, ' '.repeat(widthOf(label(labels, 0)) + 2), lang), ...rows].join('\n');
  });
  const key = Object.entries(legend).map(
    ([state, text]) => `${marks[state as DayState]} ${text[lang]}`,
  );
  const texts = [
    terminal.paint('bold', period),
    ...blocks,
    wrap(key.join('   '), terminal.columns),
  ];
  return `${texts.join('\n\n')}\n\n${wrap(disclaimer[lang], terminal.columns)}\n`;
}

/** Returns the label of a row. All have the same width. */
function label(rows: readonly (readonly string[])[], index: number): string {
  const widest = (column: number) => Math.max(...rows.map((row) => widthOf(row[column] ?? '')));
  return (rows[index] ?? []).map((cell, column) => padTo(cell, widest(column) + 2)).join('');
}

/** Returns the lines of dates and weekdays. */
function head(days: readonly PictureDay[], margin: string, lang: Language): string[] {
  // Two digits fill a cell, so every other date is left out.
  const dates = days.map(({ date }) => padTo(date < 10 || date % 2 === 1 ? String(date) : '', 2));
  const weekdays = days.map((day) => {
    const name = day.holiday ? holiday[lang] : weekdayName(day.weekday, lang);
    return padTo(lang === 'ja' ? name : name.slice(0, 1), 2);
  });
  return [dates, weekdays].map((cells) => `${margin}${cells.join('')}`.trimEnd());
}

function stateOf({ segments }: PictureDay): DayState {
  const states = new Set(segments.map(({ state }) => state));
  if (states.has('open')) return states.size === 1 ? 'open' : 'partly';
  return states.has('uncertain') ? 'uncertain' : 'closed';
}
