import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type NoticeRequest,
  publicCodec,
  publicProfile,
  type Store,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import {
  type BankOptions,
  expectStatus,
  type Loan,
  loan,
  NOTICE_URI,
  NOW,
  openBank,
  visits,
} from '../kit/loan.js';
import { refusalOf, typeErrorOf } from '../kit/refusals.js';
import { noticeOf, noticing, working } from './noticing.js';
import { asked, submitted } from './submitted.js';

const RECEIVED = { status: 'received' };

/** Submits a retrieval whose portal works for a while, and collects it. */
async function collecting(running: number, retryAfter?: number, options: BankOptions<Loan> = {}) {
  const portal = working(running, retryAfter);
  const bank = await submitted({ profile: noticing, ...options, intercept: portal.intercept });
  const { client, clock, retrieval, calls } = bank;
  const startedAt = clock.now();
  const collected = client.collect(retrieval, { deadlineMs: 600_000 });
  const polls = () => calls.filter((path) => path === '/result').length;
  /** Moves the clock to a time after the start, and lets everything happen that follows. */
  const passTo = async (ms: number) => {
    clock.set(startedAt + ms);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
  };
  await passTo(0);
  const notify = (processId = portal.state.processId) => client.receiveNotice(noticeOf(processId));
  return { ...bank, collected, polls, passTo, notify };
}

describe('client.receiveNotice', () => {
  it('has a collect that waits poll half a second after its last poll', async () => {
    const { collected, polls, passTo, notify } = await collecting(1);
    expect(await notify()).toEqual(RECEIVED);
    await passTo(499);
    expect(polls()).toBe(1);
    await passTo(500);
    expect(polls()).toBe(2);
    expectStatus(await collected, 'ready');
  });

  it('does not poll earlier than the Retry-After of the portal', async () => {
    const { collected, polls, passTo, notify } = await collecting(1, 60);
    await notify();
    await passTo(59_999);
    expect(polls()).toBe(1);
    await passTo(60_000);
    expectStatus(await collected, 'ready');
  });

  it('changes nothing without a notice: the next poll is due after pollMs', async () => {
    const { collected, polls, passTo } = await collecting(1);
    await passTo(2_999);
    expect(polls()).toBe(1);
    await passTo(3_000);
    expectStatus(await collected, 'ready');
  });

  it('brings at most twenty polls of one retrieval forward', async () => {
    const { collected, polls, passTo, notify } = await collecting(30);
    for (let turn = 1; turn <= 25; turn++) {
      await notify();
      await passTo(turn * 500);
    }
    // One at the start, twenty by notices until 10.0 s, none at the next 2.5 s.
    expect(polls()).toBe(21);
    await passTo(13_000);
    expect(polls()).toBe(22);
    for (let turn = 2; turn <= 10; turn++) await passTo(10_000 + turn * 3_000);
    expectStatus(await collected, 'ready');
  });

  it('counts a doubled notice once', async () => {
    const { polls, passTo, notify, collected } = await collecting(1);
    await Promise.all([notify(), notify(), notify()]);
    await passTo(500);
    expectStatus(await collected, 'ready');
    expect(polls()).toBe(2);
  });

  it('keeps a notice that comes before its retrieval is stored, and polls at once', async () => {
    const clock = createVirtualClock(NOW);
    const inner = createMemoryStore({ clock });
    const portal = working(1);
    let early = async () => {};
    const store: Store = {
      ...inner,
      async put(key, value, expiresAt) {
        if (key.startsWith('retrieval:')) await early();
        return inner.put(key, value, expiresAt);
      },
    };
    const bank = openBank({ profile: noticing, store, intercept: portal.intercept });
    const { client, consent, clock: now, calls } = bank;
    early = async () => void (await client.receiveNotice(noticeOf(portal.state.processId)));
    const waiting = client.query(await consent(), asked, { deadlineMs: 600_000 });
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    now.advance(500);
    expectStatus(await waiting, 'ready');
    expect(calls.filter((path) => path === '/result')).toHaveLength(2);
  });

  it('sends nothing itself', async () => {
    const portal = working(0);
    const { client, calls } = await submitted({ profile: noticing, intercept: portal.intercept });
    const before = calls.length;
    for (const processId of ['p-unknown', portal.state.processId])
      await client.receiveNotice(noticeOf(processId));
    expect(calls).toHaveLength(before);
  });

  it('has the same outcome and the same calls of the store for known and unknown ones', async () => {
    const called: string[] = [];
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    const store: Store = {
      ...inner,
      async put(...entry) {
        called.push('put');
        return inner.put(...entry);
      },
      async get(key) {
        called.push('get');
        return inner.get(key);
      },
    };
    const portal = working(0);
    const { client } = await submitted({ profile: noticing, store, intercept: portal.intercept });
    for (const processId of [portal.state.processId, portal.state.processId, 'p-unknown']) {
      called.length = 0;
      expect(await client.receiveNotice(noticeOf(processId))).toEqual(RECEIVED);
      expect(called).toEqual(['put', 'get']);
    }
  });

  it('has the same outcome for everything that a forger sends', async () => {
    const { client } = await submitted({ profile: noticing });
    const send = (body: string, type = 'application/json') =>
      client.receiveNotice({
        method: 'POST',
        url: '/notices',
        headers: { 'content-type': type },
        body,
      });
    const outcomes = await Promise.all([
      send('{"process_id":"p-1"}', 'text/plain'),
      send('{"process_id":7}'),
      send('{"process_id":""}'),
      send(`{"process_id":"${'p'.repeat(1_025)}"}`),
      send('{'),
      send(''),
      send('{"process_id":"p-1","process_id":"p-2"}'),
    ]);
    expect(outcomes).toEqual(Array(7).fill(RECEIVED));
  });

  it('has the same outcome when the codec or the store fails', async () => {
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    let down = false;
    const store: Store = {
      ...inner,
      put: (...entry) => (down ? Promise.reject(new Error('down')) : inner.put(...entry)),
      get: (key) => (down ? Promise.reject(new Error('down')) : inner.get(key)),
    };
    const codec = {
      ...publicCodec,
      version: 'our-1',
      decodeNotice() {
        throw new Error('process 4711');
      },
    };
    const throwing = await submitted({ profile: { ...noticing, codec } });
    const failing = await submitted({ profile: noticing, store });
    down = true;
    expect(await throwing.client.receiveNotice(noticeOf('p-1'))).toEqual(RECEIVED);
    expect(await failing.client.receiveNotice(noticeOf('p-1'))).toEqual(RECEIVED);
  });

  it('stores no process id in clear text, and an unknown notice for sixty seconds', async () => {
    const entries: [string, string, number][] = [];
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    const store: Store = {
      ...inner,
      async put(...entry) {
        if (entry[0].startsWith('notice:')) entries.push(entry);
        return inner.put(...entry);
      },
    };
    const portal = working(0);
    const { client, retrieval } = await submitted({
      profile: noticing,
      store,
      intercept: portal.intercept,
    });
    await client.receiveNotice(noticeOf('p-unknown'));
    expect(entries.map(([, , expiresAt]) => expiresAt)).toEqual([
      Date.parse(retrieval.expiresAt),
      Date.parse(NOW) + 60_000,
    ]);
    const text = JSON.stringify(entries);
    expect(text).not.toContain(portal.state.processId);
    expect(text).not.toContain('p-unknown');
  });

  it('keeps at most a thousand unknown notices of a minute, and still finds the known ones', async () => {
    const clock = createVirtualClock(NOW);
    const kept = new Set<string>();
    const called: string[] = [];
    const inner = createMemoryStore({ clock });
    const store: Store = {
      ...inner,
      async put(key, value, expiresAt) {
        called.push('put');
        await inner.put(key, value, expiresAt);
        if (value === 'early') kept.add(key);
      },
      async get(key) {
        called.push('get');
        return inner.get(key);
      },
    };
    const portal = working(0);
    const bank = await submitted({ profile: noticing, store, intercept: portal.intercept });
    const { client, retrieval, clock: now } = bank;
    // Known ones do not count.
    for (let turn = 0; turn < 1_100; turn++)
      await client.receiveNotice(noticeOf(portal.state.processId));
    const unknown = Array.from({ length: 3_000 }, (_, index) => noticeOf(`p-${index}`));
    for (let from = 0; from < 3_000; from += 500)
      await Promise.all(unknown.slice(from, from + 500).map((one) => client.receiveNotice(one)));
    expect(kept.size).toBe(1_000);
    const told: string[] = [];
    const onNotice = (id: string) => told.push(id);
    for (const processId of [portal.state.processId, 'p-unknown']) {
      called.length = 0;
      expect(await client.receiveNotice(noticeOf(processId), { onNotice })).toEqual(RECEIVED);
      expect(called).toEqual(['get']);
    }
    expect(told).toEqual([retrieval.id]);
    now.advance(60_000);
    await client.receiveNotice(noticeOf('p-of-the-next-minute'));
    expect(kept.size).toBe(1_001);
  });

  it('passes the id of a known retrieval to onNotice, and nothing for an unknown one', async () => {
    const portal = working(0);
    const { client, retrieval } = await submitted({
      profile: noticing,
      intercept: portal.intercept,
    });
    const told: string[] = [];
    const onNotice = (id: string) => {
      told.push(id);
      throw new Error('ignored');
    };
    await client.receiveNotice(noticeOf('p-unknown'), { onNotice });
    await client.receiveNotice(noticeOf(portal.state.processId), { onNotice });
    expect(told).toEqual([retrieval.id]);
  });

  it('is refused where no profile has notices', async () => {
    const { client } = await submitted({ profile: publicProfile });
    expect(await refusalOf(() => client.receiveNotice(noticeOf('p-1')))).toEqual([
      'invalid_option',
      'options.environment.profile.notices',
    ]);
  });
});

describe('the request of client.receiveNotice', () => {
  const body = (processId: string) => JSON.stringify({ process_id: processId });
  const headers = { 'Content-Type': 'application/json' };
  const shapes: readonly (readonly [string, (id: string) => NoticeRequest])[] = [
    ['a Request', noticeOf],
    ['an object with a text', (id) => ({ method: 'POST', url: '/n', headers, body: body(id) })],
    [
      'an object with bytes',
      (id) => ({ method: 'POST', url: '/n?a=b', headers, body: Buffer.from(body(id)) }),
    ],
    [
      'an event of API Gateway 1.0',
      (id) => ({ httpMethod: 'POST', headers, queryStringParameters: null, body: body(id) }),
    ],
    [
      'an event of API Gateway 2.0 in base64',
      (id) => ({
        rawQueryString: '',
        headers,
        requestContext: { http: { method: 'POST' } },
        body: Buffer.from(body(id)).toString('base64'),
        isBase64Encoded: true,
      }),
    ],
  ];

  it.each(shapes)('can be %s', async (_, shape) => {
    const portal = working(0);
    const { client, retrieval } = await submitted({
      profile: noticing,
      intercept: portal.intercept,
    });
    const told: string[] = [];
    const request = shape(portal.state.processId);
    await client.receiveNotice(request, { onNotice: (id) => told.push(id) });
    expect(told).toEqual([retrieval.id]);
  });

  it('reaches the codec with method, path, headers and raw bytes', async () => {
    const seen: unknown[] = [];
    const codec = {
      ...publicCodec,
      version: 'our-1',
      decodeNotice({
        method,
        path,
        headers,
        body,
      }: Parameters<NonNullable<typeof publicCodec.decodeNotice>>[0]) {
        seen.push([method, path, headers.get('X-Signature'), Buffer.from(body).toString('hex')]);
        return { processId: 'p-1' };
      },
    };
    const { client } = await submitted({ profile: { ...noticing, codec } });
    await client.receiveNotice(
      new Request(`${NOTICE_URI}?v=2`, {
        method: 'POST',
        headers: { 'x-signature': 's-1' },
        body: new Uint8Array([0xff, 0x00]),
      }),
    );
    expect(seen).toEqual([['POST', '/notices?v=2', 's-1', 'ff00']]);
  });

  it('must have a raw body, since a parsed one cannot be verified', async () => {
    const { client } = await submitted({ profile: noticing });
    const parsed = { method: 'POST', url: '/n', headers, body: { process_id: 'p-1' } };
    expect(await typeErrorOf(() => client.receiveNotice(parsed as never))).toBe(
      'request.body must be the raw body, a string or a Uint8Array: a parsed body cannot be verified.',
    );
    const used = noticeOf('p-1');
    await used.text();
    expect(await typeErrorOf(() => client.receiveNotice(used))).toBe(
      'request.body was read already: pass the request before anything reads it.',
    );
  });

  it.each([
    ['nothing', undefined],
    ['a URL', 'https://loan.example/notices'],
    ['an object without headers', { method: 'POST', url: '/n', body: '' }],
    [
      'a getter that throws',
      Object.defineProperty({}, 'url', {
        get: () => {
          throw new Error('secret');
        },
      }),
    ],
  ])('cannot be %s', async (_, request) => {
    const { client } = await submitted({ profile: noticing });
    expect(await typeErrorOf(() => client.receiveNotice(request as never))).toMatch(/^request/);
  });

  it('may have 64 KiB and no more', async () => {
    const { client } = await submitted({ profile: noticing });
    const send = (bytes: number) =>
      Promise.all([
        client.receiveNotice({ method: 'POST', url: '/n', headers, body: 'x'.repeat(bytes) }),
        client.receiveNotice({ method: 'POST', url: '/n', headers, body: Buffer.alloc(bytes) }),
        client.receiveNotice(
          new Request(NOTICE_URI, { method: 'POST', headers, body: 'x'.repeat(bytes) }),
        ),
      ]);
    expect(await send(65_536)).toEqual(Array(3).fill(RECEIVED));
    expect(await send(65_537)).toEqual(Array(3).fill({ status: 'too-large' }));
  });
});

describe('notices in an environment with several profiles', () => {
  it('are read by the first profile that authenticates them', async () => {
    const signed = (id: string, secret: string): WireProfile => ({
      ...noticing,
      id,
      notices: { value: 'signed', confidence: 'unknown' },
      codec: {
        ...publicCodec,
        version: id,
        decodeNotice(notice, context) {
          if (notice.headers.get('x-secret') !== secret) throw new Error('forged');
          if (!publicCodec.decodeNotice) throw new Error('none');
          return publicCodec.decodeNotice(notice, context);
        },
      },
    });
    const { sandbox, clock } = openBank({ profile: signed('next-1', 'new') });
    const { clientId, redirectUri, endpoints, issuer, profile } = sandbox.environment();
    const otherProfiles = [publicProfile, signed('before-1', 'old')];
    const portal = working(0);
    const client = createSelfInfoClient({
      service: loan,
      environment: sandboxEnvironment({
        ...{ clientId, redirectUri, endpoints, issuer, profile, otherProfiles },
      }),
      clock,
      fetch: (request) => portal.intercept(request, sandbox.fetch),
    });
    await client.submit(await visits(client, sandbox).consent(), asked);
    const told: string[] = [];
    for (const secret of ['old', 'forged', 'new']) {
      const notice = noticeOf(portal.state.processId);
      notice.headers.set('x-secret', secret);
      expect(await client.receiveNotice(notice, { onNotice: () => told.push(secret) })).toEqual(
        RECEIVED,
      );
    }
    expect(told).toEqual(['old', 'new']);
  });
});
