import { describe, expect, it } from 'vitest';
import { createRedisStore } from '../../../src/stores/redis/store.js';
import { errorOf } from '../../kit/refusals.js';

const KEYS = {
  current: 'fixture',
  keys: { fixture: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8' },
};
const EXPIRES_AT = Date.parse('2100-01-01T00:00:00Z');
/** A value that the release before versions sealed under `KEYS`. */
const UNVERSIONED =
  'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZml4dHVyZSIsIm5hbWUiOiJteW5hLXNlbGZpbmZvOnt0cmFuc2FjdGlvbjpmaXh0dXJlfSIsImV4cGlyZXNBdCI6NDEwMjQ0NDgwMDAwMH0..fnLtkOIdLNd4p77X.Y6sIRsLjsIAi2XxnXJW73kN_17JYDNQW7g.4G_r_B2__-08rE6rRsxtgA';

/** Opens a store over a client whose Redis holds one value, and lists the commands. */
function holding(sealed: string) {
  const commands: string[] = [];
  const answer = (name: string, reply: unknown) => async () => {
    commands.push(name);
    return reply;
  };
  const found = [String(EXPIRES_AT), sealed];
  const client = {
    evalsha: answer('evalsha', found),
    eval: answer('eval', found),
    mget: answer('mget', found),
    del: answer('del', 1),
  };
  return { store: createRedisStore({ client, keys: KEYS }), commands };
}

/** Returns the value with another header. */
function withHeader(changes: Readonly<Record<string, unknown>>): string {
  const [header = '', ...rest] = UNVERSIONED.split('.');
  const fields = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...changes };
  return [Buffer.from(JSON.stringify(fields)).toString('base64url'), ...rest].join('.');
}

describe('a value in Redis', () => {
  it('from the release before versions is read', async () => {
    const { store } = holding(UNVERSIONED);
    const entry = { value: 'text of a pending consent', expiresAt: EXPIRES_AT };
    expect(await store.get('transaction:fixture')).toEqual(entry);
    expect(await store.take('transaction:fixture')).toEqual(entry);
  });

  it.each([{ v: 2 }, { v: 99, alg: 'HPKE-0', enc: 'A256GCM-SIV', name: 'another' }])(
    'of a newer version is refused as such and stays in Redis: %o',
    async (changes) => {
      const { store, commands } = holding(withHeader(changes));
      const { code, path, stage, retry } = await errorOf(() => store.get('transaction:fixture'));
      expect([code, path, stage, retry]).toEqual([
        'format_unsupported',
        'entry.v',
        'store',
        { safe: false },
      ]);
      expect(commands).toEqual(['mget']);
    },
  );

  it.each([0, -1, 1.5, '1', null, true])(
    'of the version %j, which never was, is damaged',
    async (v) => {
      const { store } = holding(withHeader({ v }));
      expect((await errorOf(() => store.get('transaction:fixture'))).code).toBe('record_damaged');
    },
  );
});
