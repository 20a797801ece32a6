import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SelfInfoError } from '../../src/index.js';
import {
  createLocalKeys,
  type Vault,
  type VaultKeys,
  type VaultStore,
} from '../../src/vault/index.js';
import type { Loan } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { alterable, newKey, openSafe, PURPOSE } from './safe.js';

const never = () => new Promise<never>(() => {});

/** Returns a call that never settles, and a promise that it was made. */
function hang() {
  let tell = () => {};
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const call = () => {
    tell();
    return never();
  };
  return { reached, call };
}

/** Waits until everything that does not depend on the clock has happened. */
async function settle() {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

/** Opens a safe with one record, whose store and keys hang where the test says. */
async function openHanging() {
  const store = alterable();
  const inner = createLocalKeys({ current: 'key-1', keys: { 'key-1': newKey() } });
  const change: Partial<Pick<VaultKeys, 'wrap' | 'unwrap'>> = {};
  const keys: VaultKeys = {
    current: 'key-1',
    wrap: (...given) => (change.wrap ?? inner.wrap)(...given),
    unwrap: (...given) => (change.unwrap ?? inner.unwrap)(...given),
  };
  const safe = openSafe({ store, keys });
  const answer = await safe.answer();
  const ref = await safe.vault.put(answer);
  const later = safe.reopen({ keys: { ...keys, current: 'key-2' } });
  const calls: Readonly<Record<string, (vault: Vault<Loan>) => Promise<unknown>>> = {
    put: (vault) => vault.put(answer),
    read: (vault) => vault.read(ref, PURPOSE),
    erase: (vault) => vault.erase(ref, 'withdrawn'),
    sweep: (vault) => vault.sweep(),
    rotate: () => later.rotateKeys(),
    list: (vault) => vault.list()[Symbol.asyncIterator]().next(),
    confirm: (vault) => vault.confirmClock(safe.bank.clock.now(), 'looked at'),
  };
  return { ...safe, store, change, calls };
}

describe('a store or key provider that hangs', () => {
  it.each<[string, keyof VaultStore | 'wrap' | 'unwrap', SelfInfoError['effect']]>([
    ['put', 'put', 'unknown'],
    ['put', 'wrap', 'none'],
    ['put', 'seen', 'none'],
    ['read', 'get', 'none'],
    ['read', 'unwrap', 'none'],
    ['read', 'seen', 'none'],
    ['erase', 'erase', 'unknown'],
    ['sweep', 'sweep', 'unknown'],
    ['rotate', 'list', 'none'],
    ['rotate', 'unwrap', 'none'],
    ['rotate', 'wrap', 'none'],
    ['rotate', 'replaceKey', 'unknown'],
    ['list', 'list', 'none'],
    ['confirm', 'see', 'none'],
  ])(
    'times out %s after ten seconds while %s hangs, with the effect it may have had',
    async (operation, hanging, effect) => {
      const { vault, store, change, calls, bank, events } = await openHanging();
      const { reached, call } = hang();
      if (hanging === 'wrap' || hanging === 'unwrap') change[hanging] = call;
      else
        store.change[hanging] = (
          hanging === 'list' ? () => ({ [Symbol.asyncIterator]: () => ({ next: call }) }) : call
        ) as never;
      let isOver = false;
      const failing = errorOf(() =>
        (calls[operation] as (vault: Vault<Loan>) => Promise<unknown>)(vault),
      ).finally(() => {
        isOver = true;
      });
      await reached;
      bank.clock.advance(9_999);
      await settle();
      expect(isOver).toBe(false);
      bank.clock.advance(1);
      const { code, stage, retry, effect: had } = await failing;
      expect([code, stage, retry, had]).toEqual(['timed_out', 'vault', { safe: true }, effect]);
      if (operation !== 'list')
        expect(events.at(-1)).toMatchObject({ type: 'refused', operation, code: 'timed_out' });
    },
  );

  it('times out after timeoutMs, after which the same operation succeeds', async () => {
    const { reopen, store, bank, calls } = await openHanging();
    const vault = reopen({ timeoutMs: 50 });
    for (const [operation, hanging] of [
      ['put', 'put'],
      ['read', 'get'],
      ['erase', 'erase'],
    ] as const) {
      const { reached, call } = hang();
      store.change[hanging] = call;
      const failing = errorOf(() =>
        (calls[operation] as (vault: Vault<Loan>) => Promise<unknown>)(vault),
      );
      await reached;
      bank.clock.advance(50);
      expect((await failing).code).toBe('timed_out');
      delete store.change[hanging];
      await (calls[operation] as (vault: Vault<Loan>) => Promise<unknown>)(vault);
    }
  });

  it('leaves no timer behind when it answers in time', async () => {
    const { vault, calls, bank } = await openHanging();
    for (const operation of ['put', 'read', 'list', 'sweep'])
      await (calls[operation] as (vault: Vault<Loan>) => Promise<unknown>)(vault);
    bank.clock.advance(60_000);
    await (calls.read as (vault: Vault<Loan>) => Promise<unknown>)(vault);
  });
});

describe('a list that is left early', () => {
  it("releases the store's iterator and does not wait for it", async () => {
    const { vault, store } = await openHanging();
    let isReturned = false;
    const entry = {
      ref: 'r',
      consent: 'c',
      purpose: 'p',
      keepUntil: 0,
      key: { id: 'i', kid: 'k', wrapped: 'w' },
    };
    store.change.list = () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: entry }),
        return: () => {
          isReturned = true;
          return never();
        },
      }),
    });
    for await (const { ref } of vault.list()) {
      expect(ref).toBe('r');
      break;
    }
    await settle();
    expect(isReturned).toBe(true);
  });
});

describe('many concurrent calls', () => {
  it('cause no warning of Node', async () => {
    const warnings: string[] = [];
    const hear = ({ name }: Error) => warnings.push(name);
    process.on('warning', hear);
    const { vault, answer } = openSafe();
    const ref = await vault.put(await answer());
    const readings = await Promise.all(Array.from({ length: 20 }, () => vault.read(ref, PURPOSE)));
    await settle();
    process.off('warning', hear);
    expect([readings.length, warnings]).toEqual([20, []]);
  });
});
