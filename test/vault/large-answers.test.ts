import { createSecretKey } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { defineService, latest, publicCodec } from '../../src/index.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type VaultRecord,
} from '../../src/vault/index.js';
import { expectStatus, grantOf, loan, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';
import { openStub, STUB_PROCESS, type StubOptions } from '../kit/stub.js';
import { turnsDuring } from '../kit/turns.js';
import { newKey, PURPOSE } from './safe.js';

/** How many characters of content are sealed, and of sealed text opened, before others get a turn. */
const SEALED = 65_536;
const OPENED = 262_144;

const open = defineService({ ...loan, items: { household: loan.items.household } });

/** Queries a portal that sends these records, and opens a vault whose keys can be watched. */
async function openVault(records: readonly object[], options: StubOptions = {}) {
  const stub = openStub({
    ...options,
    ...({ service: open } as unknown as StubOptions),
    answers: {
      result: () =>
        Response.json({
          process_id: STUB_PROCESS,
          process_status: 'DONE',
          selfPersonalData: [
            { item_code: 'household', item_status: 'PRESENT', record_list: records },
          ],
        }),
    },
  });
  const grant = grantOf(
    await stub.client.completeConsent((await stub.begin()).callback, { sessionBinding: SESSION }),
  );
  const { answer } = expectStatus(await stub.client.query(grant, { household: latest() }), 'ready');
  const dataKeys: Uint8Array[] = [];
  const local = createLocalKeys({ current: 'key-1', keys: { 'key-1': newKey() } });
  const store = createMemoryVaultStore();
  const change: { get?: (record: VaultRecord) => VaultRecord } = {};
  const vault = createVault({
    service: open as unknown as typeof loan,
    store: {
      ...store,
      async get(ref) {
        const record = await store.get(ref);
        return typeof record === 'object' && change.get ? change.get(record) : record;
      },
    },
    keys: {
      ...local,
      wrap(dataKey, id) {
        dataKeys.push(Uint8Array.from(dataKey));
        return local.wrap(dataKey, id);
      },
    },
    clock: stub.clock,
  });
  return { answer, vault, store, dataKeys, change };
}

const recordsOf = (count: number, text: string) =>
  Array.from({ length: count }, (_, index) => ({
    holder_name: '千代田区',
    field_values: { index, text },
  }));

describe('a vault with an answer of five megabytes', () => {
  it('seals and opens it with turns for other work, and completely', async () => {
    const { answer, vault, store } = await openVault(recordsOf(5_000, '円'.repeat(330)));
    const put = await turnsDuring(() => vault.put(answer));
    const record = (await store.get(put.value)) as VaultRecord;
    const bytes = (record.sealed.length * 3) / 4;
    expect(bytes).toBeGreaterThan(5_000_000);
    // A character of this content takes at most three bytes.
    expect(put.turns).toBeGreaterThanOrEqual(Math.floor(bytes / 3 / SEALED) - 1);
    const read = await turnsDuring(() => vault.read(put.value, PURPOSE));
    expect(read.turns).toBeGreaterThanOrEqual(Math.floor(record.sealed.length / OPENED));
    const revealed = expectStatus(read.value.items.household, 'present').reveal();
    expect(revealed.map(({ fields }) => fields.index)).toEqual(
      Array.from({ length: 5_000 }, (_, index) => index),
    );
    expect(revealed.every(({ fields }) => fields.text === '円'.repeat(330))).toBe(true);
  });

  it('does not open it when one character in the middle was altered', async () => {
    const { answer, vault, change } = await openVault(recordsOf(2_000, 'x'.repeat(500)));
    const ref = await vault.put(answer);
    for (const share of [0.1, 0.5, 0.999]) {
      change.get = (record) => {
        const at = Math.floor(record.sealed.length * share);
        const other = record.sealed[at] === 'A' ? 'B' : 'A';
        return {
          ...record,
          sealed: record.sealed.slice(0, at) + other + record.sealed.slice(at + 1),
        };
      };
      expect((await errorOf(() => vault.read(ref, PURPOSE))).code).toBe('record_damaged');
    }
  });
});

describe('a sealed record', () => {
  it('is a compact JWE that jose opens, and holds the same JSON as JSON.stringify', async () => {
    const text = `"\\ \u0000 😀 \ud800 ${'円'.repeat(40_000)}`;
    const { answer, vault, store, dataKeys } = await openVault(recordsOf(3, text));
    const record = (await store.get(await vault.put(answer))) as VaultRecord;
    const { plaintext, protectedHeader } = await compactDecrypt(
      record.sealed,
      createSecretKey(dataKeys[0] as Uint8Array),
    );
    expect(protectedHeader).toMatchObject({ alg: 'dir', enc: 'A256GCM', v: 1 });
    const content = new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
    const parsed = JSON.parse(content);
    expect(JSON.stringify(parsed)).toBe(content);
    expect(parsed.result.items[0].records).toEqual(
      recordsOf(3, text).map(({ field_values: fields }) => ({
        holder: '千代田区',
        fields,
        extras: {},
      })),
    );
  });

  it('that jose sealed, as earlier versions did, is read', async () => {
    const { answer, vault, dataKeys, change } = await openVault(recordsOf(3, 'x'));
    const ref = await vault.put(answer);
    const before = await vault.read(ref, PURPOSE);
    const key = createSecretKey(dataKeys[0] as Uint8Array);
    const records: VaultRecord[] = [];
    change.get = (record) => {
      records.push(record);
      return record;
    };
    await vault.read(ref, PURPOSE);
    const record = records[0] as VaultRecord;
    const { plaintext, protectedHeader } = await compactDecrypt(record.sealed, key);
    const sealed = await new CompactEncrypt(plaintext)
      .setProtectedHeader(protectedHeader as never)
      .encrypt(key);
    expect(sealed).not.toBe(record.sealed);
    change.get = () => ({ ...record, sealed });
    const back = await vault.read(ref, PURPOSE);
    expect(expectStatus(back.items.household, 'present').reveal()).toEqual(
      expectStatus(before.items.household, 'present').reveal(),
    );
  });

  it('with other base64 bits behind its last byte does not open', async () => {
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const { answer, vault, change } = await openVault(recordsOf(1, 'x'));
    const ref = await vault.put(answer);
    // The tag of 16 bytes takes 22 characters: four bits of the last one are unused.
    change.get = (record) => {
      const last = ALPHABET.indexOf(record.sealed.at(-1) as string);
      return { ...record, sealed: record.sealed.slice(0, -1) + ALPHABET[last + 1] };
    };
    expect((await errorOf(() => vault.read(ref, PURPOSE))).code).toBe('record_damaged');
  });

  it('has at most 24,000,000 bytes of content', async () => {
    const codec = changedCodec({
      async decodeResult(reply, context) {
        const result = await publicCodec.decodeResult(reply, context);
        // Three bytes each in UTF-8.
        return { ...result, extras: { filler: '円'.repeat(8_000_000) } };
      },
    });
    const { answer, vault } = await openVault(recordsOf(1, 'x'), {
      profile: changedProfile({ codec }),
    });
    const { code, path } = await errorOf(() => vault.put(answer));
    expect([code, path]).toEqual(['invalid_option', 'answer']);
  });
});
