import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DRAIN_MS } from '../../examples/compose/settings.js';
import { findPart } from '../kit/machine.js';
import { readUnit } from './composed.js';

const examples = fileURLToPath(new URL('../../examples/systemd', import.meta.url));
const read = (name: string) => readFileSync(join(examples, name), 'utf8');
const analyze = findPart('systemd-analyze');

describe('the systemd example', () => {
  it('gives the drain enough time', () => {
    expect(readUnit('myna-loan@.service', 'TimeoutStopSec')).toEqual(['75']);
    expect(DRAIN_MS).toBeLessThan(75_000);
  });

  it('loads every file that a variable points to as a credential', () => {
    const files = readUnit('myna-loan@.service', 'Environment')
      .flatMap((line) => line.split(' '))
      .flatMap((pair) => /_FILE=%d\/(.+)$/.exec(pair)?.[1] ?? []);
    const loaded = readUnit('myna-loan@.service', 'LoadCredential').map(
      (value) => value.split(':', 1)[0],
    );
    expect([...files].sort()).toEqual([...loaded].sort());
    expect(files).toHaveLength(7);
  });

  it('restarts the instances one after the other when the certificate changes', () => {
    const [certificate] = readUnit('myna-loan@.service', 'LoadCredential');
    expect(`client.pem:${readUnit('myna-loan-certificate.path', 'PathChanged')}`).toBe(certificate);
    expect(readUnit('myna-loan-certificate.service', 'Type')).toEqual(['oneshot']);
    expect(readUnit('myna-loan-certificate.service', 'ExecStart')).toEqual([
      '/usr/bin/systemctl try-restart myna-loan@1.service',
      '/usr/bin/systemctl try-restart myna-loan@2.service',
    ]);
  });
});

describe.skipIf(analyze.missing)('the units of the systemd example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'myna-systemd-'));
  const units = readdirSync(examples).filter((name) => /\.(service|path)$/.test(name));
  beforeAll(() => {
    cpSync(examples, folder, { recursive: true });
    // systemd looks for the programs, which are elsewhere on a test machine.
    for (const name of units) {
      const text = read(name).replaceAll(/\/usr\/bin\/(node|curl|systemctl)\b/g, '/bin/sh');
      writeFileSync(join(folder, name), text);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(analyze.path(), args, {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, text: `${stdout}${stderr}` };
  };

  it('pass systemd-analyze verify', () => {
    expect(units).toHaveLength(3);
    for (const name of units) expect(run('verify', `./${name}`)).toEqual({ status: 0, text: '' });
    writeFileSync(join(folder, 'wrong.service'), '[Service]\nExecStrat=/bin/sh\n');
    expect(run('verify', './wrong.service').text).toContain('ExecStrat');
  });

  it('expose little by systemd-analyze security', () => {
    // In tenths: below 2.0 of 10.
    const { status, text } = run(
      ...['security', '--offline=true', '--threshold=20', './myna-loan@.service'],
    );
    expect(text).toContain('Overall exposure level');
    expect(status).toBe(0);
  });
});
