import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  fiscalYear,
  latest,
  pointInTime,
  range,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { expectStatus, loan, NOW, registrationOf, visits } from '../kit/loan.js';

const keep = closeAfterEach();

/** Opens a client and a sandbox over real mutual TLS. */
async function openTlsBank(now = NOW) {
  const clock = createVirtualClock(now);
  const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)], clock }));
  const client = keep(
    createSelfInfoClient({
      service: loan,
      ...sandbox.connection,
      store: createMemoryStore({ clock }),
    }),
  );
  return {
    clock,
    sandbox,
    client,
    ...visits(client, sandbox),
    onProgress: ({ retryAt }: { retryAt: string }) => clock.set(retryAt),
  };
}

describe('a journey over mutual TLS', () => {
  it('returns the latest record, typed by its schema', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    const [income, ...others] = expectStatus(answer.items.income, 'present').reveal();
    expect(others).toEqual([]);
    expect(income).toMatchObject({ holder: 'サンプル市', asOf: '2026-06-01' });
    expect(income?.fields.課税年度).toBe('2026');
    expect(income?.fields.給与収入金額).toBe(5_200_000);
  });

  it('returns the record that was valid on a date', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { household: pointInTime('2026-04-01') }, { onProgress }),
      'ready',
    );
    const household = expectStatus(answer.items.household, 'present');
    expect(household.reveal().map(({ fields }) => fields.異動日)).toEqual(['2015-06-21']);
    expect(household.missing).toEqual([]);
  });

  it('returns a range, both ends included', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(
        await consent(),
        { shots: range('2026-09-18', '2026-11-09') },
        { onProgress },
      ),
      'ready',
    );
    expect(
      expectStatus(answer.items.shots, 'present')
        .reveal()
        .map(({ asOf }) => asOf),
    ).toEqual(['2026-09-18', '2026-10-16', '2026-11-09']);
  });

  it('returns a range of fiscal years', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(
        await consent(),
        { income: range(fiscalYear(2024), fiscalYear(2025)) },
        { onProgress },
      ),
      'ready',
    );
    expect(
      expectStatus(answer.items.income, 'present')
        .reveal()
        .map(({ fields }) => fields.合計所得金額),
    ).toEqual([3_368_000, 3_544_000]);
  });

  it('asks for all items with one inquiry', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['present', 'present', 'present']);
    expect(expectStatus(answer.items.household, 'present').reveal()[0]?.fields.異動日).toBe(
      '2026-05-17',
    );
    expect(expectStatus(answer.items.shots, 'present').reveal()[0]?.fields.接種日).toBe(
      '2026-11-09',
    );
  });

  it('marks items that were left out as not asked', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { shots: latest() }, { onProgress }),
      'ready',
    );
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['not-asked', 'not-asked', 'present']);
  });

  it('gives the same answer with query as with submit and collect', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const inquiries = { income: latest(), household: pointInTime('2026-04-01') };
    const inOne = expectStatus(
      await client.query(await consent(), inquiries, { onProgress }),
      'ready',
    ).answer;
    const inTwo = expectStatus(
      await client.collect(await client.submit(await consent(), inquiries), { onProgress }),
      'ready',
    ).answer;
    expect(expectStatus(inTwo.items.income, 'present').reveal()).toEqual(
      expectStatus(inOne.items.income, 'present').reveal(),
    );
    expect(expectStatus(inTwo.items.household, 'present').reveal()).toEqual(
      expectStatus(inOne.items.household, 'present').reveal(),
    );
  });

  it('presents the client certificate at every step', async () => {
    const { client, consent, onProgress, sandbox } = await openTlsBank();
    await client.query(await consent(), { income: latest() }, { onProgress });
    // The sandbox refuses every step whose connection lacks the registered certificate.
    expect(sandbox.journal.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    expect(sandbox.journal.map(({ step }) => step)).toEqual([
      'authorize',
      'decide',
      'decide',
      'token',
      'request',
      'result',
      'result',
    ]);
  });
});
