import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../house/sources.js';
import { openRuns } from './binary.js';

const cwd = mkdtempSync(join(tmpdir(), 'myna-selfinfo-sheet-'));
const { run, end } = openRuns({ cwd });
afterAll(async () => {
  await end();
  rmSync(cwd, { recursive: true });
});

const service = {
  name: '=住宅ローン|審査',
  purpose: { id: 'housing-loan', text: '審査, および"確認"のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'range'],
      latestBy: '課税年度',
    },
    insurance: { detail: 'medical-insurance', inquiries: ['point-in-time'] },
  },
};
const registration = {
  clientId: 'SP12345678_AB1234',
  redirectUris: ['https://loan.example/a', 'https://loan.example/b'],
  service,
};
const file = (name: string, value: unknown) => {
  writeFileSync(join(cwd, name), typeof value === 'string' ? value : JSON.stringify(value));
  return name;
};
const textOf = (name: string) => readFileSync(join(cwd, name), 'utf8');
const sheet = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(['sheet', ...args]);
  return { status, lines: stdout.trimEnd().split('\n'), stderr };
};
const refused = async (...args: string[]) => {
  const { status, lines, stderr } = await sheet(...args, '--lang', 'en');
  expect({ status, lines }).toEqual({ status: 2, lines: [''] });
  return stderr.split('\n')[0];
};
const changed = (items: object, more: object = {}) => ({ ...service, ...more, items });
const { income, insurance } = service.items;

describe('the command sheet', () => {
  it('writes a Markdown table for each document, with the place of each fact in the guideline', async () => {
    const { status, lines } = await sheet(file('registration.json', registration));
    expect(status).toBe(0);
    expect(lines.filter((line) => line.startsWith('#'))).toEqual([
      '# 書類に必要な事項: =住宅ローン\\|審査',
      '## 利用企画書',
      '## サービス情報設定シート',
      '## テストデータ設定シート',
    ]);
    const [, settings = []] = lines
      .join('\n')
      .split('\n## ')
      .slice(1)
      .map((text) => text.split('\n').filter((line) => line.startsWith('| サ')));
    expect(settings).toEqual([
      '| サービス | サービス名 | =住宅ローン\\|審査 | ガイドラインに記載なし（A-7の様式で確認） |',
      '| サービス | 事業者名 | （記入） | ガイドラインに記載なし（A-7の様式で確認） |',
      '| サービス | 利用目的 | 審査, および"確認"のため | 4.2 |',
      '| サービス | 保持期間 | 同意日の翌日から30日間 | 4.2 |',
      '| サービス | サービスID | SP12345678\\_AB1234 | 図2.1-1 ② |',
      '| サービス | 接続先（リダイレクトURI。様式でどの接続先かを確認） | https://loan.example/a https://loan.example/b | 5.1.2(3) A-15 ※ |',
    ]);
    expect(lines).toContain(
      '| items.insurance | 情報を保有する機関 | 加入先の健康保険（医療保険者等向け中間サーバ）、お住まいの市区町村（自治体中間サーバ） | 表2.5-5 No.4、5 |',
    );
    expect(lines).toContain('| items.income | 照会方法 | 範囲指定、最新情報指定 | 表2.6-1 |');
    expect(lines).toContain('| items.income | 最新判定に使う取得項目 | 課税年度 | 表2.6-1 No.3 |');
    expect(lines).toContain(
      '| items.income | テストデータ（範囲指定） | （記入） | 5.1.2(2) A-9 |',
    );
  });

  it('writes a CSV for spreadsheets, with BOM, quotes and no formula', async () => {
    await sheet(file('registration.json', registration), '--csv', 'written.csv');
    const text = textOf('written.csv');
    const both = '利用企画書、サービス情報設定シート';
    expect(text.split('\r\n').slice(0, 5)).toEqual([
      '\uFEFF書類,対象,事項,内容,根拠,記入',
      `${both},サービス,サービス名,'=住宅ローン|審査,ガイドラインに記載なし（A-7の様式で確認）,サービス定義`,
      `${both},サービス,事業者名,,ガイドラインに記載なし（A-7の様式で確認）,担当者`,
      `${both},サービス,利用目的,"審査, および""確認""のため",4.2,サービス定義`,
      `${both},サービス,保持期間,同意日の翌日から30日間,4.2,サービス定義`,
    ]);
    expect((await run(['sheet', 'registration.json', '--csv', '-'])).stdout).toBe(text);
  });

  it('names the provider and the fields of each item that a registration has', async () => {
    const provider = { name: '株式会社みほん銀行', contact: '03-0000-0000' };
    const fields = { income: ['合計所得金額', '課税年度'] };
    file('full.json', { ...registration, provider, fields });
    const { lines } = await sheet('full.json');
    expect(lines.filter((line) => /事業者名|取得項目 \|/.test(line)).slice(0, 4)).toEqual([
      '| サービス | 事業者名 | 株式会社みほん銀行 | ガイドラインに記載なし（A-7の様式で確認） |',
      '| items.income | 最新判定に使う取得項目 | 課税年度 | 表2.6-1 No.3 |',
      '| items.income | 取得項目 | 合計所得金額、課税年度 | 5.1.1 A-1（データレイアウト） |',
      '| items.insurance | 最新判定に使う取得項目 | （未定義） | 表2.6-1 No.3 |',
    ]);
    await sheet('full.json', '--csv', 'full.csv');
    const more = { ...registration, provider, fields: { income: ['合計所得金額'] } };
    expect(await sheet(file('fewer.json', more), '--check', 'full.csv')).toEqual({
      ...{ status: 1, stderr: '' },
      lines: [
        'items.income 取得項目: シートは「合計所得金額、課税年度」、サービスは「合計所得金額」',
      ],
    });
  });

  it('keeps what a person filled in when it writes the CSV again', async () => {
    await sheet(file('service.json', service), '--csv', 'filled.csv');
    const filled = textOf('filled.csv')
      .replace('利用場面と利用者の利点,', '利用場面と利用者の利点,"来店不要\n即日"')
      .replace('保持期間,同意日の翌日から30日間', '保持期間,手で変えた値');
    file('filled.csv', filled);
    await sheet('service.json', '--csv', 'filled.csv', '--lang', 'en');
    expect(textOf('filled.csv')).toBe(
      filled.replace('保持期間,手で変えた値', '保持期間,同意日の翌日から30日間'),
    );
  });

  it('finds where code and sheet differ, and no difference in what a spreadsheet or a person did', async () => {
    await sheet(file('service.json', service), '--csv', 'committed.csv');
    const saved = textOf('committed.csv')
      .replace('\uFEFF', '')
      .replaceAll('\r\n', '\n')
      .replace('サービスID,', 'サービスID,SP1');
    file('committed.csv', saved);
    const reordered = changed({ insurance, income: { ...income, inquiries: ['range', 'latest'] } });
    expect(await sheet(file('reordered.json', reordered), '--check', 'committed.csv')).toEqual({
      ...{ status: 0, stderr: '' },
      lines: ['シートとサービスに相違はありません。'],
    });
    const today = changed(
      {
        income: { ...income, code: 'TM00000000000089', inquiries: ['latest'] },
        insured: insurance,
      },
      { retention: { days: 31 } },
    );
    expect(await sheet(file('today.json', today), '--check', 'committed.csv')).toEqual({
      ...{ status: 1, stderr: '' },
      lines: [
        'サービス 保持期間: シートは「同意日の翌日から30日間」、サービスは「同意日の翌日から31日間」',
        'items.income 特定個人情報名: シートは「地方税」、サービスは「公金受取口座」',
        'items.income 特定個人情報名コード: シートは「TM00000000000002」、サービスは「TM00000000000089」',
        'items.income 照会方法: シートは「範囲指定、最新情報指定」、サービスは「最新情報指定」',
        'items.insured: シートにありません',
        'items.income テストデータ（範囲指定）: サービスにありません',
        'items.insurance: サービスにありません',
      ],
    });
  });

  it('finds items that were received and never read, and says what the reads do not show', async () => {
    const line = (items: object, name = service.name) =>
      `${JSON.stringify({ service: name, items })}\n`;
    const unread = { asked: { latest: 2, made: 1 }, present: 2, revealed: 0 };
    file('reads.jsonl', line({ income: unread }) + line({ insurance: unread }, 'another'));
    const reads = ['--reads', 'reads.jsonl', '--lang', 'en'];
    expect(await sheet(file('service.json', service), ...reads)).toEqual({
      ...{ status: 1, stderr: '' },
      lines: [
        'items.income: received 2 times and never read',
        'not shown by this record:',
        '  items.income: never asked by range',
        '  items.insurance: never asked',
      ],
    });
    const absent = { asked: { 'point-in-time': 1 }, present: 0, revealed: 0 };
    const read = { asked: { range: 1, latest: 1 }, present: 1, revealed: 1 };
    file('reads.jsonl', line({ income: unread }) + line({ income: read, insurance: absent }));
    expect(await sheet('service.json', ...reads)).toEqual({
      ...{ status: 0, stderr: '' },
      lines: [
        'no item was received and never read.',
        'not shown by this record:',
        '  items.insurance: no answer had records of it',
      ],
    });
  });

  it('reads a module that exports a service, and takes the one that is picked', async () => {
    const library = pathToFileURL(join(root, 'dist/index.js')).href;
    const define = (name: string) =>
      `defineService({ name: '${name}', purpose: { id: 'a', text: 'b' }, retention: { days: 0 }, items: { x: { detail: 'pension', inquiries: ['range'] } } })`;
    const text = `import { defineService } from '${library}';\nexport const loan = ${define('loan')};\n`;
    const title = async (...args: string[]) => (await sheet(...args)).lines[0];
    expect(await title(file('one.mjs', `${text}export default loan;\n`))).toBe(
      '# 書類に必要な事項: loan',
    );
    file('two.mjs', `${text}export const card = ${define('card')};\n`);
    expect(await title('two.mjs', '--pick', 'card')).toBe('# 書類に必要な事項: card');
    expect(await refused('two.mjs')).toBe(
      'myna-selfinfo: choose one service with --pick: "card", "loan"',
    );
  });

  it('refuses what it cannot read, and quotes no text of a module that fails', async () => {
    expect(await refused('missing.ts')).toBe('myna-selfinfo: cannot read "missing.ts" (ENOENT)');
    expect(await refused(file('fails.mjs', "throw new Error('canary');"))).toBe(
      'myna-selfinfo: cannot run "fails.mjs" (Error). Run the file with node to see the cause.',
    );
    expect(await refused(file('none.mjs', 'export const a = 1;'))).toBe(
      'myna-selfinfo: "none.mjs" has no service: export the result of defineService',
    );
    const wrong = { ...registration, redirectUris: [] };
    expect(await refused(file('wrong.json', wrong))).toContain('wrong.json:$.redirectUris');
    file('service.json', service);
    expect(await refused('service.json', '--check', 'service.json')).toBe(
      'myna-selfinfo: "service.json" is not a CSV that sheet --csv wrote',
    );
    expect(await refused('service.json', '--reads', file('r.jsonl', '{"service":1}\n'))).toBe(
      'myna-selfinfo: "r.jsonl" was not written by observeReads (line 1)',
    );
    expect(await refused('service.json', '--reads', file('empty.jsonl', ''))).toBe(
      'myna-selfinfo: "empty.jsonl" has no reads of this service: "=住宅ローン|審査"',
    );
  });
});
