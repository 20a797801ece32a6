import { inflateRawSync } from 'node:zlib';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { planOnboarding } from '../../../src/onboarding/index.js';
import { toXlsx } from '../../../src/onboarding/xlsx/index.js';
import { refusalOf } from '../../kit/refusals.js';
import { plan, today } from '../plans.js';

/** Reads the files of a zip archive by its central directory. */
function unzip(bytes: Uint8Array): Map<string, string> {
  const file = Buffer.from(bytes);
  const files = new Map<string, string>();
  let at = file.readUInt32LE(file.lastIndexOf('PK\u0005\u0006') + 16);
  while (file.readUInt32LE(at) === 0x02014b50) {
    const [size, name, extra, note] = [20, 28, 30, 32].map((offset) =>
      offset === 20 ? file.readUInt32LE(at + 20) : file.readUInt16LE(at + offset),
    ) as [number, number, number, number];
    const local = file.readUInt32LE(at + 42);
    const data = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const content = file.subarray(data, data + size);
    const isStored = file.readUInt16LE(at + 10) === 0;
    files.set(
      file.toString('utf8', at + 46, at + 46 + name),
      (isStored ? content : inflateRawSync(content)).toString('utf8'),
    );
    at += 46 + name + extra + note;
  }
  return files;
}

/** Reads the cells of a sheet: texts and numbers. */
function read(files: Map<string, string>, sheet: number) {
  const all = (xml: string, tag: string) => [
    ...new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName(tag),
  ];
  const shared = all(files.get('xl/sharedStrings.xml') ?? '', 'si').map((each) => each.textContent);
  const value = (cell: Element) => {
    const text = cell.getElementsByTagName('v')[0]?.textContent ?? '';
    return cell.getAttribute('t') === 's' ? shared[Number(text)] : text === '' ? '' : Number(text);
  };
  const xml = files.get(`xl/worksheets/sheet${sheet}.xml`) ?? '';
  return {
    xml,
    rows: all(xml, 'row').map((row) => [...row.getElementsByTagName('c')].map(value)),
  };
}

// Excel counts days from 30 December 1899.
const serial = (day: string) => (Date.parse(day) - Date.UTC(1899, 11, 30)) / 86_400_000;

describe('the workbook of a plan', () => {
  it('has the schedule with real dates and numbers, and the go-live', async () => {
    const { rows } = read(unzip(await toXlsx(plan)), 1);
    expect(rows[0]).toEqual([
      ...['手順', '内容', '担当', '開始', '開始の曜日', '完了期限', '期限の曜日', '余裕日数'],
      ...['状態', '提出書類', '提出先', '根拠', '備考'],
    ]);
    expect(rows[10]?.slice(0, 9)).toEqual([
      ...['A-10', '接続試験用資材等の提供等', 'デジタル庁', serial('2027-01-13'), '水'],
      ...[serial('2027-01-25'), '月', 8, '未'],
    ]);
    expect(rows[13]?.[9]).toBe('接続試験完了報告書');
    expect(rows[19]?.slice(0, 4)).toEqual(['', '利用開始', '事業者', serial('2027-04-01')]);
    expect(rows).toHaveLength(20);
  });

  it('keeps its head in place, filters every column, and fits the width of the paper', async () => {
    const { xml } = read(unzip(await toXlsx(plan)), 1);
    expect(xml).toMatch(/<pane [^>]*ySplit="1"[^>]*state="frozen"/);
    expect(xml).toContain('</sheetData><autoFilter ref="A1:M20"/>');
    expect(xml).toMatch(/<sheetPr><pageSetUpPr fitToPage="1"\/><\/sheetPr><sheetViews>/);
    expect(xml).toMatch(/<pageSetup fitToHeight="0" [^>]*orientation="landscape"/);
    expect(xml.match(/<col /g)).toHaveLength(13);
  });

  it('has the dates of the plan, the lead times with their basis, and the notes on a second sheet', async () => {
    const late = planOnboarding({ goLive: '2027-04-01', today: '2026-11-24' });
    const files = unzip(await toXlsx(late, { lang: 'en', name: 'loan' }));
    const { rows } = read(files, 2);
    expect(rows.slice(0, 4)).toEqual([
      ['Self-information acquisition API: onboarding plan (loan)'],
      ['go-live', 'Wed 2027-06-02 (at the earliest)'],
      ['start', 'Tue 2026-11-24'],
      [
        'The requested go-live, Thu 2027-04-01, is missed by 40 business days. The start was due on Tue 2026-09-29. The longest step is A-8, Develop the system.',
      ],
    ]);
    expect(rows).toContainEqual([
      ...['8 weeks', 'development', 'figure 5.1-2, A-8', 'assumption of this SDK (not stated)'],
    ]);
    expect(files.get('xl/workbook.xml')).toMatch(/name="Schedule".*name="Basis"/s);
  });

  it('shows real dates with the Japanese era on request', async () => {
    const files = unzip(await toXlsx(plan, { era: true }));
    expect(files.get('xl/styles.xml')).toContain('formatCode="[$-411]ggge');
    expect(read(files, 1).rows[1]?.[3]).toBe(serial('2026-09-29'));
  });

  it('keeps a text that looks like a formula a text', async () => {
    const forged = planOnboarding({ goLive: '2027-04-01', today });
    const steps = forged.steps.map((step) => ({ ...step, ja: '=1+1' }));
    const { xml, rows } = read(unzip(await toXlsx({ ...forged, steps })), 1);
    expect(rows[1]?.[1]).toBe('=1+1');
    expect(xml).not.toContain('<f>');
  });

  it('refuses an era in English before it writes anything', async () => {
    expect(await refusalOf(() => toXlsx(plan, { lang: 'en', era: true }))).toEqual([
      'invalid_option',
      'options.era',
    ]);
  });
});
