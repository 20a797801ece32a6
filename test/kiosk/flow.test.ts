import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { createSimulatedReader, isSelfInfoError } from '../../src/kiosk/index.js';
import { leaksIn } from '../kit/leaks.js';
import {
  altered,
  LOAN_ID,
  NOW,
  never,
  onward,
  openMachine,
  PENSION_ID,
  PIN,
  STOPS,
  SUNDAY,
  settle,
  walkTo,
} from './kiosk.js';

describe('the flow of figures 3.3-1 to 3.3-7', () => {
  it('leads from the button to the answer, state by state', async () => {
    const { session, events, reader, ejects, steps } = await walked();
    expect(events.map(({ from, cause, state }) => [from, cause, state.at])).toEqual([
      ['start', 'begin', 'menu'],
      ['menu', 'choose', 'first-consent'],
      ['first-consent', 'agree', 'connecting'],
      ['connecting', 'connected', 'card-in'],
      ['card-in', 'card-held', 'reading-card'],
      ['reading-card', 'card-read', 'identity-pin'],
      ['identity-pin', 'enterPin', 'identity-check'],
      ['identity-check', 'identified', 'fetch-pin'],
      ['fetch-pin', 'enterPin', 'fetching'],
      ['fetching', 'fetched', 'second-consent'],
      ['second-consent', 'agree', 'providing'],
      ['providing', 'provided', 'card-out'],
      ['card-out', 'card-returned', 'ended'],
    ]);
    expect(steps()).toEqual(['begin', 'challenge', 'identify', 'challenge', 'fetch', 'provide']);
    expect(await session.ended).toBe(session.state);
    expect([ejects(), reader.holds]).toEqual([1, false]);
  });

  it('provides the answer under the terms of the first consent, for the retention of the service', async () => {
    const { outcome } = await (await walked()).session.ended;
    if (outcome.status !== 'provided') throw new Error(outcome.status);
    const { terms, items } = outcome.answer;
    // 30 days after 1 December is the 31st; it ends at midnight.
    expect(terms).toMatchObject({
      serviceId: LOAN_ID,
      items: ['income'],
      grantedAt: '2026-12-01T10:00:00+09:00',
      keepUntil: '2027-01-01T00:00:00+09:00',
    });
    expect(items.income?.status === 'present' && items.income.reveal()).toMatchObject([
      { holder: 'サンプル市', fields: { 合計所得金額: 3_720_000 } },
    ]);
  });

  it('blocks reading the answer once the retention has ended', async () => {
    const { session, clock } = await walked();
    const { outcome } = await session.ended;
    clock.set('2027-01-01T00:00:00+09:00');
    if (outcome.status !== 'provided') throw new Error(outcome.status);
    const { income } = outcome.answer.items;
    expect(() => income?.status === 'present' && income.reveal()).toThrow(
      expect.objectContaining({ code: 'retention_ended' }),
    );
  });

  it('shows in the menu the availability of the items to fetch', async () => {
    const machine = openMachine({ now: SUNDAY });
    await walkTo(machine, 'menu');
    const { state } = machine.session;
    if (state.at !== 'menu') throw new Error(state.at);
    expect(
      state.services.map(({ id, name, items, availability }) => [
        id,
        name,
        items,
        availability.state,
      ]),
    ).toEqual([
      [LOAN_ID, '住宅ローンサービスへの所得情報の提出', { income: 'local-tax' }, 'open'],
      [PENSION_ID, '老後資金相談サービスへの年金情報の提出', { pension: 'pension' }, 'closed'],
    ]);
  });

  it('shows why and until when a chosen service is closed, and requests nothing from the portal', async () => {
    const { session, steps } = await atMenu(SUNDAY);
    session.choose(PENSION_ID);
    const { state } = session;
    if (state.at !== 'unavailable') throw new Error(state.at);
    // Sunday 6 December: the pension service opens on Monday at 8:00.
    expect(state.service.availability.nextOpening?.toISO({ suppressMilliseconds: true })).toBe(
      '2026-12-07T08:00:00+09:00',
    );
    expect(state.service.availability.causes.map(({ server }) => server)).toContain(
      'pension-service',
    );
    expect(steps()).toEqual([]);
    session.back();
    session.choose(LOAN_ID);
    expect(session.state.at).toBe('first-consent');
  });

  it('checks the calendar again when the citizen agrees, because notices may have come since', async () => {
    let calendar = createCalendar();
    const machine = openMachine({ calendar: () => calendar });
    await walkTo(machine, 'first-consent');
    calendar = calendar.with([
      {
        id: 'outage',
        target: 'all',
        state: 'closed',
        start: '2026-12-01T10:00:00+09:00',
        end: '2026-12-01T12:00:00+09:00',
        announcedAt: NOW,
        source: 'test',
      },
    ]);
    machine.session.agree();
    const { state } = machine.session;
    if (state.at !== 'unavailable') throw new Error(state.at);
    expect(state.service.availability.nextOpening?.toISO({ suppressMilliseconds: true })).toBe(
      '2026-12-01T12:00:00+09:00',
    );
    expect(machine.steps()).toEqual([]);
  });

  it.each([
    ['2026-12-01T10:09:59+09:00', 'unavailable'],
    ['2026-12-01T10:10:00+09:00', 'first-consent'],
  ] as const)('looks ten minutes ahead: an outage from %s leads to %s', async (start, expected) => {
    const outage = {
      id: 'outage',
      target: 'all',
      state: 'closed',
      start,
      end: '2026-12-01T12:00:00+09:00',
      announcedAt: NOW,
      source: 'test',
    } as const;
    const machine = openMachine({ calendar: createCalendar().with([outage]) });
    await walkTo(machine, 'menu');
    machine.session.choose(LOAN_ID);
    expect(machine.session.state.at).toBe(expected);
  });

  it('continues while the calendar is uncertain, and shows it', async () => {
    // The third weekend of December: an outage at unpublished hours.
    const machine = openMachine({ now: '2026-12-19T10:00:00+09:00' });
    await walkTo(machine, 'first-consent');
    expect(machine.session.state).toMatchObject({
      at: 'first-consent',
      service: { availability: { state: 'uncertain' } },
    });
    machine.session.agree();
    await settle();
    expect(machine.session.state.at).toBe('card-in');
  });

  it('counts the retention from the first consent, however late the fetch is, and timestamps each event', async () => {
    const machine = openMachine({ now: '2026-12-01T22:00:00+09:00', idleMs: 4 * 3_600_000 });
    await walkTo(machine, 'fetch-pin');
    machine.clock.set('2026-12-02T00:30:00+09:00');
    for (const step of ['fetch-pin', 'second-consent'] as const) {
      onward[step](machine);
      await settle();
    }
    const { outcome } = await machine.session.ended;
    expect(outcome).toMatchObject({
      status: 'provided',
      answer: {
        terms: { grantedAt: '2026-12-01T22:00:00+09:00', keepUntil: '2027-01-01T00:00:00+09:00' },
      },
    });
    expect([machine.events.at(0)?.time, machine.events.at(-1)?.time]).toEqual([
      '2026-12-01T22:00:00+09:00',
      '2026-12-02T00:30:00+09:00',
    ]);
  });

  it('shows the tries that are left, and three again after a right PIN', async () => {
    const machine = openMachine();
    await walkTo(machine, 'identity-pin');
    expect(machine.session.state).toMatchObject({ triesLeft: 3, wrongPin: false });
    machine.session.enterPin('0000');
    await settle();
    expect(machine.session.state).toMatchObject({
      at: 'identity-pin',
      triesLeft: 2,
      wrongPin: true,
    });
    machine.session.enterPin(PIN);
    await settle();
    expect(machine.session.state).toMatchObject({ at: 'fetch-pin', triesLeft: 3, wrongPin: false });
    machine.session.enterPin('9999');
    await settle();
    expect(machine.session.state).toMatchObject({ at: 'fetch-pin', triesLeft: 2, wrongPin: true });
  });

  it.each(['12', '12345', '12a4', '', '１２３４'])(
    'rejects %j as a PIN without calling the card',
    async (pin) => {
      const machine = openMachine();
      await walkTo(machine, 'identity-pin');
      const before = machine.session.state;
      expect(() => machine.session.enterPin(pin)).toThrow(
        expect.objectContaining({ code: 'invalid_option', path: 'pin' }),
      );
      await settle();
      expect(machine.session.state).toBe(before);
      expect(() => machine.session.enterPin(1234 as unknown as string)).toThrow(TypeError);
    },
  );
});

describe('the end of a session', () => {
  it.each(['identity-pin', 'fetch-pin'] as const)(
    'locks the card after the third wrong PIN at %s',
    async (stop) => {
      const machine = openMachine();
      await walkTo(machine, stop);
      for (const pin of ['0000', '0000', '0000']) {
        machine.session.enterPin(pin);
        await settle();
      }
      expect(await machine.session.ended).toEqual({
        at: 'ended',
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
    'refuses a card that is %s as %s before it asks for a PIN',
    async (condition, status) => {
      const machine = openMachine();
      await walkTo(machine, 'card-in');
      machine.reader.present(machine.kiosk.card('hanako', condition));
      await settle();
      expect(await machine.session.ended).toEqual({ at: 'ended', outcome: { status } });
      expect(machine.events.map(({ state }) => state.at)).not.toContain('identity-pin');
      expect(machine.reader.holds).toBe(false);
    },
  );

  it('refuses a card of another issuer', async () => {
    const machine = openMachine();
    await walkTo(machine, 'card-in');
    machine.reader.present(openMachine().kiosk.card('hanako'));
    await settle();
    expect(machine.session.state).toMatchObject({
      at: 'ended',
      outcome: { status: 'certificate-refused' },
    });
  });

  it.each(['identity-pin', 'fetch-pin', 'second-consent'] as const)(
    'discards the transaction when the card is pulled out at %s',
    async (stop) => {
      const machine = openMachine();
      await walkTo(machine, stop);
      machine.reader.pull();
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        outcome: { status: 'card-removed' },
      });
      expect(machine.steps().at(-1)).toBe('discard');
      expect(machine.ejects()).toBe(1);
    },
  );

  it.each(['identity-pin', 'fetch-pin'] as const)(
    'never shows the PIN to a card that was swapped in at %s',
    async (stop) => {
      const asked: string[] = [];
      const machine = openMachine({
        reader: (simulated) => ({
          async sign(challenge, pin, signal) {
            asked.push(pin);
            return simulated.sign(challenge, pin, signal);
          },
        }),
      });
      await walkTo(machine, stop);
      const before = asked.length;
      machine.reader.swap(machine.kiosk.card('taro-unfiled'));
      machine.session.enterPin(PIN);
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        outcome: { status: 'card-swapped' },
      });
      expect(asked).toHaveLength(before);
      expect(machine.steps().at(-1)).toBe('discard');
    },
  );

  it('treats another card of the same person as swapped', async () => {
    const machine = openMachine();
    await walkTo(machine, 'fetch-pin');
    machine.reader.swap(machine.kiosk.card('hanako'));
    machine.session.enterPin(PIN);
    await settle();
    expect(machine.session.state).toMatchObject({
      at: 'ended',
      outcome: { status: 'card-swapped' },
    });
  });

  it.each(STOPS)(
    'ejects the card and discards the transaction when the citizen cancels at %s',
    async (stop) => {
      const machine = openMachine();
      await walkTo(machine, stop);
      machine.session.cancel();
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        outcome: { status: 'cancelled' },
      });
      expect([machine.ejects(), machine.reader.holds]).toEqual([1, false]);
      expect(machine.steps().includes('begin')).toBe(machine.steps().includes('discard'));
    },
  );

  it.each(STOPS)(
    'comes at %s after one minute without an action, and not a millisecond earlier',
    async (stop) => {
      const machine = openMachine();
      await walkTo(machine, stop);
      const { state } = machine.session;
      machine.clock.advance(59_999);
      await settle();
      expect(machine.session.state).toBe(state);
      machine.clock.advance(1);
      await settle();
      expect(await machine.session.ended).toEqual({ at: 'ended', outcome: { status: 'idle' } });
      expect(machine.ejects()).toBe(1);
    },
  );

  it('is postponed by every step, and comes after idleMs', async () => {
    const machine = openMachine({ idleMs: 5_000 });
    for (const stop of STOPS) {
      machine.clock.advance(4_999);
      onward[stop](machine);
      await settle();
    }
    expect(machine.session.state).toMatchObject({ at: 'ended', outcome: { status: 'provided' } });
    const other = openMachine({ idleMs: 5_000 });
    other.clock.advance(5_000);
    await settle();
    expect(other.session.state).toMatchObject({ at: 'ended', outcome: { status: 'idle' } });
  });

  it.each([
    ['first-consent', 'first'],
    ['second-consent', 'second'],
  ] as const)('provides nothing when the citizen refuses at %s', async (stop, consent) => {
    const machine = openMachine();
    await walkTo(machine, stop);
    machine.session.refuse();
    await settle();
    expect(await machine.session.ended).toEqual({
      at: 'ended',
      outcome: { status: 'refused', consent },
    });
    expect(machine.steps()).not.toContain('provide');
    expect(machine.reader.holds).toBe(false);
  });
});

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
      at: 'attendant-needed',
      outcome: { status: 'provided' },
    });
  });

  it('is ejected again when the slot drew one in although it was told to close', async () => {
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
      at: 'attendant-needed',
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
    expect(await machine.session.ended).toEqual({ at: 'ended', outcome: { status: 'cancelled' } });
  });
});

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
    expect(end).toEqual({ at: 'ended', outcome: { status: 'failed', part: 'reader' } });
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

async function walked() {
  const machine = openMachine();
  await walkTo(machine);
  return machine;
}

async function atMenu(now: string) {
  const machine = openMachine({ now });
  await walkTo(machine, 'menu');
  return machine;
}
