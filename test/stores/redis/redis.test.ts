import { readFileSync } from 'node:fs';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSuite } from '../../../src/conformance/index.js';
import { createVirtualClock, latest, systemClock } from '../../../src/index.js';
import { createRedisStore, type RedisStoreOptions } from '../../../src/stores/redis/store.js';
import { expectStatus, NOW, openBank, SESSION } from '../../kit/loan.js';
import { findPart } from '../../kit/machine.js';
import {
  createPatientStore,
  type NodeRedis,
  type RedisServer,
  sealingKeys,
  startRedis,
} from '../../kit/redis.js';
import { errorOf, refusal } from '../../kit/refusals.js';

const part = findPart('redis-server');
const keys = sealingKeys();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const soon = () => systemClock.now() + 10 * MINUTE;

describe.skipIf(part.missing)('the store in Redis', () => {
  let redis: RedisServer;
  let ioredis: Awaited<ReturnType<RedisServer['ioredis']>>;
  let nodeRedis: NodeRedis;
  let made = 0;
  beforeAll(async () => {
    redis = await startRedis(part.path());
    [ioredis, nodeRedis] = await Promise.all([redis.ioredis(), redis.nodeRedis()]);
  });
  afterAll(() => redis?.stop());

  /** A store of its own in the one server, and the names of an entry in it. */
  function open(options: Partial<RedisStoreOptions> = {}) {
    const prefix = `test-${made++}:`;
    const store = createPatientStore({ client: ioredis, keys, prefix, ...options });
    return {
      store,
      prefix,
      value: (key: string) => `${prefix}{${key}}`,
      mark: (key: string) => `${prefix}{${key}}:mark`,
    };
  }

  /**
   * The commands that clients send while something runs; what a script does inside Redis does not
   * count.
   */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const monitor = await ioredis.monitor();
    const seen: string[] = [];
    const fence = `fence-${made++}`;
    const fenced = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, [name = '', text]: string[], source: string) => {
        if (text === fence) resolve();
        else if (source !== 'lua') seen.push(name.toLowerCase());
      });
    });
    await work();
    await ioredis.echo(fence);
    await fenced;
    monitor.disconnect();
    return seen;
  }

  describe.each(['ioredis', 'node-redis'] as const)('over %s', (library) => {
    const client = () => (library === 'ioredis' ? ioredis : nodeRedis);

    it('costs one command per consent that begins and two per callback, one more each after Redis has started', async () => {
      const clock = createVirtualClock(NOW);
      const bank = openBank({ store: open({ client: client(), clock }).store, now: NOW });
      await ioredis.script('FLUSH');
      expect(await commandsOf(() => bank.consent())).toEqual([
        'evalsha',
        'eval',
        'mget',
        'evalsha',
        'eval',
      ]);
      let callback = '';
      expect(
        await commandsOf(async () => {
          callback = await bank.callback();
        }),
      ).toEqual(['evalsha']);
      expect(
        await commandsOf(() => bank.client.completeConsent(callback, { sessionBinding: SESSION })),
      ).toEqual(['mget', 'evalsha']);
      // Once more: read and found taken.
      expect(
        await commandsOf(() => bank.client.completeConsent(callback, { sessionBinding: SESSION })),
      ).toEqual(['mget']);
    });

    it('carries a consent and its retrieval through Redis, and keeps nothing of what was discarded', async () => {
      const prefix = `test-${made++}:`;
      const clock = createVirtualClock(NOW);
      const bank = openBank({
        store: createPatientStore({ client: client(), keys, prefix, clock }),
        now: NOW,
      });
      const grant = await bank.consent();
      const retrieval = await bank.client.submit(grant, latest());
      const result = await bank.client.collect(
        bank.client.resume(JSON.parse(JSON.stringify(retrieval))),
        { onProgress: bank.onProgress },
      );
      expect(expectStatus(result, 'ready').answer.items.income.status).toBe('present');
      await bank.client.discard(retrieval);
      expect(await ioredis.keys(`${prefix}*retrieval*`)).toEqual([]);
    });
  });

  it('costs one command to send a request, one to collect its answer and one to discard it', async () => {
    const bank = openBank({ store: open().store, now: NOW });
    const grant = await bank.consent();
    const seen = await commandsOf(async () => {
      const retrieval = await bank.client.submit(grant, latest());
      await bank.client.collect(retrieval, { onProgress: bank.onProgress });
      await bank.client.discard(retrieval);
    });
    expect(seen).toEqual(['evalsha', 'mget', 'del']);
  });

  it('shows neither state, session, verifier, token nor process in a dump, and nothing under a name without the prefix', async () => {
    const { store, prefix } = open();
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
    const before = new Set(await ioredis.keys('*'));
    const pending = await bank.client.beginConsent({ sessionBinding: SESSION });
    secrets.push(new URL(pending.url).searchParams.get('state') ?? '');
    const callback = await bank.callback();
    secrets.push(...new URL(callback).searchParams.values());
    const outcome = expectStatus(
      await bank.client.completeConsent(callback, { sessionBinding: SESSION }),
      'granted',
    );
    await bank.client.submit(outcome.grant, { income: latest() });
    const names = (await ioredis.keys('*')).filter((name) => !before.has(name));
    // The pending one with its mark, the mark of the one that was taken, the retrieval with its
    // mark.
    expect(names.length).toBe(5);
    expect(names.filter((name) => !name.startsWith(prefix))).toEqual([]);
    const dump = names
      .concat((await ioredis.mget(...names)).map((text) => String(text)))
      .flatMap((text) => [text, ...text.split('.').map(decoded)]);
    const long = secrets.filter((text) => text.length >= 16);
    expect(long.length).toBeGreaterThanOrEqual(6);
    expect(
      long.filter((secret) => dump.some((text) => text.includes(secret)) && !URL.canParse(secret)),
    ).toEqual([]);
    expect(dump.join()).not.toContain('housing-loan');
  });

  it('has Redis drop the value at its expiry and the mark a day later, by durations and not by instants', async () => {
    const clock = createVirtualClock('1999-01-01T00:00:00+09:00');
    const { store, value, mark } = open({ clock });
    await store.put('a', 'text', clock.now() + 10 * MINUTE);
    const [valueMs, markMs] = [await ioredis.pttl(value('a')), await ioredis.pttl(mark('a'))];
    expect(valueMs).toBeLessThanOrEqual(10 * MINUTE);
    expect(valueMs).toBeGreaterThan(9 * MINUTE);
    expect(markMs).toBeLessThanOrEqual(DAY + 10 * MINUTE);
    expect(markMs).toBeGreaterThan(DAY + 9 * MINUTE);
    await store.take('a');
    expect(await ioredis.exists(value('a'))).toBe(0);
    expect(await ioredis.pttl(mark('a'))).toBeGreaterThan(DAY + 9 * MINUTE);
  });

  it('tells a citizen who comes after the value is gone that it is too late, and one who came before that it was used', async () => {
    const { store, value, prefix } = open();
    const bank = openBank({ store, now: NOW });
    const callback = await bank.callback();
    const [name = ''] = (await ioredis.keys(`${prefix}*`)).filter((key) => !key.endsWith(':mark'));
    // What Redis does at the instant of expiry.
    await ioredis.del(name);
    const complete = async () =>
      (await bank.client.completeConsent(callback, { sessionBinding: SESSION })).status;
    expect(await complete()).toBe('expired');
    await store.put('b', 'text', soon());
    await ioredis.del(value('b'));
    expect(await store.take('b')).toMatchObject({ value: '' });
    expect(await store.take('b')).toBe('taken');
  });

  it('names its keys as docs/scaling.md does, unless another prefix is given, and takes no more room than it says', async () => {
    const own = await startRedis(part.path());
    try {
      const client = await own.ioredis();
      const bank = openBank({ store: createPatientStore({ client, keys }), now: NOW });
      const callback = await bank.callback();
      const names = (await client.keys('*')).sort();
      const [value = '', mark = ''] = names;
      expect(value).toMatch(/^myna-selfinfo:\{transaction:[\w-]{43}\}$/);
      expect(names).toEqual([value, `${value}:mark`]);
      const room = async (name: string) => Number(await client.memory('USAGE', name));
      const [valueBytes, markBytes] = [await room(value), await room(mark)];
      expect(valueBytes + markBytes).toBeLessThan(1_100);
      expect(Number(await client.get(mark))).toBe(bank.clock.now() + 10 * MINUTE);
      await bank.client.completeConsent(callback, { sessionBinding: SESSION });
      expect([await client.keys('*'), await client.get(mark)]).toEqual([[mark], 'taken']);
      expect(await room(mark)).toBeLessThan(300);
    } finally {
      await own.stop();
    }
  });

  describe('opens no value', () => {
    const tampered: [string, (sealed: string) => string, string][] = [
      [
        'whose ciphertext was changed',
        (jwe) => jwe.replace(/\.([^.]*)\.([^.]*)$/, (_, text, tag) => `.${flipped(text)}.${tag}`),
        'record_damaged',
      ],
      [
        'whose expiry was put off',
        (jwe) => withHeader(jwe, { expiresAt: soon() + DAY }),
        'record_damaged',
      ],
      ['under another algorithm', (jwe) => withHeader(jwe, { alg: 'A256KW' }), 'record_damaged'],
      ['that asks to be decompressed', (jwe) => withHeader(jwe, { zip: 'DEF' }), 'record_damaged'],
      ['that is none', () => 'none', 'record_damaged'],
      ['that names a key nobody has', (jwe) => withHeader(jwe, { kid: 'key-9' }), 'key_unknown'],
    ];
    it.each(tampered)('%s', async (_, tamper, code) => {
      const { store, value } = open();
      await store.put('a', 'text', soon());
      await ioredis.set(value('a'), tamper((await ioredis.get(value('a'))) ?? ''), 'KEEPTTL');
      for (const read of [store.get, store.take]) {
        const error = await errorOf(() => read('a'));
        expect([error.code, error.stage, error.retry.safe]).toEqual([code, 'store', false]);
      }
    });

    it("that is another entry's, or the same entry's of another prefix", async () => {
      const { store, value } = open();
      const other = open();
      await store.put('a', 'of a', soon());
      await store.put('b', 'of b', soon());
      await other.store.put('b', 'of another', soon());
      for (const from of [value('a'), other.value('b')]) {
        await ioredis.set(value('b'), (await ioredis.get(from)) ?? '');
        expect((await errorOf(() => store.get('b'))).code).toBe('record_damaged');
      }
    });

    it('beside a mark that is none', async () => {
      const { store, mark } = open();
      await store.put('a', 'text', soon());
      await ioredis.set(mark('a'), 'tomorrow');
      const error = await errorOf(() => store.get('a'));
      expect([error.code, error.retry.safe]).toEqual(['store_failed', false]);
      await ioredis.del(mark('a'));
      expect(await store.take('a')).toBeUndefined();
    });
  });

  it('reads what an older key sealed as long as it is given, and seals under the current one', async () => {
    const both = sealingKeys('old', 'new');
    const older = { current: 'old', keys: { old: both.keys.old as string } };
    const { prefix, store, value } = open({ keys: older });
    await store.put('a', 'text', soon());
    const rotated = createPatientStore({ client: ioredis, keys: both, prefix });
    expect(await rotated.get('a')).toMatchObject({ value: 'text' });
    await rotated.put('b', 'text', soon());
    expect(
      JSON.parse(decoded(((await ioredis.get(value('b'))) ?? '').split('.')[0] ?? '')),
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

  it('takes a put that the client library sent twice for one, and no other for it', async () => {
    const twice = {
      evalsha: async (...args: Parameters<typeof ioredis.evalsha>) => {
        await ioredis.evalsha(...args).catch(() => undefined);
        return ioredis.evalsha(...args);
      },
      eval: (...args: Parameters<typeof ioredis.eval>) => ioredis.eval(...args),
      mget: (...args: string[]) => ioredis.mget(...args),
      del: (...args: string[]) => ioredis.del(...args),
    };
    const { store } = open({ client: twice as unknown as RedisStoreOptions['client'] });
    await store.put('a', 'text', soon());
    expect((await errorOf(() => store.put('a', 'text', soon()))).code).toBe('store_key_exists');
    // Whoever's first reply is lost does not get the entry: better none than two.
    expect(await store.take('a')).toBe('taken');
  });

  it('deletes in any state, and finds its scripts again after Redis has lost them', async () => {
    const { store } = open();
    await store.put('a', 'text', soon());
    await ioredis.script('FLUSH');
    expect(await store.take('a')).toMatchObject({ value: 'text' });
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
  });

  it('names the option that is wrong, and prints no key', () => {
    const { keys: secrets } = keys;
    const given = { client: ioredis, keys };
    const wrong: [Record<string, unknown>, string, string][] = [
      [{ ...given, client: undefined }, 'missing_option', 'options.client'],
      [{ ...given, keys: undefined }, 'missing_option', 'options.keys'],
      [{ ...given, keys: { ...keys, current: 'other' } }, 'invalid_option', 'options.keys.current'],
      [
        { ...given, keys: { ...keys, keys: { 'key-1': `${secrets['key-1']}A` } } },
        'invalid_option',
        'options.keys.keys.key-1',
      ],
      [
        { ...given, keys: { ...keys, algorithm: 'A128GCM' } },
        'unknown_option',
        'options.keys.algorithm',
      ],
      [{ ...given, prefix: 'a b' }, 'invalid_option', 'options.prefix'],
      [{ ...given, prefix: '{a}' }, 'invalid_option', 'options.prefix'],
      [{ ...given, timeoutMs: 0 }, 'invalid_option', 'options.timeoutMs'],
      [{ ...given, ttl: 1 }, 'unknown_option', 'options.ttl'],
    ];
    for (const [options, code, path] of wrong)
      expect(refusal(() => createRedisStore(options as never))).toEqual([code, path]);
    for (const options of [
      { ...given, client: {} },
      { ...given, client: { evalSha() {} } },
      { ...given, prefix: 1 },
      { ...given, clock: {} },
      null,
    ]) {
      expect(() => createRedisStore(options as never)).toThrow(TypeError);
    }
  });
});

describe.skipIf(part.missing)(
  'the store in a Redis cluster, which refuses a command on keys of two slots, conforms',
  () => {
    let redis: RedisServer;
    let ioredis: Cluster;
    let nodeRedis: ReturnType<typeof createCluster>;
    let made = 0;
    beforeAll(async () => {
      redis = await startRedis(part.path(), {
        'cluster-enabled': 'yes',
        'cluster-config-file': 'nodes.conf',
        'cluster-announce-ip': '127.0.0.1',
      });
      const one = await redis.ioredis({ enableReadyCheck: false });
      await one.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      while (!String(await one.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
        await new Promise((resolve) => setImmediate(resolve));
      ioredis = new Cluster([{ host: '127.0.0.1', port: redis.port }]);
      nodeRedis = createCluster({ rootNodes: [{ url: redis.url }] });
      await nodeRedis.connect();
    });
    afterAll(async () => {
      ioredis?.disconnect();
      nodeRedis?.destroy();
      await redis?.stop();
    });
    for (const [library, client] of [
      ['ioredis', () => ioredis],
      ['node-redis', () => nodeRedis],
    ] as const) {
      for (const { title, run } of storeSuite(() =>
        createPatientStore({ client: client(), keys, prefix: `case-${made++}:` }),
      ))
        it(`over ${library}: ${title}`, run);
    }
  },
);

describe.skipIf(part.missing)(
  'the store in Redis, as a user who may do nothing but what docs/scaling.md names, conforms',
  () => {
    const user = { username: 'app', password: 'app' };
    let redis: RedisServer;
    let ioredis: Awaited<ReturnType<RedisServer['ioredis']>>;
    let nodeRedis: NodeRedis;
    let made = 0;
    beforeAll(async () => {
      redis = await startRedis(part.path());
      const admin = await redis.ioredis();
      const rights =
        /`(~myna-selfinfo:\* [^`]+)`/.exec(readFileSync('docs/scaling.md', 'utf8'))?.[1] ?? '';
      await admin.acl('SETUSER', user.username, 'on', `>${user.password}`, ...rights.split(' '));
      [ioredis, nodeRedis] = await Promise.all([redis.ioredis(user), redis.nodeRedis(user)]);
    });
    afterAll(() => redis?.stop());
    const prefix = () => `myna-selfinfo:${made++}:`;
    for (const { title, run } of storeSuite(() =>
      createPatientStore({ client: ioredis, keys, prefix: prefix() }),
    ))
      it(`over ioredis: ${title}`, run);
    for (const { title, run } of storeSuite(() =>
      createPatientStore({ client: nodeRedis, keys, prefix: prefix() }),
    ))
      it(`over node-redis: ${title}`, run);
  },
);

/** Every text in a JSON value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const decoded = (text: string): string => Buffer.from(text, 'base64url').toString();

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
