import { describe, expect, it } from 'vitest';
import { createSimulatedReader, isSelfInfoError } from '../../src/kiosk/index.js';
import { leaksIn } from '../kit/leaks.js';
import { openMachine, PIN, settle, walkTo } from './kiosk.js';

describe('confidentiality of PIN and answer', () => {
  // Only hanako's record of local tax contains these.
  const content = { income: '3720000', salary: '5200000', field: '合計所得金額' };

  it.each(['agree', 'refuse'] as const)(
    'neither PIN nor content appears in session, states or events when the citizen chooses to %s',
    async (decision) => {
      const seen: Record<string, unknown> = {};
      const machine = openMachine({
        onEvent(event) {
          seen[`event ${Object.keys(seen).length}`] = event;
        },
      });
      seen.session = machine.session;
      await walkTo(machine, 'second-consent');
      seen.second = machine.session.state;
      machine.session[decision]();
      await settle();
      seen.end = machine.session.state;
      seen.events = machine.events;
      expect(leaksIn(seen, { pin: PIN, ...content })).toEqual([]);
    },
  );

  it('the session keeps nothing of an error that the reader throws', async () => {
    const machine = openMachine({
      reader: () => ({
        sign: async (_, pin) => {
          throw new Error(`PIN ${pin} failed`);
        },
      }),
    });
    await walkTo(machine, 'identity-pin');
    machine.session.enterPin('4071');
    await settle();
    const end = await machine.session.ended;
    expect(end).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'failed', part: 'reader' },
    });
    expect(
      leaksIn({ end, events: machine.events, session: machine.session }, { pin: '4071' }),
    ).toEqual([]);
  });

  it('the error for a malformed PIN does not contain the PIN', async () => {
    const machine = openMachine();
    await walkTo(machine, 'identity-pin');
    const refusal = caught(() => machine.session.enterPin('40711'));
    expect(isSelfInfoError(refusal, 'invalid_option')).toBe(true);
    expect(leaksIn({ refusal }, { pin: '40711' })).toEqual([]);
  });

  it('neither card nor simulated reader reveals a PIN', () => {
    const { kiosk } = openMachine();
    const card = kiosk.card('hanako');
    const reader = createSimulatedReader();
    reader.present(card);
    expect(leaksIn({ card, reader, log: kiosk.log }, { pin: PIN, name: '番号 花子' })).toEqual([]);
  });
});

function caught(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
