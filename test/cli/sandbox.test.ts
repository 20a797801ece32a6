import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../house/sources.js';
import { makeKey } from '../kit/keys.js';
import { fields, itemStatuses, processStatuses } from '../sandbox/steps.js';

const binary = join(root, 'dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), "myna-selfinfo cli's "));
const hasCurl = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);
const started: ChildProcess[] = [];

if (!hasCurl)
  console.warn(
    'Pasting the journey is skipped: there is no bash or no curl on this machine (Debian: apt-get install curl).',
  );
beforeAll(() => {
  if (!existsSync(binary)) throw new Error('dist is missing: run `npm run build` first');
  if (!hasCurl && process.env.CI === 'true') throw new Error('bash and curl are needed here');
});
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) await ended(child, 'SIGTERM');
});
afterAll(() => rmSync(folder, { recursive: true }));

// The folder of the certificates is made in TMPDIR: here one whose name must be quoted.
const environment = { ...process.env, TMPDIR: folder };

interface Running {
  readonly child: ChildProcess;
  readonly text: string;
  /** What stands behind a label, in order. */
  values(label: string): string[];
}

/** Starts the binary and waits until it has said everything. */
async function start(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [binary, 'sandbox', ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    if (/"\$RESULT"\n$|private_key_jwt\.\n\n$/.test(text)) break;
  }
  return {
    child,
    text,
    values: (label) =>
      [...text.matchAll(new RegExp(`^  ${label} +(.+)$`, 'gm'))].map((match) => match[1] ?? ''),
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return (await exit)[0];
}

/** Pastes what was printed last into a shell. */
async function paste({ text }: Running): Promise<Record<string, unknown>> {
  const shell = spawn('bash', { stdio: ['pipe', 'pipe', 'pipe'] });
  shell.stdin.end(text.slice(text.lastIndexOf('\n\n')));
  const [out, errors] = await Promise.all([
    shell.stdout.setEncoding('utf8').toArray(),
    shell.stderr.setEncoding('utf8').toArray(),
  ]);
  expect(errors.join('')).toBe('');
  return JSON.parse(out.join(''));
}

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

describe('the sandbox from the terminal', () => {
  it.skipIf(!hasCurl).each(['ja', 'en'])(
    'prints a journey that curl completes over mutual TLS when it is pasted (%s)',
    async (lang) => {
      const running = await start('--at', '2026-12-01T10:00+09:00', '--lang', lang);
      const answer = await paste(running);
      expect(answer[fields.processStatus.value]).toBe(processStatuses.done.value);
      expect(answer[fields.selfPersonalData.value]).toMatchObject([
        { [fields.itemStatus.value]: itemStatuses.present.value },
      ]);
      // It can be pasted as often as one likes.
      expect((await paste(running))[fields.processStatus.value]).toBe(processStatuses.done.value);
    },
  );

  it.skipIf(!hasCurl)('lets curl reach no call without the certificate', async () => {
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

  it.skipIf(!hasCurl)(
    'goes through services and citizens of one’s own, whatever their names',
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

  it.skipIf(!hasCurl)('pushes the request where it must be pushed', async () => {
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

  it('says that curl signs no assertions', async () => {
    const clientAuth = { jwks: { keys: [makeKey('ES256', 'a').jwk] } };
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
    expect(text).toMatch(
      /There is no journey by curl: the first client is registered for private_key_jwt\.\n\n$/,
    );
  });

  it('takes a service alone, in a file with a byte order mark', async () => {
    const { values } = await start(
      '--service',
      write('service.json', `\ufeff${JSON.stringify(service)}`),
    );
    expect(values('item')).toEqual(['vaccination  vaccination: range']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends by %s with exit code 0, and takes its files along',
    async (signal) => {
      const { child, values } = await start();
      const files = ['CA', 'certificate', 'private key'].flatMap(values);
      expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
      const [pages = ''] = values('authorize');
      expect((await fetch(pages)).status).toBe(400);
      expect(await ended(child, signal)).toBe(0);
      expect(existsSync(dirname(files[0] ?? ''))).toBe(false);
      await expect(fetch(pages)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    },
  );

  it('listens where it is told', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const { values } = await start('--port', String(first), '--api-port', String(second));
    expect(new URL(values('authorize')[0] ?? '').host).toBe(`127.0.0.1:${first}`);
    expect(new URL(values('token')[0] ?? '').host).toBe(`127.0.0.1:${second}`);
    expect(refused('--port', String(first))).toEqual({
      status: 1,
      stdout: '',
      said: 'myna-selfinfo: cannot listen on the port of --port: taken, or not allowed.',
    });
  });

  it('says where the log is, and how a stopped clock is moved', async () => {
    const { values } = await start('--at', '2026-12-01T10:00+09:00', '--lang', 'en');
    expect((await fetch(values('log')[0] ?? '')).status).toBe(200);
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

  it.skipIf(!hasCurl)('lets somebody consent whose card works', async () => {
    const persona = { id: 'locked', name: 'L', pin: '1234', card: 'locked', records: {} };
    const people = write('cards.json', [persona, { ...persona, id: 'fine', card: undefined }]);
    expect((await paste(await start('--personas', people)))[fields.processStatus.value]).toBe(
      processStatuses.done.value,
    );
  });

  it('explains itself', () => {
    const { status, stdout } = refused('--help');
    expect(status).toBe(0);
    for (const option of ['--port', '--api-port', '--service', '--personas', '--at', '--lang'])
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

describe('the sandbox is not started', () => {
  afterEach(() => {
    expect(readdirSync(folder).filter((name) => name.startsWith('myna-selfinfo-sandbox-'))).toEqual(
      [],
    );
  });

  it.each([
    ['with an unknown option', ['--ports', '1'], 'unknown option: "--ports"'],
    ['with an argument too many', ['here'], 'unexpected argument: "here"'],
    [
      'on a port that is no number',
      ['--port', 'http'],
      '--port is a number from 0 to 65535: "http"',
    ],
    [
      'on a port beyond the last',
      ['--api-port', '65536'],
      '--api-port is a number from 0 to 65535: "65536"',
    ],
    [
      'at a time that is none',
      ['--at', 'noon'],
      '--at is no time: "noon" (give 2026-12-01T10:00+09:00 or 2026-12-01)',
    ],
    [
      'by a file that is not there',
      ['--service', 'nowhere.json'],
      'cannot read "nowhere.json" (ENOENT)',
    ],
  ])('%s', (_, args, message) => {
    expect(refused(...args)).toEqual({ status: 2, stdout: '', said: `myna-selfinfo: ${message}` });
  });

  it('at a time outside the calendar', () => {
    const { status, said } = refused('--at', '2060-01-01');
    expect(status).toBe(2);
    expect(said).toMatch(/^myna-selfinfo: --at lies outside .* before 2051/);
  });

  it('where its files cannot be written, with exit code 1', () => {
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

  it('by a file that is no JSON', () => {
    for (const option of ['--service', '--personas']) {
      const { status, said } = refused(option, write('broken.json', '{ "name": "x", }'));
      expect(status).toBe(2);
      expect(said).toBe('myna-selfinfo: "broken.json" is not JSON (after 15 characters)');
      // The parser would quote these.
      for (const text of ['secret-of-mine', '["secret-of-mine",]', '{"name": secret-of-mine}']) {
        expect(refused(option, write('quoted.json', text)).said).toMatch(
          /^myna-selfinfo: "quoted\.json" is not JSON( \(after \d+ characters\))?$/,
        );
      }
    }
  });

  it('by a service with something wrong: every place is named', () => {
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

  it('by citizens with something wrong: every place is named', () => {
    const { status, said } = refused(
      '--personas',
      write('people.json', [{ id: 'a', name: '', pin: '12', records: {} }, {}]),
    );
    expect(status).toBe(2);
    for (const place of ['$[0].name', '$[0].pin', '$[1].id', '$[1].records'])
      expect(said).toContain(`people.json:${place}`);
  });
});
