import { describe, expect, it } from 'vitest';
import { object, string } from 'zod';
import { defineService, latest } from '../../src/index.js';
import { createVault } from '../../src/vault/index.js';
import { leaksIn } from '../kit/leaks.js';
import { expectStatus, loan, openBank } from '../kit/loan.js';
import { canaries, opened, persona } from './canary.js';
import { openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

describe('a vault', () => {
  it('returns the answer it was given: records, extras, statuses and terms', async () => {
    const { vault, answer } = openSafe({ personas: [persona] });
    const given = await answer('canary');
    const ref = await vault.put(given);
    const back = await vault.read(ref, PURPOSE);
    expect(opened(back)).toEqual(opened(given));
    expect(expectStatus(back.items.income, 'present').reveal()[0]?.fields.給与収入金額).toBe(
      5_310_772,
    );
    expect(back.items.shots).toMatchObject({ status: 'failed', code: 'canary.failure' });
    expect(JSON.stringify(back.extras.reveal())).toContain('canary-unasked');
    expect(JSON.parse(JSON.stringify(back))).toEqual({
      terms: given.terms,
      items: { income: '[redacted]', household: '[redacted]', shots: '[redacted]' },
    });
  });

  it('distinguishes an item that was not asked for from one that is not on record', async () => {
    const { vault, bank } = openSafe();
    const collected = await bank.client.query(
      await bank.consent('hanako'),
      { income: latest() },
      { onProgress: bank.onProgress },
    );
    const back = await vault.read(
      await vault.put(expectStatus(collected, 'ready').answer),
      PURPOSE,
    );
    expect([back.items.income.status, back.items.household.status]).toEqual([
      'present',
      'not-asked',
    ]);
  });

  it('accepts an answer that it returned, under another reference', async () => {
    const { vault, answer } = openSafe();
    const first = await vault.put(await answer());
    const second = await vault.put(await vault.read(first, PURPOSE));
    expect(second).not.toBe(first);
    expect(opened(await vault.read(second, PURPOSE))).toEqual(
      opened(await vault.read(first, PURPOSE)),
    );
  });

  it('restores values that JSON cannot represent, by the schema', async () => {
    const income = {
      ...loan.items.income,
      record: object({ fields: object({ 課税年度: string() }) }).transform(
        ({ fields }) => new Date(`${fields.課税年度}-01-01T00:00:00Z`),
      ),
    };
    const service = defineService({ ...loan, items: { income } });
    const { client, consent, clock, onProgress } = openBank({ service });
    const { keys, store } = openSafe();
    const vault = createVault({ service, store, keys, clock });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const back = await vault.read(await vault.put(answer), PURPOSE);
    expect(expectStatus(back.items.income, 'present').reveal()).toEqual(
      expectStatus(answer.items.income, 'present').reveal(),
    );
    expect(expectStatus(back.items.income, 'present').reveal()[0]).toBeInstanceOf(Date);
  });

  it('reports a record that no longer fits the schema and loses nothing of it', async () => {
    const { vault, reopen, answer } = openSafe();
    const ref = await vault.put(await answer());
    const income = {
      ...loan.items.income,
      record: object({ fields: object({ 無い項目: string() }) }),
    };
    const later = reopen({
      service: defineService({
        ...loan,
        items: { ...loan.items, income },
      }) as unknown as typeof loan,
    });
    const { items } = await later.read(ref, PURPOSE);
    expect(items.income).toMatchObject({
      status: 'failed',
      code: 'record_invalid',
      path: 'records[0].fields.無い項目',
    });
    expect(JSON.stringify(items.income.extras.reveal())).toContain('課税年度');
  });

  it('returns references that are random, all different, and contain nothing of the answer', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    const refs = await Promise.all(Array.from({ length: 50 }, () => vault.put(given)));
    expect(new Set(refs).size).toBe(50);
    for (const ref of refs) expect(ref).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it('uses a separate key for every record', async () => {
    const { vault, answer, store } = openSafe();
    const given = await answer();
    await Promise.all(Array.from({ length: 50 }, () => vault.put(given)));
    const ids = new Set<string>();
    const wrapped = new Set<string>();
    for await (const { key } of store.list()) {
      ids.add(key.id);
      wrapped.add(key.wrapped);
    }
    expect([ids.size, wrapped.size]).toEqual([50, 50]);
  });

  it('stores only consent, purpose, end of the period and keys in the clear', async () => {
    const { vault, answer, store } = openSafe({ personas: [persona] });
    const given = await answer('canary');
    const ref = await vault.put(given);
    const record = await store.get(ref);
    if (typeof record !== 'object') throw new Error('nothing stored');
    expect(
      JSON.parse(Buffer.from(record.sealed.split('.')[0] ?? '', 'base64url').toString()),
    ).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      v: 1,
      kid: record.key.id,
      ref,
      consent: given.terms.transactionId,
      purpose: 'housing-loan',
      keepUntil: PERIOD_ENDS,
    });
    expect(
      JSON.parse(Buffer.from(record.key.wrapped.split('.')[0] ?? '', 'base64url').toString()),
    ).toEqual({
      alg: 'A256KW',
      enc: 'A256GCM',
      kid: 'key-1',
      id: record.key.id,
    });
    expect(record.key.wrapped.length).toBeLessThan(400);
    expect(leaksIn({ record }, canaries)).toEqual([]);
  });

  it('lists what it holds without opening it', async () => {
    const { vault, answer, keys } = openSafe({ personas: [persona] });
    const given = await answer('canary');
    const ref = await vault.put(given);
    const erased = await vault.put(given);
    await vault.erase(erased, 'withdrawn');
    const entries = [];
    for await (const entry of vault.list()) entries.push(entry);
    expect(entries).toEqual([
      {
        ref,
        consent: given.terms.transactionId,
        purpose: 'housing-loan',
        keepUntil: PERIOD_ENDS,
        kid: keys.current,
      },
    ]);
  });
});
