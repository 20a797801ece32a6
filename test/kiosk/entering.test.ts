import { describe, expect, it } from 'vitest';
import { end, enter, requireAction, watchIdle } from '../../src/kiosk/transitions.js';
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
    watchIdle(context);
    clock.advance(4_999);
    await settle();
    expect(context.state.at).toBe('start');
    clock.advance(1);
    expect(await context.ended).toEqual({ at: 'ended', outcome: { status: 'idle' } });
  });

  it('ends as failed a state that waits for a part, and names the part', async () => {
    const { context, clock } = openContext({ options: { idleMs: 5_000 } });
    enter(context, { at: 'connecting', service: loanEntry(context) }, 'agree');
    context.awaited = 'authorizer';
    clock.advance(5_000);
    expect(await context.ended).toEqual({
      at: 'ended',
      outcome: { status: 'failed', part: 'authorizer' },
    });
  });

  it('does nothing once the session has left the state', async () => {
    const { context, clock } = openContext({ options: { idleMs: 5_000 } });
    watchIdle(context);
    clock.advance(4_999);
    enter(context, { at: 'menu', services: [] }, 'begin');
    clock.advance(4_999);
    await settle();
    expect(context.state.at).toBe('menu');
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
    expect(await context.ended).toEqual({ at: 'ended', outcome: { status: 'cancelled' } });
    expect(trail(events)).toEqual(['start -cancel-> card-out', 'card-out -card-returned-> ended']);
  });

  it('does not discard a transaction that was provided', async () => {
    const { context, calls, transaction } = openContext();
    context.transaction = transaction;
    end(context, { status: 'provided', answer: {} as never }, 'provided');
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
    expect((await context.ended).at).toBe('attendant-needed');
    expect(trail(events).at(-1)).toBe('card-out -card-stuck-> attendant-needed');
  });
});
