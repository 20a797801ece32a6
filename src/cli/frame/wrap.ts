import stringWidth from 'string-width';

// Created when the first line is wrapped, because creating it is slow.
let words: Intl.Segmenter | undefined;

// Japanese typesetting: no line begins with these, and none ends with those.
const NOT_FIRST =
  /^[、。，．・：；？！ー々〜）」』】〕》”’%％,.:;!?)\]}ぁぃぅぇぉっゃゅょァィゥェォッャュョ]/;
const NOT_LAST = /[（「『【〔《“‘([{]$/;

/** Returns how many columns a terminal needs for a text. */
export function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** Pads a text with blanks to a width in columns. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * Wraps a text without styles to a width in columns. Japanese breaks between words, other text at
 * blanks, so options, URLs and names stay whole. Continuation lines can be indented.
 *
 * @param width - in columns. Undefined: lines stay whole.
 * @param indent - the blanks before continuation lines.
 */
export function wrap(text: string, width: number | undefined, indent = ''): string {
  if (width === undefined) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, width, indent))
    .join('\n');
}

function wrapLine(line: string, width: number, indent: string): string {
  if (widthOf(line) <= width) return line;
  const [start = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = start;
  let isEmpty = true;
  for (const part of partsOf(line.slice(start.length))) {
    if (!isEmpty && widthOf(current) + widthOf(part.trimEnd()) > width) {
      lines.push(current.trimEnd());
      current = start + indent;
    }
    current += part;
    isEmpty = false;
  }
  return [...lines, current.trimEnd()].join('\n');
}

/** Splits a line into parts that stay whole, each with the blanks behind it. */
function partsOf(line: string): string[] {
  const parts: string[] = [];
  words ??= new Intl.Segmenter('ja', { granularity: 'word' });
  // Runs without Japanese characters stay whole up to a blank.
  for (const [run] of line.matchAll(/[\u2e80-\uffef]+|[^\u2e80-\uffef\s]+|\s+/gu)) {
    const pieces = /^[\u2e80-\uffef]/.test(run)
      ? Array.from(words.segment(run), ({ segment }) => segment)
      : [run];
    for (const piece of pieces) {
      const last = parts.at(-1);
      const joins =
        last !== undefined &&
        (/^\s/.test(piece) || NOT_FIRST.test(piece) || (!/\s$/.test(last) && NOT_LAST.test(last)));
      if (joins) parts[parts.length - 1] = last + piece;
      else parts.push(piece);
    }
  }
  return parts;
}

/** Options of {@link table}. */
export interface TableOptions {
  /** The width of the terminal. Undefined: lines stay whole. */
  readonly columns: number | undefined;
  /** The blanks before each row. Default: two. */
  readonly indent?: string;
  /** Changes a cell after it was padded or wrapped, e.g. colours it. */
  readonly paint?: (text: string, column: number, row: number) => string;
}

/** Below this width, the last column goes to a separate line. */
const LEAST = 24;

/**
 * Aligns columns, and wraps the last one to the width of the terminal. If too little room is left,
 * it goes below the others. Full-width characters count as two columns.
 */
export function table(
  rows: readonly (readonly string[])[],
  { columns, indent = '  ', paint = (text) => text }: TableOptions,
): string {
  const count = Math.max(0, ...rows.map(({ length }) => length)) - 1;
  // Longer cells do not move the last column of the other rows.
  const most = columns === undefined ? Number.POSITIVE_INFINITY : Math.floor(columns * 0.55);
  const widths = Array.from({ length: Math.max(0, count) }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? '')).filter((width) => width <= most)),
  );
  const left = widths.reduce((sum, width) => sum + width + 2, indent.length);
  const room = columns === undefined ? undefined : columns - left;
  const isBelow = room !== undefined && room < LEAST;
  return rows
    .map((row, index) => {
      const head = row.slice(0, count).map((cell, column) => {
        const padded = padTo(cell, widths[column] ?? 0);
        return paint(padded, column, index);
      });
      const long = row
        .slice(0, count)
        .some((cell, column) => widthOf(cell) > (widths[column] ?? 0));
      const start = (indent + head.join('  ')).trimEnd();
      const cell = row[count] ?? '';
      if (cell === '') return start;
      const below = isBelow || long ? (isBelow ? `${indent}    ` : ' '.repeat(left)) : undefined;
      const width = isBelow && columns !== undefined ? columns - indent.length - 4 : room;
      const lines = wrap(cell, width).split('\n');
      const painted = lines.map((line) => paint(line, count, index));
      if (below !== undefined) return [start, ...painted.map((line) => below + line)].join('\n');
      const gap = ' '.repeat(Math.max(2, left - widthOf(start)));
      return start + gap + painted.join(`\n${' '.repeat(left)}`);
    })
    .map((line) => `${line}\n`)
    .join('');
}
