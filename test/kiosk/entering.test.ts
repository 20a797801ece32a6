import { describe, expect, it } from 'vitest';
import { end, enter, extend, requireAction, watchIdle } from '../../src/kiosk/transitions.js';
import { loanEntry, openContext, trail } from './context.js';
import { never, settle } from './kiosk.js';

describe('requireAction', () => {
  it('throws kiosk_action_refused for an action that the state does not accept', () => {
    const { context } = openContext();
    expect(() => requireAction(context, 'agree')).toThrow(
      expect.objectContaining({ code: 'kiosk_action_refused', path: 'agree' }),
    );
    expect(requireAction(context, 'begin')).toBeUndefined();
  });
});

describe('enter', () => {
  it('emits the event, freezes the state and aborts the signal of the last state', () => {
    const { context, events } = openContext();
    const { signal } = context.stay;
    expect(enter(context, { at: 'menu', services: [] }, 'begin')).toBe(true);
    expect(events).toEqual([
      {
        time: '2026-12-01T10:00:00+09:00',
        cause: 'begin',
        from: 'start',
        state: { at: 'menu', services: [] },
      },
    ]);
    expect([Object.isFrozen(context.state), signal.aborted, context.stay.signal.aborted]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('returns false when the listener has moved the session to another state', () => {
    const opened = openContext({
      options: {
        onEvent: ({ state }) => {
          if (state.at === 'menu') end(opened.context, { status: 'cancelled' }, 'cancel');
        },
      },
    });
    expect(enter(opened.context, { at: 'menu', services: [] }, 'begin')).toBe(false);
    expect(opened.context.state.at).toBe('card-out');
  });

  it('ends the session as failed when the listener throws before the outcome is decided', async () => {
    const { context } = openContext({
      options: {
        onEvent: () => {
          throw new Error('full');
        },
      },
    });
    enter(context, { at: 'menu', services: [] }, 'begin');
    expect(await context.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'failed', part: 'listener' },
    });
  });

  it('does not read the clock without a listener', () => {
    const { context } = openContext({ options: { onEvent: undefined as never } });
    context.clock = {
      ...context.clock,
      now: () => {
        throw new Error('no time');
      },
    };
    expect(enter(context, { at: 'menu', services: [] }, 'begin')).toBe(true);
  });
});

describe('watchIdle', () => {
  it('ends as idle a state that waits for the citizen, after idleMs', async () => {
    const { context, clock } = openContext({ options: { idleMs: 5_000 } });
    enter(context, { at: 'menu', services: [] }, 'begin');
    clock.advance(4_999);
    await settle();
    expect(context.state.at).toBe('menu');
    clock.advance(1);
    expect(await context.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'idle' },
    });
  });

  it('ends as failed a state that waits for a part, and names the part', async () => {
    const { context, clock } = openContext({ options: { idleMs: 5_000 } });
    enter(context, { at: 'connecting', service: loanEntry(context) }, 'agree');
    context.awaited = 'authorizer';
    clock.advance(5_000);
    expect(await context.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'failed', part: 'authorizer' },
    });
  });

  it('does nothing once the session has left the state', async () => {
    const { context, clock } = openContext({ options: { idleMs: 5_000 } });
    enter(context, { at: 'menu', services: [] }, 'begin');
    clock.advance(4_999);
    enter(context, { at: 'menu', services: [] }, 'back');
    clock.advance(4_999);
    await settle();
    expect(context.state.at).toBe('menu');
  });

  it('starts no time at the button, before a citizen is there', async () => {
    const { context, clock, events } = openContext();
    watchIdle(context);
    clock.advance(86_400_000);
    await settle();
    expect([context.state.at, events]).toEqual(['start', []]);
  });

  it.each([
    [{}, 45_000, 15_000],
    [{ warnMs: 20_000 }, 40_000, 20_000],
    [{ idleMs: { menu: 20_000 } }, 10_000, 10_000],
  ] as const)('emits idle-soon with %j after %d ms', async (options, afterMs, remainingMs) => {
    const { context, clock, events } = openContext({ options });
    enter(context, { at: 'menu', services: [] }, 'begin');
    clock.advance(afterMs - 1);
    await settle();
    expect(events).toHaveLength(1);
    clock.advance(1);
    await settle();
    expect(events.slice(1)).toMatchObject([
      { cause: 'idle-soon', from: 'menu', state: { at: 'menu' }, remainingMs },
    ]);
    clock.advance(remainingMs);
    expect((await context.ended).outcome).toEqual({ status: 'idle' });
  });

  it('warns neither with a warnMs of 0 nor where the session waits for a part', async () => {
    const silent = openContext({ options: { warnMs: 0 } });
    enter(silent.context, { at: 'menu', services: [] }, 'begin');
    const busy = openContext();
    enter(busy.context, { at: 'connecting', service: loanEntry(busy.context) }, 'agree');
    for (const { clock, events } of [silent, busy]) {
      clock.advance(59_999);
      await settle();
      expect(events).toHaveLength(1);
    }
  });

  it('uses the time of each state', async () => {
    const { context, clock } = openContext({ options: { idleMs: { 'fetch-pin': 90_000 } } });
    const service = loanEntry(context);
    enter(context, { at: 'fetch-pin', service, triesLeft: 3, wrongPin: false }, 'identified');
    clock.advance(89_999);
    await settle();
    expect(context.state.at).toBe('fetch-pin');
    clock.advance(1);
    expect((await context.ended).outcome).toEqual({ status: 'idle' });
  });
});

describe('extend', () => {
  it('starts the time of the state again, and leaves its work alone', async () => {
    const { context, clock, events } = openContext();
    enter(context, { at: 'menu', services: [] }, 'begin');
    const { signal } = context.stay;
    clock.advance(59_999);
    await settle();
    extend(context);
    clock.advance(59_999);
    await settle();
    expect([context.state.at, signal.aborted]).toEqual(['menu', false]);
    expect(events.map(({ cause }) => cause)).toEqual(['begin', 'idle-soon', 'extend', 'idle-soon']);
    clock.advance(1);
    expect((await context.ended).outcome).toEqual({ status: 'idle' });
  });
});

describe('end', () => {
  it('forgets what the session holds, stops listening, ejects and discards', async () => {
    const { context, events, calls, transaction } = openContext();
    let isListening = true;
    Object.assign(context, {
      transaction,
      certificate: Uint8Array.of(1),
      challenge: Uint8Array.of(2),
      answer: {},
      terms: {},
      stopListening: () => {
        isListening = false;
      },
    });
    end(context, { status: 'cancelled' }, 'cancel');
    const { certificate, challenge, answer, terms } = context;
    expect([context.transaction, certificate, challenge, answer, terms, isListening]).toEqual([
      ...Array(5).fill(undefined),
      false,
    ]);
    expect(calls).toEqual(['discard', 'eject']);
    expect(await context.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'cancelled' },
    });
    expect(trail(events)).toEqual(['start -cancel-> card-out', 'card-out -slot-empty-> ended']);
  });

  it('does not discard a transaction that was provided', async () => {
    const { context, calls, transaction } = openContext();
    context.transaction = transaction;
    end(
      context,
      { status: 'provided', answer: {} as never, receipt: () => ({}) as never },
      'provided',
    );
    await context.ended;
    expect(calls).toEqual(['eject']);
  });

  it('needs an attendant when the card does not come out in ten seconds', async () => {
    const { context, events, clock } = openContext({ reader: { eject: () => never() } });
    context.stopListening = () => {
      throw new Error('no such listener');
    };
    end(context, { status: 'cancelled' }, 'cancel');
    clock.advance(10_000);
    expect(await context.ended).toMatchObject({ at: 'card-jammed', cardHeld: false });
    expect(trail(events).at(-1)).toBe('card-out -card-stuck-> card-jammed');
  });
});
