import { describe, expect, it } from 'vitest';
import { type AskContext, askOnce, retryLater } from '../../src/bullmq/asking.js';
import { latest, type Retrieval, SelfInfoError } from '../../src/index.js';
import { NOW } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

const NOW_MS = Date.parse(NOW);
const MINUTE = 60_000;
const instant = (afterMs: number) => new Date(NOW_MS + afterMs).toISOString();
const retrieval = {
  id: '4c1f-8a',
  submittedAt: instant(-5 * MINUTE),
  expiresAt: instant(60 * MINUTE),
  inquiries: { income: latest() },
} as unknown as Retrieval;
const open = { items: { income: { state: 'open', nextPossibleOpeningMs: null } } };

interface Parts {
  readonly collected?: object;
  readonly recalled?: readonly (Retrieval | undefined | 'down')[];
  readonly stored?: readonly boolean[];
  readonly put?: () => Promise<void>;
  readonly acknowledge?: () => Promise<void>;
  readonly availability?: (atMs: number) => object;
  readonly permit?: () => Promise<number>;
}

/** Returns client and vault that behave as given, with the calls they received. */
function openParts({
  collected = { status: 'ready', answer: {} },
  recalled = [retrieval],
  stored = [false],
  put = async () => {},
  acknowledge = async () => {},
  availability = () => open,
  permit = async () => 0,
}: Parts = {}) {
  const calls: string[] = [];
  const next = <T>(values: readonly T[], name: string) =>
    values[Math.min(calls.filter((call) => call === name).length - 1, values.length - 1)] as T;
  const context = {
    client: {
      availability: ({ at }: { at: number }) => availability(at),
      async recall() {
        calls.push('recall');
        const value = next(recalled, 'recall');
        if (value === 'down') throw new Error('down');
        return value;
      },
      async collect(_: Retrieval, options: object) {
        calls.push(`collect ${JSON.stringify(options)}`);
        if (collected instanceof Error) throw collected;
        return collected;
      },
      async acknowledge() {
        calls.push('acknowledge');
        return acknowledge();
      },
      async discard() {
        calls.push('discard');
      },
    },
    vault: {
      async has() {
        calls.push('has');
        return next(stored, 'has');
      },
      async put(_: unknown, options: { ref: string }) {
        calls.push(`put ${options.ref}`);
        return put();
      },
    },
    clock: { now: () => NOW_MS },
    deadlineMs: 5_000,
    async spread(atMs: number, expiresMs: number) {
      calls.push(`spread ${(expiresMs - NOW_MS) / MINUTE}`);
      return atMs + 7;
    },
    permit,
  } as unknown as AskContext;
  return { calls, ask: () => askOnce(context, '4c1f-8a') };
}
const COLLECT = 'collect {"deadlineMs":5000,"once":true}';
const fails = (code: ConstructorParameters<typeof SelfInfoError>[0]) => () =>
  Promise.reject(new SelfInfoError(code));

describe('askOnce', () => {
  it('stores the answer under the ref, then acknowledges it', async () => {
    const { ask, calls } = openParts();
    expect(await ask()).toEqual({ ended: 'ready' });
    expect(calls).toEqual(['has', 'recall', COLLECT, 'recall', 'put 4c1f8a', 'acknowledge']);
  });

  it('does not ask when the vault has the answer already', async () => {
    const { ask, calls } = openParts({ stored: [true] });
    expect(await ask()).toEqual({ ended: 'ready' });
    expect(calls).toEqual(['has', 'recall', 'acknowledge']);
  });

  it('says that a stored answer is not acknowledged yet, so that it is tried again', async () => {
    const { ask, calls } = openParts({ acknowledge: fails('upstream_unavailable') });
    expect(await ask()).toMatchObject({ unacknowledged: { code: 'upstream_unavailable' } });
    expect(calls).not.toContain('discard');
  });

  it('discards the retrieval of a stored answer whose acknowledgement the portal refuses', async () => {
    const { ask, calls } = openParts({ acknowledge: fails('upstream_refused') });
    expect(await ask()).toEqual({ ended: 'ready' });
    expect(calls.slice(-3)).toEqual(['put 4c1f8a', 'acknowledge', 'discard']);
  });

  it('fails as retrieval_gone when the store does not have the retrieval', async () => {
    const { ask, calls } = openParts({ recalled: [undefined] });
    expect(await ask()).toEqual({ ended: 'failed', code: 'retrieval_gone' });
    expect(calls).toEqual(['has', 'recall', 'has']);
  });

  it('ends as ready when another worker has stored the answer meanwhile', async () => {
    const { ask } = openParts({ recalled: [undefined], stored: [false, true] });
    expect(await ask()).toEqual({ ended: 'ready' });
  });

  it('puts off to its slot after the opening while a holder is closed', async () => {
    const opensMs = NOW_MS + 10 * MINUTE;
    const { ask, calls } = openParts({
      availability: (atMs) => ({
        items: {
          income: { state: atMs < opensMs ? 'closed' : 'open', nextPossibleOpeningMs: opensMs },
        },
      }),
    });
    expect(await ask()).toEqual({ state: 'unavailable', atMs: opensMs + 7 });
    expect(calls).toEqual(['has', 'recall', 'spread 60']);
  });

  it('puts off without asking while the rate has no permit left', async () => {
    const { ask, calls } = openParts({ permit: async () => 1_500 });
    expect(await ask()).toEqual({ state: 'waiting', atMs: NOW_MS + 1_500 });
    expect(calls).toEqual(['has', 'recall']);
  });

  it('asks anyway when the holder opens after the retrieval expires', async () => {
    const opensMs = NOW_MS + 61 * MINUTE;
    const { ask } = openParts({
      availability: (atMs) => ({
        items: {
          income: { state: atMs < opensMs ? 'closed' : 'open', nextPossibleOpeningMs: opensMs },
        },
      }),
    });
    expect(await ask()).toEqual({ ended: 'ready' });
  });

  it.each([
    ['the time that the portal names', 2 * MINUTE, 2 * MINUTE],
    ['a tenth of its age if that is later', 1_000, 30_000],
  ])('waits for a pending result until %s', async (_, retryMs, expectedMs) => {
    const { ask } = openParts({
      collected: { status: 'pending', retryAt: instant(retryMs) },
    });
    expect(await ask()).toEqual({ state: 'waiting', atMs: NOW_MS + expectedMs });
  });

  it.each<[string, string | undefined, number]>([
    ['to a slot after the time that the portal names', instant(2 * MINUTE), 2 * MINUTE + 7],
    [
      'to a slot after the expiry if the portal names a later time',
      instant(99 * MINUTE),
      60 * MINUTE + 7,
    ],
    ['by a tenth of its age without a time', undefined, 30_000],
  ])('puts an unavailable result off %s', async (_, until, expectedMs) => {
    const { ask } = openParts({ collected: { status: 'unavailable', until } });
    expect(await ask()).toEqual({ state: 'unavailable', atMs: NOW_MS + expectedMs });
  });

  it('fails with the code of the portal and discards the retrieval', async () => {
    const error = new SelfInfoError('upstream_refused');
    const { ask, calls } = openParts({ collected: { status: 'failed', error } });
    expect(await ask()).toEqual({ ended: 'failed', code: 'upstream_refused' });
    expect(calls.slice(-2)).toEqual(['has', 'discard']);
  });

  it.each(['codec_failed', 'profile_unknown'] as const)(
    'rejects with %s and discards nothing, so that another worker can ask',
    async (code) => {
      const { ask, calls } = openParts({ collected: new SelfInfoError(code) });
      expect((await errorOf(ask)).code).toBe(code);
      expect(calls).not.toContain('discard');
    },
  );

  it('stores nothing when the retrieval was discarded meanwhile', async () => {
    const { ask, calls } = openParts({ recalled: [retrieval, undefined] });
    expect(await ask()).toEqual({ ended: 'failed', code: 'retrieval_gone' });
    expect(calls).not.toContain('put 4c1f8a');
  });

  it('keeps the answer when the store cannot say whether it was discarded', async () => {
    const { ask, calls } = openParts({ recalled: [retrieval, 'down'] });
    expect(await ask()).toEqual({ ended: 'ready' });
    expect(calls).toContain('put 4c1f8a');
  });

  it.each(['retention_ended', 'foreign_answer', 'invalid_option'] as const)(
    'fails when the vault refuses the answer forever with %s',
    async (code) => {
      const { ask, calls } = openParts({ put: fails(code) });
      expect(await ask()).toEqual({ ended: 'failed', code });
      expect(calls.at(-1)).toBe('discard');
    },
  );

  it('ends as ready when the vault has the answer of another worker', async () => {
    expect(await openParts({ put: fails('store_key_exists') }).ask()).toEqual({ ended: 'ready' });
  });

  it('rejects when the vault fails temporarily, and keeps the token', async () => {
    const { ask, calls } = openParts({ put: fails('store_failed') });
    await expect(ask()).rejects.toMatchObject({ code: 'store_failed' });
    expect(calls).not.toContain('discard');
  });
});

describe('retryLater', () => {
  const clock = { now: () => NOW_MS };

  it('waits a tenth of the time in the queue after an unknown error', () => {
    expect(retryLater({ clock }, new Error('canary'), 5 * MINUTE)).toEqual({
      state: 'waiting',
      atMs: NOW_MS + 30_000,
      code: 'unexpected',
    });
  });

  it('waits as long as the error says, and names its code', () => {
    const error = new SelfInfoError('store_failed', {
      retry: { safe: true, notBefore: instant(3 * MINUTE) },
    });
    expect(retryLater({ clock }, error, 0)).toEqual({
      state: 'waiting',
      atMs: NOW_MS + 3 * MINUTE,
      code: 'store_failed',
    });
  });
});
