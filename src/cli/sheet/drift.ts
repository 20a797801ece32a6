import type { Texts } from '../arguments.js';
import type { Fact } from './facts.js';
import { rowKey, type Sheet, type SheetRow } from './table.js';

/** Lists where a sheet and the current service differ. Skips cells that a person fills in. */
export function driftOf(sheet: Sheet, facts: readonly Fact[]): readonly Texts[] {
  const before = new Map(sheet.rows.map((row) => [rowKey(row), row]));
  const today = new Map(facts.map((fact) => [rowKey(fact), fact]));
  const written = new Set(sheet.rows.map(({ subject }) => subject));
  const existing = new Set(facts.map(({ subject }) => subject));
  const found = [
    ...facts.flatMap((fact) => {
      if (!written.has(fact.subject)) return [subjectMissing(fact.subject, inSheet)];
      return fact.by === 'person' ? [] : rowDrift(fact, before.get(rowKey(fact)));
    }),
    ...sheet.rows.flatMap((row) => {
      if (!existing.has(row.subject)) return [subjectMissing(row.subject, inService)];
      return today.has(rowKey(row))
        ? []
        : [subjectMissing(`${row.subject} ${row.label}`, inService)];
    }),
  ];
  // A missing item is listed once, not once for each of its rows.
  return found.filter(({ ja }, index) => found.findIndex((one) => one.ja === ja) === index);
}

const inSheet: Texts = { ja: 'シートにありません', en: 'not in the sheet' };
const inService: Texts = { ja: 'サービスにありません', en: 'not in the service' };

function rowDrift({ subject, label, value }: Fact, row: SheetRow | undefined): readonly Texts[] {
  if (row === undefined) return [subjectMissing(`${subject} ${label}`, inSheet)];
  if (row.value === value) return [];
  const place = onLine(`${subject} ${label}`);
  const [sheet, service] = [row.value, value];
  return [
    {
      ja: `${place}: シートは「${onLine(sheet)}」、サービスは「${onLine(service)}」`,
      en: `${place}: sheet "${onLine(sheet)}", service "${onLine(service)}"`,
    },
  ];
}

function subjectMissing(place: string, where: Texts): Texts {
  return { ja: `${onLine(place)}: ${where.ja}`, en: `${onLine(place)}: ${where.en}` };
}

/** Returns a text without characters that could control the terminal. */
function onLine(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ');
}
