import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock, latest, type Store } from '../../src/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { answerAt, expectStatus, NOW, openBank } from '../kit/loan.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { openScripted } from './scripted-portal.js';
import { submitted } from './submitted.js';

const keep = closeAfterEach();

describe('client.discard', () => {
  it('ends a grant, which then cannot be submitted', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    await client.discard(grant);
    expect((await errorOf(() => client.submit(grant, { income: latest() }))).code).toBe(
      'grant_used',
    );
    expect(calls).toEqual(['/oauth/token']);
  });

  it('keeps the retrieval of a grant that was used', async () => {
    const { client, consent, onProgress } = openBank();
    const grant = await consent();
    const retrieval = await client.submit(grant, { income: latest() });
    await client.discard(grant);
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });

  it('keeps the retrieval of a grant whose request is being stored', async () => {
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    let discard = async () => {};
    const store: Store = {
      ...inner,
      async put(key, value, expiresAt) {
        if (key.startsWith('retrieval:')) await discard();
        return inner.put(key, value, expiresAt);
      },
    };
    const { client, consent, onProgress } = openBank({ store });
    const grant = await consent();
    discard = () => client.discard(grant);
    const retrieval = await client.submit(grant, { income: latest() });
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });

  it('ends a grant whose request has not been sent yet', async () => {
    const { portal, client, consent } = await openScripted(keep);
    const grant = await consent();
    // A parked connection sends nothing before the next turn of the event loop.
    const submitting = errorOf(() => client.submit(grant, latest()));
    await client.discard(grant);
    expect((await submitting).effect).toBe('none');
    expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
    expect(portal.calls).toEqual(['token']);
  });

  it('closes the connection of a grant', async () => {
    const { portal, client, consent } = await openScripted(keep);
    const grant = await consent();
    expect(await portal.open()).toBe(1);
    await client.discard(grant);
    await portal.drained();
  });

  it('removes a retrieval, also for its copies', async () => {
    const { client, consent, calls } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    await client.discard(client.resume(JSON.stringify(retrieval)));
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
    await client.discard(retrieval);
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('refuses values that are not its own grants or retrievals', async () => {
    const { client } = openBank();
    const foreign = await openBank().consent();
    expect(await refusalOf(() => client.discard(foreign))).toEqual(['foreign_grant', 'handle']);
    expect(await refusalOf(() => client.discard({} as never))).toEqual(['foreign_grant', 'handle']);
    expect(await refusalOf(() => client.discard({ id: 'x' } as never))).toEqual([
      'invalid_retrieval',
      'retrieval.v',
    ]);
    expect(await refusalOf(() => client.discard(null as never))).toEqual([
      'invalid_retrieval',
      'retrieval',
    ]);
  });
});

describe('a retrieval that is discarded during collect', () => {
  it('ends all waiting collects at once with retrieval_gone and sends nothing more', async () => {
    const running = answerAt('/result', async (request) =>
      Response.json({ ...((await request.json()) as object), process_status: 'RUNNING' }),
    );
    const { client, calls, retrieval, clock } = await submitted(running);
    let waiting = 0;
    let tell = () => {};
    const both = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const onProgress = () => {
      if (++waiting === 2) tell();
    };
    const collecting = [
      client.collect(retrieval, { onProgress }),
      client.collect(client.resume(JSON.stringify(retrieval)), { onProgress }),
    ];
    await both;
    await client.discard(retrieval);
    for (const collected of await Promise.all(collecting))
      expect(expectStatus(collected, 'failed').error.code).toBe('retrieval_gone');
    const before = calls.length;
    clock.advance(60_000);
    await setImmediate();
    expect(calls).toHaveLength(before);
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
  });

  it('is reported as gone to other processes when they collect next', async () => {
    const store = createMemoryStore();
    const { client, retrieval } = await submitted({ store });
    const other = openBank({ store }).client;
    await client.discard(retrieval);
    for (const each of [other, client]) {
      const { error } = expectStatus(
        await each.collect(each.resume(JSON.stringify(retrieval))),
        'failed',
      );
      expect([error.code, error.effect, error.retry.safe]).toEqual([
        'retrieval_gone',
        'none',
        false,
      ]);
    }
  });

  it('does not affect other retrievals', async () => {
    const { client, consent, retrieval, onProgress } = await submitted();
    const other = await client.submit(await consent(), { income: latest() });
    const collecting = client.collect(other, { onProgress });
    await client.discard(retrieval);
    expectStatus(await collecting, 'ready');
  });
});
