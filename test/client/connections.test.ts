import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { errorOf } from '../kit/refusals.js';
import { openScripted } from './scripted-portal.js';

const keep = closeAfterEach();

describe('the connections of a client', () => {
  it('are two per journey, one for the token and one for the rest, and close when the answer has come', async () => {
    const { portal, client, consent } = await openScripted(keep);
    expect((await client.query(await consent(), { income: latest() })).status).toBe('ready');
    expect(portal.calls).toEqual(['token', 'request', 'result']);
    expect(portal.connections).toBe(2);
    await portal.drained();
  });

  it('are never shared between journeys', async () => {
    const { portal, client, consent } = await openScripted(keep);
    const grants = await Promise.all([consent(), consent(), consent()]);
    expect(portal.connections).toBe(3);
    await Promise.all(grants.map((one) => client.query(one, { income: latest() })));
    expect(portal.connections).toBe(6);
    await portal.drained();
  });

  it('are opened again after the first one has closed', async () => {
    const { portal, client, consent } = await openScripted(keep);
    const retrieval = await client.submit(await consent(), { income: latest() });
    expect((await client.collect(retrieval)).status).toBe('ready');
    await portal.drained();
    expect((await client.collect(retrieval)).status).toBe('ready');
    expect(portal.connections).toBe(3);
    await portal.drained();
  });

  it('are not shared between concurrent collects', async () => {
    const { portal, client, consent } = await openScripted(keep);
    const retrieval = await client.submit(await consent(), { income: latest() });
    const results = await Promise.all([
      client.collect(retrieval),
      client.collect(retrieval),
      client.collect(client.resume(JSON.stringify(retrieval))),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready']);
    expect(portal.connections).toBe(4);
    await portal.drained();
  });

  it('all close with the client, parked ones included', async () => {
    const { portal, client, consent } = await openScripted(keep);
    const first = await consent();
    await client.submit(await consent(), { income: latest() });
    while ((await portal.open()) > 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await portal.open()).toBe(1);
    await client.close();
    await portal.drained();
    expect((await errorOf(() => client.submit(first, { income: latest() }))).code).toBe(
      'client_closed',
    );
  });
});
