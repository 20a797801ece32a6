import { describe, expect, it } from 'vitest';
import {
  cardRefused,
  readCertificate,
  requestChallenge,
  signChallenge,
} from '../../src/kiosk/proof.js';
import { Ending } from '../../src/kiosk/work.js';
import { CERTIFICATE, CHALLENGE, live, openContext, SIGNATURE } from './context.js';
import { PIN } from './kiosk.js';

const endingOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (reason) => (reason instanceof Ending ? reason.outcome.status : String(reason)),
  );

describe('readCertificate', () => {
  it.each<[string, unknown, string]>([
    ['a locked card', { certificate: CERTIFICATE, triesLeft: 0 }, 'card-locked'],
    ['text', 'certificate', 'TypeError: The reader returned no certificate.'],
    [
      'an empty certificate',
      { certificate: new Uint8Array(), triesLeft: 3 },
      'TypeError: The reader returned no certificate.',
    ],
  ])('rejects %s', async (_, value, expected) => {
    const { context } = openContext({ reader: { readCertificate: async () => value as never } });
    expect(await endingOf(readCertificate(context, live()))).toBe(expected);
  });
});

describe('requestChallenge', () => {
  it('passes a copy of the certificate and returns the bytes to sign', async () => {
    const seen: unknown[] = [];
    const { context, transaction } = openContext({
      transaction: {
        async challenge(...given) {
          seen.push(...given);
          return { status: 'challenge', challenge: CHALLENGE };
        },
      },
    });
    const signal = live();
    expect(await requestChallenge(context, 'fetch', transaction, CERTIFICATE, signal)).toBe(
      CHALLENGE,
    );
    expect(seen).toEqual(['fetch', CERTIFICATE, signal]);
    expect(seen[1]).not.toBe(CERTIFICATE);
  });

  it.each<[string, unknown, string]>([
    ['a refusal', { status: 'refused', reason: 'revoked' }, 'certificate-revoked'],
    ['another status', { status: 'ok' }, 'TypeError: The authorizer returned no challenge.'],
    [
      'a challenge that is text',
      { status: 'challenge', challenge: 'text' },
      'TypeError: The authorizer returned no challenge.',
    ],
  ])('rejects %s', async (_, value, expected) => {
    const { context, transaction } = openContext({
      transaction: { challenge: async () => value as never },
    });
    expect(
      await endingOf(requestChallenge(context, 'identity', transaction, CERTIFICATE, live())),
    ).toBe(expected);
  });
});

describe('signChallenge', () => {
  const ready = (sign: unknown, certificate = CERTIFICATE) => {
    const opened = openContext({ reader: { sign: async () => sign as never } });
    Object.assign(opened.context, { certificate, challenge: CHALLENGE });
    return opened;
  };

  it('returns certificate and signature for a right PIN', async () => {
    const { context } = ready({ status: 'signed', signature: SIGNATURE });
    expect(await signChallenge(context, PIN, live())).toEqual({
      certificate: CERTIFICATE,
      signature: SIGNATURE,
    });
  });

  it('returns the tries that are left for a wrong PIN', async () => {
    const { context } = ready({ status: 'wrong-pin', triesLeft: 2 });
    expect(await signChallenge(context, PIN, live())).toBe(2);
  });

  it.each<[string, unknown, string]>([
    ['a locked card', { status: 'locked' }, 'card-locked'],
    ['the last wrong PIN', { status: 'wrong-pin', triesLeft: 0 }, 'card-locked'],
    ['another status', { status: 'ok' }, 'TypeError: The reader returned no signature.'],
  ])('rejects %s', async (_, value, expected) => {
    expect(await endingOf(signChallenge(ready(value).context, PIN, live()))).toBe(expected);
  });

  it('never shows the PIN to a card with another certificate', async () => {
    const { context, calls } = ready({ status: 'signed', signature: SIGNATURE }, Uint8Array.of(4));
    expect(await endingOf(signChallenge(context, PIN, live()))).toBe('card-swapped');
    expect(calls).toEqual(['readCertificate']);
  });

  it('rejects when no card was read before', async () => {
    const { context, calls } = openContext();
    expect(await endingOf(signChallenge(context, PIN, live()))).toBe(
      'TypeError: There is nothing to sign.',
    );
    expect(calls).toEqual([]);
  });
});

describe('cardRefused', () => {
  it.each([
    ['expired', 'certificate-expired'],
    ['revoked', 'certificate-revoked'],
    ['not-accepted', 'certificate-refused'],
  ] as const)('maps the reason %s to the outcome %s', (reason, status) => {
    expect(cardRefused(reason)).toMatchObject({ outcome: { status }, cause: 'card-refused' });
  });

  it('throws for an unknown reason', () => {
    expect(() => cardRefused('toString' as never)).toThrow(TypeError);
  });
});
