import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/calendar/calendar.js';
import { createVirtualClock } from '../../../src/foundation/clock.js';
import { createCardIssuer, issueCard, type SandboxCard } from '../../../src/sandbox/kiosk/cards.js';
import { type KioskContext, openTransaction } from '../../../src/sandbox/kiosk/transaction.js';
import { personas as builtIn } from '../../../src/sandbox/personas/built-in.js';
import { checkPersonas } from '../../../src/sandbox/personas/persona.js';
import { Problems } from '../../../src/sandbox/problems.js';

const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const personas = checkPersonas(builtIn, 'personas', new Problems());
const { signal } = new AbortController();

function open() {
  const issuer = createCardIssuer({ personas, clock });
  const context: KioskContext = { issuer, calendar: createCalendar(), log: [] };
  const transaction = openTransaction(context, []);
  const proofOf = async (step: 'identity' | 'fetch', card: SandboxCard) => {
    const { certificate } = card.read();
    const given = await transaction.challenge(step, certificate, signal);
    if (given.status !== 'challenge') throw new Error(given.reason);
    const signed = card.sign(given.challenge, '1234');
    if (signed.status !== 'signed') throw new Error(signed.status);
    return { certificate, signature: signed.signature };
  };
  return { context, transaction, proofOf, card: issueCard(issuer, 'hanako') };
}

describe('a transaction of the sandbox kiosk', () => {
  it('goes from the identity check by way of the fetch to the end', async () => {
    const { context, transaction, proofOf, card } = open();
    expect(await transaction.identify(await proofOf('identity', card), signal)).toEqual({
      status: 'identified',
    });
    expect(await transaction.fetch(await proofOf('fetch', card), signal)).toMatchObject({
      status: 'fetched',
    });
    await transaction.provide(signal);
    expect(context.log.map(({ step }) => step)).toEqual([
      ...['challenge', 'identify', 'challenge', 'fetch', 'provide'],
    ]);
  });

  it('accepts a proof once', async () => {
    const { transaction, proofOf, card } = open();
    const proof = await proofOf('identity', card);
    await transaction.identify(proof, signal);
    expect(await transaction.identify(proof, signal)).toEqual({
      status: 'refused',
      reason: 'not-accepted',
    });
  });

  it('accepts only the identified card for the fetch', async () => {
    const { context, transaction, proofOf, card } = open();
    await transaction.identify(await proofOf('identity', card), signal);
    const another = await proofOf('fetch', issueCard(context.issuer, 'hanako'));
    expect(await transaction.fetch(another, signal)).toEqual({
      status: 'refused',
      reason: 'not-accepted',
    });
  });

  it('refuses to provide what was not fetched', async () => {
    const { context, transaction } = open();
    await expect(transaction.provide(signal)).rejects.toMatchObject({ code: 'sandbox_refused' });
    expect(context.log).toEqual([{ step: 'provide', outcome: 'refused' }]);
  });
});
