import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openRuns, type Run, runAlone } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), "myna-selfinfo cli's "));
const place = { cwd: folder, env: { TMPDIR: folder } };
const { run, end } = openRuns(place);
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

const said = ({ status, stdout, stderr }: Run) => ({ status, stdout, said: stderr.split('\n')[0] });
const refused = async (...args: string[]) => said(await run(['sandbox', '--lang', 'en', ...args]));

function write(name: string, content: unknown): string {
  writeFileSync(
    join(folder, name),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return name;
}

const service = {
  name: 'Clinic',
  purpose: { id: 'shots', text: 'to see what is due' },
  retention: { days: 1 },
  items: { shots: { detail: 'vaccination', inquiries: ['range'] } },
};

describe('the command sandbox refuses to start', () => {
  afterEach(() => {
    expect(readdirSync(folder).filter((name) => name.startsWith('myna-selfinfo-sandbox-'))).toEqual(
      [],
    );
  });

  it.each([
    ['for an unknown option', ['--ports', '1'], 'unknown option: "--ports"'],
    ['for a surplus argument', ['here'], 'unexpected argument: "here"'],
    [
      'for a port that is not a number',
      ['--port', 'http'],
      '--port must be a number from 0 to 65535: "http"',
    ],
    [
      'for a port above 65535',
      ['--api-port', '65536'],
      '--api-port must be a number from 0 to 65535: "65536"',
    ],
    [
      'for a time that cannot be read',
      ['--at', 'noon'],
      '--at cannot be read: "noon" (example: 2026-12-01T10:00+09:00 or 2026-12-01)',
    ],
    [
      'for a file that does not exist',
      ['--service', 'nowhere.json'],
      'cannot read "nowhere.json" (ENOENT)',
    ],
  ])('%s', async (_, args, message) => {
    expect(await refused(...args)).toEqual({
      status: 2,
      stdout: '',
      said: `myna-selfinfo: ${message}`,
    });
  });

  it('for a time outside the calendar', async () => {
    const { status, said } = await refused('--at', '2060-01-01');
    expect(status).toBe(2);
    expect(said).toMatch(/^myna-selfinfo: --at is outside the period .* not including, 2051/);
  });

  it('when its files cannot be written, with exit code 1', async () => {
    const nowhere = join(folder, 'nowhere');
    expect(await run(['sandbox', '--lang', 'en'], { TMPDIR: nowhere })).toEqual({
      status: 1,
      stdout: '',
      stderr: `myna-selfinfo: cannot make a temporary folder ("${nowhere}", ENOENT)\n`,
    });
  });

  it('for a control token that is too short, and does not show it', async () => {
    const { status, stdout, said } = await refused('--control-token-file', write('token', 'short'));
    expect([status, stdout]).toEqual([2, '']);
    expect(said).toMatch(/^myna-selfinfo: --control-token-file.* Use 32 to 512 random letters/);
    expect(said).not.toContain('short');
  });

  it('for a file that is not JSON, and quotes nothing from it', async () => {
    for (const option of ['--service', '--personas']) {
      const { status, said } = await refused(option, write('broken.json', '{ "name": "x", }'));
      expect(status).toBe(2);
      expect(said).toBe('myna-selfinfo: "broken.json" is not JSON (after 15 characters)');
      // The parser would quote these texts.
      for (const text of ['secret-of-mine', '["secret-of-mine",]', '{"name": secret-of-mine}']) {
        expect((await refused(option, write('quoted.json', text))).said).toMatch(
          /^myna-selfinfo: "quoted\.json" is not JSON( \(after \d+ characters\))?$/,
        );
      }
    }
  });

  it('for an invalid service, and names every place', async () => {
    const items = {
      shots: { detail: 'vaccinations', inquiries: ['range'] },
      income: { detail: 'local-tax', inquiries: ['latest'] },
    };
    const { status, stdout, said } = await refused(
      '--service',
      write('wrong.json', { ...service, name: '', items }),
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    for (const place of ['$.name', '$.items.shots.detail', '$.items.income.inquiries[0]'])
      expect(said).toContain(`wrong.json:${place} (`);
    expect(said).not.toContain('options.');
    expect((await refused('--service', write('list.json', []))).said).toContain('list.json:$');
    expect((await refused('--service', write('text.json', '"text"'))).said).toBe(
      'myna-selfinfo: text.json:$ must be an object.',
    );
    expect(
      (
        await refused(
          '--service',
          write('one.json', { clientId: 'a b', redirectUris: ['https://a.example/'], service }),
        )
      ).said,
    ).toContain('one.json:$.clientId');
  });

  it('for an invalid catalogue, and for a service that it does not fit', async () => {
    const detail = { id: 'family-register', ja: '戸籍', en: 'register', category: 'household' };
    const bad = async (content: unknown) => {
      const { status, stdout, said } = await refused('--catalog', write('catalog.json', content));
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      return said;
    };
    expect(await bad({ details: [{ ...detail, holders: ['moj'] }] })).toMatch(
      /^myna-selfinfo: catalog\.json:\$\.details\[0\]\.holders\[0\] /,
    );
    expect(await bad([])).toMatch(/^myna-selfinfo: catalog\.json:\$ /);
    expect(await bad('')).toMatch(/^myna-selfinfo: "catalog\.json" is not JSON/);
    expect((await refused('--catalog', 'nowhere.json')).said).toBe(
      'myna-selfinfo: cannot read "nowhere.json" (ENOENT)',
    );
    const items = { register: { detail: 'family-register', inquiries: ['range'] } };
    const fits = write('service.json', { ...service, items });
    write('catalog.json', { details: [{ ...detail, id: 'another', holders: ['municipal'] }] });
    expect((await refused('--catalog', 'catalog.json', '--service', fits)).said).toContain(
      'service.json:$.items.register.detail',
    );
  });

  it('for invalid personas, and names every place', async () => {
    const people = write('people.json', [{ id: 'a', name: '', pin: '12', records: {} }, {}]);
    const answer = await refused('--personas', people);
    expect(answer.status).toBe(2);
    for (const path of ['$[0].name', '$[0].pin', '$[1].id', '$[1].records'])
      expect(answer.said).toContain(`people.json:${path}`);
    // A process of its own prints the same, and also leaves no files.
    const alone = await runAlone(['sandbox', '--lang', 'en', '--personas', people], place);
    expect(said(alone)).toEqual(answer);
  });
});
