import { describe, expect, it } from 'vitest';
import { onward, openMachine, PIN, SCREENS, settle, walkTo } from './kiosk.js';

describe('a kiosk session', () => {
  it.each(['identity-pin', 'fetch-pin'] as const)(
    'ends as card-locked after the third wrong PIN at %s',
    async (screen) => {
      const machine = openMachine();
      await walkTo(machine, screen);
      for (const pin of ['0000', '0000', '0000']) {
        machine.session.enterPin(pin);
        await settle();
      }
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'card-locked' },
      });
      expect(machine.steps().at(-1)).toBe('discard');
    },
  );

  it.each([
    ['locked', 'card-locked'],
    ['expired', 'certificate-expired'],
    ['revoked', 'certificate-revoked'],
  ] as const)(
    'with a card that is %s ends as %s before it asks for a PIN',
    async (condition, status) => {
      const machine = openMachine();
      await walkTo(machine, 'card-in');
      machine.reader.present(machine.kiosk.card('hanako', condition));
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status },
      });
      expect(machine.events.map(({ state }) => state.at)).not.toContain('identity-pin');
      expect(machine.reader.holds).toBe(false);
    },
  );

  it('ends as certificate-refused for a card of another issuer', async () => {
    const machine = openMachine();
    await walkTo(machine, 'card-in');
    machine.reader.present(openMachine().kiosk.card('hanako'));
    await settle();
    expect(machine.session.state).toMatchObject({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'certificate-refused' },
    });
  });

  it.each(['identity-pin', 'fetch-pin', 'second-consent'] as const)(
    'ends as card-removed and discards the transaction when the card is pulled out at %s',
    async (screen) => {
      const machine = openMachine();
      await walkTo(machine, screen);
      machine.reader.pull();
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'card-removed' },
      });
      expect(machine.steps().at(-1)).toBe('discard');
      expect(machine.ejects()).toBe(1);
    },
  );

  it.each(['identity-pin', 'fetch-pin'] as const)(
    'ends as card-swapped at %s and does not show the PIN to the swapped card',
    async (screen) => {
      const asked: string[] = [];
      const machine = openMachine({
        reader: (simulated) => ({
          async sign(challenge, pin, signal) {
            asked.push(pin);
            return simulated.sign(challenge, pin, signal);
          },
        }),
      });
      await walkTo(machine, screen);
      const before = asked.length;
      machine.reader.swap(machine.kiosk.card('taro-unfiled'));
      machine.session.enterPin(PIN);
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'card-swapped' },
      });
      expect(asked).toHaveLength(before);
      expect(machine.steps().at(-1)).toBe('discard');
    },
  );

  it('ends as card-swapped even for another card of the same person', async () => {
    const machine = openMachine();
    await walkTo(machine, 'fetch-pin');
    machine.reader.swap(machine.kiosk.card('hanako'));
    machine.session.enterPin(PIN);
    await settle();
    expect(machine.session.state).toMatchObject({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'card-swapped' },
    });
  });

  it.each(SCREENS)(
    'ejects the card and discards the transaction when the citizen cancels at %s',
    async (screen) => {
      const machine = openMachine();
      await walkTo(machine, screen);
      machine.session.cancel();
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'cancelled' },
      });
      expect([machine.ejects(), machine.reader.holds]).toEqual([1, false]);
      expect(machine.steps().includes('begin')).toBe(machine.steps().includes('discard'));
    },
  );

  it.each(SCREENS.filter((screen) => screen !== 'start'))(
    'ends as idle at %s after one minute without an action, and not a millisecond earlier',
    async (screen) => {
      const machine = openMachine();
      await walkTo(machine, screen);
      const { state } = machine.session;
      machine.clock.advance(59_999);
      await settle();
      expect(machine.session.state).toBe(state);
      machine.clock.advance(1);
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'idle' },
      });
      expect(machine.ejects()).toBe(1);
    },
  );

  it('starts the idle time again with every step, and ends after idleMs', async () => {
    const machine = openMachine({ idleMs: 5_000 });
    for (const screen of SCREENS) {
      machine.clock.advance(4_999);
      onward[screen](machine);
      await settle();
    }
    expect(machine.session.state).toMatchObject({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'provided' },
    });
    const other = openMachine({ idleMs: 5_000 });
    await walkTo(other, 'menu');
    other.clock.advance(5_000);
    await settle();
    expect(other.session.state).toMatchObject({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'idle' },
    });
  });

  it.each([
    ['first-consent', 'first'],
    ['second-consent', 'second'],
  ] as const)(
    'ends as refused and provides nothing when the citizen refuses at %s',
    async (screen, consent) => {
      const machine = openMachine();
      await walkTo(machine, screen);
      machine.session.refuse();
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'refused', consent },
      });
      expect(machine.steps()).not.toContain('provide');
      expect(machine.reader.holds).toBe(false);
    },
  );
});
