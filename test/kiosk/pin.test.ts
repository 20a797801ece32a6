import { describe, expect, it } from 'vitest';
import { enterPin } from '../../src/kiosk/pin.js';
import { enter } from '../../src/kiosk/transitions.js';
import { termsOf } from '../../src/oauth/terms.js';
import { CERTIFICATE, CHALLENGE, loanEntry, openContext, trail } from './context.js';
import { LOAN_ID, loan, NOW, PIN, settle } from './kiosk.js';

/** Opens a session that waits for a PIN. */
function openAt(at: 'identity-pin' | 'fetch-pin', broken: Parameters<typeof openContext>[0] = {}) {
  const opened = openContext(broken);
  const { context, transaction, events } = opened;
  Object.assign(context, {
    transaction,
    certificate: CERTIFICATE,
    challenge: Uint8Array.of(0),
    chosen: context.services[0],
    terms: termsOf(loan, LOAN_ID, 't', Date.parse(NOW)),
  });
  enter(context, { at, service: loanEntry(context), triesLeft: 3, wrongPin: false }, 'card-read');
  events.length = 0;
  return opened;
}

describe('enterPin', () => {
  it('checks the identity with the first PIN and asks for the second', async () => {
    const { context, events, calls } = openAt('identity-pin');
    enterPin(context, PIN);
    await settle();
    expect(trail(events)).toEqual([
      'identity-pin -enterPin-> identity-check',
      'identity-check -identified-> fetch-pin',
    ]);
    expect(calls).toEqual(['readCertificate', 'sign', 'identify', 'challenge', 'readCertificate']);
    expect(context.challenge).toBe(CHALLENGE);
  });

  it('fetches with the second PIN and asks for the second consent', async () => {
    const { context, events, calls } = openAt('fetch-pin');
    enterPin(context, PIN);
    await settle();
    expect(trail(events)).toEqual([
      'fetch-pin -enterPin-> fetching',
      'fetching -fetched-> second-consent',
    ]);
    expect(calls).toEqual(['readCertificate', 'sign', 'fetch']);
    expect(context.answer?.terms).toEqual(context.terms);
  });

  it.each(['identity-pin', 'fetch-pin'] as const)(
    'asks again at %s after a wrong PIN, with the tries that are left',
    async (at) => {
      const { context } = openAt(at, {
        reader: { sign: async () => ({ status: 'wrong-pin', triesLeft: 1 }) },
      });
      enterPin(context, PIN);
      await settle();
      expect(context.state).toMatchObject({ at, triesLeft: 1, wrongPin: true });
    },
  );

  it.each([
    ['identity-pin', 'identify'],
    ['fetch-pin', 'fetch'],
  ] as const)('ends at %s when the portal refuses to %s', async (at, step) => {
    const { context } = openAt(at, {
      transaction: { [step]: async () => ({ status: 'refused', reason: 'expired' }) },
    });
    enterPin(context, PIN);
    expect((await context.ended).outcome).toEqual({ status: 'certificate-expired' });
  });

  it('rejects a malformed PIN and calls nothing', () => {
    const { context, calls } = openAt('identity-pin');
    expect(() => enterPin(context, '12345')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'pin' }),
    );
    expect(() => enterPin(context, 1234 as never)).toThrow(TypeError);
    expect([calls, context.state.at]).toEqual([[], 'identity-pin']);
  });
});
