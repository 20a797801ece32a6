import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { consentHeaders, createSandbox } from '../../src/sandbox/index.js';
import {
  authorizationUrl,
  fields,
  inquiry,
  paths,
  registration,
  verifier,
} from '../sandbox/steps.js';
import { binary, runAlone } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-seed-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly browserUrl: string;
  readonly apiUrl: string;
  readonly caFile: string;
  readonly clients: readonly [
    {
      readonly clientId: string;
      readonly redirectUris: readonly string[];
      readonly certFile: string;
      readonly keyFile: string;
    },
  ];
}

/** Runs the command in a process of its own, plays steps with what it prints, and ends it. */
async function played<T>(args: readonly string[], play: (report: Report) => Promise<T>) {
  const child = spawn(process.execPath, [binary, 'sandbox', '--json', ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    let printed = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      printed += chunk;
      if (printed.endsWith('\n}\n')) break;
    }
    return await play(JSON.parse(printed));
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

/** Posts to the API over mutual TLS. */
async function post(
  { caFile, clients: [client] }: Report,
  url: string,
  headers: object,
  body: string,
) {
  const call = httpsRequest(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    ca: readFileSync(caFile),
    cert: readFileSync(client.certFile),
    key: readFileSync(client.keyFile),
    agent: false,
  }).end(body);
  const [response] = await once(call, 'response');
  return readText(response);
}

const template = authorizationUrl(createSandbox({ registrations: [registration] }));

/** Plays a journey in a space, with a refused call. Returns the code and every answer of the API. */
async function journey(report: Report, space: string, persona: string) {
  const [{ clientId, redirectUris }] = report.clients;
  const url = new URL(report.browserUrl + space + paths.authorization.value);
  for (const [name, value] of template.searchParams) url.searchParams.set(name, value);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('redirect_uri', String(redirectUris[0]));
  const headers = { [consentHeaders.persona]: persona };
  const { headers: sent } = await fetch(url, { headers, redirect: 'manual' });
  const code = new URL(sent.get('location') ?? '').searchParams.get('code') ?? '';
  const api = report.apiUrl + space;
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: String(redirectUris[0]),
    code_verifier: verifier,
  });
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const token = await post(report, api + paths.token.value, type, String(form));
  const bearer = {
    'content-type': 'application/json',
    authorization: `Bearer ${JSON.parse(token).access_token}`,
  };
  const asked = { [fields.items.value]: [inquiry('TM00000000000002', 'latest')] };
  const process = await post(report, api + paths.request.value, bearer, JSON.stringify(asked));
  const polled: string[] = [];
  for (const body of [process, process, '{}'])
    polled.push(await post(report, api + paths.result.value, bearer, body));
  return [code, token, process, ...polled];
}

/** Plays the same steps in the sandbox and in two of its spaces, with a fault by share in one. */
async function play(report: Report) {
  const control = (space: string) => `${report.browserUrl}${space}/sandbox`;
  await fetch(`${control('/s/two')}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ on: 'result', do: 'delay', ms: 0, share: 0.5 }),
  });
  const said: string[] = [];
  for (const [space, persona] of [
    ['', 'hanako'],
    ['/s/one', 'hanako'],
    ['/s/two', 'mover'],
    ['/s/two', 'newcomer'],
  ] as const) {
    said.push(...(await journey(report, space, persona)));
    await fetch(`${control(space)}/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceMs: 1_500 }),
    });
  }
  const journals: string[] = [];
  for (const space of ['', '/s/one', '/s/two'])
    journals.push(await (await fetch(`${control(space)}/journal`)).text());
  return { said, journals };
}

const AT = ['--at', '2026-12-01T10:00+09:00'];

describe('the command sandbox with --seed', () => {
  it('gives the same codes, tokens, answers and journal, byte for byte, in two processes', async () => {
    const args = ['--seed', '種 1', ...AT];
    const first = await played(args, play);
    const second = await played(args, play);
    expect(second).toEqual(first);
    const [code, token] = first.said;
    expect([code, JSON.parse(String(token)).access_token]).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^[\w-]{43}$/),
    ]);
    const [root, one, two] = first.journals.map((journal) => JSON.parse(journal));
    expect([root.length, one.length, two.length]).toEqual([7, 7, 14]);
    expect(new Set(two.map(({ at }: { at: string }) => at)).size).toBe(2);
  });

  it('gives others for another text, and without it', async () => {
    const codes: string[] = [];
    for (const args of [['--seed', '種 1'], ['--seed', '種 2'], [], []])
      codes.push(
        String((await played([...args, ...AT], (report) => journey(report, '', 'hanako')))[0]),
      );
    expect(new Set(codes).size).toBe(4);
  });

  it.each([
    ['ja', '--seed に値を指定してください。'],
    ['en', '--seed needs a value.'],
  ])('needs a text (%s)', async (lang, message) => {
    const { status, stderr } = await runAlone(['sandbox', '--lang', lang, '--seed'], {
      cwd: folder,
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    ['ja', '--seed 文字列'],
    ['en', '--seed TEXT'],
  ])('is in the help (%s)', async (lang, option) => {
    const { stdout } = await runAlone(['sandbox', '--help', '--lang', lang], { cwd: folder });
    expect(stdout).toContain(option);
  });
});
