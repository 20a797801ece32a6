import { plain } from '../calendar/print/wording.js';
import { toCsv as writeCsv } from '../foundation/csv.js';
import type { Plan } from './plan.js';
import { heads, type PlanRow, rowsOfPlan, statuses } from './rows.js';
import {
  checkTextOptions,
  type PlanTextOptions,
  plainDate,
  type TextStyle,
  weekdayOf,
} from './wording.js';

/**
 * Writes the schedule of a plan as CSV for a spreadsheet: a line for each step and for the last
 * day. It is UTF-8 with a byte order mark and CRLF (RFC 4180). A cell that a spreadsheet would
 * read as a formula starts with an apostrophe.
 *
 * @param plan - the plan.
 * @param options - language, and Japanese era; without it, dates are `YYYY-MM-DD`.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { planOnboarding, toCsv } from 'myna-selfinfo/onboarding';
 * writeFileSync('onboarding.csv', toCsv(planOnboarding({ goLive: '2027-04-01' })));
 * ```
 */
export function toCsv(plan: Plan, options: PlanTextOptions = {}): string {
  const style = checkTextOptions(plan, options);
  const head = columns.map((column) => heads[column][style.lang]);
  const lines = [head, ...rowsOfPlan(plan, style).map((row) => cellsOf(row, style))];
  return writeCsv(lines.map((cells) => cells.map(plain)));
}

const columns = [
  ...(['step', 'what', 'who', 'start', 'startDay', 'due', 'dueDay'] as const),
  ...(['slack', 'status', 'handIn', 'to', 'source', 'notes'] as const),
];

function cellsOf(row: PlanRow, style: TextStyle): string[] {
  const { lang } = style;
  const date = (day: string | null): string[] =>
    day === null ? ['', ''] : [plainDate(day, style), weekdayOf(day, lang)];
  return [
    row.id,
    row.what,
    row.who,
    ...date(row.start),
    ...date(row.due),
    row.slack === null ? '' : String(row.slack),
    statuses[row.done ? 'done' : 'open'][lang],
    row.handIn.join(lang === 'ja' ? '、' : '; '),
    row.to,
    row.source,
    row.notes.join(' '),
  ];
}
