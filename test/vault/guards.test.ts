import { describe, expect, it } from 'vitest';
import { createVirtualClock, SelfInfoError } from '../../src/index.js';
import { createAuditLog } from '../../src/vault/audit.js';
import { boundBy } from '../../src/vault/bound.js';
import { guardKeys } from '../../src/vault/guarded-keys.js';
import { guardVaultStore } from '../../src/vault/guarded-store.js';
import type { VaultEvent, VaultKeys } from '../../src/vault/index.js';
import { checkPeriod, createTimekeeper } from '../../src/vault/timekeeper.js';
import { NOW } from '../kit/loan.js';
import { errorOf, refusal } from '../kit/refusals.js';
import { REF } from './open-context.js';
import { alterable } from './safe.js';

const clock = createVirtualClock(NOW);
const nowMs = Date.parse(NOW);
const bound = boundBy(clock, 1_000);

describe('the time limit of a call', () => {
  it.each([
    ['unknown', true],
    ['none', false],
  ] as const)('times out with the effect %s', async (effect, changes) => {
    const own = createVirtualClock(NOW);
    const failing = errorOf(() => boundBy(own, 50)(changes, () => new Promise(() => {})));
    own.advance(50);
    expect(await failing).toMatchObject({ code: 'timed_out', stage: 'vault', effect });
  });

  it('turns a throw into a rejection', async () => {
    await expect(
      bound(false, () => {
        throw new TypeError('at once');
      }),
    ).rejects.toThrow('at once');
  });
});

describe('the guarded store', () => {
  it('passes errors of this package and hides all others', async () => {
    const store = alterable();
    const guarded = guardVaultStore(store, bound);
    store.change.erase = () => Promise.reject(new SelfInfoError('store_key_exists'));
    expect((await errorOf(() => guarded.erase(REF))).code).toBe('store_key_exists');
    store.change.erase = () => Promise.reject(new Error('secret'));
    expect(await errorOf(() => guarded.erase(REF))).toMatchObject({ code: 'store_failed' });
  });

  it('does not open the list of the store before the first step', async () => {
    const store = alterable();
    let opened = 0;
    store.change.list = async function* () {
      opened++;
      yield* [];
    };
    const entries = guardVaultStore(store, bound).list()[Symbol.asyncIterator]();
    expect(opened).toBe(0);
    expect(await entries.next()).toEqual({ done: true, value: undefined });
    expect(opened).toBe(1);
  });
});

describe('the guarded key provider', () => {
  const provider: VaultKeys = {
    current: 'a',
    wrap: async (_, id) => ({ id, kid: 'a', wrapped: 'wrapped' }),
    unwrap: async () => new Uint8Array(32),
  };

  it('reads the current key each time, so that a provider may change it', () => {
    const keys = { ...provider };
    const guarded = guardKeys(keys, bound);
    Object.assign(keys, { current: 'b' });
    expect(guarded.current).toBe('b');
  });

  it('refuses a key that is wrapped under another id, and does not call it safe to retry', async () => {
    const keys = guardKeys(
      { ...provider, wrap: async () => ({ id: 'other', kid: 'a', wrapped: 'w' }) },
      bound,
    );
    expect(await errorOf(() => keys.wrap(new Uint8Array(32), 'id'))).toMatchObject({
      code: 'key_unavailable',
      retry: { safe: false },
    });
  });
});

describe('the audit log of an operation', () => {
  it('repeats no text in place of a reference', async () => {
    const events: VaultEvent[] = [];
    const log = createAuditLog(clock, (event) => events.push(event));
    const fail = () => Promise.reject(new Error('secret'));
    for (const ref of ['hanako', REF])
      await log.audited('erase', { ref, reason: 'test' }, fail).catch(() => undefined);
    const refused = { type: 'refused', at: NOW, operation: 'erase', code: 'unexpected' };
    expect(events).toEqual([
      { ...refused, reason: 'test' },
      { ...refused, ref: REF, reason: 'test' },
    ]);
  });
});

describe('the timekeeper', () => {
  it('never returns a time before the latest instant seen', async () => {
    const own = createVirtualClock(NOW);
    const time = createTimekeeper(alterable(), own);
    await time.read();
    own.set(nowMs - 5_000);
    expect(time.now()).toBe(nowMs);
    expect(await time.read()).toEqual({ clockMs: nowMs - 5_000, seenMs: nowMs, jumped: false });
  });

  it('does not accept a jump of more than a day', async () => {
    const own = createVirtualClock(NOW);
    const store = alterable();
    await store.see(nowMs);
    own.advance(86_400_001);
    expect(await createTimekeeper(store, own).read()).toEqual({
      clockMs: nowMs + 86_400_001,
      seenMs: nowMs,
      jumped: true,
    });
  });
});

describe('the check of a period', () => {
  it.each([
    ['passes before the end', 3, { clockMs: 2, seenMs: 2, jumped: false }, undefined],
    ['fails at the end', 2, { clockMs: 2, seenMs: 2, jumped: false }, 'retention_ended'],
    [
      'reports the jump when only the clock is past',
      2,
      { clockMs: 2, seenMs: 1, jumped: true },
      'clock_jumped',
    ],
    ['passes before the end by either time', 3, { clockMs: 2, seenMs: 1, jumped: true }, undefined],
  ] as const)('%s', (_, keepUntil, reading, code) => {
    const check = () => checkPeriod(keepUntil, reading);
    if (code === undefined) expect(check).not.toThrow();
    else expect(refusal(check)).toEqual([code, undefined]);
  });
});
