import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Registration } from '../../src/sandbox/index.js';
import { makeKey } from '../kit/keys.js';
import { fields, itemStatuses, processStatuses } from '../sandbox/steps.js';
import { binary, openRuns } from './binary.js';

// The certificates are written below TMPDIR. This folder's name needs quoting in a shell.
const folder = mkdtempSync(join(tmpdir(), "myna-selfinfo cli's "));
const env = { TMPDIR: folder };
// The sandboxes of this file run beside each other in one process. Those that a signal ends have
// processes of their own.
const { run, end } = openRuns({ cwd: folder, env });
const hasCurl = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);
// The printed commands wait for the result, so the journeys are made at the same time.
const itWithCurl = hasCurl ? it.concurrent : it.skip;

if (!hasCurl)
  console.warn(
    'The curl commands are not tested, because bash or curl is missing (Debian: apt-get install curl).',
  );
beforeAll(() => {
  if (!hasCurl && process.env.CI === 'true') throw new Error('This test needs bash and curl.');
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

interface Guide {
  readonly text: string;
  /** Returns the values behind a label, in order. */
  values(label: string): string[];
}

const guideOf = (text: string): Guide => ({
  text,
  values: (label) =>
    [...text.matchAll(new RegExp(`^  ${label} +(.+)$`, 'gm'))].map((match) => match[1] ?? ''),
});

/** Starts a sandbox. */
async function start(...args: string[]): Promise<Guide> {
  const { status, stdout, stderr } = await run(['sandbox', ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return guideOf(stdout);
}

/** Starts a sandbox in a process of its own, and waits until the guide is complete. */
async function startAlone() {
  const child = spawn(process.execPath, [binary, 'sandbox'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    if (child.kill('SIGKILL')) await exited;
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    if (/"\$RESULT"\n$/.test(text)) break;
  }
  return {
    ...guideOf(text),
    async endBy(signal: NodeJS.Signals) {
      child.kill(signal);
      return (await exited)[0];
    },
  };
}

/** Pastes the printed commands into a shell. */
async function paste({ text }: Guide): Promise<Record<string, unknown>> {
  const shell = spawn('bash', { stdio: ['pipe', 'pipe', 'pipe'] });
  shell.stdin.end(text.slice(text.lastIndexOf('\n\n')));
  const [out, errors] = await Promise.all([
    shell.stdout.setEncoding('utf8').toArray(),
    shell.stderr.setEncoding('utf8').toArray(),
  ]);
  expect(errors.join('')).toBe('');
  return JSON.parse(out.join(''));
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

describe('the command sandbox', () => {
  itWithCurl.each(['ja', 'en'])(
    'prints curl commands that complete over mutual TLS when pasted (%s)',
    async (lang) => {
      const running = await start('--at', '2026-12-01T10:00+09:00', '--lang', lang);
      const answer = await paste(running);
      expect(answer[fields.processStatus.value]).toBe(processStatuses.done.value);
      expect(answer[fields.selfPersonalData.value]).toMatchObject([
        { [fields.itemStatus.value]: itemStatuses.present.value },
      ]);
      // The commands work more than once.
      expect((await paste(running))[fields.processStatus.value]).toBe(processStatuses.done.value);
    },
  );

  it('serves a detail that a catalogue file adds', async () => {
    const detail = { id: 'family-register', ja: '戸籍', en: 'register', category: 'household' };
    const files = {
      'catalog.json': { details: [{ ...detail, holders: ['municipal'] }] },
      'register.json': {
        name: '相続手続の受付',
        purpose: { id: 'inheritance', text: '相続手続のため' },
        retention: { days: 30 },
        items: { register: { detail: 'family-register', inquiries: ['range'] } },
      },
    };
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, name), JSON.stringify(content));
    const { values } = await start('--catalog', 'catalog.json', '--service', 'register.json');
    expect(values('token')).toHaveLength(1);
  });

  itWithCurl('refuses the connection of a curl without the certificate', async () => {
    const { values } = await start();
    const [ca = '', url = ''] = [...values('CA'), ...values('token')];
    const args = ['-sS', '--noproxy', '*', '--cacert', ca];
    const bare = spawnSync('curl', [...args, url], { encoding: 'utf8' });
    expect({ reached: bare.status === 0, stdout: bare.stdout }).toEqual({
      reached: false,
      stdout: '',
    });
    const [cert = '', key = ''] = [...values('certificate'), ...values('private key')];
    expect(
      spawnSync('curl', [...args, '--cert', cert, '--key', key, url], { encoding: 'utf8' }).stdout,
    ).toContain('method_not_allowed');
  });

  itWithCurl(
    'works with a service file and a personas file, with special characters in their names',
    async () => {
      const registrations = [
        {
          clientId: "it's&$HOME",
          redirectUris: ['http://localhost:3000/back?a=1&b=2', 'https://clinic.example/'],
          service,
        },
        {
          clientId: 'second',
          redirectUris: ['https://clinic.example/'],
          service: {
            ...service,
            items: { pension: { detail: 'pension', inquiries: ['point-in-time'] } },
          },
        },
      ];
      const record = {
        server: 'municipal',
        holder: 'Town',
        asOf: '2026-11-30',
        fields: { dose: 1 },
      };
      const personas = [
        {
          id: 'jiro',
          name: '見本 \u001b[31m次郎',
          pin: '4649',
          pendingPolls: 2,
          records: { vaccination: [record] },
        },
      ];
      const running = await start(
        '--service',
        write('own.json', registrations),
        '--personas',
        write('people.json', personas),
        '--at',
        '2026-12-01T10:00+09:00',
      );
      expect(running.values('persona')).toEqual([
        'jiro                    PIN 4649  見本 \ufffd[31m次郎',
      ]);
      expect(running.values('client_id')).toEqual(["it's&$HOME", 'second']);
      expect(running.values('redirect_uri')).toEqual([
        ...(registrations[0]?.redirectUris ?? []),
        'https://clinic.example/',
      ]);
      expect(new Set(running.values('certificate')).size).toBe(2);
      const answer = await paste(running);
      expect(answer[fields.selfPersonalData.value]).toMatchObject([
        {
          [fields.itemCode.value]: 'vaccination',
          [fields.itemStatus.value]: itemStatuses.present.value,
        },
      ]);
    },
  );

  itWithCurl('pushes the authorization request when the registration requires it', async () => {
    const registration = {
      clientId: 'clinic',
      redirectUris: ['https://clinic.example/'],
      service,
      requirePushedAuthorizationRequests: true,
    };
    const answer = await paste(
      await start(
        '--service',
        write('pushed.json', registration),
        '--at',
        '2026-12-01T10:00+09:00',
      ),
    );
    expect(answer[fields.processStatus.value]).toBe(processStatuses.done.value);
  });

  itWithCurl('lets a persona with a working card consent', async () => {
    const persona = { id: 'locked', name: 'L', pin: '1234', card: 'locked', records: {} };
    const people = write('cards.json', [persona, { ...persona, id: 'fine', card: undefined }]);
    expect((await paste(await start('--personas', people)))[fields.processStatus.value]).toBe(
      processStatuses.done.value,
    );
  });

  it.each<[string, Registration['clientAuth']]>([
    ['private_key_jwt', { jwks: { keys: [makeKey('ES256', 'a').jwk] } }],
    ['client_secret_basic', { secret: 'the-secret-of-the-clinic' }],
  ])('shows no curl commands for a client that needs %s', async (method, clientAuth) => {
    const registration = {
      clientId: 'clinic',
      redirectUris: ['https://clinic.example/'],
      service,
      clientAuth,
    };
    const { text, values } = await start(
      '--service',
      write('signed.json', registration),
      '--lang',
      'en',
    );
    expect(values('client_id')).toEqual(['clinic']);
    expect(
      text.endsWith(
        `There are no curl commands, because the first client is registered for ${method}.\n\n`,
      ),
    ).toBe(true);
    expect(text).not.toContain('the-secret-of-the-clinic');
  });

  it('accepts a service alone, in a file with a byte order mark', async () => {
    const { values } = await start(
      '--service',
      write('service.json', `\ufeff${JSON.stringify(service)}`),
    );
    expect(values('item')).toEqual(['vaccination  vaccination: range']);
  });

  it.skipIf(!existsSync('/dev/full')).each([['sandbox'], ['calendar'], ['plan', '--help']])(
    'says in one line that standard output is full, and leaves no key behind (%s)',
    (...args) => {
      const out = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [binary, ...args, '--lang', 'en'], {
        cwd: folder,
        env: { PATH: process.env.PATH, TMPDIR: mkdtempSync(join(folder, 'full-')) },
        stdio: ['ignore', out, 'pipe'],
        encoding: 'utf8',
      });
      closeSync(out);
      expect([status, stderr]).toEqual([
        1,
        'myna-selfinfo: cannot write to standard output (ENOSPC)\n',
      ]);
      expect(
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
          /^full-.*[/].*key/.test(name),
        ),
      ).toEqual([]);
    },
  );

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'ends by %s with exit code 0 and deletes its files',
    async (signal) => {
      const { values, endBy } = await startAlone();
      const files = ['CA', 'certificate', 'private key'].flatMap(values);
      expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
      const [pages = ''] = values('authorize');
      expect((await fetch(pages)).status).toBe(400);
      expect(await endBy(signal)).toBe(0);
      expect(existsSync(dirname(files[0] ?? ''))).toBe(false);
      await expect(fetch(pages)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    },
  );

  it('listens on the given ports and refuses a port in use', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const { values } = await start('--port', String(first), '--api-port', String(second));
    expect(new URL(values('authorize')[0] ?? '').host).toBe(`127.0.0.1:${first}`);
    expect(new URL(values('token')[0] ?? '').host).toBe(`127.0.0.1:${second}`);
    expect(await run(['sandbox', '--lang', 'en', '--port', String(first)])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'myna-selfinfo: cannot listen on the port of --port: in use, or not allowed.\n',
    });
  });

  it('prints where the page and the control are and how a stopped clock moves', async () => {
    const { values } = await start('--at', '2026-12-01T10:00+09:00', '--lang', 'en');
    for (const label of ['page', 'control'])
      expect((await fetch(values(label)[0] ?? '')).status).toBe(200);
    const [, body = '', url = ''] =
      /^stopped at 2026-12-01T10:00:00\+09:00; POST (.+) moves it: (.+)$/.exec(
        values('clock')[0] ?? '',
      ) ?? [];
    const moved = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await moved.json()).toMatchObject({ now: '2026-12-01T10:01:00+09:00' });
  });

  it('lists its options in its help', async () => {
    const { status, stdout } = await run(['sandbox', '--help']);
    expect(status).toBe(0);
    for (const option of [
      '--port',
      '--api-port',
      '--host',
      '--out',
      '--env',
      '--service',
      '--personas',
      '--at',
      '--lang',
    ])
      expect(stdout).toContain(`  ${option} `);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
