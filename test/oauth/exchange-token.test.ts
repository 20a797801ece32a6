import { describe, expect, it } from 'vitest';
import {
  exchangeToken,
  publicProfile,
  sandboxEnvironment,
  systemClock,
  validateCallback,
} from '../../src/index.js';
import { type Reply, raw, startPortal } from '../kit/portal.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';
import { good, json } from './exchange.js';

describe('exchangeToken', () => {
  const state = 'state-of-the-host';
  const environment = openStub().environment;
  const back = `${environment.redirectUri}?${new URLSearchParams({ code: 'code-of-the-portal', state, iss: environment.issuer })}`;
  const codeVerifier = 'a'.repeat(43);

  it('exchanges a valid callback once, with any outcome', async () => {
    const answers: [string, () => Promise<Response>][] = [
      ['granted', async () => json(good)],
      ['token_refused', async () => json({ error: 'invalid_grant' }, 400)],
      ['response_invalid', async () => json({})],
      ['connection_closed', () => Promise.reject(new TypeError('fetch failed'))],
    ];
    for (const [expected, answer] of answers) {
      let sent = 0;
      const fetch = () => {
        sent++;
        return answer();
      };
      const callback = await validateCallback(environment, back, { state });
      const first = await exchangeToken({ environment, callback, codeVerifier, fetch }).then(
        () => 'granted',
        (error) => error.code,
      );
      expect(first).toBe(expected);
      const again = await errorOf(() =>
        exchangeToken({ environment, callback, codeVerifier, fetch }),
      );
      expect(again).toMatchObject({
        code: 'callback_rejected',
        upstream: { code: 'replayed' },
        effect: 'none',
      });
      expect(sent).toBe(1);
    }
  });

  it('refuses the response when the clock returns nanoseconds, which give no expiry', async () => {
    const clock = { now: () => 1.8e18, wait: systemClock.wait };
    const callback = await validateCallback(environment, back, { state });
    const options = { environment, callback, codeVerifier, fetch: async () => json(good), clock };
    expect(await errorOf(() => exchangeToken(options))).toMatchObject({
      code: 'response_invalid',
      stage: 'token',
      effect: 'unknown',
      retry: { safe: false },
    });
  });

  it('closes its connection after any outcome', async () => {
    const replies: { token?: Reply } = {};
    const portal = await startPortal({ replies });
    try {
      const { environment, tls } = portal;
      const returned = `${environment.redirectUri}?${new URLSearchParams({ code: 'code-of-the-portal', state, iss: environment.issuer })}`;
      for (const status of [200, 400]) {
        replies.token = raw(JSON.stringify(good), { 'content-type': 'application/json' }, status);
        const callback = await validateCallback(environment, returned, { state });
        const said = await exchangeToken({ environment, callback, codeVerifier, tls }).catch(
          (error) => error.code,
        );
        expect(said.expiresAt ?? said).toEqual(
          status === 200 ? expect.any(String) : 'upstream_refused',
        );
        await portal.drained();
      }
    } finally {
      await portal.close();
    }
  });

  it('aborts by the signal of its caller', async () => {
    const callback = await validateCallback(environment, back, { state });
    const fetch = () => new Promise<never>(() => {});
    const controller = new AbortController();
    const exchanging = errorOf(() =>
      exchangeToken({ environment, callback, codeVerifier, fetch, signal: controller.signal }),
    );
    controller.abort();
    expect((await exchanging).code).toBe('aborted');
  });

  it('does not use a callback up when its options are wrong', async () => {
    const callback = await validateCallback(environment, back, { state });
    const fetch = async () => json(good);
    expect(
      await typeErrorOf(() =>
        exchangeToken({ environment, callback: { ...callback } as never, codeVerifier, fetch }),
      ),
    ).toBe('options.callback must be what validateCallback returned.');
    expect(
      (await errorOf(() => exchangeToken({ environment, callback, codeVerifier: '', fetch }))).code,
    ).toBe('invalid_option');
    expect((await errorOf(() => exchangeToken({ environment, callback, codeVerifier }))).code).toBe(
      'missing_option',
    );
    expect(
      (await exchangeToken({ environment, callback, codeVerifier, fetch })).token.reveal(),
    ).toBe('a-token');
  });

  it('is reached only by a callback with the right iss, or without iss where the profile says that the portal sends none', async () => {
    const profile = {
      ...publicProfile,
      oauth: {
        ...publicProfile.oauth,
        issuerInCallback: { value: false, confidence: 'specification' } as const,
      },
    };
    const { clientId, redirectUri, endpoints, issuer } = environment;
    const silent = sandboxEnvironment({ clientId, redirectUri, endpoints, issuer, profile });
    const without = back.replace(/&iss=[^&]+/, '');
    expect(await validateCallback(silent, without, { state })).toBeDefined();
    for (const [made, url] of [
      [environment, without],
      [silent, `${without}&iss=https%3A%2F%2Fevil.example`],
      [silent, `${without}&iss=`],
    ] as const)
      expect(await errorOf(() => validateCallback(made, url, { state }))).toMatchObject({
        code: 'callback_rejected',
        upstream: { code: 'issuer_mismatch' },
      });
  });
});
