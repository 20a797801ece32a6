import { describe, expect, it } from 'vitest';
import { enter } from '../../src/kiosk/transitions.js';
import { callPart, Ending, enterAndWork } from '../../src/kiosk/work.js';
import { live, loanEntry, openContext } from './context.js';
import { never, settle } from './kiosk.js';

const menu = { at: 'menu', services: [] } as const;

describe('enterAndWork', () => {
  const connecting = (opened: ReturnType<typeof openContext>) =>
    ({ at: 'connecting', service: loanEntry(opened.context) }) as const;

  it('runs the transition that the work resolves to', async () => {
    const opened = openContext();
    const { context } = opened;
    enterAndWork(context, connecting(opened), 'agree', async () => () => {
      enter(context, menu, 'back');
    });
    expect(context.state.at).toBe('connecting');
    await settle();
    expect(context.state.at).toBe('menu');
  });

  it('drops the transition when the session has left the state', async () => {
    const opened = openContext();
    const { context } = opened;
    let ran = false;
    enterAndWork(context, connecting(opened), 'agree', async () => () => {
      ran = true;
    });
    enter(context, menu, 'back');
    await settle();
    expect([ran, context.state.at]).toEqual([false, 'menu']);
  });

  it('ignores an error of work whose state the session has left', async () => {
    const opened = openContext();
    const { context } = opened;
    enterAndWork(context, connecting(opened), 'agree', () => Promise.reject(new Error('late')));
    enter(context, menu, 'back');
    await settle();
    expect(context.state.at).toBe('menu');
  });

  it('ends the session with the outcome of an Ending', async () => {
    const opened = openContext();
    enterAndWork(opened.context, connecting(opened), 'agree', () =>
      Promise.reject(new Ending({ status: 'card-locked' }, 'card-locked')),
    );
    expect((await opened.context.ended).outcome).toEqual({ status: 'card-locked' });
  });

  it('ends the session as failed for any other error, and names the awaited part', async () => {
    const opened = openContext();
    const { context } = opened;
    enterAndWork(context, connecting(opened), 'agree', async (signal) =>
      callPart(context, 'authorizer', signal, () => Promise.reject(new Error('broken'))),
    );
    expect((await context.ended).outcome).toEqual({ status: 'failed', part: 'authorizer' });
  });

  it('starts no work when the listener moves the session to another state', () => {
    const opened = openContext({
      options: {
        onEvent: ({ state }) => {
          if (state.at === 'connecting') enter(opened.context, menu, 'back');
        },
      },
    });
    let started = false;
    enterAndWork(opened.context, connecting(opened), 'agree', () => {
      started = true;
      return never();
    });
    expect(started).toBe(false);
  });
});

describe('callPart', () => {
  it('returns the result and remembers the part', async () => {
    const { context } = openContext();
    expect(await callPart(context, 'authorizer', live(), async () => 5)).toBe(5);
    expect(context.awaited).toBe('authorizer');
  });

  it('does not call the part once the signal has aborted', async () => {
    const { context } = openContext();
    let called = false;
    await expect(
      callPart(context, 'reader', AbortSignal.abort(), async () => {
        called = true;
      }),
    ).rejects.toThrow();
    expect(called).toBe(false);
  });

  it('rejects a result that comes after the signal aborted', async () => {
    const { context } = openContext();
    const leaving = new AbortController();
    await expect(
      callPart(context, 'reader', leaving.signal, async () => leaving.abort()),
    ).rejects.toThrow();
  });
});
