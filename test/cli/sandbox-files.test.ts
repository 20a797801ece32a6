import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { binary, openRuns } from './binary.js';

// This folder's name needs quotes everywhere.
const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo 見本 $HOME '));
const { run, end } = openRuns({ cwd: folder, env: { TMPDIR: folder } });
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

interface Report {
  readonly browserUrl: string;
  readonly apiUrl: string;
  readonly issuer: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly stoppedAt: string | null;
  readonly caFile: string;
  readonly clients: readonly {
    readonly clientId: string;
    readonly redirectUris: readonly string[];
    readonly certFile: string;
    readonly keyFile: string;
    readonly items: readonly object[];
  }[];
  readonly personas: readonly { readonly id: string; readonly pin: string }[];
}

const service = {
  name: 'Clinic',
  purpose: { id: 'shots', text: 'to see what is due' },
  retention: { days: 1 },
  items: { shots: { detail: 'vaccination', inquiries: ['range'] } },
};
const redirectUris = ['http://localhost:3000/callback'];
const registrations = ['first', 'second', 'third'].map((clientId) => ({
  clientId,
  redirectUris,
  service,
}));

function write(name: string, content: unknown): string {
  writeFileSync(
    join(folder, name),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return name;
}

/** Starts a sandbox in a process of its own, and waits until it has printed its JSON. */
async function start(...args: string[]) {
  const child = spawn(process.execPath, [binary, 'sandbox', '--json', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const errors = child.stderr.setEncoding('utf8').toArray();
  onTestFinished(async () => {
    if (child.kill('SIGKILL')) await exited;
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.endsWith('\n}\n')) break;
  }
  if (text === '') throw new Error((await errors).join(''));
  return {
    report: JSON.parse(text) as Report,
    async endBy(signal: NodeJS.Signals) {
      child.kill(signal);
      return (await exited)[0];
    },
  };
}

const pemOf = (path: string) => readFileSync(path, 'utf8');
/** Returns whether a certificate and a key belong together. */
function isPair({ certFile, keyFile }: Report['clients'][number]): boolean {
  const key = createPublicKey(createPrivateKey(pemOf(keyFile)));
  return new X509Certificate(pemOf(certFile)).publicKey.equals(key);
}

describe('the files of the command sandbox', () => {
  it('go to the folder of --out, which only this user can read, and are named by --json', async () => {
    const file = write('three.json', registrations);
    const { report, endBy } = await start('--service', file, '--out', 'deep/files');
    const out = join(folder, 'deep/files');
    expect(statSync(out).mode & 0o777).toBe(0o700);
    expect(readdirSync(out).sort()).toEqual([
      'ca.pem',
      'client-2-key.pem',
      'client-2.pem',
      'client-3-key.pem',
      'client-3.pem',
      'client-key.pem',
      'client.pem',
    ]);
    for (const name of readdirSync(out)) expect(statSync(join(out, name)).mode & 0o777).toBe(0o600);
    expect(report.caFile).toBe(join(out, 'ca.pem'));
    expect(report.clients.map(({ clientId, certFile }) => [clientId, certFile])).toEqual([
      ['first', join(out, 'client.pem')],
      ['second', join(out, 'client-2.pem')],
      ['third', join(out, 'client-3.pem')],
    ]);
    expect(report.clients.map(isPair)).toEqual([true, true, true]);
    expect(await endBy('SIGTERM')).toBe(0);
    expect(readdirSync(out)).toEqual([]);
  });

  it('are replaced by those of the next start, also after SIGKILL, and no others', async () => {
    const args = ['--out', 'kept', '--env', 'kept/app.env'];
    const file = write('three.json', registrations);
    const killed = await start('--service', file, ...args);
    expect(await killed.endBy('SIGKILL')).toBe(null);
    const others = ['notes.txt', 'client-3.pem.bak', 'client-9.pem'];
    for (const name of others) writeFileSync(join(folder, 'kept', name), 'mine');
    const before = pemOf(join(folder, 'kept/ca.pem'));
    const { report, endBy } = await start(...args);
    expect(readdirSync(join(folder, 'kept')).sort()).toEqual(
      ['app.env', 'ca.pem', 'client-key.pem', 'client.pem', ...others].sort(),
    );
    expect(pemOf(report.caFile)).not.toBe(before);
    expect(pemOf(join(folder, 'kept/app.env'))).toContain(`SELFINFO_API_URL=${report.apiUrl}\n`);
    expect(report.clients.map(isPair)).toEqual([true]);
    expect(await endBy('SIGTERM')).toBe(0);
    expect(readdirSync(join(folder, 'kept')).sort()).toEqual([...others].sort());
    for (const name of others) expect(pemOf(join(folder, 'kept', name))).toBe('mine');
  });

  it('stay those of a running sandbox, and another one in the same place is refused', async () => {
    const args = ['--out', 'shared', '--env', 'shared.env'];
    const first = await start(...args);
    const env = pemOf(join(folder, 'shared.env'));
    for (const place of [
      ['--out', 'shared'],
      ['--env', 'shared.env'],
    ]) {
      const { status, stdout, stderr } = await run(['sandbox', '--lang', 'en', ...place]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^myna-selfinfo: another running sandbox uses "/);
    }
    expect(pemOf(join(folder, 'shared.env'))).toBe(env);
    expect(first.report.clients.map(isPair)).toEqual([true]);
    expect(await first.endBy('SIGTERM')).toBe(0);
    const second = await start(...args);
    expect(await second.endBy('SIGINT')).toBe(0);
    expect(readdirSync(join(folder, 'shared'))).toEqual([]);
    expect(existsSync(join(folder, 'shared.env'))).toBe(false);
  });

  it('can be read by OpenSSL with the comments that mark them', async () => {
    const { status, stdout } = await run(['sandbox', '--json', '--out', 'connected']);
    expect(status).toBe(0);
    const { apiUrl, caFile, clients }: Report = JSON.parse(stdout);
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(apiUrl).port),
      ca: pemOf(caFile),
      cert: pemOf(clients[0]?.certFile ?? ''),
      key: pemOf(clients[0]?.keyFile ?? ''),
    });
    socket.write('POST /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    expect((await socket.setEncoding('utf8').toArray()).join('')).toMatch(/^HTTP\/1\.1 404 /);
  });
});

describe('the command sandbox does not replace', () => {
  const everything = (place: string) =>
    readdirSync(join(folder, place)).map((name) => [
      name,
      lstatSync(join(folder, place, name)).ino,
    ]);

  it.each(['ca.pem', 'client.pem', 'client-key.pem', 'client-2-key.pem'])(
    'a file %s that it did not write, and changes nothing',
    async (name) => {
      const place = `foreign ${name}`;
      mkdirSync(join(folder, place), { mode: 0o755 });
      writeFileSync(join(folder, place, name), 'mine');
      const before = everything(place);
      const file = write('three.json', registrations);
      const args = ['--service', file, '--out', place, '--env', `${place}/app.env`];
      expect(await run(['sandbox', '--lang', 'en', ...args])).toEqual({
        status: 2,
        stdout: '',
        stderr: `myna-selfinfo: ${JSON.stringify(join(folder, place, name))} was not written by the sandbox, so it is not replaced: choose another place, or delete it.\nSee myna-selfinfo sandbox --help.\n`,
      });
      expect(everything(place)).toEqual(before);
      expect(pemOf(join(folder, place, name))).toBe('mine');
      expect(statSync(join(folder, place)).mode & 0o777).toBe(0o755);
    },
  );

  it.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'SELFINFO_API_URL=https://mine.test\n')],
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a folder', (path) => mkdirSync(path)],
    ['a link', (path) => symlinkSync('elsewhere', path)],
  ])('%s at the place of --env', async (what, make) => {
    const path = join(folder, `${what}.env`);
    make(path);
    const { status, stdout, stderr } = await run(['sandbox', '--lang', 'ja', '--env', path]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`上書きしません: ${JSON.stringify(path)}`);
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeDefined();
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  });
});

describe('the command sandbox refuses', () => {
  it.each<[string, string[], string]>([
    ['a folder that is a file', ['--out', 'a.txt'], 'cannot write "a.txt" (EEXIST)'],
    [
      'a path of --env in a folder that does not exist',
      ['--env', 'nowhere/app.env'],
      'cannot write "nowhere" (ENOENT)',
    ],
    [
      'a file of --env with the name of a key',
      ['--out', 'linked', '--env', 'target/client-key.pem'],
      'the file of --env has the name of a certificate or key of --out: "target/client-key.pem".',
    ],
    ['--out without a value', ['--out'], '--out needs a value.'],
    ['--json with a value', ['--json=yes'], '--json takes no value.'],
    [
      'a public name',
      ['--host', 'sandbox', '--host=sandbox,portal.go.jp'],
      '--host "portal.go.jp" is not valid. Use the name under which the sandbox is reached,',
    ],
  ])('%s', async (_, args, message) => {
    write('a.txt', '');
    mkdirSync(join(folder, 'target'), { recursive: true });
    rmSync(join(folder, 'linked'), { force: true });
    symlinkSync('target', join(folder, 'linked'));
    const { status, stdout, stderr } = await run(['sandbox', '--lang', 'en', ...args]);
    expect([status, stdout]).toEqual([/\(E/.test(message) ? 1 : 2, '']);
    expect(readdirSync(join(folder, 'target'))).toEqual([]);
    expect(stderr.replaceAll(`${folder}/`, '')).toContain(`myna-selfinfo: ${message}`);
    expect(readdirSync(folder).filter((name) => name.startsWith('myna-selfinfo-sandbox-'))).toEqual(
      [],
    );
  });
});
