import { describe, expect, it } from 'vitest';
import { discardTransaction, returnCard } from '../../src/kiosk/card-out.js';
import { openContext } from './context.js';
import { altered, never, openMachine, settle, walkTo } from './kiosk.js';

describe('the card at the end of a session', () => {
  it.each([
    ['hangs', () => never<void>(), 10_000],
    ['rejects', () => Promise.reject(new Error('jammed')), 0],
    [
      'throws',
      () => {
        throw new Error('jammed');
      },
      0,
    ],
  ] as const)('needs an attendant when eject %s', async (_, eject, ms) => {
    const machine = openMachine({ reader: () => ({ eject }) });
    await walkTo(machine, 'second-consent');
    machine.session.agree();
    await settle();
    machine.clock.advance(Math.max(0, ms - 1));
    await settle();
    if (ms > 0) expect(machine.session.state.at).toBe('card-out');
    machine.clock.advance(1);
    await settle();
    // The answer was provided nevertheless.
    expect(machine.session.state).toMatchObject({
      at: 'card-jammed',
      cardHeld: true,
      outcome: { status: 'provided' },
    });
  });

  it('is ejected again when the slot drew one in while it was closing', async () => {
    let drawIn = () => {};
    const machine = openMachine({
      reader: () => ({
        insert: () =>
          new Promise<void>((resolve) => {
            drawIn = resolve;
          }),
      }),
    });
    await walkTo(machine, 'card-in');
    machine.session.cancel();
    await settle();
    expect([machine.session.state.at, machine.ejects()]).toEqual(['card-out', 1]);
    drawIn();
    await settle();
    expect([machine.session.state.at, machine.ejects()]).toEqual(['ended', 2]);
  });

  it('needs an attendant when the reader cannot say whether the slot is shut', async () => {
    const machine = openMachine({ reader: () => ({ insert: () => never() }) });
    await walkTo(machine, 'card-in');
    machine.session.cancel();
    machine.clock.advance(10_000);
    await settle();
    expect(await machine.session.ended).toEqual({
      at: 'card-jammed',
      cardHeld: true,
      outcome: { status: 'cancelled' },
    });
  });

  it('comes out although the portal does not respond to discard', async () => {
    const machine = openMachine({
      authorizer: (sandbox) => altered(sandbox, () => ({ discard: () => never() })),
    });
    await walkTo(machine, 'fetch-pin');
    machine.session.cancel();
    machine.clock.advance(10_000);
    await settle();
    expect(await machine.session.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'cancelled' },
    });
  });
});

describe('returnCard', () => {
  const shut = Promise.resolve(false);
  const done = Promise.resolve();

  it('says once the card is out and the transaction is discarded', async () => {
    const { context, calls } = openContext();
    let discarded = () => {};
    const discarding = new Promise<void>((resolve) => {
      discarded = resolve;
    });
    const returned = returnCard(context, shut, discarding);
    expect(await Promise.race([returned, settle()])).toBeUndefined();
    discarded();
    expect([await returned, calls]).toEqual([{ isOut: true, wasDrawnIn: false }, ['eject']]);
  });

  it('ejects again when the slot has drawn a card in', async () => {
    const { context, calls } = openContext();
    expect(await returnCard(context, Promise.resolve(true), done)).toEqual({
      isOut: true,
      wasDrawnIn: true,
    });
    expect(calls).toEqual(['eject', 'eject']);
  });

  it('says that the card is not out when eject rejects', async () => {
    const { context } = openContext({
      reader: { eject: () => Promise.reject(new Error('jammed')) },
    });
    expect(await returnCard(context, shut, done)).toEqual({ isOut: false, wasDrawnIn: false });
  });

  it.each([
    ['eject never resolves', () => never<void>(), shut, { isOut: false, wasDrawnIn: false }],
    ['the slot never shuts', async () => {}, never<boolean>(), { isOut: false, wasDrawnIn: true }],
  ])('says so after ten seconds when %s', async (_, eject, slot, expected) => {
    const { context, clock } = openContext({ reader: { eject } });
    const returned = returnCard(context, slot, done);
    clock.advance(9_999);
    expect(await Promise.race([returned, settle()])).toBeUndefined();
    clock.advance(1);
    expect(await returned).toEqual(expected);
  });

  it('says that the card is out after ten seconds when only the discarding never ends', async () => {
    const { context, clock } = openContext();
    const returned = returnCard(context, shut, never());
    await settle();
    clock.advance(10_000);
    expect(await returned).toEqual({ isOut: true, wasDrawnIn: false });
  });
});

describe('discardTransaction', () => {
  it.each<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('gone'))],
    [
      'throws',
      () => {
        throw new Error('gone');
      },
    ],
  ])('resolves although discard %s', async (_, discard) => {
    const { transaction } = openContext({ transaction: { discard } });
    expect(await discardTransaction(transaction)).toBeUndefined();
  });
});
