import { existsSync } from 'node:fs';
import type { Language } from '../foundation/language.js';
import type { Texts } from './arguments.js';
import { readCatalog, readTextFile } from './files.js';
import { writeOutputs } from './frame/output.js';
import { defineCommand, type OptionSpecs, type Values } from './frame/spec.js';
import { driftOf } from './sheet/drift.js';
import { factsOf } from './sheet/facts.js';
import { type Declared, loadDeclared } from './sheet/load.js';
import { overAsking, readLines } from './sheet/reads.js';
import { readSheet, writeCsv, writeMarkdown } from './sheet/table.js';

const file = { ja: 'ファイル', en: 'FILE' } as const;

const options = {
  csv: {
    value: file,
    text: {
      ja: 'CSV の書き込み先（- は標準出力）。既存のシートに担当者が記入した内容は残す',
      en: 'write a CSV (- is standard output); cells that a person filled in are kept',
    },
    completes: 'files',
  },
  check: {
    value: file,
    text: {
      ja: '以前に書き出した CSV と、いまのサービスを比べる',
      en: 'compare a CSV that was written earlier with the current service',
    },
    completes: 'files',
  },
  reads: {
    value: file,
    text: {
      ja: 'observeReads（myna-selfinfo/testing）の記録から、照会したのに読んでいない項目を調べる',
      en: 'find items that are asked and never read, from the record of observeReads (myna-selfinfo/testing)',
    },
    completes: 'files',
  },
  pick: {
    value: { ja: '名前', en: 'NAME' },
    text: {
      ja: '複数のサービスから1つを選ぶ（export の名前、またはサービスID）',
      en: 'which service, if the file has several: the name of the export, or the service ID',
    },
  },
  catalog: {
    value: file,
    text: {
      ja: 'カタログの拡張（JSON）。extendCatalog に渡す内容',
      en: 'additions to the catalogue, JSON: the argument of extendCatalog',
    },
    completes: 'files',
  },
} as const satisfies OptionSpecs;

/** `myna-selfinfo sheet`. */
export const sheetCommand = defineCommand({
  about: {
    ja: 'サービス情報設定シート、利用企画書、テストデータ設定シートに必要な事項を、サービスの定義から書き出します（Markdown、CSV）。\n\nファイルは defineService の引数か登録情報の JSON、または defineService の戻り値を export するモジュール（.ts、.js）です。モジュールは実行されます。',
    en: 'Writes the facts that the service information setting sheet, the usage plan and the test data setting sheet need (Markdown, CSV). It takes them from the definition of the service.\n\nThe file is JSON (the argument of defineService, or a registration), or a module (.ts, .js) that exports the result of defineService. The module is run.',
  },
  operands: [{ name: { ja: 'サービス', en: 'SERVICE' }, count: 'one', completes: 'files' }],
  options,
  examples: [
    [
      'myna-selfinfo sheet service.ts --csv sheet.csv',
      { ja: '表計算ソフトで開ける CSV を書き出す', en: 'write a CSV to open in a spreadsheet' },
    ],
    [
      'myna-selfinfo sheet service.ts --check sheet.csv',
      { ja: 'コードとシートの相違を調べる（CI）', en: 'find where code and sheet differ (in CI)' },
    ],
  ],
  exits: {
    1: {
      ja: '相違か、読んでいない項目がある。またはファイルに書き込めない',
      en: 'there are differences, or items that are never read; or a file cannot be written',
    },
  },
  page: 'production.md',
  run: async ({ values, operands: [path = ''], lang }) => {
    const catalog = values.catalog === undefined ? undefined : readCatalog(values.catalog);
    const declared = await loadDeclared(path, values.pick, catalog);
    const checks = [...checkSheet(declared, values, lang), ...checkReads(declared, values, lang)];
    return writeOutputs(
      [{ option: '--csv', path: values.csv, makeText: () => csvOf(declared, values.csv, lang) }],
      (written) => {
        if (checks.length > 0) return `${written}${checks.join('\n')}\n`;
        return written || writeMarkdown(factsOf(declared, lang), declared.service.name, lang);
      },
      lang,
    );
  },
});

/** Writes the CSV in the language of the file that it replaces. */
function csvOf(declared: Declared, path = '-', lang: Language): string {
  const before = path !== '-' && existsSync(path) ? readSheet(readTextFile(path), path) : undefined;
  const own = before?.lang ?? lang;
  return writeCsv(factsOf(declared, own), before, own);
}

function checkSheet(
  declared: Declared,
  { check }: Values<typeof options>,
  lang: Language,
): readonly string[] {
  if (check === undefined) return [];
  const sheet = readSheet(readTextFile(check), check);
  const none = {
    ja: 'シートとサービスに相違はありません。',
    en: 'the sheet matches the service.',
  };
  return failing(driftOf(sheet, factsOf(declared, sheet.lang)), none, lang);
}

function checkReads(
  { service }: Declared,
  { reads }: Values<typeof options>,
  lang: Language,
): readonly string[] {
  if (reads === undefined) return [];
  const { neverRead, unseen } = overAsking(service, readLines(readTextFile(reads), reads), reads);
  const none = {
    ja: '受け取ったのに一度も読んでいない項目は、記録にはありません。',
    en: 'no item was received and never read.',
  };
  const title = { ja: 'この記録からは分からないこと:', en: 'not shown by this record:' }[lang];
  return [
    ...failing(neverRead, none, lang),
    ...(unseen.length === 0 ? [] : [title, ...unseen.map((text) => `  ${text[lang]}`)]),
  ];
}

/** Returns the findings, and sets the exit code 1 if there are any. */
function failing(found: readonly Texts[], none: Texts, lang: Language): readonly string[] {
  if (found.length === 0) return [none[lang]];
  process.exitCode = 1;
  return found.map((text) => text[lang]);
}
