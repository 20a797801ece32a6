/** First characters of a formula in a spreadsheet. Japanese ones accept full width, too. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/**
 * Writes a table as CSV for spreadsheets: UTF-8 with byte order mark, RFC 4180. A cell that would
 * be a formula gets an apostrophe in front.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`;
}

function cellOf(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Reads a text of {@link toCsv}, also after a spreadsheet saved it. Undefined if it is not CSV. */
export function parseCsv(text: string): readonly (readonly string[])[] | undefined {
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y;
  const rows: string[][] = [];
  const whole = text.replace(/^\uFEFF/, '');
  let row: string[] = [];
  while (cell.lastIndex < whole.length || row.length > 0) {
    const [, typed = '', end] = cell.exec(whole) ?? [];
    if (end === undefined) return undefined;
    const value = typed.startsWith('"') ? typed.slice(1, -1).replaceAll('""', '"') : typed;
    row.push(value.startsWith("'") && FORMULA.test(value.slice(1)) ? value.slice(1) : value);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
