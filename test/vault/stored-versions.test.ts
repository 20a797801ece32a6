import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createLocalKeys,
  createMemoryVaultStore,
  type VaultRecord,
} from '../../src/vault/index.js';
import { openSafe, PURPOSE } from './safe.js';

describe('a record of version 1', () => {
  it('is read', async () => {
    // Stored by the release that wrote version 1, under this key.
    const key = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
    const path = new URL('./fixtures/record-v1.json', import.meta.url);
    const record: VaultRecord = JSON.parse(readFileSync(path, 'utf8'));
    const store = createMemoryVaultStore();
    await store.put(record);
    const keys = createLocalKeys({ current: 'fixture', keys: { fixture: key } });
    const { vault } = openSafe({ store, keys });
    const { items, terms } = await vault.read(record.ref, PURPOSE);
    expect([items.income.status, terms.keepUntil]).toEqual([
      'present',
      '2027-01-01T00:00:00+09:00',
    ]);
  });
});
