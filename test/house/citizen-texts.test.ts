import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { about } from '../../examples/loan-app/texts/about.js';
import { texts as bankTexts } from '../../examples/loan-app/texts/texts.js';
import {
  announcementForCitizens,
  ruleForCitizens,
  stopForCitizens,
} from '../../src/calendar/citizen-texts.js';
import { hours } from '../../src/calendar/hours.js';
import { publishedCatalog } from '../../src/catalog/catalog.js';
import { holderName, serverRow } from '../../src/catalog/lookup.js';
import type { Explainable } from '../../src/client/explain.js';
import { states, words } from '../../src/client/explain-texts.js';
import { errorTable, type SelfInfoErrorCode } from '../../src/foundation/error-table.js';
import type { Language } from '../../src/foundation/language.js';
import { citizenErrors, explain, SelfInfoError, Sensitive } from '../../src/index.js';
import { kioskErrors } from '../../src/kiosk/index.js';
import { OTHER_NUMBER, pageErrors } from '../../src/sandbox/pages/error-numbers.js';
import { handOverTexts } from '../../src/sandbox/pages/hand-over-texts.js';
import { texts as pageTexts } from '../../src/sandbox/pages/texts.js';
import { refusalTable } from '../../src/sandbox/portal/refusal-table.js';
import { root } from './sources.js';

// Writes what a legal review and a service desk read. After a change of a text, run: npx vitest run
// test/house/citizen-texts.test.ts --update

/** When a citizen reads a text, the text, and its error number. */
interface Row {
  readonly when: string;
  readonly ja: string;
  readonly en: string;
  readonly number?: string | undefined;
}

/** Returns a cell of a table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();

function table(rows: readonly Row[]): string {
  const numbered = rows.some(({ number }) => number !== undefined);
  const lines = rows.map(
    ({ when, ja, en, number = '' }) =>
      `| ${[when, ja, en, ...(numbered ? [number] : [])].map(cell).join(' | ')} |`,
  );
  return [
    `| いつ / when | 日本語 | English |${numbered ? ' 番号 / number |' : ''}`,
    `|---|---|---|${numbered ? '---|' : ''}`,
    ...lines,
  ].join('\n');
}

/** Returns the texts of two languages by their keys. A text that needs a value shows its name. */
function rowsOf(ja: unknown, en: unknown, path = ''): Row[] {
  if (typeof ja === 'string') return [{ when: `\`${path}\``, ja, en: String(en) }];
  if (typeof ja === 'function') return [{ when: `\`${path}\``, ja: filled(ja), en: filled(en) }];
  if (typeof ja !== 'object' || ja === null) return [];
  return Object.keys(ja).flatMap((key) => {
    const inner = (value: unknown) => (value as Record<string, unknown> | undefined)?.[key];
    return rowsOf(inner(ja), inner(en), path === '' ? key : `${path}.${key}`);
  });
}

/** Fills a text with the names of its values, such as `{name}`. */
function filled(text: unknown): string {
  if (typeof text !== 'function') return '';
  const [, names = ''] = /^\(?([^)=]*)\)?\s*=>/.exec(String(text)) ?? [];
  const values = names.split(',').map((name) => `{${name.trim()}}`);
  return String(text(...values));
}

/** Returns pairs of both languages by key: `{ key: { ja, en } }`. */
const pairs = (given: Readonly<Record<string, Record<Language, unknown>>>) =>
  Object.entries(given).flatMap(([key, { ja, en }]) => rowsOf(ja, en, key));

/** What a citizen corrects on the same page. */
const ASKED_AGAIN = [
  'consent_not_ticked',
  'app_not_installed',
  'reader_not_found',
  'card_not_read',
  'card_not_chosen',
  'pin_not_four_digits',
  'pin_wrong',
  'form_expired',
];

const extras = new Sensitive({});
const said = (value: Explainable, when: string): Row => {
  const [ja, en] = (['ja', 'en'] as const).map((language) => explain(value, language));
  return { when, ja: ja ?? '', en: en ?? '' };
};
const item = (status: string, more: object = {}) => ({ status, extras, ...more }) as Explainable;

const outcomes: readonly Row[] = [
  said(item('granted'), '同意のコールバックの後 / callback: `granted`'),
  ...(
    [
      ['declined', '中止、カードのロック、電子証明書の期限切れ'],
      ['expired', '制限時間の経過'],
      ['replayed', '同じコールバックの2回目'],
      ['unknown', '対応するお手続きがない'],
      ['foreign-browser', '別のブラウザ'],
    ] as const
  ).map(([status, when]) => said({ status }, `${when} / \`${status}\``)),
  said(
    { status: 'rejected', at: 'callback', code: 'callback_rejected' },
    'コールバックの拒否 / `rejected`',
  ),
  said(item('pending'), '情報の到着待ち / result: `pending`'),
  said({ status: 'unavailable', until: null, causes: [] } as never, '停止中 / `unavailable`'),
  said(item('present', { missing: [] }), '項目 / item: `present`'),
  said(
    item('present', { missing: [{ server: 'municipal', until: null }] }),
    '項目の一部が未取得 / `present` with `missing`',
  ),
  said(item('nothing-on-record', { detail: 'household' }), '項目の該当なし / `nothing-on-record`'),
  said(
    item('nothing-on-record', { detail: 'local-tax' }),
    '金額の項目の該当なし / `nothing-on-record`, an amount',
  ),
  said(item('not-covered'), '項目が対象外 / `not-covered`'),
  said(item('not-asked'), '照会しなかった項目 / `not-asked`'),
  said(item('failed', { code: 'record_invalid' }), '項目の失敗 / `failed`'),
];

/** Returns the texts of all errors, each once, with the numbers that lead to it. */
function errorRows(): Row[] {
  const byText = new Map<string, Row>();
  for (const { code, number } of citizenErrors) {
    if (!Object.hasOwn(errorTable, code)) continue;
    const error = new SelfInfoError(code as SelfInfoErrorCode);
    const [ja = '', en = ''] = (['ja', 'en'] as const).map((language) =>
      explain(error, language).replace(number, '{number}'),
    );
    const before = byText.get(ja)?.number;
    const numbers = before === undefined ? number : `${before} ${number}`;
    byText.set(ja, { when: 'エラー / an error', ja, en, number: numbers });
  }
  return [...byText.values()];
}

/** Returns the reasons that the calendar gives: hours and outages, and announcements. */
function reasonRows(): Row[] {
  const rules = hours.flatMap(({ server, rules }) =>
    rules.map((rule) => ({
      when: `\`${server}\` \`${rule.id}\``,
      ...ruleForCitizens(holderName(serverRow(server, publishedCatalog)), rule),
    })),
  );
  const name = { ja: '{name}', en: '{name}' };
  const announced = (['closed', 'uncertain', 'slow'] as const).flatMap((state) => [
    {
      when: `お知らせ / announced: \`${state}\``,
      ...announcementForCitizens(
        'all',
        null,
        { state, limit: null, certainty: 'stated' },
        publishedCatalog,
      ),
    },
    ...([null, 'first-use', 'some-sources', 'unknown-scope'] as const)
      .filter((limit) => limit === null || state !== 'closed')
      .map((limit) => ({
        when: `項目のお知らせ / of an item: \`${state}\`${limit === null ? '' : ` \`${limit}\``}`,
        ...stopForCitizens(name, { state, limit }),
      })),
  ]);
  return [...rules, ...announced];
}

const problems = Object.entries(pageErrors)
  .filter(([code]) => ASKED_AGAIN.includes(code))
  .map(([code, { number }]) => {
    const { ja, en } = refusalTable[code as keyof typeof pageErrors];
    return { when: `\`${code}\``, ja, en, number };
  });

const kioskRows: readonly Row[] = Object.values(kioskErrors).map(({ number, citizen }) => ({
  when: 'エラー / an error',
  ...citizen,
  number,
}));

const texts = `# 利用者が読む文 / Texts that citizens read

法務の確認のための一覧です。プログラムから作成しています（\`test/house/citizen-texts.test.ts\`）。\`{name}\` などは、その場の値に置き換わります。エラー番号は[一覧](error-numbers.md)にあります。

For legal review. A test writes this page from the source. \`{name}\` and the like stand for a value. The error numbers have [a separate page](error-numbers.md).

## \`explain\`: 結果 / outcomes and results

失敗の文は、事業者の指定したお問い合わせ先で終わります。
A failure text ends with the contact that the provider sets.

${table(outcomes)}

## \`explain\`: エラー / errors

${table(errorRows())}

## \`explain\`: 文に続くもの / what follows or replaces a sentence

${table([...pairs({ open: states.open, uncertain: states.uncertain }), ...pairs(words)])}

## \`explain\`: 理由 / reasons

${table(reasonRows())}

## サンドボックスの同意の画面 / consent pages of the sandbox

${table(rowsOf(pageTexts.ja, pageTexts.en))}

読み取り方法 / how the card is read:

${table(rowsOf(handOverTexts.ja, handOverTexts.en))}

入力の誤り / what to correct:

${table(problems)}

## キオスク / kiosk

${table(kioskRows)}

## 銀行のデモの画面 / pages of the bank demo

${table(rowsOf(bankTexts.ja, bankTexts.en))}

${table(rowsOf(about.ja, about.en))}
`;

const numbers = `# エラー番号 / Error numbers

利用者の画面に表示される番号の一覧です。窓口の担当者が使います。**番号の意味は変わりません。** ログには、番号ではなくコードが残ります。\`citizenErrors\`（\`myna-selfinfo\`）は、E-8 で始まるもの以外を返します。E-8 で始まるものは、サンドボックスの同意の画面の番号です。K で始まるものはキオスクの番号で、\`kioskErrors\`（\`myna-selfinfo/kiosk\`）が返します。

The numbers on citizens' pages, for the service desk. **A number never changes its meaning.** The log has the code instead. \`citizenErrors\` of \`myna-selfinfo\` holds all but E-8.., which are those of the sandbox's consent pages. Numbers with K are those of the kiosk: \`kioskErrors\` of \`myna-selfinfo/kiosk\`.

| 番号 / number | コード / code | 窓口の担当者へ | For the service desk |
|---|---|---|---|
${[
  ...citizenErrors,
  ...Object.entries(pageErrors).map(([code, row]) => ({ code, ...row })),
  {
    number: OTHER_NUMBER,
    code: '',
    ja: 'ほかの番号に当てはまらない理由により、同意の画面で受け付けられなかった。担当部署に連絡する。',
    en: 'Any other reason for which the consent page refused. Tell the team in charge.',
  },
  ...Object.values(kioskErrors).map(({ number, staff }) => ({ number, code: '', ...staff })),
]
  .map(({ number, code, ja, en }) => ({
    number,
    line: `| ${number} | ${code && `\`${code}\``} | ${ja} | ${en} |\n`,
  }))
  .sort((a, b) => (a.number < b.number ? -1 : 1))
  .map(({ line }) => line)
  .join('')}`;

describe('the texts that citizens read', () => {
  it.each([
    ['docs/texts/citizens.md', texts],
    ['docs/texts/error-numbers.md', numbers],
  ])('are written to %s as they are', async (page, text) => {
    await expect(text).toMatchFileSnapshot(join(root, page));
  });

  it('hold no machine code', () => {
    const rows = [
      ...outcomes,
      ...errorRows(),
      ...problems,
      ...kioskRows,
      ...rowsOf(pageTexts.ja, pageTexts.en),
    ];
    for (const { ja, en } of [...rows, ...rowsOf(bankTexts.ja, bankTexts.en)])
      expect(`${ja} ${en}`).not.toMatch(/[a-z]_[a-z]/);
  });

  it('are complete in both languages', () => {
    const rows = [
      ...rowsOf(pageTexts.ja, pageTexts.en),
      ...rowsOf(handOverTexts.ja, handOverTexts.en),
      ...rowsOf(bankTexts.ja, bankTexts.en),
    ];
    expect(rows.filter(({ en }) => en.includes('undefined'))).toEqual([]);
  });
});
