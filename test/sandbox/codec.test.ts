import { describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Fault,
  type SandboxCodec,
  type SandboxOptions,
} from '../../src/sandbox/index.js';
import { inquiry, paths, registration, tokenFor } from './steps.js';

function open(codec: SandboxCodec, faults: readonly Fault[] = []) {
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  return createSandbox({ registrations: [registration], clock, faults, codec });
}

/** Accepts `PUT /v9/requests` with an item code as text, and answers with the process id as text. */
const textCodec: SandboxCodec = async (request, next) => {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'PUT' || pathname !== '/v9/requests') return next(request);
  const response = await next(
    new Request(`${origin}/request`, {
      method: 'POST',
      headers: {
        authorization: request.headers.get('authorization') ?? '',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ inquiry_items: [inquiry(await request.text(), 'latest')] }),
    }),
  );
  if (!response.ok) return response;
  const { process_id } = JSON.parse(await response.text());
  return new Response(`process ${process_id}`, {
    headers: { 'content-type': 'text/csv' },
  });
};

async function ask(sandbox: ReturnType<typeof open>, headers: Record<string, string> = {}) {
  const token = await tokenFor(sandbox, 'hanako');
  const request = new Request(`${sandbox.environment().endpoints.apiUrl}/v9/requests`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: 'TM00000000000002',
  });
  return sandbox.fetch(request);
}

const steps = ({ journal }: ReturnType<typeof open>) =>
  journal
    .slice(4)
    .map(({ step, outcome, code, fault }) =>
      [step, outcome, code, fault].filter((part) => part !== undefined).join(' '),
    );

describe('the codec of a sandbox', () => {
  it('translates a method, path and body that only the codec knows', async () => {
    const sandbox = open(textCodec);
    const response = await ask(sandbox);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv']);
    expect(await response.text()).toMatch(/^process [\w-]{20,}$/);
    expect(steps(sandbox)).toEqual(['request accepted']);
  });

  it('gets every request to the API but token and PAR, and none to the pages', async () => {
    const seen: string[] = [];
    const sandbox = open((request, next) => {
      seen.push(`${request.method} ${new URL(request.url).pathname}`);
      return next(request);
    });
    const { apiUrl, browserUrl } = sandbox.environment().endpoints;
    const status = async (url: string, method: string) =>
      (await sandbox.fetch(new Request(url, { method }))).status;
    await tokenFor(sandbox, 'hanako');
    expect(await status(apiUrl + paths.pushedAuthorization.value, 'POST')).toBe(415);
    expect(await status(`${browserUrl}/nowhere`, 'GET')).toBe(404);
    expect(seen).toEqual([]);
    expect(await status(`${apiUrl}/nowhere`, 'GET')).toBe(404);
    expect(await status(apiUrl + paths.result.value, 'POST')).toBe(401);
    expect(seen).toEqual(['GET /nowhere', `POST ${paths.result.value}`]);
  });

  it.each<[string, SandboxCodec, RegExp]>([
    [
      'throws',
      async (request) => {
        throw new RangeError(`canary ${request.headers.get('authorization')}`);
      },
      /^The codec option of this sandbox failed: RangeError \(codec\.test\.ts:\d+:\d+\)\.$/,
    ],
    ['throws no error', () => Promise.reject('canary'), /failed: throw\.$/],
    ['returns no Response', () => 'canary' as never, /failed: no Response\.$/],
    [
      'returns a Response that it has read',
      async (request, next) => {
        const response = await next(request);
        await response.text();
        return response;
      },
      /failed: Response\.bodyUsed\.$/,
    ],
  ])('that %s makes the call a 500, and the log names the place only', async (_, codec, reason) => {
    const sandbox = open(codec);
    const response = await ask(sandbox);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      error: 'server_error',
      error_description: expect.stringMatching(reason),
    });
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'codec',
      outcome: 'refused',
      code: 'codec_failed',
      reason: expect.stringMatching(reason),
    });
    expect(JSON.stringify(sandbox.journal)).not.toMatch(/canary|Bearer/);
  });

  it.each<[number, string]>([
    [401, 'codec refused codec_refused'],
    [204, 'codec accepted'],
  ])('that answers with %i without a step is logged as: %s', async (status, entry) => {
    const sandbox = open(() => new Response(null, { status }));
    expect((await ask(sandbox)).status).toBe(status);
    expect(steps(sandbox)).toEqual([entry]);
  });

  it('cannot hide a fault that replaces its step', async () => {
    const sandbox = open(
      async (request, next) => {
        await (await textCodec(request, next)).text();
        throw new Error();
      },
      [{ on: 'request', do: 'maintenance' }],
    );
    const response = await ask(sandbox);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('メンテナンス中');
    expect(steps(sandbox)).toEqual(['request refused fault_asked_for maintenance']);
  });

  it('reads a whole response although a fault breaks that of the call', async () => {
    const sandbox = open(textCodec, [
      { on: 'request', do: 'wrong-type', nth: 1 },
      { on: 'request', do: 'truncate', nth: 2 },
    ]);
    const typed = await ask(sandbox);
    expect(typed.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await typed.text()).toMatch(/^process /);
    await expect((await ask(sandbox)).text()).rejects.toThrow('terminated');
  });

  it('passes on a fault that the header of the call asks for', async () => {
    const sandbox = open(textCodec);
    const response = await ask(sandbox, { 'x-sandbox-fault': 'error-429; retryAfterSeconds=7' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('reads the id of another process when a fault asks for it', async () => {
    const ids: string[] = [];
    const sandbox = open(
      async (request, next) => {
        const response = await textCodec(request, next);
        ids.push(await response.clone().text());
        return response;
      },
      [{ on: 'request', do: 'mismatched-process' }],
    );
    const text = await (await ask(sandbox)).text();
    expect([text]).toEqual(ids);
    expect(text).toMatch(/^process [0-9a-f]{8}-/);
  });

  it('is a function, or absent', () => {
    const options = { registrations: [registration], codec: {} };
    expect(() => createSandbox(options as unknown as SandboxOptions)).toThrow(
      new TypeError('options.codec must be a function.'),
    );
  });
});
