import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock } from '../../src/index.js';
import { NOW } from '../kit/loan.js';

const MINUTE = 60_000;

describe('a value of the memory store', () => {
  it.each([1, 2, 5])(
    'is dropped at most half an hour after it expires when a call comes every %i minutes',
    async (minutes) => {
      const clock = createVirtualClock(NOW);
      const store = createMemoryStore({ clock });
      await store.put('key', 'text', clock.now() + 60 * MINUTE);
      for (let passed = 0; passed < 90; passed += minutes) {
        clock.advance(minutes * MINUTE);
        await store.get('another');
      }
      expect(await store.get('key')).toMatchObject({ value: '' });
    },
  );

  it('stays when the clock is ahead for a moment', async () => {
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    await store.put('key', 'text', clock.now() + 60 * MINUTE);
    const start = clock.now();
    clock.set(start + 120 * MINUTE);
    await store.get('another');
    clock.set(start + MINUTE);
    expect(await store.get('key')).toMatchObject({ value: 'text' });
  });
});
