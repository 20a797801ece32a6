import { describe, expect, it } from 'vitest';
import { latest, pointInTime } from '../../src/index.js';
import { createVirtualClock } from '../../src/kiosk/index.js';
import { createSandboxKiosk, personas } from '../../src/sandbox/index.js';
import { LOAN_ID, loan, NOW, PIN } from './kiosk.js';

describe('createSandboxKiosk', () => {
  const registration = {
    clientId: LOAN_ID,
    redirectUris: ['https://loan.example/callback'],
    service: loan,
  };
  const request = {
    transactionId: 't',
    serviceId: LOAN_ID,
    items: [{ code: 'TM00000000000002', inquiry: latest() }],
    consentedAt: NOW,
  };
  const signal = new AbortController().signal;
  const open = () =>
    createSandboxKiosk({ registrations: [registration], clock: createVirtualClock(NOW) });

  it('rejects unknown options, personas and conditions and names them', () => {
    expect(() => createSandboxKiosk({ registrations: [registration], port: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'unknown_option' }),
    );
    expect(() => open().card('nobody')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'persona' }),
    );
    expect(() => open().card('hanako', 'torn' as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'condition' }),
    );
  });

  it.each([
    ['a service it does not know', { serviceId: 'SP00000000_XX0000' }],
    [
      'an item that is not registered',
      { items: [{ code: 'TM00000000000084', inquiry: latest() }] },
    ],
    [
      'an inquiry that is not registered',
      { items: [{ code: 'TM00000000000002', inquiry: pointInTime('2026-04-01') }] },
    ],
  ])('refuses %s', async (_, change) => {
    await expect(open().authorizer.begin({ ...request, ...change }, signal)).rejects.toMatchObject({
      code: 'sandbox_refused',
    });
  });

  it('accepts a signature once, for its step, from the card that was identified', async () => {
    const kiosk = open();
    const [card, other] = [kiosk.card('hanako'), kiosk.card('hanako')];
    const { certificate } = card.read();
    const transaction = await kiosk.authorizer.begin(request, signal);
    const refused = { status: 'refused', reason: 'not-accepted' };
    async function proofFor(step: 'identity' | 'fetch', by = card) {
      const asked = await transaction.challenge(step, by.read().certificate, signal);
      const made = asked.status === 'challenge' ? by.sign(asked.challenge, PIN) : undefined;
      return {
        certificate: by.read().certificate,
        signature: made?.status === 'signed' ? made.signature : new Uint8Array(64),
      };
    }
    expect(await transaction.challenge('fetch', certificate, signal)).toEqual(refused);
    expect(
      await transaction.identify({ certificate, signature: new Uint8Array(64) }, signal),
    ).toEqual(refused);
    const proof = await proofFor('identity');
    expect(await transaction.identify(proof, signal)).toEqual({ status: 'identified' });
    expect(await transaction.identify(proof, signal)).toEqual(refused);
    expect(await transaction.fetch(proof, signal)).toEqual(refused);
    expect(await transaction.fetch(await proofFor('fetch', other), signal)).toEqual(refused);
    await expect(transaction.provide(signal)).rejects.toMatchObject({ code: 'sandbox_refused' });
  });

  it('refuses a certificate that it did not issue', async () => {
    const transaction = await open().authorizer.begin(request, signal);
    for (const certificate of [
      new Uint8Array(),
      Uint8Array.of(46),
      open().card('hanako').read().certificate,
    ]) {
      expect(await transaction.challenge('identity', certificate, signal)).toEqual({
        status: 'refused',
        reason: 'not-accepted',
      });
    }
  });

  it('expires a certificate by its clock', async () => {
    const clock = createVirtualClock(NOW);
    const kiosk = createSandboxKiosk({ registrations: [registration], clock });
    const { certificate } = kiosk.card('hanako').read();
    clock.set('2032-01-01T10:00:00+09:00');
    const transaction = await kiosk.authorizer.begin(request, signal);
    expect(await transaction.challenge('identity', certificate, signal)).toEqual({
      status: 'refused',
      reason: 'expired',
    });
  });

  it('issues to every persona the card of that persona', () => {
    const kiosk = open();
    for (const { id, card } of personas)
      expect(kiosk.card(id).read().triesLeft).toBe(card === 'locked' ? 0 : 3);
  });
});
