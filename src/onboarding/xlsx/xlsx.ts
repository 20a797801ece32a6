import type { Cell, Feature, Sheet } from 'write-excel-file/universal';
import { plain } from '../../calendar/print/wording.js';
import type { Text } from '../../calendar/rules.js';
import { lazyPackage } from '../../foundation/packages.js';
import { DAY_MS, parseDay } from '../../foundation/time.js';
import type { Plan } from '../plan.js';
import { heads, type PlanRow, rowsOfPlan, statuses } from '../rows.js';
import {
  checkTextOptions,
  headline,
  leadTimeText,
  notesOfPlan,
  type PlanTextOptions,
  shortfallText,
  type TextStyle,
  titleOf,
  weekdayOf,
} from '../wording.js';

const loadWriter = lazyPackage('write-excel-file', async () => {
  const { default: writeXlsxFile } = await import('write-excel-file/universal');
  return writeXlsxFile;
});

/**
 * Writes a plan as an Excel workbook. The first sheet is the schedule: dates are real dates, the
 * head stays in place, and every column has a filter. The second has the dates of the plan, the
 * lead times with their basis, and the notes. It needs the optional peer `write-excel-file`.
 *
 * @param plan - the plan.
 * @param options - language, name of the service, and Japanese era.
 * @returns the bytes of the file,
 * `application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`.
 * @throws SelfInfoError `package_missing` and `package_unusable` for `write-excel-file`;
 * `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { planOnboarding } from 'myna-selfinfo/onboarding';
 * import { toXlsx } from 'myna-selfinfo/xlsx';
 * writeFileSync('onboarding.xlsx', await toXlsx(planOnboarding({ goLive: '2027-04-01' })));
 * ```
 */
export async function toXlsx(plan: Plan, options: PlanTextOptions = {}): Promise<Uint8Array> {
  const style = checkTextOptions(plan, options);
  const writeXlsxFile = await loadWriter();
  const sheets = [scheduleSheet(plan, style), basisSheet(plan, style)];
  const file = writeXlsxFile(sheets, {
    fontFamily: style.lang === 'ja' ? 'Yu Gothic' : 'Calibri',
    fontSize: 11,
    features: [filterAndFit],
  });
  return new Uint8Array(await (await file.toBlob()).arrayBuffer());
}

const names = {
  schedule: { ja: '日程', en: 'Schedule' },
  basis: { ja: '前提', en: 'Basis' },
  leadTimes: { ja: '所要期間とその根拠', en: 'Lead times and their basis' },
  notes: { ja: '注', en: 'Notes' },
} as const satisfies Record<string, Text>;

/** The columns of the schedule, with their width in characters. */
const columns = [
  ['step', 7],
  ['what', 34],
  ['who', 20],
  ['start', 17],
  ['startDay', 11],
  ['due', 17],
  ['dueDay', 11],
  ['slack', 11],
  ['status', 8],
  ['handIn', 44],
  ['to', 24],
  ['source', 18],
  ['notes', 50],
] as const satisfies (readonly [keyof typeof heads, number])[];

const HEAD = {
  fontWeight: 'bold',
  backgroundColor: '#1f4e79',
  textColor: '#ffffff',
  align: 'center',
  alignVertical: 'center',
  wrap: true,
} as const;
const BODY = {
  alignVertical: 'top',
  wrap: true,
  borderStyle: 'thin',
  borderColor: '#bcc6d0',
} as const;

function scheduleSheet(plan: Plan, style: TextStyle): Sheet<Blob> {
  const { lang } = style;
  const rows = rowsOfPlan(plan, style);
  return {
    sheet: names.schedule[lang],
    data: [
      columns.map(([column]) => ({ value: heads[column][lang], ...HEAD })),
      ...rows.map((row) => cellsOf(row, style)),
    ],
    columns: columns.map(([, width]) => ({ width })),
    stickyRowsCount: 1,
    stickyColumnsCount: 2,
    orientation: 'landscape',
  };
}

function cellsOf(row: PlanRow, style: TextStyle): Cell[] {
  const { lang } = style;
  const look = {
    ...BODY,
    ...(row.done && { backgroundColor: '#eef1f4', textColor: '#52606d' }),
    ...(row.id === '' && { fontWeight: 'bold' as const }),
  };
  const text = (value: string): Cell => ({ ...(value !== '' && { value, type: String }), ...look });
  const date = (day: string | null): Cell[] =>
    day === null
      ? [text(''), text('')]
      : [
          { ...dateCell(day, style), ...look },
          { ...text(weekdayOf(day, lang)), align: 'center' },
        ];
  const lines = (values: readonly string[]): Cell => text(values.map(plain).join('\n'));
  return [
    text(row.id),
    text(plain(row.what)),
    text(row.who),
    ...date(row.start),
    ...date(row.due),
    { ...(row.slack !== null && { value: row.slack, type: Number }), ...look },
    { ...text(statuses[row.done ? 'done' : 'open'][lang]), align: 'center' },
    lines(row.handIn),
    text(row.to),
    text(row.source),
    lines(row.notes),
  ] as Cell[];
}

/** A real date: the spreadsheet can sort it and calculate with it. */
function dateCell(day: string, { era }: TextStyle): object {
  return {
    value: new Date(parseDay(day, 'day') * DAY_MS),
    type: Date,
    format: era ? '[$-411]ggge"年"m"月"d"日"' : 'yyyy-mm-dd',
    align: 'center',
  };
}

function basisSheet(plan: Plan, style: TextStyle): Sheet<Blob> {
  const { lang, name } = style;
  const text = (value: string, more: object = {}): Cell =>
    ({ value: plain(value), type: String, alignVertical: 'top', ...more }) as Cell;
  const bold = { fontWeight: 'bold' };
  return {
    sheet: names.basis[lang],
    data: [
      [text(titleOf(plan, lang, name), { ...bold, fontSize: 14 })],
      ...headline(plan, style).map((facts) => facts.map((fact) => text(fact))),
      ...shortfallText(plan, style).map((line) => [text(line, { textColor: '#a3221f' })]),
      [],
      [text(names.leadTimes[lang], bold)],
      ...plan.leadTimes.map((lead) =>
        Object.values(leadTimeText(lead, lang)).map((fact) => text(fact)),
      ),
      [],
      [text(names.notes[lang], bold)],
      ...notesOfPlan(plan, style).map((note) => [text(note)]),
    ],
    columns: [{ width: 16 }, { width: 52 }, { width: 34 }, { width: 34 }],
    orientation: 'landscape',
  };
}

// The library has no filters, and cannot fit a sheet to the width of the paper.
const filterAndFit: Feature<Blob> = {
  files: {
    transform: {
      'xl/worksheets/sheet{id}.xml': {
        transform(xml, { sheet }) {
          const isSchedule = Object.values(names.schedule).includes(sheet as never);
          const rows = xml.match(/<row /g)?.length ?? 0;
          const range = `A1:${String.fromCharCode(64 + columns.length)}${rows}`;
          const filter = isSchedule ? `<autoFilter ref="${range}"/>` : '';
          return xml
            .replace('</sheetData>', `</sheetData>${filter}`)
            .replace('<sheetViews>', '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>')
            .replace('<pageSetup ', '<pageSetup fitToHeight="0" ');
        },
      },
    },
  },
};
