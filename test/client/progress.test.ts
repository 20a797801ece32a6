import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { expectStatus, openBank } from '../kit/loan.js';
import { thrownBy } from '../kit/refusals.js';

const asked = { income: latest() };

describe('an onProgress callback', () => {
  const mine = new Error('mine');

  it.each([
    [
      'throws',
      () => {
        throw mine;
      },
    ],
    ['rejects', () => Promise.reject(mine)],
  ])(
    'that %s ends collect and query with its own error and sends nothing more',
    async (_, onProgress) => {
      const { client, consent, calls, clock } = openBank();
      const retrieval = await client.submit(await consent(), asked);
      expect(await thrownBy(() => client.collect(retrieval, { onProgress }))).toBe(mine);
      expect(await thrownBy(async () => client.query(await consent(), asked, { onProgress }))).toBe(
        mine,
      );
      const before = calls.length;
      clock.advance(60_000);
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      expect(calls).toHaveLength(before);
    },
  );

  it('that rejects after the wait changes nothing', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), asked);
    const late = async ({ retryAt }: { readonly retryAt: string }) => {
      clock.set(retryAt);
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      throw mine;
    };
    expectStatus(await client.collect(retrieval, { onProgress: late }), 'ready');
    for (let turn = 0; turn < 100; turn++) await setImmediate();
  });

  it('that never settles delays nothing', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), asked);
    const stuck = ({ retryAt }: { readonly retryAt: string }) => {
      clock.set(retryAt);
      return new Promise<void>(() => {});
    };
    expectStatus(await client.collect(retrieval, { onProgress: stuck }), 'ready');
  });
});

describe('an onProgress callback that throws', () => {
  it('ends collect with its own error and leaves nothing that could reject later', async () => {
    const { client, consent } = openBank();
    const controller = new AbortController();
    const mine = new Error('mine');
    const retrieval = await client.submit(await consent(), asked);
    const thrown = await thrownBy(() =>
      client.collect(retrieval, {
        signal: controller.signal,
        onProgress() {
          throw mine;
        },
      }),
    );
    expect(thrown).toBe(mine);
    // An unhandled rejection here would end the process.
    controller.abort();
    await setImmediate();
    expect((await client.collect(retrieval)).status).toBe('ready');
  });
});
