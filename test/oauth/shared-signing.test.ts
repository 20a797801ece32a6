import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  exchangeToken,
  privateKeyJwt,
  validateCallback,
} from '../../src/index.js';
import { keyService } from '../kit/keys.js';
import { SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { ec, open } from './signing.js';

/** A key service that answers when it is told to, and counts. */
function service() {
  const waiting: (() => void)[] = [];
  const counted = { calls: 0, fails: false };
  const answer = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const clientAuth = privateKeyJwt({
    alg: 'ES256',
    kid: ec.kid,
    async sign(input) {
      counted.calls++;
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (counted.fails) throw new Error('down');
      return keyService(ec)(input);
    },
  });
  return { counted, clientAuth, answer };
}

/** Transfers the buffer of bytes away from them. */
function detached(bytes: Uint8Array): Uint8Array {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
  return bytes;
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

describe('identical callbacks at once', () => {
  it('ask the key service for one signature, and one of fifty is granted', async () => {
    const { counted, clientAuth, answer } = service();
    const { client, callback } = open(clientAuth);
    const back = await callback();
    const outcomes = Promise.all(
      Array.from({ length: 50 }, () => client.completeConsent(back, { sessionBinding: SESSION })),
    );
    await turns();
    expect(counted.calls).toBe(1);
    answer();
    const statuses = (await outcomes).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'granted')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'replayed')).toHaveLength(49);
    expect(counted.calls).toBe(1);
  });

  it('fail together when the key service fails, and use nothing up', async () => {
    const { counted, clientAuth, answer } = service();
    const { client, callback } = open(clientAuth);
    const back = await callback();
    counted.fails = true;
    const complete = () => client.completeConsent(back, { sessionBinding: SESSION });
    const codes = Promise.all(
      Array.from({ length: 50 }, () => errorOf(complete).then(({ code }) => code)),
    );
    await turns();
    answer();
    expect(new Set(await codes)).toEqual(new Set(['signing_failed']));
    expect(counted.calls).toBe(1);
    counted.fails = false;
    const again = complete();
    await turns();
    answer();
    expect((await again).status).toBe('granted');
  });

  it('go on when the one that the key service signs for is aborted', async () => {
    const { clientAuth, answer } = service();
    const { client, callback } = open(clientAuth);
    const back = await callback();
    const leaving = new AbortController();
    const first = errorOf(() =>
      client.completeConsent(back, { sessionBinding: SESSION, signal: leaving.signal }),
    );
    await turns();
    const second = client.completeConsent(back, { sessionBinding: SESSION });
    await turns();
    leaving.abort();
    expect((await first).code).toBe('aborted');
    await turns();
    answer();
    expect((await second).status).toBe('granted');
  });

  it('of another session ask for no signature', async () => {
    const { counted, clientAuth } = service();
    const { client, callback } = open(clientAuth);
    const { status } = await client.completeConsent(await callback(), { sessionBinding: 'b' });
    expect(status).toBe('foreign-browser');
    expect(counted.calls).toBe(0);
  });

  it('at exchangeToken ask for one signature, and a failing service leaves the callback usable', async () => {
    const { counted, clientAuth, answer } = service();
    const { environment, sandbox, fetch, clock } = open(clientAuth);
    const codeVerifier = 'v'.repeat(43);
    const state = 's';
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const back = await sandbox.visit(buildConsentUrl(environment, { state, codeChallenge }), {
      persona: 'hanako',
    });
    const callback = await validateCallback(environment, back, { state });
    const exchange = () =>
      exchangeToken({ environment, callback, codeVerifier, clientAuth, fetch, clock });
    counted.fails = true;
    const failing = errorOf(exchange);
    await turns();
    answer();
    expect((await failing).code).toBe('signing_failed');
    counted.fails = false;
    const all = Promise.allSettled(Array.from({ length: 50 }, exchange));
    await turns();
    expect(counted.calls).toBe(2);
    answer();
    const settled = await all;
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a signing callback', () => {
  it.each<[string, (bytes: Uint8Array) => unknown]>([
    ['a detached buffer', (bytes) => detached(bytes)],
    [
      'a detached view',
      (bytes) => {
        const view = new DataView(bytes.buffer);
        detached(bytes);
        return view;
      },
    ],
  ])('that returns %s fails as signing_failed', async (_, detach) => {
    const clientAuth = privateKeyJwt({
      alg: 'ES256',
      kid: ec.kid,
      sign: async () => detach(new Uint8Array(64).fill(7)) as Uint8Array,
    });
    const { complete } = open(clientAuth);
    expect(await errorOf(complete)).toMatchObject({
      code: 'signing_failed',
      path: 'options.sign',
      stage: 'token',
    });
  });

  it('may transfer the bytes to sign to a worker', async () => {
    const sign = keyService(ec);
    const clientAuth = privateKeyJwt({
      alg: 'ES256',
      kid: ec.kid,
      sign: (input) => sign(structuredClone(input, { transfer: [input.buffer as ArrayBuffer] })),
    });
    expect((await open(clientAuth).complete()).status).toBe('granted');
  });
});
