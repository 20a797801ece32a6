import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  pointInTime,
  sandboxEnvironment,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import {
  CLIENT_ID,
  expectStatus,
  loan,
  NOW,
  openBank,
  registrationOf,
  visits,
} from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';

const keep = closeAfterEach();

describe('a deferred answer', () => {
  it('can be collected from plain JSON by another client that shares the store', async () => {
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)], clock }));
    const first = createSelfInfoClient({ service: loan, ...sandbox.connection, store });
    const grant = await visits(first, sandbox).consent();
    const pending = expectStatus(
      await first.query(grant, { income: latest() }, { deadlineMs: 500 }),
      'pending',
    );
    expect(pending.retryAt).toBe('2026-12-01T10:00:01+09:00');
    const stored = JSON.stringify(pending.retrieval);
    await first.close();

    const second = keep(createSelfInfoClient({ service: loan, ...sandbox.connection, store }));
    const retrieval = second.resume(stored);
    expect(retrieval).toEqual(pending.retrieval);
    const { answer } = expectStatus(await second.collect(retrieval), 'ready');
    expect(expectStatus(answer.items.income, 'present').reveal()[0]?.fields.課税年度).toBe('2026');
    expect(answer.terms).toEqual(grant.terms);
  });

  it('comes with a retrieval that is plain data', async () => {
    const { client, consent } = openBank();
    const retrieval = await client.submit(await consent(), {
      income: latest(),
      household: pointInTime('2026-04-01'),
    });
    expect(JSON.parse(JSON.stringify(retrieval))).toEqual(retrieval);
    expect(structuredClone(retrieval)).toEqual(retrieval);
    expect(retrieval).toEqual({
      v: 2,
      pin: expect.stringMatching(/^public-2026-11/),
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      terms: {
        transactionId: expect.any(String),
        serviceId: CLIENT_ID,
        items: ['income', 'household', 'shots'],
        purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
        grantedAt: '2026-12-01T10:00:00+09:00',
        keepUntil: '2027-01-01T00:00:00+09:00',
      },
      inquiries: {
        income: { method: 'latest' },
        household: { method: 'point-in-time', at: '2026-04-01' },
      },
      codes: { income: 'TM00000000000002', household: 'household' },
      submittedAt: '2026-12-01T10:00:00+09:00',
      expiresAt: '2026-12-01T11:00:00+09:00',
    });
  });

  it('can be collected repeatedly', async () => {
    const { client, consent, onProgress } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    for (let round = 0; round < 3; round++) {
      const { answer } = expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
      expect(expectStatus(answer.items.income, 'present').reveal()).toHaveLength(1);
    }
  });

  it('causes no poll when the deadline is zero', async () => {
    const { client, consent, calls } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    expect(await client.collect(retrieval, { deadlineMs: 0 })).toMatchObject({
      status: 'pending',
      retryAt: NOW,
    });
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('is polled once with the option once, and is ready at the time that the result names', async () => {
    const { client, consent, calls, clock } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    const { retryAt } = expectStatus(await client.collect(retrieval, { once: true }), 'pending');
    expect(retryAt).toBe('2026-12-01T10:00:01+09:00');
    clock.set(retryAt);
    expect((await client.collect(retrieval)).status).toBe('ready');
    expect(calls).toEqual(['/oauth/token', '/request', '/result', '/result']);
  });

  it('is announced with attempt and next poll before each wait', async () => {
    const { client, consent, clock } = openBank();
    const told: unknown[] = [];
    await client.query(
      await consent('pensioner'),
      { income: latest() },
      {
        onProgress(progress) {
          told.push(progress);
          clock.set(progress.retryAt);
        },
      },
    );
    expect(told).toEqual([
      { attempt: 1, retryAt: '2026-12-01T10:00:01+09:00' },
      { attempt: 2, retryAt: '2026-12-01T10:00:02+09:00' },
      { attempt: 3, retryAt: '2026-12-01T10:00:03+09:00' },
    ]);
  });

  it('is gone when it expires, to the millisecond', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    clock.set('2026-12-01T10:59:59.999+09:00');
    expect((await client.collect(retrieval, { deadlineMs: 1 })).status).toBe('pending');
    clock.set('2026-12-01T11:00:00+09:00');
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
  });

  it('is gone for a client whose store does not know it', async () => {
    const { client, consent } = openBank();
    const elsewhere = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    expect(expectStatus(await elsewhere.client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
    expect(elsewhere.calls).toEqual([]);
  });

  it('follows the stored terms and inquiries when the handle was edited', async () => {
    const { client, consent, onProgress } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    const edited = client.resume({
      ...retrieval,
      expiresAt: '2099-01-01T00:00:00+09:00',
      terms: { ...retrieval.terms, keepUntil: '2099-01-01T00:00:00+09:00' },
      inquiries: { household: latest() },
    });
    const { answer } = expectStatus(await client.collect(edited, { onProgress }), 'ready');
    expect([answer.items.income.status, answer.items.household.status]).toEqual([
      'present',
      'not-asked',
    ]);
    expect(answer.terms.keepUntil).toBe('2027-01-01T00:00:00+09:00');
  });

  it('cannot be collected by another service that shares the store', async () => {
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const ours = openBank({ store, now: NOW });
    const retrieval = await ours.client.submit(await ours.consent(), { income: latest() });
    const environment = sandboxEnvironment({
      clientId: 'SP99999999_ZZ9999',
      redirectUri: 'https://other.example/callback',
      endpoints: ours.sandbox.environment().endpoints,
      issuer: ours.sandbox.environment().issuer,
    });
    let called = 0;
    const theirs = createSelfInfoClient({
      service: loan,
      environment,
      clock: ours.clock,
      store,
      fetch(request) {
        called++;
        return ours.sandbox.fetch(request);
      },
    });
    expect(await refusalOf(() => theirs.collect(retrieval))).toEqual([
      'invalid_retrieval',
      'retrieval.terms.serviceId',
    ]);
    const forged = { ...retrieval, terms: { ...retrieval.terms, serviceId: 'SP99999999_ZZ9999' } };
    expect(expectStatus(await theirs.collect(forged), 'failed').error.code).toBe('retrieval_gone');
    expect(called).toBe(0);
  });
});
