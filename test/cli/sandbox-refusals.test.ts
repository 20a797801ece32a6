import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../house/sources.js';

const binary = join(root, 'dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), "myna-selfinfo cli's "));
beforeAll(() => {
  if (!existsSync(binary)) throw new Error('dist is missing. Run `npm run build` first.');
});
afterAll(() => rmSync(folder, { recursive: true }));

const environment = { ...process.env, TMPDIR: folder };

function refused(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [binary, 'sandbox', '--lang', 'en', ...args],
    {
      encoding: 'utf8',
      cwd: folder,
      env: environment,
      timeout: 20_000,
    },
  );
  return { status, stdout, said: stderr.split('\n')[0] };
}

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
  ])('%s', (_, args, message) => {
    expect(refused(...args)).toEqual({ status: 2, stdout: '', said: `myna-selfinfo: ${message}` });
  });

  it('for a time outside the calendar', () => {
    const { status, said } = refused('--at', '2060-01-01');
    expect(status).toBe(2);
    expect(said).toMatch(/^myna-selfinfo: --at is outside the period .* not including, 2051/);
  });

  it('when its files cannot be written, with exit code 1', () => {
    const nowhere = { ...environment, TMPDIR: join(folder, 'nowhere') };
    const { status, stderr } = spawnSync(process.execPath, [binary, 'sandbox', '--lang', 'en'], {
      encoding: 'utf8',
      env: nowhere,
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `myna-selfinfo: cannot make a temporary folder ("${nowhere.TMPDIR}", ENOENT)\n`,
    });
  });

  it('for a file that is not JSON, and quotes nothing from it', () => {
    for (const option of ['--service', '--personas']) {
      const { status, said } = refused(option, write('broken.json', '{ "name": "x", }'));
      expect(status).toBe(2);
      expect(said).toBe('myna-selfinfo: "broken.json" is not JSON (after 15 characters)');
      // The parser would quote these texts.
      for (const text of ['secret-of-mine', '["secret-of-mine",]', '{"name": secret-of-mine}']) {
        expect(refused(option, write('quoted.json', text)).said).toMatch(
          /^myna-selfinfo: "quoted\.json" is not JSON( \(after \d+ characters\))?$/,
        );
      }
    }
  });

  it('for an invalid service, and names every place', () => {
    const items = {
      shots: { detail: 'vaccinations', inquiries: ['range'] },
      income: { detail: 'local-tax', inquiries: ['latest'] },
    };
    const { status, stdout, said } = refused(
      '--service',
      write('wrong.json', { ...service, name: '', items }),
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    for (const place of ['$.name', '$.items.shots.detail', '$.items.income.inquiries[0]'])
      expect(said).toContain(`wrong.json:${place} (`);
    expect(said).not.toContain('options.');
    expect(refused('--service', write('list.json', [])).said).toContain('list.json:$');
    expect(refused('--service', write('text.json', '"text"')).said).toBe(
      'myna-selfinfo: text.json:$ must be an object.',
    );
    expect(
      refused(
        '--service',
        write('one.json', { clientId: 'a b', redirectUris: ['https://a.example/'], service }),
      ).said,
    ).toContain('one.json:$.clientId');
  });

  it('for invalid personas, and names every place', () => {
    const { status, said } = refused(
      '--personas',
      write('people.json', [{ id: 'a', name: '', pin: '12', records: {} }, {}]),
    );
    expect(status).toBe(2);
    for (const place of ['$[0].name', '$[0].pin', '$[1].id', '$[1].records'])
      expect(said).toContain(`people.json:${place}`);
  });
});
