import { describe, expect, it } from 'vitest';
import { kioskErrorsOf } from '../../src/kiosk/index.js';
import { trail } from './context.js';
import {
  type MachineOptions,
  never,
  openMachine,
  SCREENS,
  type Screen,
  settle,
  walkTo,
} from './kiosk.js';

const broken = () => Promise.reject(new Error('broken'));

/** Leads hanako to a screen, where she cancels, and leaves her card at the slot. */
async function cancelledAt(screen: Screen, options: MachineOptions = {}) {
  const machine = openMachine({ takesAtOnce: false, ...options });
  await walkTo(machine, screen);
  machine.session.cancel();
  await settle();
  return machine;
}

const numbersOf = ({ session }: Awaited<ReturnType<typeof cancelledAt>>) =>
  kioskErrorsOf(session.state).map(({ number }) => number);

describe('the card at the slot', () => {
  it.each(SCREENS)('cardHeld at %s says whether a card was put in', async (screen) => {
    const machine = await cancelledAt(screen);
    const isHeld = SCREENS.indexOf(screen) > SCREENS.indexOf('card-in');
    expect(machine.session.state).toMatchObject({
      at: isHeld ? 'take-card' : 'ended',
      cardHeld: isHeld,
    });
    expect(
      machine.events.flatMap(({ state }) => ('cardHeld' in state ? [state.cardHeld] : [])),
    ).toEqual(isHeld ? [true, true] : [false, false]);
  });

  it('is waited for until the citizen takes it', async () => {
    const machine = await cancelledAt('fetch-pin');
    machine.reader.take();
    expect(await machine.session.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'cancelled' },
    });
    expect(trail(machine.events).slice(-3)).toEqual([
      'fetch-pin -cancel-> card-out',
      'card-out -card-returned-> take-card',
      'take-card -card-taken-> ended',
    ]);
  });

  it('is drawn back in when the citizen forgets it, after a warning', async () => {
    const machine = await cancelledAt('fetch-pin');
    machine.clock.advance(45_000);
    await settle();
    expect(machine.events.at(-1)).toMatchObject({ cause: 'idle-soon', remainingMs: 15_000 });
    machine.clock.advance(15_000);
    await settle();
    expect(await machine.session.ended).toEqual({
      at: 'card-forgotten',
      cardHeld: true,
      outcome: { status: 'cancelled' },
    });
    expect(trail(machine.events).slice(-2)).toEqual([
      'take-card -idle-> retracting-card',
      'retracting-card -card-kept-> card-forgotten',
    ]);
    expect([machine.reader.offers, numbersOf(machine)]).toEqual([false, ['K-401']]);
  });

  it('can be left longer after extend', async () => {
    const machine = await cancelledAt('fetch-pin', { idleMs: { 'take-card': 20_000 } });
    machine.clock.advance(19_999);
    machine.session.extend();
    machine.clock.advance(19_999);
    await settle();
    expect(machine.session.state.at).toBe('take-card');
    machine.reader.take();
    expect((await machine.session.ended).at).toBe('ended');
  });

  it('counts as taken when the reader finds none to draw back in', async () => {
    const machine = await cancelledAt('fetch-pin', {
      reader: () => ({ awaitTaken: () => never(), retract: async () => false }),
    });
    machine.clock.advance(60_000);
    await settle();
    expect(await machine.session.ended).toMatchObject({ at: 'ended', cardHeld: false });
    expect(machine.events.at(-1)?.cause).toBe('card-taken');
  });

  it.each<[string, MachineOptions]>([
    ['the reader cannot say whether it was taken', { reader: () => ({ awaitTaken: broken }) }],
    [
      'the reader does not wait',
      {
        reader: () => ({
          awaitTaken: (() => {
            throw new Error('broken');
          }) as never,
        }),
      },
    ],
    ['it cannot be drawn back in', { reader: () => ({ retract: broken }) }],
    ['the reader says nothing of it', { reader: () => ({ retract: (async () => {}) as never }) }],
    ['drawing it back in takes ten seconds', { reader: () => ({ retract: () => never() }) }],
  ])('counts as jammed when %s', async (_, options) => {
    const machine = await cancelledAt('fetch-pin', options);
    for (const ms of [60_000, 10_000]) {
      machine.clock.advance(ms);
      await settle();
    }
    expect(await machine.session.ended).toMatchObject({ at: 'card-jammed', cardHeld: true });
    expect(numbersOf(machine)).toEqual(['K-402']);
  });

  it('counts as jammed when the simulated reader is, and as no card where none was put in', async () => {
    for (const [screen, cardHeld, number] of [
      ['fetch-pin', true, 'K-402'],
      ['menu', false, 'K-403'],
    ] as const) {
      const machine = openMachine();
      await walkTo(machine, screen);
      machine.reader.jam();
      machine.session.cancel();
      await settle();
      expect(machine.session.state).toMatchObject({ at: 'card-jammed', cardHeld });
      expect(numbersOf(machine)).toEqual([number]);
    }
  });

  it('is not asked for again after it was pulled out by force', async () => {
    const machine = openMachine({ takesAtOnce: false });
    await walkTo(machine, 'fetch-pin');
    machine.reader.pull();
    expect(await machine.session.ended).toMatchObject({ at: 'ended', cardHeld: false });
  });

  it('is asked for when the slot drew it in while it was closing', async () => {
    let drawIn = () => {};
    const machine = await cancelledAt('card-in', {
      reader: () => ({
        insert: () =>
          new Promise<void>((resolve) => {
            drawIn = resolve;
          }),
        awaitTaken: () => never(),
      }),
    });
    expect(machine.session.state).toMatchObject({ at: 'card-out', cardHeld: false });
    drawIn();
    await settle();
    expect(machine.session.state).toMatchObject({ at: 'take-card', cardHeld: true });
  });
});
