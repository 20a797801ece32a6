import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { binary, runAlone } from './binary.js';
import { type Defect, startHost } from './evidence-host.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = join(folder, 'evidence.json');
writeFileSync(
  CONFIG,
  JSON.stringify({
    provider: 'みほん銀行',
    tester: '試験 太郎',
    cases: { 'one-holder-closed': { shows: ['一部を取得できませんでした'] } },
  }),
);

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly cases: Readonly<Record<string, string>>;
  /** What the host knows that a report must not contain. */
  readonly secrets: readonly string[];
  readonly texts: Readonly<Record<'md' | 'html' | 'json', string>>;
}

let runs = 0;

/** Plays the cases against a host with a defect. */
async function play(defect?: Defect, ...args: string[]): Promise<Finished> {
  await using host = await startHost(defect);
  const out = `out-${++runs}`;
  const { browserUrl } = host.sandbox;
  const typed = ['--sandbox', browserUrl, '--start', `${host.origin}/`, '--config', CONFIG];
  const run = await runAlone(['evidence', ...typed, '--out', out, ...args], { cwd: folder });
  const files = [...run.stdout.matchAll(/(?:wrote|書き出しました): (.+)$/gm)].map(
    ([, path]) => path,
  );
  const [md = '', html = '', json = ''] = files.map((path) =>
    readFileSync(join(folder, path ?? ''), 'utf8'),
  );
  const played: { case: string; result: string }[] = JSON.parse(json || '{"cases":[]}').cases;
  const cases = Object.fromEntries(played.map((one) => [one.case, one.result]));
  const secrets = [...host.secrets].filter((secret) => secret.length > 4);
  return { ...run, cases, secrets, texts: { md, html, json } };
}

const failedIn = ({ cases }: Finished) => Object.keys(cases).filter((id) => cases[id] === 'failed');

const granted = [
  ...['agreed', 'wrong-pin', 'nothing-on-record', 'several-holders', 'one-holder-closed'],
  ...[
    'holder-closed',
    'portal-closed',
    'deferred',
    'busy',
    'not-covered',
    'failed-item',
    'unknown-fields',
  ],
  ...['replayed', 'two-tabs', 'two-citizens'],
];
const withoutData = [
  ...['nothing-on-record', 'holder-closed', 'portal-closed', 'not-covered', 'failed-item'],
];

/** The cases in which each defect is seen. */
const defects: Readonly<Record<Defect, readonly string[]>> = {
  unbound: ['other-browser'],
  replays: ['replayed'],
  'declined-500': ['declined', 'locked-card', 'expired-certificate', 'announced-stop'],
  zero: ['nothing-on-record'],
  'first-holder': ['several-holders'],
  'gives-up': ['deferred'],
  'code-in-address': granted,
  cached: granted.filter((id) => !withoutData.includes(id)),
  blank: ['holder-closed', 'portal-closed', 'token-error'],
  stack: ['token-error'],
  retries: ['portal-closed'],
  shared: ['two-citizens'],
  echo: ['bare-error'],
  // Where an error page stays at the address with the code.
  referrer: ['token-error', 'replayed', 'other-browser', 'forged-state'],
};

describe('the evidence of a host', () => {
  it.concurrent('passes every case when the host is sound', async () => {
    const finished = await play();
    expect(finished.stderr).toBe('');
    expect(Object.entries(finished.cases).filter(([, result]) => result !== 'passed')).toEqual([]);
    expect(Object.keys(finished.cases)).toHaveLength(24);
    expect(finished.status).toBe(0);
    const { md, html, json } = finished.texts;
    for (const text of [md, html]) {
      expect(text).toContain('みほん銀行');
      expect(text).toContain('試験 太郎');
      expect(text).toContain('接続試験（A-12）に代わるものではない');
      expect(text).toContain('テストカードで人が確認すること');
      expect(text.replaceAll('&amp;', '&')).toContain('/callback?code=…&state=…&iss=… → 303');
    }
    expect(html).not.toMatch(/<(script|link|img)|https?:\/\/(?!127|localhost)/);
    expect(md).toContain('(エラー番号: E-307)');
    expect(md).toMatch(/^1\. 通信: result → accepted ×\d$/m);
    expect(finished.secrets.length).toBeGreaterThan(50);
    const said = [md, html, json, finished.stdout].join('\n');
    expect(finished.secrets.filter((secret) => said.includes(secret))).toEqual([]);
  });

  for (const [defect, expected] of Object.entries(defects)) {
    it.concurrent(`shows the planted defect ${defect} in exactly its cases`, async () => {
      const finished = await play(defect as Defect);
      expect(finished.stderr).toBe('');
      expect(failedIn(finished)).toEqual(expected);
      expect(finished.status).toBe(1);
    });
  }
});

/** Listens on a free port until the test ends. */
async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the evidence of a host that cannot be used', () => {
  const web = (handle: RequestListener) => createServer(handle);
  const hosts: Readonly<Record<string, readonly [said: string, server: () => Server]>> = {
    'is down': ['the app cannot be reached', () => web(() => undefined)],
    'never answers': ['the app does not respond in time', () => web(() => undefined)],
    'speaks no HTTP': [
      'the app breaks off its response, or its response is not HTTP',
      () => createTcpServer((socket) => void socket.end('no http\r\n\r\n')),
    ],
    'redirects to itself': [
      'the redirects do not end',
      () => web((_, response) => void response.writeHead(302, { location: '/' }).end()),
    ],
    'redirects to a stranger': [
      'a redirect leads neither to the app nor to the sandbox',
      () => web((_, response) => void response.writeHead(302, { location: 'http://a.test' }).end()),
    ],
    'sends endlessly': [
      'a response of the app is too large',
      () => web((_, response) => void response.end(Buffer.alloc(5_000_000))),
    ],
    'shows a page without a way on': [
      'the start page does not lead to the portal (status 200)',
      () => web((_, response) => void response.end('<p>closed</p>')),
    ],
  };

  for (const [what, [said, make]] of Object.entries(hosts)) {
    it.concurrent(`says so when the host ${what}`, async () => {
      await using host = await startHost();
      const server = make();
      const start = await listening(server);
      if (what === 'is down') server.close();
      const { status, stdout, stderr } = await runAlone(
        [
          ...['evidence', '--sandbox', host.sandbox.browserUrl, '--start', start],
          ...['--stall', '2', '--lang', 'en'],
        ],
        { cwd: folder },
      );
      if ('closeAllConnections' in server)
        Reflect.apply(Object(server).closeAllConnections, server, []);
      server.close();
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toBe(`myna-selfinfo: cannot begin: ${said}\n`);
      // Nothing of the run is left at the sandbox.
      const { personas } = await import('../../src/sandbox/index.js');
      expect(host.sandbox.control.listPersonas()).toHaveLength(personas.length);
      expect(host.sandbox.control.listFaults()).toEqual([]);
    });
  }

  it.concurrent('says so when there is no sandbox', async () => {
    const run = await runAlone(
      [
        'evidence',
        '--sandbox',
        'http://127.0.0.1:9',
        '--start',
        'http://127.0.0.1:9',
        '--lang',
        'en',
      ],
      { cwd: folder },
    );
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('no sandbox answers at "http://127.0.0.1:9"');
  });

  it.concurrent('refuses a time at which the servers are closed', async () => {
    await using host = await startHost();
    host.sandbox.clock.set('2026-12-31T10:00:00+09:00');
    const run = await runAlone(
      ['evidence', '--sandbox', host.sandbox.browserUrl, '--start', host.origin],
      { cwd: folder },
    );
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('サンドボックスの時刻（2026-12-31T10:00）には');
  });

  it.concurrent('names the places of a wrong configuration, and no value', async () => {
    const file = join(folder, 'wrong.json');
    const wrong = {
      tester: 5,
      cases: { agreed: { shows: 'secret-text' }, nowhere: {} },
      more: 'secret',
    };
    writeFileSync(file, JSON.stringify(wrong));
    const run = await runAlone(['evidence', '--config', file, '--lang', 'en'], { cwd: folder });
    expect(run.status).toBe(2);
    for (const place of ['$.tester', '$.cases.agreed.shows', '$.cases.nowhere', 'more'])
      expect(run.stderr).toContain(place);
    expect(run.stderr).not.toContain('secret-text');
  });

  for (const [what, args] of Object.entries({
    'an unknown case': ['--case', 'agreed,unheard'],
    'no sandbox': ['--start', 'http://localhost:3000'],
    'a limit of nothing': ['--stall', '0'],
    'a surplus argument': ['agreed'],
  }))
    it.concurrent(`refuses ${what}`, async () => {
      const run = await runAlone(['evidence', ...args], { cwd: folder });
      expect(run.status).toBe(2);
      expect(run.stderr).toMatch(/^myna-selfinfo: .+\n使い方は/);
    });
});

describe('a case of the configuration', () => {
  it.concurrent('fails without its text, and is left out with its reason', async () => {
    const file = join(folder, 'cases.json');
    const cases = {
      declined: { shows: ['この文はない'] },
      'locked-card': { hides: ['情報の取得を中止しました'] },
      'bare-error': { skip: '別の方法で確認した。' },
    };
    writeFileSync(file, JSON.stringify({ cases }));
    const chosen = ['--case', 'declined,locked-card', '--case', 'bare-error'];
    const finished = await play(undefined, '--config', file, ...chosen);
    expect(finished.cases).toEqual({
      declined: 'failed',
      'locked-card': 'failed',
      'bare-error': 'skipped',
    });
    expect(finished.texts.md).toContain('別の方法で確認した。');
    expect(finished.stdout).toContain('画面に「この文はない」がある');
  });
});

describe('an interrupted run', () => {
  it('removes what it planted in the sandbox, and ends with 130', async () => {
    await using host = await startHost();
    const { browserUrl } = host.sandbox;
    const before = await personasOf(browserUrl);
    // The app never answers, so the first case waits when the signal comes.
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const asked = once(silent, 'connection');
    const args = ['evidence', '--sandbox', browserUrl, '--start', `http://127.0.0.1:${port}/`];
    const child = spawn(process.execPath, [binary, ...args, '--out', 'interrupted'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const [socket] = await asked;
    expect((await personasOf(browserUrl)).length).toBe(before.length + 1);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(await personasOf(browserUrl)).toEqual(before);
    socket.destroy();
    silent.close();
  });
});

async function personasOf(sandboxUrl: string): Promise<readonly unknown[]> {
  return (await (await fetch(`${sandboxUrl}/sandbox/personas`)).json()) as unknown[];
}
