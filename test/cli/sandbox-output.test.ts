import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRuns } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-cli-'));
const { run, end } = openRuns({ cwd: folder, env: { TMPDIR: folder } });
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

const service = {
  name: 'Clinic',
  purpose: { id: 'shots', text: 'to see what is due' },
  retention: { days: 1 },
  items: {
    shots: { detail: 'vaccination', inquiries: ['range'] },
    income: { detail: 'local-tax', code: 'TM00000000000002', inquiries: ['range'] },
  },
};

function write(name: string, content: unknown): string {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return name;
}

const NAMES = [
  'SELFINFO_BROWSER_URL',
  'SELFINFO_API_URL',
  'SELFINFO_ISSUER',
  'SELFINFO_CLIENT_ID',
  'SELFINFO_REDIRECT_URI',
  'SELFINFO_CA_FILE',
  'SELFINFO_CERT_FILE',
  'SELFINFO_KEY_FILE',
];
const print = `process.stdout.write(JSON.stringify(${JSON.stringify(NAMES)}.map((name) => process.env[name])))`;

/** Returns what programs read from a file of `--env`. */
function readings(path: string): unknown[] {
  const node = (file: string) => spawnSync(process.execPath, [`--env-file=${file}`, '-e', print]);
  const shell = ['sh', 'bash']
    .filter((name) => spawnSync(name, ['-c', 'true']).status === 0)
    .map((name) =>
      spawnSync(name, ['-ec', 'set -a; . "$1"; "$2" -e "$3"', name, path, process.execPath, print]),
    );
  return [node(path), ...shell].map(({ stdout, stderr }) => {
    expect(String(stderr)).toBe('');
    return JSON.parse(String(stdout));
  });
}

describe('sandbox --control-token-file', () => {
  const token = 'a-control-token-of-a-test-0123456789';
  const args = ['sandbox', '--control-token-file', 'control.token'];

  it('prints where the control is and the file of its token, never the token', async () => {
    writeFileSync(join(folder, 'control.token'), `${token}\n`);
    const json = await run([...args, '--json']);
    const { apiUrl, remoteControl } = JSON.parse(json.stdout);
    expect(remoteControl).toEqual({
      url: `${apiUrl}/sandbox/openapi.json`,
      tokenFile: join(folder, 'control.token'),
    });
    const guide = await run(args);
    expect(guide.stdout).toMatch(/^ {2}with token {4}https:.*\/sandbox\/openapi\.json$/m);
    expect(JSON.stringify([json, guide])).not.toContain(token);
  });
});

describe('the file of sandbox --env', () => {
  it('has no quotes where none are needed, so that docker run reads it too', async () => {
    const args = ['--out', 'plain', '--env', 'plain.env', '--host', 'localhost'];
    const { stdout } = await run(['sandbox', '--json', ...args]);
    const { browserUrl, apiUrl } = JSON.parse(stdout);
    const path = join(folder, 'plain.env');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [comment, ...lines] = readFileSync(path, 'utf8').split('\n');
    expect(comment).toMatch(
      /^# Written by myna-selfinfo sandbox \(run [0-9a-f]{16}, process \d+\), /,
    );
    expect(lines).toEqual([
      `SELFINFO_BROWSER_URL=${browserUrl}`,
      `SELFINFO_API_URL=${apiUrl}`,
      `SELFINFO_ISSUER=${apiUrl}`,
      'SELFINFO_CLIENT_ID=SP12345678_AB1234',
      'SELFINFO_REDIRECT_URI=http://localhost:3000/callback',
      `SELFINFO_CA_FILE=${folder}/plain/ca.pem`,
      `SELFINFO_CERT_FILE=${folder}/plain/client.pem`,
      `SELFINFO_KEY_FILE=${folder}/plain/client-key.pem`,
      '',
    ]);
    expect(new Set(readings(path).map(String)).size).toBe(1);
  });

  it.each([
    ['単純 な', 'a#b;$HOME`id`"x"\\n!', 'https://a.example/?a=1&b=$2'],
    ["it's", "it's#1;a&&b", "https://a.example/it's?a=*&b=~"],
    ['back\\slash\\n', '~/x', 'https://a.example/;x'],
  ])('is read alike by Node and shells (%s)', async (name, clientId, redirectUri) => {
    const place = join(folder, name);
    mkdirSync(place);
    const registration = { clientId, redirectUris: [redirectUri], service };
    const args = [
      ['--service', write(`service ${name}.json`, registration)],
      ['--out', place],
      ['--env', join(place, 'app.env')],
    ].flat();
    const { status, stdout, stderr } = await run(['sandbox', '--json', ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { browserUrl, apiUrl, issuer, caFile, clients } = JSON.parse(stdout);
    const expected = [
      ...[browserUrl, apiUrl, issuer, clientId, redirectUri, caFile],
      ...[clients[0].certFile, clients[0].keyFile],
    ];
    expect(expected.join()).toContain(place);
    for (const read of readings(join(place, 'app.env'))) expect(read).toEqual(expected);
  });

  it('cannot hold a value with both kinds of quotes, and nothing is left running', async () => {
    const registration = { clientId: `it's"`, redirectUris: ['https://a.example/'], service };
    const args = ['--service', write('both.json', registration), '--env', 'both.env'];
    const { status, stdout, stderr } = await run(['sandbox', '--lang', 'en', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'myna-selfinfo: the file of --env cannot hold SELFINFO_CLIENT_ID so that every program reads it alike: "it\'s\\"". Use --json.\nSee myna-selfinfo sandbox --help.\n',
    );
  });
});

describe('sandbox --json', () => {
  it('prints one document with everything but keys', async () => {
    const registration = {
      clientId: 'clinic',
      redirectUris: ['https://a.example/', 'http://app:3000/callback'],
      service,
    };
    const persona = { id: 'jiro', name: '見本 \u001b[31m次郎\u202e', pin: '4649', records: {} };
    const args = [
      ['--service', write('own.json', registration)],
      ['--personas', write('people.json', [persona])],
      ['--at', '2026-12-01T10:00+09:00'],
      ['--out', 'printed'],
    ].flat();
    const { status, stdout, stderr } = await run(['sandbox', '--json', ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { browserUrl, apiUrl, ...rest } = JSON.parse(stdout);
    expect(browserUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(apiUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const out = join(folder, 'printed');
    expect(rest).toEqual({
      issuer: apiUrl,
      urls: {
        authorize: `${browserUrl}/oauth/authorize`,
        push: `${apiUrl}/oauth/par`,
        token: `${apiUrl}/oauth/token`,
        request: `${apiUrl}/request`,
        result: `${apiUrl}/result`,
        health: `${browserUrl}/sandbox/health`,
        page: `${browserUrl}/`,
        control: `${browserUrl}/sandbox/openapi.json`,
        journal: `${browserUrl}/sandbox/journal`,
        clock: `${browserUrl}/sandbox/clock`,
      },
      stoppedAt: '2026-12-01T10:00:00+09:00',
      caFile: `${out}/ca.pem`,
      clients: [
        {
          clientId: 'clinic',
          redirectUris: registration.redirectUris,
          certFile: `${out}/client.pem`,
          keyFile: `${out}/client-key.pem`,
          items: [
            { code: 'vaccination', detail: 'vaccination', inquiries: ['range'] },
            { code: 'TM00000000000002', detail: 'local-tax', inquiries: ['range'] },
          ],
        },
      ],
      personas: [{ id: 'jiro', name: persona.name, pin: '4649' }],
    });
    expect(stdout).not.toContain('PRIVATE KEY');
    // Names from a file must not control the terminal.
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect((await fetch(rest.urls.health)).status).toBe(200);
  });

  it('gives the control loopback addresses, because only loopback may use it', async () => {
    const { stdout } = await run(['sandbox', '--json', '--host', 'portal.localhost,localhost']);
    const { browserUrl, issuer, stoppedAt, urls } = JSON.parse(stdout);
    const { port } = new URL(browserUrl);
    expect(browserUrl).toBe(`http://portal.localhost:${port}`);
    expect(issuer).toMatch(/^https:\/\/portal\.localhost:\d+$/);
    expect(stoppedAt).toBe(null);
    expect(urls).toMatchObject({
      health: `http://portal.localhost:${port}/sandbox/health`,
      page: `http://127.0.0.1:${port}/`,
      control: `http://127.0.0.1:${port}/sandbox/openapi.json`,
      journal: `http://127.0.0.1:${port}/sandbox/journal`,
      clock: `http://127.0.0.1:${port}/sandbox/clock`,
    });
    expect((await fetch(urls.page)).status).toBe(200);
  });
});
