import type { Language } from '../foundation/language.js';
import type { Plan } from '../onboarding/plan.js';
import { aligned, type ScheduleRow, scheduleCells, textParts } from '../onboarding/text.js';
import type { PlanTextOptions } from '../onboarding/wording.js';
import type { Terminal } from './frame/terminal.js';
import { table, widthOf, wrap } from './frame/wrap.js';

/** Writes a plan for a terminal. Without a width or colours, it is that of `toText`. */
export function planText(
  plan: Plan,
  options: PlanTextOptions & { readonly lang: Language },
  { columns, paint }: Terminal,
): string {
  const parts = textParts(plan, options);
  const lines = (list: readonly string[], indent = '  ') =>
    list.map((line) => wrap(line, columns, indent));
  const title = (text: string) => paint('bold', wrap(text, columns, '  '));
  const blocks = [
    [
      title(parts.title),
      ...lines(parts.headline),
      ...lines(parts.shortfall).map((line) => paint('yellow', line)),
    ],
    [...scheduleLines(parts.schedule, options.lang, { columns, paint }), ...lines([parts.key])],
    ...parts.documents.map((list) => [title(list.title), ...lines(list.lines, '    ')]),
    [title(parts.leadTimes.title), ...leadTimeLines(parts.leadTimes.rows, options.lang, columns)],
    lines(parts.notes, ''),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** The columns that a terminal has no room for go: first the source, then each step wraps. */
function scheduleLines(
  rows: readonly ScheduleRow[],
  lang: Language,
  { columns, paint }: Terminal,
): readonly string[] {
  const isDone = ({ mark }: ScheduleRow) => mark !== '' && mark !== '*';
  const painted = (text: string, row: number) => {
    if (row === 0) return paint('bold', text);
    return isDone(rows[row] as ScheduleRow) ? paint('dim', text) : text;
  };
  const cells = rows.map(scheduleCells);
  const fitting = [cells, cells.map((row) => row.slice(0, -1))]
    .map(aligned)
    .find((lines) => fits(lines, columns));
  if (fitting) return fitting.map((line, row) => painted(line, row).replace(/^\*/, cyan));
  const most = Math.max(...rows.map(({ mark }) => widthOf(mark)));
  const narrow = rows.map(({ mark, id, what, start, due, slack, who }) => [
    mark + ' '.repeat(most - widthOf(mark) + 1) + id,
    ...[start, due, slack, { ja: `${what}（${who}）`, en: `${what} (${who})` }[lang]],
  ]);
  return table(narrow, { columns, indent: '', paint: (text, _, row) => painted(text, row) })
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\*/, cyan));

  function cyan(mark: string): string {
    return paint('cyan', mark);
  }
}

function leadTimeLines(
  rows: readonly (readonly [string, string, string, string])[],
  lang: Language,
  columns: number | undefined,
): readonly string[] {
  const whole = aligned(rows.map((row) => ['', ...row]));
  if (fits(whole, columns)) return whole;
  const narrow = rows.map(([amount, what, source, basis]) => [
    amount,
    { ja: `${what}（${source}、${basis}）`, en: `${what} (${source}; ${basis})` }[lang],
  ]);
  return table(narrow, { columns }).trimEnd().split('\n');
}

function fits(lines: readonly string[], columns: number | undefined): boolean {
  return columns === undefined || lines.every((line) => widthOf(line) <= columns);
}
