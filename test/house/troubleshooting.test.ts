import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { numberOf } from '../../src/foundation/citizen-errors.js';
import type { Stage } from '../../src/foundation/error-facts.js';
import { errorTable, type SelfInfoErrorCode } from '../../src/foundation/error-table.js';
import {
  type FailureReason,
  failureReasons,
  reasonsOfCodes,
} from '../../src/foundation/failure-reasons.js';
import type { Language } from '../../src/foundation/language.js';
import { refusalTable } from '../../src/sandbox/portal/refusal-table.js';
import { root } from './sources.js';

// The pages quote the tables and have advice below each quote. After a change of a table, run: npx
// vitest run test/house/troubleshooting.test.ts --update

const calls = ['consent', 'token', 'request', 'result', 'acknowledge'] as const satisfies Stage[];

/**
 * The stages of codes that several steps can cause. The table has one stage for each, and effect
 * and retry depend on the step.
 */
const stages: Partial<Record<SelfInfoErrorCode, readonly Stage[]>> = {
  signing_failed: ['consent', 'token'],
  connection_failed: calls,
  server_not_trusted: calls,
  certificate_refused: calls,
  proxy_refused: calls,
  connection_closed: ['consent', 'token', 'result', 'acknowledge'],
  timed_out: [...calls, 'store', 'vault'],
  aborted: ['callback', ...calls],
  overloaded: ['callback', 'request', 'result', 'acknowledge'],
  response_invalid: calls,
  internal_error: ['callback', ...calls],
  codec_failed: ['request', 'result', 'acknowledge'],
  profile_unknown: ['callback', 'result'],
  upstream_refused: calls,
  upstream_unavailable: calls,
  upstream_failed: calls,
  record_damaged: ['store', 'vault'],
  key_unknown: ['store', 'vault'],
};

/** Who must act, the likeliest first. */
const faults: Readonly<Record<FailureReason, readonly Fault[]>> = {
  refused: ['network', 'portal'],
  not_found: ['network'],
  unreachable: ['network'],
  reset: ['network', 'portal'],
  closed: ['portal', 'certificate'],
  timed_out: ['network', 'portal'],
  plain_http: ['options'],
  proxy: ['proxy'],
  protocol: ['portal'],
  expired: ['portal', 'clock'],
  not_yet_valid: ['clock', 'portal'],
  wrong_name: ['options', 'network'],
  unknown_issuer: ['options', 'network'],
  revoked: ['portal'],
  weak: ['portal'],
  rejected: ['certificate'],
  missing: ['certificate'],
  resources: ['machine'],
};
type Fault = keyof typeof faultWords;

const faultWords = {
  network: { en: 'network', ja: 'ネットワーク' },
  portal: { en: 'portal', ja: 'マイナポータル' },
  certificate: { en: 'client certificate', ja: 'クライアント証明書' },
  options: { en: 'your options', ja: 'オプション' },
  proxy: { en: 'proxy', ja: 'プロキシ' },
  clock: { en: "this machine's clock", ja: 'このマシンの時計' },
  machine: { en: 'this machine', ja: 'このマシン' },
} as const satisfies Record<string, Record<Language, string>>;

/** Returns the rows of the table of reasons. */
function reasonRows(language: Language): string {
  const separator = language === 'ja' ? '、' : ', ';
  const general = Object.entries(failureReasons).map(([reason, sentence]) => {
    const at = faults[reason as FailureReason].map((fault) => faultWords[fault][language]);
    return `| \`${reason}\` | ${at.join(separator)} | ${sentence[language]} |\n`;
  });
  const certificate = Object.entries(reasonsOfCodes.certificate_refused).map(
    ([reason, sentence]) =>
      `| \`${reason}\` (\`certificate_refused\`) | ${faultWords.certificate[language]} | ${sentence[language]} |\n`,
  );
  return [...general, ...certificate].join('');
}

const words = {
  en: {
    stage: 'stage',
    effect: 'effect',
    retry: 'same step again',
    yes: 'yes',
    no: 'no',
    varies: 'effect and retry: as the error says',
    number: 'error number',
  },
  ja: {
    stage: '段階',
    effect: '変化',
    retry: '再試行',
    yes: '可',
    no: '不可',
    varies: '変化と再試行：エラーの示すとおり',
    number: 'エラー番号',
  },
} as const satisfies Record<Language, object>;

const codes = Object.keys(errorTable) as SelfInfoErrorCode[];

/** Returns what the table says of a code, as a quote. */
function factsOf(code: SelfInfoErrorCode, language: Language): string {
  const row = errorTable[code];
  const word = words[language];
  const at = (stages[code] ?? [row.stage]).map((stage) => `\`${stage}\``).join(', ');
  const rest =
    code in stages
      ? word.varies
      : `${word.effect} \`${row.effect}\` · ${word.retry}: ${row.retrySafe ? word.yes : word.no}`;
  return `> ${row[language]}\n>\n> ${word.stage} ${at} · ${rest} · ${word.number} ${numberOf(code)}`;
}

/**
 * Returns the page with its quotes and its table updated from the source. A code without a section
 * gets one at the end.
 */
function brought(page: string, language: Language): string {
  const sections = page.replaceAll(/^### (\w+)\n\n(?:>.*\n)+/gm, (section, code) =>
    code in errorTable ? `### ${code}\n\n${factsOf(code, language)}\n` : section,
  );
  const added = codes
    .filter((code) => !sections.includes(`\n### ${code}\n`))
    .map((code) => `\n### ${code}\n\n${factsOf(code, language)}\n`);
  const refusals = Object.entries(refusalTable).map(
    ([reason, row]) => `| \`${reason}\` | ${row.status}, \`${row.error}\` | ${row[language]} |\n`,
  );
  const tables = { 'sandbox refusals': refusals.join(''), reasons: reasonRows(language) };
  const filled = Object.entries(tables).reduce(
    (text, [name, rows]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\\n(?:\\|.*\\n){2})(?:\\|.*\\n)*`),
        (_, head) => head + rows,
      ),
    sections,
  );
  return [filled, ...added].join('');
}

/** Returns the advice below the quote of each code. */
function adviceIn(page: string): Map<string, string> {
  return new Map(
    [...page.matchAll(/^### (\w+)\n\n(?:>.*\n)+((?:(?!#).*\n)*)/gm)].map(
      ([, code = '', advice = '']) => [code, advice.trim()],
    ),
  );
}

/** Returns the codes in the first column of the first table below a heading. */
function rowsBelow(page: string, heading: string): string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z_]+)` \|/gm)].map(
    ([, code = '']) => code,
  );
}

/** Returns the machine codes between two pieces of a source. */
function codesIn(path: string, from: string, to: string): string[] {
  const [, part = ''] = readFileSync(join(root, path), 'utf8').split(from);
  return [...(part.split(to)[0] ?? '').matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code);
}

describe.each([
  {
    language: 'en',
    path: 'docs/troubleshooting.md',
    callback: 'Codes of a rejected callback',
    item: 'Codes of an item that failed',
  },
  {
    language: 'ja',
    path: 'docs/ja/troubleshooting.md',
    callback: '受け付けられないコールバックのコード',
    item: '失敗した項目のコード',
  },
] as const)('$path', ({ language, path, callback, item }) => {
  const page = readFileSync(join(root, path), 'utf8');

  it('quotes the tables of the source for every code', async () => {
    await expect(brought(page, language)).toMatchFileSnapshot(join(root, path));
  });

  it('has advice for every code of the error table, and for no other code', () => {
    const advice = adviceIn(page);
    expect([...advice.keys()].sort()).toEqual([...codes].sort());
    expect([...advice].filter(([, text]) => text.length < 30)).toEqual([]);
  });

  it('has a row for every code of a callback and of an item', () => {
    // exchangeToken reports `replayed` for a callback that was exchanged before.
    expect(rowsBelow(page, callback)).toEqual([
      ...codesIn('src/oauth/callback-request.ts', 'export type CallbackCode =', '(string & {})'),
      'replayed',
    ]);
    expect(rowsBelow(page, item)).toEqual(
      codesIn('src/client/explain.ts', 'const ITEM_CODES = [', '] as const;'),
    );
  });

  it('lists the stage of the table among the stages of a code that several steps can cause', () => {
    expect(
      codes.filter(
        (code) => !(stages[code] ?? [errorTable[code].stage]).includes(errorTable[code].stage),
      ),
    ).toEqual([]);
  });
});

describe('an outdated troubleshooting page', () => {
  it('is updated from the tables, keeps its advice, and shows a code without a section', () => {
    const page = brought('# Page\n\n### grant_used\n\n> Something else.\n\nAdvice.\n', 'en');
    expect(page).toContain(`### grant_used\n\n${factsOf('grant_used', 'en')}\n\nAdvice.\n`);
    expect(page).not.toContain('Something else');
    expect(adviceIn(page).get('grant_used')).toBe('Advice.');
    expect(adviceIn(page).get('grant_expired')).toBe('');
  });
});
