import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
} from '../../src/index.js';
import { loan, NOW, openBank, SESSION } from '../kit/loan.js';
import { typeErrorOf } from '../kit/refusals.js';
import { uncaughtDuring } from '../kit/stub.js';
import { unheard } from '../kit/watch-leaks.js';
import { inShort, openRecorded, valuesOf } from './recorded-events.js';

const CHANNEL = 'myna-selfinfo:event';

describe('an event listener', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
    [
      'returns an object whose then throws',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('listener');
          },
        }),
    ],
  ])('breaks nothing when it %s', async (_, onEvent) => {
    let status = '';
    const uncaught = await uncaughtDuring(async () => {
      const { client, consent, onProgress } = openBank({ onEvent: onEvent as () => void });
      status = (await client.query(await consent(), latest(), { onProgress })).status;
    });
    expect([status, uncaught]).toEqual(['ready', []]);
  });

  it('cannot change the event that others receive', async () => {
    const heard: unknown[] = [];
    const hear = (event: unknown) => void heard.push(event);
    subscribe(CHANNEL, hear);
    try {
      const { callback } = openBank({
        onEvent: (event) => void Object.assign(event, { step: 'forged' }),
      });
      await callback();
    } finally {
      unsubscribe(CHANNEL, hear);
    }
    expect(valuesOf(heard as ClientEvent[], 'step')).toEqual(['consent', 'consent']);
  });

  it('must be a function', async () => {
    expect(await typeErrorOf(() => openBank({ onEvent: 'console' as never }))).toBe(
      'options.onEvent must be a function.',
    );
  });
});

describe('the diagnostics channel', () => {
  it('publishes the same events, also of clients without a listener, from the step after a subscription', async () => {
    const silent = openBank();
    const loud = openRecorded();
    await silent.callback();
    const heard: unknown[] = [];
    const hear = (event: unknown) => void heard.push(event);
    subscribe(CHANNEL, hear);
    await loud.callback();
    await silent.callback();
    unsubscribe(CHANNEL, hear);
    await silent.callback();
    expect(heard.map((event) => inShort(event as ClientEvent))).toEqual([
      'step_started consent',
      'step consent begun',
      'step_started consent',
      'step consent begun',
    ]);
    expect(heard[1]).toBe(loud.events[0]);
  });

  it('costs nothing without a subscriber: neither the clock nor the certificate is read', async () => {
    const reads = { listening: 0, silent: 0 };
    for (const way of ['listening', 'silent'] as const) {
      const inner = createVirtualClock(NOW);
      const now = () => {
        reads[way]++;
        return inner.now();
      };
      const clock = { now, wait: inner.wait };
      const bank = openBank();
      const counting = createSelfInfoClient({
        service: loan,
        environment: bank.sandbox.environment(),
        fetch: bank.sandbox.fetch,
        store: createMemoryStore({ clock: inner }),
        clock,
        ...(way === 'listening' && { onEvent: () => {} }),
      });
      await unheard(async () => void (await counting.beginConsent({ sessionBinding: SESSION })));
    }
    // At the start, at the end, and for the timestamp of the event.
    expect(reads.listening - reads.silent).toBe(3);
  });
});
