import { describe, expect, it } from 'vitest';
import { object, string } from 'zod';
import { defineService, latest, SelfInfoError } from '../../src/index.js';
import type { Persona } from '../../src/sandbox/index.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type VaultEvent,
} from '../../src/vault/index.js';
import { leaksIn } from '../kit/leaks.js';
import { expectStatus, loan, NOW, openBank } from '../kit/loan.js';
import { errorOf, refusalOf } from '../kit/refusals.js';
import { alterable, newKey, openSafe, PERIOD_ENDS, PURPOSE } from './safe.js';

const persona: Persona = {
  id: 'canary',
  name: 'canary-name',
  pin: '7391',
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: 'canary-holder-市',
        asOf: '2026-06-01',
        fields: {
          課税年度: '2026',
          申告区分: '申告済',
          給与収入金額: 5_310_772,
          合計所得金額: 1,
          所得控除合計額: 1,
          市町村民税所得割額: 1,
          市町村民税均等割額: 1,
          canary: 'canary-beside-the-schema',
        },
        extras: { mark: 'canary-extra' },
      },
    ],
    household: [
      {
        server: 'municipal',
        holder: 'canary-holder-市',
        from: '2020-01-01',
        fields: { 異動日: '2020-01-01', note: 'canary-household-花子' },
      },
    ],
  },
  statuses: { vaccination: { status: 'failed', failure: 'canary.failure' } },
  unaskedItems: [
    {
      code: 'TM00000000000108',
      records: [
        { holder: 'canary-holder-市', asOf: '2026-01-05', fields: { 戸籍: 'canary-unasked' } },
      ],
    },
  ],
};
const canaries = {
  holder: 'canary-holder-市',
  household: 'canary-household-花子',
  beside: 'canary-beside-the-schema',
  extra: 'canary-extra',
  unasked: 'canary-unasked',
  failure: 'canary.failure',
};

/** Everything that an answer holds, opened. */
const opened = (answer: Awaited<ReturnType<ReturnType<typeof openSafe>['answer']>>) => ({
  terms: answer.terms,
  extras: answer.extras.reveal(),
  items: Object.fromEntries(
    Object.entries(answer.items).map(([key, item]) => [
      key,
      {
        ...('code' in item && { code: item.code }),
        status: item.status,
        extras: item.extras.reveal(),
        ...(item.status === 'present' && { records: item.reveal(), missing: item.missing }),
      },
    ]),
  ),
});

describe('a vault', () => {
  it('gives back the answer it was given, records, extras, statuses and terms', async () => {
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

  it('keeps what was not asked apart from what is not on record', async () => {
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

  it('takes back what it gave out, under another reference', async () => {
    const { vault, answer } = openSafe();
    const first = await vault.put(await answer());
    const second = await vault.put(await vault.read(first, PURPOSE));
    expect(second).not.toBe(first);
    expect(opened(await vault.read(second, PURPOSE))).toEqual(
      opened(await vault.read(first, PURPOSE)),
    );
  });

  it('makes values that no JSON can hold anew, by the schema', async () => {
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

  it('tells of a record that no longer fits the schema, and loses nothing of it', async () => {
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

  it('hands out references that mean nothing: random, all different, nothing of the answer in them', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    const refs = await Promise.all(Array.from({ length: 50 }, () => vault.put(given)));
    expect(new Set(refs).size).toBe(50);
    for (const ref of refs) expect(ref).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it('has a key of its own for every record', async () => {
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

  it('shows consent, purpose, end of the period and keys in what is stored, and nothing else', async () => {
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

  it('lists what it holds, without opening it', async () => {
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

describe('the consented purpose', () => {
  it('is the only one that an answer is read for', async () => {
    const { vault, answer, events } = openSafe();
    const ref = await vault.put(await answer());
    expect(
      await refusalOf(() => vault.read(ref, { purpose: 'marketing', reason: 'a campaign' })),
    ).toEqual(['purpose_refused', undefined]);
    expect(events.at(-1)).toEqual({
      type: 'refused',
      at: expect.any(String),
      operation: 'read',
      code: 'purpose_refused',
      ref,
      purpose: 'marketing',
      reason: 'a campaign',
    });
  });

  it('is that of the vault: an answer for another one does not go in, and none comes out', async () => {
    const { vault, answer, store, keys, bank } = openSafe();
    const other = defineService({
      ...loan,
      purpose: { id: 'car-loan', text: '自動車ローンの審査のため' },
    });
    const elsewhere = createVault({ service: other, store, keys, clock: bank.clock });
    expect(await refusalOf(async () => elsewhere.put((await answer()) as never))).toEqual([
      'foreign_answer',
      'answer',
    ]);
    const ref = await vault.put(await answer());
    for (const purpose of ['housing-loan', 'car-loan']) {
      expect(await refusalOf(() => elsewhere.read(ref, { purpose, reason: 'test' }))).toEqual([
        'purpose_refused',
        undefined,
      ]);
    }
  });

  it('cannot be changed on the answer, nor the period', async () => {
    const { vault, answer, store } = openSafe();
    const given = await answer();
    const later = {
      ...given.terms,
      keepUntil: '2099-01-01T00:00:00+09:00',
      purpose: { id: 'marketing', text: '' },
    };
    for (const change of [
      () => Object.assign(given.terms, later),
      () => Object.assign(given.terms.purpose, { id: 'marketing' }),
      () => (given.terms.items as string[]).push('more'),
      () => Object.assign(given, { terms: later }),
      () => Object.defineProperty(given, 'terms', { value: later }),
    ]) {
      expect(change).toThrow(TypeError);
    }
    for (const forged of [
      { ...given, terms: later },
      Object.create(given, { terms: { value: later } }),
      new Proxy(given, { get: () => later }),
      { terms: later, items: {} },
      null,
      'answer',
    ]) {
      expect(await refusalOf(() => vault.put(forged as typeof given))).toEqual([
        'foreign_answer',
        'answer',
      ]);
    }
    const record = await store.get(await vault.put(given));
    expect(typeof record === 'object' && record.keepUntil).toBe(Date.parse(PERIOD_ENDS));
  });

  it('does not let an answer in whose items the service no longer has', async () => {
    const { answer, reopen } = openSafe();
    const { income } = loan.items;
    const smaller = reopen({
      service: defineService({ ...loan, items: { income } }) as unknown as typeof loan,
    });
    expect(await refusalOf(async () => smaller.put(await answer()))).toEqual([
      'foreign_answer',
      'answer.terms.items',
    ]);
  });
});

describe('the consented period', () => {
  it('ends at its midnight, to the millisecond', async () => {
    const { vault, answer, elapse, bank } = openSafe();
    const ref = await vault.put(await answer());
    await elapse(Date.parse(PERIOD_ENDS) - 1);
    expect(
      expectStatus((await vault.read(ref, PURPOSE)).items.income, 'present').reveal(),
    ).toHaveLength(1);
    bank.clock.advance(1);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
  });

  it('ends for an answer that was read before, too', async () => {
    const { vault, answer, elapse, bank } = openSafe();
    const ref = await vault.put(await answer());
    const { items, extras } = await vault.read(ref, PURPOSE);
    expect(extras.reveal()).toEqual({});
    const income = expectStatus(items.income, 'present');
    await elapse(PERIOD_ENDS);
    bank.clock.set(NOW);
    for (const look of [() => income.reveal(), () => income.extras])
      expect((await errorOf(look)).code).toBe('retention_ended');
  });

  it('lets no answer in that has ended', async () => {
    const { vault, answer, elapse } = openSafe();
    const given = await answer();
    await elapse(PERIOD_ENDS);
    expect(await refusalOf(() => vault.put(given))).toEqual(['retention_ended', undefined]);
  });

  it('is swept: afterwards nothing is left, not even marks', async () => {
    const { vault, answer, elapse, store, events } = openSafe();
    const given = await answer();
    const refs = await Promise.all([vault.put(given), vault.put(given), vault.put(given)]);
    await vault.erase(refs[0], 'withdrawn');
    await elapse('2026-12-20T10:00:00+09:00');
    const kept = await vault.put(await answer());
    await elapse(Date.parse(PERIOD_ENDS) - 1);
    expect(await vault.sweep()).toBe(0);
    await elapse(PERIOD_ENDS);
    expect(await vault.sweep()).toBe(3);
    expect(events.at(-1)).toEqual({ type: 'swept', at: PERIOD_ENDS, records: 3 });
    for (const ref of refs) {
      expect(await store.get(ref)).toBeUndefined();
      expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual([
        'reference_unknown',
        undefined,
      ]);
    }
    expect((await vault.read(kept, PURPOSE)).terms.keepUntil).toBe('2027-01-20T00:00:00+09:00');
  });

  it('is swept in batches', async () => {
    const store = alterable();
    const asked: number[] = [];
    const left = [1_000, 1_000, 7];
    store.change.sweep = async (_, limit) => {
      asked.push(limit);
      return left.shift() ?? 0;
    };
    expect(await openSafe({ store }).vault.sweep()).toBe(2_007);
    expect(asked).toEqual([1_000, 1_000, 1_000]);
  });
});

describe('erasing', () => {
  it('takes the record and its key, for good', async () => {
    const { vault, answer, store, events } = openSafe();
    const given = await answer();
    const [ref, other] = await Promise.all([vault.put(given), vault.put(given)]);
    await vault.erase(ref, 'the citizen withdrew');
    expect(events.at(-1)).toEqual({
      type: 'erased',
      at: expect.any(String),
      ref,
      reason: 'the citizen withdrew',
    });
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
    expect(await store.get(ref)).toBe('erased');
    expect((await vault.read(other, PURPOSE)).terms).toEqual(given.terms);
    await vault.erase(ref, 'once more');
  });

  it('is refused for what was never there, so that a slip of the pen shows', async () => {
    const { vault, events } = openSafe();
    for (const ref of ['0'.repeat(32), 'hanako', '']) {
      expect(await refusalOf(() => vault.erase(ref, 'withdrawn'))).toEqual([
        'reference_unknown',
        undefined,
      ]);
      expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual([
        'reference_unknown',
        undefined,
      ]);
    }
    // What is no reference could be anything.
    expect(events.filter((event) => 'ref' in event)).toHaveLength(2);
  });
});

describe('a reference of the caller', () => {
  const ref = `${'Az09-_'.repeat(5)}xy`;

  it('is taken once: a second put under it is refused and changes nothing, and has says that there was one', async () => {
    const { vault, answer } = openSafe();
    const given = await answer();
    expect(await vault.has(ref)).toBe(false);
    expect(await vault.put(given, { ref })).toBe(ref);
    expect(await refusalOf(async () => vault.put(await answer(), { ref }))).toEqual([
      'store_key_exists',
      undefined,
    ]);
    expect((await vault.read(ref, PURPOSE)).terms).toEqual(given.terms);
    await vault.erase(ref, 'withdrawn');
    expect(await vault.has(ref)).toBe(true);
    expect(await refusalOf(() => vault.put(given, { ref }))).toEqual([
      'store_key_exists',
      undefined,
    ]);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });

  it('has its 32 letters, digits, - and _', async () => {
    const { vault, answer, events } = openSafe();
    const given = await answer();
    for (const other of [ref.slice(1), `${ref}a`, `${ref.slice(1)}=`, `${ref.slice(1)}花`, '']) {
      expect((await refusalOf(() => vault.put(given, { ref: other })))[1]).toBe('options.ref');
      expect(await vault.has(other)).toBe(false);
    }
    expect(events).toEqual([]);
  });
});

describe('a data key', () => {
  it('is overwritten once it was used, whether what it was used for succeeded or not', async () => {
    const { answer, keys, reopen } = openSafe();
    const seen: Uint8Array[] = [];
    const noted = (key: Uint8Array) => {
      seen.push(key);
      return key;
    };
    const wrap: typeof keys.wrap = (key, id) => keys.wrap(noted(key), id);
    const unwrap: typeof keys.unwrap = async (key) => noted(await keys.unwrap(key));
    const store = alterable();
    const vault = reopen({ store, keys: { current: keys.current, wrap, unwrap } });
    const given = await answer();
    const ref = await vault.put(given);
    await vault.read(ref, PURPOSE);
    await reopen({ store, keys: { current: 'next', wrap, unwrap } }).rotateKeys();
    const kept = await store.get(ref);
    store.change.get = async () => ({
      ...Object(kept),
      sealed: `${Object(kept).sealed.slice(0, -4)}AAAA`,
    });
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['record_damaged', undefined]);
    await refusalOf(() =>
      reopen({
        store,
        keys: { current: 'key-1', wrap: (key) => Promise.reject(noted(key)), unwrap },
      }).put(given),
    );
    expect(seen.length).toBeGreaterThanOrEqual(5);
    for (const key of seen)
      expect([key.length, key.every((byte) => byte === 0)]).toEqual([32, true]);
  });
});

describe('rotating keys', () => {
  it('wraps every data key anew, touches no record, and makes the old key dispensable', async () => {
    const old = newKey();
    const next = newKey();
    const { vault, answer, store, reopen, events } = openSafe({
      keys: createLocalKeys({ current: 'old', keys: { old } }),
    });
    const given = await answer();
    const refs = await Promise.all(Array.from({ length: 5 }, () => vault.put(given)));
    const before = await Promise.all(refs.map((ref) => store.get(ref)));
    const rotating = reopen({ keys: createLocalKeys({ current: 'next', keys: { old, next } }) });
    const fresh = await rotating.put(given);
    expect(await rotating.rotateKeys()).toBe(5);
    expect(events.at(-1)).toEqual({
      type: 'rotated',
      at: expect.any(String),
      keys: 5,
      kid: 'next',
    });
    expect(await rotating.rotateKeys()).toBe(0);
    const after = await Promise.all(refs.map((ref) => store.get(ref)));
    const sealed = (records: typeof after) =>
      records.map((record) => typeof record === 'object' && record.sealed);
    expect(sealed(after)).toEqual(sealed(before));
    const withoutOld = reopen({ keys: createLocalKeys({ current: 'next', keys: { next } }) });
    for (const ref of [...refs, fresh])
      expect(opened(await withoutOld.read(ref, PURPOSE))).toEqual(opened(given));
    expect(await refusalOf(() => vault.read(fresh, PURPOSE))).toEqual(['key_unknown', undefined]);
  });

  it('does all it can before it tells of a key that is missing', async () => {
    const lost = newKey();
    const old = newKey();
    const next = newKey();
    const { answer, reopen, events } = openSafe();
    const given = await answer();
    await reopen({ keys: createLocalKeys({ current: 'lost', keys: { lost } }) }).put(given);
    const ref = await reopen({ keys: createLocalKeys({ current: 'old', keys: { old } }) }).put(
      given,
    );
    const rotating = reopen({ keys: createLocalKeys({ current: 'next', keys: { old, next } }) });
    expect(await refusalOf(() => rotating.rotateKeys())).toEqual(['key_unknown', undefined]);
    expect(events.slice(-2)).toMatchObject([
      { type: 'rotated', keys: 1 },
      { type: 'refused', operation: 'rotate', code: 'key_unknown' },
    ]);
    const withoutOld = reopen({ keys: createLocalKeys({ current: 'next', keys: { next } }) });
    expect((await withoutOld.read(ref, PURPOSE)).terms).toEqual(given.terms);
  });

  it.each(['store_failed', 'timed_out'] as const)(
    'after %s does not try the rest, and says how far it came',
    async (code) => {
      const inner = createMemoryVaultStore();
      const store = alterable(inner);
      const [old, next] = [newKey(), newKey()];
      const { vault, answer, reopen, events } = openSafe({
        store,
        keys: createLocalKeys({ current: 'old', keys: { old } }),
      });
      const given = await answer();
      for (let count = 0; count < 3; count++) await vault.put(given);
      let tried = 0;
      store.change.replaceKey = async (...args) => {
        if (++tried === 2) throw new SelfInfoError(code);
        return inner.replaceKey(...args);
      };
      const rotating = reopen({ keys: createLocalKeys({ current: 'next', keys: { old, next } }) });
      expect(await refusalOf(() => rotating.rotateKeys())).toEqual([code, undefined]);
      expect([tried, events.slice(-2)]).toMatchObject([
        2,
        [
          { type: 'rotated', keys: 1 },
          { type: 'refused', operation: 'rotate', code },
        ],
      ]);
      store.change = {};
      expect(await rotating.rotateKeys()).toBe(2);
    },
  );

  it('brings back nothing that is erased meanwhile', async () => {
    const inner = createMemoryVaultStore();
    const store = alterable(inner);
    const old = newKey();
    const { vault, answer, reopen } = openSafe({
      store,
      keys: createLocalKeys({ current: 'old', keys: { old } }),
    });
    const ref = await vault.put(await answer());
    store.change.replaceKey = async (...args) => {
      await inner.erase(ref);
      return inner.replaceKey(...args);
    };
    const rotating = reopen({
      keys: createLocalKeys({ current: 'next', keys: { old, next: newKey() } }),
    });
    expect(await rotating.rotateKeys()).toBe(0);
    expect(await refusalOf(() => rotating.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });
});

describe('the audit log', () => {
  it('is told what happened to whom and why, and nothing personal', async () => {
    const { vault, answer, events } = openSafe({ personas: [persona] });
    const given = await answer('canary');
    const ref = await vault.put(given);
    await vault.read(ref, PURPOSE);
    await vault.erase(ref, 'the citizen withdrew');
    await vault.read(ref, PURPOSE).catch(() => undefined);
    const at = events[0]?.at;
    const { transactionId: consent, keepUntil } = given.terms;
    expect(events).toEqual([
      { type: 'put', at, ref, consent, purpose: 'housing-loan', keepUntil },
      { type: 'read', at, ref, ...PURPOSE },
      { type: 'erased', at, ref, reason: 'the citizen withdrew' },
      { type: 'refused', at, operation: 'read', code: 'data_erased', ref, ...PURPOSE },
    ]);
    expect(at).toMatch(/^2026-12-01T10:0.*\+09:00$/);
    expect(leaksIn({ events }, canaries)).toEqual([]);
  });

  it.each<[string, (event: VaultEvent) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
  ])('may fail without harm when it %s', async (_, onEvent) => {
    const { answer, reopen } = openSafe();
    const vault = reopen({ onEvent });
    const ref = await vault.put(await answer());
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    expect(await vault.sweep()).toBe(0);
    await vault.erase(ref, 'withdrawn');
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });
});
