import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publicProfile } from '../../src/index.js';
import { leaksIn } from '../kit/leaks.js';
import { openRuns } from './binary.js';

const cwd = mkdtempSync(join(tmpdir(), 'myna-selfinfo-shapes-'));
const { run, end } = openRuns({ cwd });
afterAll(async () => {
  await end();
  rmSync(cwd, { recursive: true });
});

const file = (name: string, text: string) => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const textOf = (name: string) => readFileSync(join(cwd, name), 'utf8');
const printed = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(['shapes', ...args, '--lang', 'en']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const refused = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(['shapes', ...args, '--lang', 'en']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr.split('\n')[0];
};

const HOLDER = 'カナリヤ市';
const ID = 'p-canary-5310772';
const body = JSON.stringify({
  process_id: ID,
  process_status: 'DONE',
  selfPersonalData: [
    {
      item_code: 'TM00000000000002',
      item_status: 'PRESENT',
      record_list: [{ holder_name: HOLDER, record_date: '20260601', field_values: {} }],
    },
  ],
});
const dump = `HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Canary: ${ID}\r\n\r\n${body}`;

describe('the command shapes', () => {
  it('records a body and the output of curl, compares them, and writes a draft, without a value', async () => {
    await printed('record', 'result', file('body.json', body), '--out', 'real.json');
    const said = await printed('record', 'result', file('dump.txt', dump), '--out', 'real.json');
    expect(said).toBe('the shapes of 2 responses are in real.json\n');
    const compared = await printed('compare', 'real.json', '--draft', 'draft.ts');
    const place = 'body.selfPersonalData[].record_list[].record_date';
    expect(compared.split('\n')[0]).toBe(
      `result 200 ${place}: has the pattern YYYYMMDD, expected YYYY-MM-DD [fields.asOf]`,
    );
    const draft = textOf('draft.ts');
    expect(draft).toContain('"record_date", confidence: \'unknown\' }, // differs from');
    expect(draft).toContain('"RUNNING", confidence: \'inferred\' }, // the recording does not');
    const texts = { recording: textOf('real.json'), said, compared, draft };
    expect(leaksIn(texts, { holder: HOLDER, id: ID, date: '20260601' })).toEqual([]);
  });

  it('records the sandbox, in which one citizen has unlisted members, and compares two recordings', async () => {
    await printed('sandbox', '--out', 'sandbox.json');
    const { differences } = JSON.parse(await printed('compare', 'sandbox.json', '--json'));
    expect(differences).toMatchObject([
      { kind: 'member-unknown', place: 'body.selfPersonalData[].record_list[].{lower 8-15}' },
      { kind: 'member-unknown', place: 'body.selfPersonalData[].{lower 8-15}' },
    ]);
    expect(await printed('compare', 'sandbox.json', '--with', 'sandbox.json')).toBe(
      'no differences.\n',
    );
  });

  it('takes a profile and names', async () => {
    const fields = {
      ...publicProfile.fields,
      processId: { value: '処理番号', confidence: 'unknown' },
    };
    const profile = file('profile.json', JSON.stringify({ id: 'ours-1', fields }));
    const given = file('request.json', '{"処理番号":"p-1","区分":"x"}');
    const args = ['record', 'request', given, '--profile', profile, '--names', '区分'];
    const { profile: id, messages } = JSON.parse(await printed(...args));
    expect(id).toBe('ours-1');
    expect(Object.keys(messages[0].body.object.members)).toEqual(['処理番号', '区分']);
  });

  it.each([
    ['unknown command: "write"', ['write']],
    ['unknown step: "all"', ['record', 'all', 'x']],
    ['--status must be a number from 100 to 599: "2"', ['record', 'token', 'x', '--status', '2']],
    ['unknown option: "--draft"', ['record', 'token', 'x', '--draft', 'y']],
    ['cannot read "nowhere.json" (ENOENT)', ['compare', 'nowhere.json']],
    ['missing argument: RECORDING', ['compare']],
  ])('refuses what it cannot do: %s', async (text, args) => {
    expect(await refused(...args)).toContain(text);
  });

  it('refuses a file that is no recording, and quotes nothing of it', async () => {
    const text = await refused('compare', file('other.json', '{"v":1,"profile":"p","canary":1}'));
    expect(text).toContain('other.json:$.lost');
    expect(text).not.toContain('canary');
  });

  it('prints its help in both languages', async () => {
    expect(await printed('--help')).toMatch(/^Usage: myna-selfinfo shapes <command>/);
    const { stdout } = await run(['shapes', '--help', '--lang', 'ja']);
    expect(stdout).toMatch(/^使い方: myna-selfinfo shapes <コマンド>/);
  });
});
