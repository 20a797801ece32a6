import { describe, expect, it } from 'vitest';
import { createVirtualClock, latest } from '../../../src/index.js';
import { expectStatus, NOW, openBank, SESSION } from '../../kit/loan.js';
import { createPatientStore, sealingKeys } from '../../kit/redis.js';
import { errorOf } from '../../kit/refusals.js';
import { DAY, decoded, part, soon, useRedis } from './shared-redis.js';

describe.skipIf(part.missing)('the store in Redis', () => {
  const { ioredis, open } = useRedis();

  it('shows no state, session, verifier, token or process in a dump, and no name without the prefix', async () => {
    const { store, prefix } = open({ clock: createVirtualClock(NOW) });
    const secrets: string[] = [SESSION];
    const bank = openBank({
      store,
      now: NOW,
      async intercept(request, pass) {
        const sent = new URLSearchParams(await request.clone().text());
        secrets.push(
          ...[sent.get('code_verifier'), sent.get('code')].filter((text) => text !== null),
        );
        const response = await pass(request);
        if (response.headers.get('content-type')?.includes('json'))
          secrets.push(...textsOf(await response.clone().json()));
        return response;
      },
    });
    const before = new Set(await ioredis().keys('*'));
    const pending = await bank.client.beginConsent({ sessionBinding: SESSION });
    secrets.push(new URL(pending.url).searchParams.get('state') ?? '');
    const callback = await bank.callback();
    secrets.push(...new URL(callback).searchParams.values());
    const outcome = expectStatus(
      await bank.client.completeConsent(callback, { sessionBinding: SESSION }),
      'granted',
    );
    await bank.client.submit(outcome.grant, { income: latest() });
    const names = (await ioredis().keys('*')).filter((name) => !before.has(name));
    // The pending transaction with its mark, the mark of the taken one and what it leaves for its
    // own attempt, the retrieval with its mark.
    expect(names.length).toBe(6);
    expect(names.filter((name) => !name.startsWith(prefix))).toEqual([]);
    const dump = names
      .concat((await ioredis().mget(...names)).map((text) => String(text)))
      .flatMap((text) => [text, ...text.split('.').map(decoded)]);
    const long = secrets.filter((text) => text.length >= 16);
    expect(long.length).toBeGreaterThanOrEqual(6);
    expect(
      long.filter((secret) => dump.some((text) => text.includes(secret)) && !URL.canParse(secret)),
    ).toEqual([]);
    expect(dump.join()).not.toContain('housing-loan');
  });

  describe('rejects a value', () => {
    const tampered: [string, (sealed: string) => string, string][] = [
      [
        'whose ciphertext was changed',
        (jwe) => jwe.replace(/\.([^.]*)\.([^.]*)$/, (_, text, tag) => `.${flipped(text)}.${tag}`),
        'record_damaged',
      ],
      [
        'whose expiry was moved',
        (jwe) => withHeader(jwe, { expiresAt: soon() + DAY }),
        'record_damaged',
      ],
      ['with another algorithm', (jwe) => withHeader(jwe, { alg: 'A256KW' }), 'record_damaged'],
      ['that asks for decompression', (jwe) => withHeader(jwe, { zip: 'DEF' }), 'record_damaged'],
      ['that is not a JWE', () => 'none', 'record_damaged'],
      ['that names an unknown key', (jwe) => withHeader(jwe, { kid: 'key-9' }), 'key_unknown'],
    ];
    it.each(tampered)('%s', async (_, tamper, code) => {
      const { store, value } = open();
      await store.put('a', 'text', soon());
      await ioredis().set(value('a'), tamper((await ioredis().get(value('a'))) ?? ''), 'KEEPTTL');
      for (const read of [store.get, store.take]) {
        const error = await errorOf(() => read('a'));
        expect([error.code, error.stage, error.retry.safe]).toEqual([code, 'store', false]);
      }
    });

    it('that belongs to another entry, or to the same entry under another prefix', async () => {
      const { store, value } = open();
      const other = open();
      await store.put('a', 'of a', soon());
      await store.put('b', 'of b', soon());
      await other.store.put('b', 'of another', soon());
      for (const from of [value('a'), other.value('b')]) {
        await ioredis().set(value('b'), (await ioredis().get(from)) ?? '');
        expect((await errorOf(() => store.get('b'))).code).toBe('record_damaged');
      }
    });

    it('beside a mark that is not valid', async () => {
      const { store, mark } = open();
      await store.put('a', 'text', soon());
      await ioredis().set(mark('a'), 'tomorrow');
      const error = await errorOf(() => store.get('a'));
      expect([error.code, error.retry.safe]).toEqual(['store_failed', false]);
      await ioredis().del(mark('a'));
      expect(await store.take('a')).toBeUndefined();
    });
  });

  it('reads values of an older key while that key is configured, and seals with the current one', async () => {
    const both = sealingKeys('old', 'new');
    const older = { current: 'old', keys: { old: both.keys.old as string } };
    const { prefix, store, value } = open({ keys: older });
    await store.put('a', 'text', soon());
    const rotated = createPatientStore({ client: ioredis(), keys: both, prefix });
    expect(await rotated.get('a')).toMatchObject({ value: 'text' });
    await rotated.put('b', 'text', soon());
    expect(
      JSON.parse(decoded(((await ioredis().get(value('b'))) ?? '').split('.')[0] ?? '')),
    ).toMatchObject({
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'new',
      name: value('b'),
    });
    const error = await errorOf(() => store.get('b'));
    expect(error.code).toBe('key_unknown');
    expect(JSON.stringify(error)).not.toContain(both.keys.old);
  });
});

/** Returns every text in a JSON value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function flipped(base64url: string): string {
  const bytes = Buffer.from(base64url, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

function withHeader(jwe: string, changes: Readonly<Record<string, unknown>>): string {
  const [header = '', ...rest] = jwe.split('.');
  return [
    Buffer.from(JSON.stringify({ ...JSON.parse(decoded(header)), ...changes })).toString(
      'base64url',
    ),
    ...rest,
  ].join('.');
}
