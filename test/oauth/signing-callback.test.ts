import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  buildConsentUrl,
  type ClientEvent,
  exchangeToken,
  privateKeyJwt,
  validateCallback,
} from '../../src/index.js';
import { isStart } from '../client/recorded-events.js';
import { keyService, type SigningKey } from '../kit/keys.js';
import { leaksIn } from '../kit/leaks.js';
import { SESSION } from '../kit/loan.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { byKey, ec, open, rsa } from './signing.js';

/** Returns a key service that never answers; `asked` resolves once it was called. */
function hanging() {
  let tell = () => {};
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const sign = () => {
    tell();
    return new Promise<never>(() => {});
  };
  return { credential: privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign }), asked };
}

/** Encodes an INTEGER as short as possible, so that it never looks negative. */
function derOf(...numbers: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const parts = numbers.map((number) => {
    const hex = number.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const whole = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([2, whole.length]), whole]);
  });
  const content = Buffer.concat(parts);
  return Uint8Array.from([0x30, content.length, ...content]);
}

const hex32 = (number: bigint) => number.toString(16).padStart(64, '0');

describe('a signing callback that', () => {
  const SECRET = 'canary-of-the-key-service';
  const wrong: readonly [string, SigningKey, () => unknown][] = [
    ['returns nothing', ec, () => undefined],
    ['returns text', ec, () => SECRET],
    ['returns a list', ec, () => Array.from({ length: 64 }, () => 7)],
    ['returns 63 bytes', ec, () => Buffer.alloc(63, 7)],
    ['returns no bytes', ec, () => Buffer.alloc(0)],
    [
      'returns DER with more behind it',
      ec,
      async () => Buffer.concat([await keyService(ec)(Buffer.from('a')), Buffer.from([0])]),
    ],
    ['returns an RSA signature for ES256', ec, () => keyService(rsa)(Buffer.from('a'))],
    ['returns an EC signature for PS256', rsa, () => keyService(ec)(Buffer.from('a'))],
    ['returns far too much', rsa, () => Buffer.alloc(1_025, 7)],
  ];

  it.each(wrong)('%s is reported, and nothing is sent', async (_, { alg, kid }, sign) => {
    const { complete, sent } = open(privateKeyJwt({ alg, kid, sign: sign as never }));
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.sign',
      stage: 'token',
      effect: 'none',
      retry: { safe: false },
    });
    expect(error.message).toMatch(new RegExp(`${alg} signature is .*bytes`));
    expect(error.messageJa).toContain(`${alg} の署名は、`);
    expect(sent).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error(SECRET);
      },
    ],
    ['rejects', () => Promise.reject(new Error(SECRET))],
    ['rejects with nothing', () => Promise.reject()],
  ])('%s does not show its error', async (_, sign) => {
    const { complete, sent } = open(privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign }));
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.sign',
      stage: 'token',
      effect: 'none',
    });
    expect(leaksIn({ error, cause: error.cause }, { secret: SECRET })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('never answers times out after ten seconds', async () => {
    const { credential, asked } = hanging();
    const { complete, clock, sent } = open(credential);
    let over = false;
    const failing = errorOf(complete).finally(() => {
      over = true;
    });
    await asked;
    clock.advance(9_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    clock.advance(1);
    expect(await failing).toMatchObject({ code: 'signing_failed', stage: 'token' });
    expect(sent).toEqual([]);
  });

  it.each(['abort', 'close'] as const)('never answers does not delay the end: %s', async (end) => {
    const abort = new AbortController();
    const { credential, asked } = hanging();
    const { client, callback, sent } = open(credential);
    const failing = errorOf(async () =>
      client.completeConsent(await callback(), { sessionBinding: SESSION, signal: abort.signal }),
    );
    await asked;
    if (end === 'abort') abort.abort();
    else await client.close();
    expect(await failing).toMatchObject({ code: 'aborted', stage: 'token', effect: 'none' });
    expect(sent).toEqual([]);
  });

  it('returns any two numbers in DER has them sent as 32 bytes each', async () => {
    // Only what the token endpoint receives counts.
    let signature = new Uint8Array();
    const { client, callback, sent } = open(
      privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign: async () => signature }),
    );
    const number = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n });
    const small = fc.bigInt({ min: 1n, max: 2n ** 230n });
    await fc.assert(
      fc.asyncProperty(fc.oneof(number, small), fc.oneof(number, small), async (r, s) => {
        signature = derOf(r, s);
        // 64 bytes are r and s themselves.
        fc.pre(signature.length !== 64);
        await client.completeConsent(await callback(), { sessionBinding: SESSION });
        const [, , sentSignature = ''] =
          sent.at(-1)?.form.get('client_assertion')?.split('.') ?? [];
        expect(Buffer.from(sentSignature, 'base64url').toString('hex')).toBe(hex32(r) + hex32(s));
      }),
      { numRuns: 100 },
    );
  });

  it('returns any bytes is refused or sent, and never breaks the client', async () => {
    let signature = new Uint8Array();
    const { client, callback } = open(
      privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign: async () => signature }),
    );
    const der = fc
      .tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }))
      .map(([r, s]) =>
        Uint8Array.from([0x30, r.length + s.length + 4, 2, r.length, ...r, 2, s.length, ...s]),
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 80 }), der), async (bytes) => {
        signature = bytes;
        const outcome = await client
          .completeConsent(await callback(), { sessionBinding: SESSION })
          .catch((error: { code: string }) => error.code);
        expect([
          { status: 'rejected', at: 'token', code: 'invalid_client' },
          'signing_failed',
        ]).toContainEqual(outcome);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a key service that fails once', () => {
  /** Fails at first in the given way, and signs from then on. */
  const failingOnce = (fail: () => Promise<never>) => {
    let asked = 0;
    const sign = (input: Uint8Array) => (asked++ === 0 ? fail() : keyService(ec)(input));
    return privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign });
  };

  it('costs the citizen only a reload of the callback', async () => {
    const { client, callback, sent } = open(failingOnce(() => Promise.reject(new Error('down'))));
    const back = await callback();
    const steps: unknown[] = [];
    const listen = (event: unknown) => isStart(event as ClientEvent) || void steps.push(event);
    subscribe('myna-selfinfo:event', listen);
    const complete = () => client.completeConsent(back, { sessionBinding: SESSION });
    expect(await errorOf(complete)).toMatchObject({
      code: 'signing_failed',
      stage: 'token',
      effect: 'none',
      retry: { safe: true },
    });
    expect(sent).toEqual([]);
    expect((await complete()).status).toBe('granted');
    unsubscribe('myna-selfinfo:event', listen);
    expect(steps).toMatchObject([
      { type: 'step', step: 'callback', outcome: 'failed', code: 'signing_failed', effect: 'none' },
      { type: 'step', step: 'callback', outcome: 'valid' },
      { type: 'call', step: 'token', outcome: 'answered' },
      { type: 'step', step: 'token', outcome: 'granted' },
    ]);
    expect(await complete()).toEqual({ status: 'replayed' });
  });

  it('or whose caller aborts leaves the callback as it was', async () => {
    const abort = new AbortController();
    const { client, callback } = open(
      failingOnce(() => {
        abort.abort();
        return new Promise(() => {});
      }),
    );
    const back = await callback();
    const given = { sessionBinding: SESSION };
    expect(
      await errorOf(() => client.completeConsent(back, { ...given, signal: abort.signal })),
    ).toMatchObject({ code: 'aborted', retry: { safe: true } });
    expect((await client.completeConsent(back, given)).status).toBe('granted');
  });

  it('is not called for a citizen who declined, nor for another browser', async () => {
    const sign = vi.fn(keyService(ec));
    const { client, callback } = open(privateKeyJwt({ alg: 'ES256', kid: ec.kid, sign }));
    expect(
      await client.completeConsent(await callback('hanako', 'decline'), {
        sessionBinding: SESSION,
      }),
    ).toEqual({ status: 'declined' });
    expect(await client.completeConsent(await callback(), { sessionBinding: 'another' })).toEqual({
      status: 'foreign-browser',
    });
    expect(sign).not.toHaveBeenCalled();
  });

  it('leaves the callback of exchangeToken valid for its one exchange', async () => {
    const { environment, fetch, sandbox, clock } = open(byKey(ec));
    const codeVerifier = 'v'.repeat(43);
    const url = buildConsentUrl(environment, {
      state: 'state',
      codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    });
    const callback = await validateCallback(
      environment,
      await sandbox.visit(url, { persona: 'hanako' }),
      { state: 'state' },
    );
    const options = {
      environment,
      fetch,
      clock,
      callback,
      codeVerifier,
      clientAuth: failingOnce(() => Promise.reject()),
    };
    expect((await errorOf(() => exchangeToken(options))).code).toBe('signing_failed');
    expect((await exchangeToken(options)).expiresAt).toBe('2026-12-01T12:00:00+09:00');
    expect(await errorOf(() => exchangeToken(options))).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'replayed' },
    });
  });
});

describe('a function for the current key that', () => {
  it('throws does not show its error', async () => {
    const { complete, sent } = open(() => {
      throw new Error('canary-of-the-vault');
    });
    const error = await errorOf(complete);
    expect(error).toMatchObject({
      code: 'signing_failed',
      path: 'options.clientAuth',
      stage: 'token',
      effect: 'none',
    });
    expect(leaksIn({ error }, { secret: 'canary-of-the-vault' })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('returns something else causes a TypeError', async () => {
    const { complete, sent } = open((() => 'tls') as never);
    expect(await typeErrorOf(complete)).toBe(
      'options.clientAuth must return what privateKeyJwt or clientSecret returned.',
    );
    expect(sent).toEqual([]);
  });

  it('is called once per assertion', async () => {
    const current = vi.fn(() => byKey(ec));
    const { consent } = open(current);
    expect(current).not.toHaveBeenCalled();
    await consent();
    expect(current).toHaveBeenCalledTimes(1);
  });
});
