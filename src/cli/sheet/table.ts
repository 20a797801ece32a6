import { parseCsv, toCsv } from '../../foundation/csv.js';
import type { Language } from '../../foundation/language.js';
import { quoted, type Texts, UsageError } from '../arguments.js';
import { documentNames, type Fact, sheetDocuments } from './facts.js';

/** The columns of the CSV. They are ours: the layouts of the documents are not public. */
const columns: Readonly<Record<Language, readonly string[]>> = {
  ja: ['書類', '対象', '事項', '内容', '根拠', '記入'],
  en: ['documents', 'subject', 'fact', 'content', 'source', 'filled in by'],
};

const fillers: Readonly<Record<Fact['by'], Texts>> = {
  service: { ja: 'サービス定義', en: 'service definition' },
  person: { ja: '担当者', en: 'person' },
};

const intro: Texts = {
  ja: '書類に必要な事項を、サービスの定義から書き出したものです。利用企画書の様式はA-4で、設定シートの様式はA-7で入手します。ガイドライン（2.2版）に記入欄の定めはありません。どの書類に書くかは本ライブラリの解釈です。内容は様式に合わせて転記してください。「（記入）」は、担当者が記入する事項です。',
  en: 'These facts come from the definition of the service. You receive the form of the usage plan at A-4, and the forms of the setting sheets at A-7. The guideline (v2.2) does not define their fields, so which document needs which fact is our reading. Copy the facts into the forms. A person fills in the rows marked (fill in).',
};

const title: Texts = { ja: '書類に必要な事項', en: 'Facts that the documents need' };
const toFill: Texts = { ja: '（記入）', en: '(fill in)' };
const undeclared: Texts = { ja: '（未定義）', en: '(not declared)' };

/** A row of a sheet that was written earlier. */
export interface SheetRow {
  readonly subject: string;
  readonly label: string;
  readonly value: string;
  readonly by: Fact['by'];
}

/** A sheet that was written earlier, with the language in which it was written. */
export interface Sheet {
  readonly lang: Language;
  readonly rows: readonly SheetRow[];
}

/** Identifies a row within a sheet. */
export const rowKey = ({ subject, label }: Pick<SheetRow, 'subject' | 'label'>): string =>
  JSON.stringify([subject, label]);

/** Writes the sheet as CSV. Keeps the cells that a person filled in before. */
export function writeCsv(
  facts: readonly Fact[],
  before: Sheet | undefined,
  lang: Language,
): string {
  const filled = new Map(before?.rows.map((row) => [rowKey(row), row.value]));
  return toCsv([
    columns[lang],
    ...facts.map((fact) => [
      documentNames(fact.documents, lang),
      fact.subject,
      fact.label,
      fact.by === 'person' ? (filled.get(rowKey(fact)) ?? '') : fact.value,
      fact.source,
      fillers[fact.by][lang],
    ]),
  ]);
}

/** Reads a sheet that {@link writeCsv} wrote and a person may have filled in. */
export function readSheet(text: string, path: string): Sheet {
  const [head, ...rows] = parseCsv(text) ?? [];
  const lang = (['ja', 'en'] as const).find((one) => columns[one].join() === head?.join());
  if (lang === undefined || rows.some(({ length }) => length !== columns[lang].length))
    throw new UsageError({
      ja: `sheet --csv で書き出した CSV ではありません: ${quoted(path)}`,
      en: `${quoted(path)} is not a CSV that sheet --csv wrote`,
    });
  return {
    lang,
    rows: rows.map(([, subject = '', label = '', value = '', , by]) => ({
      ...{ subject, label, value },
      by: by === fillers.person[lang] ? 'person' : 'service',
    })),
  };
}

/** Writes the sheet as Markdown: a table for each document. */
export function writeMarkdown(facts: readonly Fact[], name: string, lang: Language): string {
  const [, subject, label, content, source] = columns[lang];
  const sections = sheetDocuments.map((document) => {
    const rows = facts.filter(({ documents }) => documents.includes(document));
    return [
      `## ${documentNames([document], lang)}\n`,
      `| ${subject} | ${label} | ${content} | ${source} |`,
      '|---|---|---|---|',
      ...rows.map((fact) => {
        const empty = (fact.by === 'person' ? toFill : undeclared)[lang];
        const cells = [fact.subject, fact.label, fact.value || empty, fact.source];
        return `| ${cells.map(escaped).join(' | ')} |`;
      }),
    ].join('\n');
  });
  return `${[`# ${title[lang]}: ${escaped(name)}`, intro[lang], ...sections].join('\n\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}
