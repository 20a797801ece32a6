import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type Store,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import {
  answerAt,
  hangAt,
  loan,
  NOW,
  openBank,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';

const keep = closeAfterEach();

const complete = ({ client }: ReturnType<typeof openBank>, back: string) =>
  client.completeConsent(back, { sessionBinding: SESSION });

describe('the stats of a client', () => {
  it('follow a journey over TLS, and stay after the client is closed', async () => {
    const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)] }));
    const client = keep(createSelfInfoClient({ service: loan, ...sandbox.connection }));
    const { callback } = visits(client, sandbox);
    expect(client.stats()).toEqual({
      callsInFlight: 0,
      consentsBegun: 0,
      consentsPending: 0,
      retrievalsParked: 0,
      storeEntries: 0,
    });
    const back = await callback();
    expect(client.stats()).toMatchObject({ consentsBegun: 1, consentsPending: 1, storeEntries: 1 });
    const outcome = await client.completeConsent(back, { sessionBinding: SESSION });
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    expect(client.stats()).toMatchObject({ consentsBegun: 1, consentsPending: 0, storeEntries: 0 });
    const retrieval = await client.submit(outcome.grant, latest());
    expect(client.stats()).toMatchObject({ retrievalsParked: 1, storeEntries: 1 });
    expect((await client.collect(retrieval)).status).toBe('ready');
    expect(client.stats()).toMatchObject({ callsInFlight: 0, retrievalsParked: 0 });
    await client.close();
    expect(client.stats()).toMatchObject({ callsInFlight: 0, consentsBegun: 1 });
    expect(Object.isFrozen(client.stats())).toBe(true);
  });

  it('count the calls in progress, without those that begin a consent', async () => {
    const { reached, intercept } = hangAt('/oauth/token');
    const bank = openBank({ intercept });
    const back = await bank.callback();
    expect(bank.client.stats().callsInFlight).toBe(0);
    const calling = complete(bank, back).catch(() => undefined);
    await Promise.race([reached, calling]);
    expect(bank.client.stats().callsInFlight).toBe(1);
    await bank.client.close();
    await calling;
    expect(bank.client.stats().callsInFlight).toBe(0);
  });

  it('count a consent as pending until any callback comes for it, or it expires', async () => {
    const bank = openBank();
    const { client, clock } = bank;
    await complete(bank, await bank.callback('hanako', 'decline'));
    expect(client.stats()).toMatchObject({ consentsBegun: 1, consentsPending: 0 });
    for (let index = 0; index < 3; index++) await bank.callback();
    expect(client.stats()).toMatchObject({ consentsBegun: 4, consentsPending: 3 });
    clock.advance(599_999);
    expect(client.stats().consentsPending).toBe(3);
    clock.advance(1);
    expect(client.stats()).toMatchObject({ consentsBegun: 4, consentsPending: 0 });
  });

  it('keep a consent pending if its callback came in another browser', async () => {
    const bank = openBank();
    const back = await bank.callback();
    await bank.client.completeConsent(back, { sessionBinding: 'another session' });
    expect(bank.client.stats().consentsPending).toBe(1);
  });

  it('keep a consent that began just before the clock was corrected', async () => {
    const { client, clock, callback } = openBank();
    await callback();
    clock.set(Date.parse(NOW) - 1_000);
    expect(client.stats().consentsPending).toBe(1);
    clock.set(NOW);
    expect(client.stats().consentsPending).toBe(1);
  });

  it('do not count a consent that was reported as expired, even if the clock goes back', async () => {
    const bank = openBank();
    const back = await bank.callback();
    bank.clock.advance(600_000);
    expect((await complete(bank, back)).status).toBe('expired');
    bank.clock.set(NOW);
    expect(bank.client.stats().consentsPending).toBe(0);
  });

  it('drop a consent that began while the clock was wrong', async () => {
    const bank = openBank({ now: '2027-12-01T10:00:00+09:00' });
    await bank.callback();
    bank.clock.set(NOW);
    expect(bank.client.stats()).toMatchObject({ consentsBegun: 1, consentsPending: 0 });
  });

  it('count a retrieval as parked unless a call waits for it, until it is discarded or expires', async () => {
    const { client, consent, clock } = openBank();
    const parked = () => client.stats().retrievalsParked;
    const first = await client.submit(await consent(), latest());
    const second = await client.submit(await consent(), latest());
    expect(parked()).toBe(2);
    let during: number | undefined;
    const onProgress = () => {
      during = parked();
      throw new Error('enough');
    };
    await client.collect(first, { onProgress }).catch(() => undefined);
    expect([during, parked()]).toEqual([1, 2]);
    await client.discard(second);
    expect(parked()).toBe(1);
    clock.set(first.expiresAt);
    expect(parked()).toBe(0);
  });

  it('do not count a request that the portal refused', async () => {
    const { client, consent } = openBank(
      answerAt('/request', () => Response.json({ error: 'invalid_request' }, { status: 400 })),
    );
    await client.submit(await consent(), latest()).catch(() => undefined);
    expect(client.stats()).toMatchObject({ retrievalsParked: 0, storeEntries: 0 });
  });

  it.each<[string, Partial<Store>]>([
    ['is missing', { countEntries: undefined as never }],
    [
      'throws',
      {
        countEntries() {
          throw new Error('a defect of the store');
        },
      },
    ],
    ['returns no number', { countEntries: (async () => 1) as never }],
  ])('leave the entries undefined where the count of the store %s', async (_, method) => {
    const store = { ...createMemoryStore(), ...method };
    expect(openBank({ store }).client.stats().storeEntries).toBeUndefined();
  });

  it('are returned even if the clock fails', async () => {
    const inner = createVirtualClock(NOW);
    let broken = false;
    const now = () => {
      if (broken) throw new Error('a defect of the caller');
      return inner.now();
    };
    const bank = openBank();
    const client = createSelfInfoClient({
      service: loan,
      environment: bank.sandbox.environment(),
      fetch: bank.sandbox.fetch,
      store: createMemoryStore(),
      clock: { now, wait: inner.wait },
    });
    await client.beginConsent({ sessionBinding: SESSION });
    broken = true;
    expect(client.stats().consentsPending).toBe(1);
  });
});
