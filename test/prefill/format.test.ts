import { createSecretKey, hkdfSync } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { createLocalKeys } from '../../src/vault/index.js';
import { SESSION } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { all, ORIGINS, openForm, statesOf, VALUES } from './form.js';

/** 32 zero bytes. */
const KEY = 'A'.repeat(43);
const keys = { current: 'key-1', keys: { 'key-1': KEY } };
const bytes = Buffer.alloc(32);
const derived = Buffer.from(hkdfSync('sha256', bytes, '', 'myna-selfinfo/prefill', 32));

/** Sealed by version 1 with KEY: FIELDS, in SESSION, at NOW. */
const VERSION_1 =
  'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoia2V5LTEiLCJ2IjoxfQ..MUKglxmvWVGNGQtD._L11A6VWdc31CnsQhHJkXZxNkq6ru-3JHPkINHoSePNLhNJfx0nW1Wv8yQvNyjjJQDKRxk05P19WWAOu6x6gAXP77dolhadLWG8AjxUq5YCbRLMPToJWdArfSvaxniGsBVAX1_7wK6FknI0H-gTXCCczFXmmMOATcVHfAa47ehFSO8Ut5Go6TdLIMQLTB1KA8ddxFR3j5GI9R5ygJzaQG5gKiMpDIIRVM9FIxkYFMjFDegFlgrcSToBTvmSPVjK-SQUuGoJpd8C1Jzy3SVn7fBTkWBTXvNXvAzlYyez1n5NFdWkYXGtOQkWY2jTDpWTpSGQ81JTipqIQ_7lkjQZc22rlKdsR0HvA2kaSOa05OkXkpgAEolQf1HeUzShVNnELwxdrzpr4MQmADWAKuqIiHaozLtiIkWKTujKHp3fjUEMKm1Gd1jwITlHuXqTkwaTBO7ru5LaPh20xE-gN4X0sgrQSZ74qBEqoUvDN3O9ajUN5wfJkCHP9aLxmEsKQaoy9nWMVPtkzFEZz_AhI9dhpuzy89ACeGUpGZenWWd2jsBIDiSoWri8ddQ.pYd7vcpLNtXMe3udEaddyg';

/** Encrypts a text as a seal is, with another header or under another key. */
const encrypted = (header: object = {}, key = derived, text = '{}') =>
  new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'key-1', v: 1, ...header })
    .encrypt(createSecretKey(key));

describe('the format of a seal', () => {
  it('of version 1 is read', async () => {
    const { judge } = openForm({ keys });
    expect(await judge(VERSION_1, VALUES)).toEqual({
      income: { state: 'unchanged', value: '4,200,000', origin: ORIGINS.income },
      members: { state: 'unchanged', value: '3', origin: ORIGINS.members },
    });
  });

  it('of a newer version is refused as unsupported, where a key proves it', async () => {
    const { judge } = openForm({ keys });
    expect(await refusalOf(async () => judge(await encrypted({ v: 2 }), VALUES))).toEqual([
      'format_unsupported',
      'seal.v',
    ]);
    // Anybody can write a header.
    const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: 'key-1', v: 2 }));
    const claimed = [header.toString('base64url'), ...VERSION_1.split('.').slice(1)].join('.');
    expect(statesOf(await judge(claimed, VALUES))).toEqual(all('forged'));
  });

  it.each<[string, object]>([
    ['no version', { v: undefined }],
    ['version zero', { v: 0 }],
    ['a version that is a text', { v: '1' }],
    ['another key', { kid: 'key-2' }],
    ['a key that every object has', { kid: 'constructor' }],
    ['no key', { kid: undefined }],
    ['compression', { zip: 'DEF' }],
  ])('is forged when its header says %s', async (_, header) => {
    const { judge } = openForm({ keys });
    const text = await encrypted({ ...header, zip: undefined });
    const [, ...rest] = text.split('.');
    const named = { alg: 'dir', enc: 'A256GCM', kid: 'key-1', v: 1, ...header };
    const altered = [Buffer.from(JSON.stringify(named)).toString('base64url'), ...rest].join('.');
    expect(statesOf(await judge(altered, VALUES))).toEqual(all('forged'));
    if ('zip' in header) return;
    expect(statesOf(await judge(text, VALUES))).toEqual(all('forged'));
  });

  it('has a key of its own, even where a vault or a store has the same one', async () => {
    const { judge, prefill } = openForm({ keys });
    // What a store or a vault seals with the key itself.
    expect(statesOf(await judge(await encrypted({}, bytes), VALUES))).toEqual(all('forged'));
    const { wrapped } = await createLocalKeys(keys).wrap(bytes, 'id');
    const form = { sessionBinding: SESSION, seal: wrapped, fields: VALUES };
    expect(statesOf(await prefill.judge(form))).toEqual(all('forged'));
  });
});
