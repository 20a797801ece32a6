import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { publicProfile } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { uncaughtDuring } from '../kit/stub.js';
import { ASKED, CANARY, expectSilent, openBroken, reasonOf } from '../query/codecs.js';

const good = { method: 'POST', path: '/request', body: '{}' };
const detached = () => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
};
const shrunk = () => {
  // The types of ES2023 do not know resizable memory.
  const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 8 }]);
  const bytes = new Uint8Array(buffer, 4, 4);
  (buffer as ArrayBuffer & { resize(length: number): void }).resize(4);
  return bytes;
};
const large = (() => {
  const bytes = new Uint8Array(16 * 1024 * 1024 + 1);
  // An object may lie about its length.
  return Object.defineProperty(bytes, 'byteLength', { value: 1 });
})();
const getter = (name: string) =>
  Object.defineProperty({ ...good }, name, { enumerable: true, get: () => CANARY });
const trap = () => {
  throw new Error(CANARY);
};

const values: [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', CANARY],
  ['a list', [good]],
  ['a function', () => good],
  ['a Map', new Map(Object.entries(good))],
  ['an instance of a class', Object.assign(new (class Message {})(), good)],
  ['an object that inherits its members', Object.create(good)],
  ['a proxy', new Proxy({ ...good }, {})],
  ['a proxy that throws', new Proxy({ ...good }, { ownKeys: trap, getPrototypeOf: trap })],
  ['an object whose prototype is a proxy', Object.create(new Proxy({}, { getPrototypeOf: trap }))],
  ['an object with a symbol', { ...good, [Symbol(CANARY)]: 1 }],
  ['a member of another name', { ...good, [CANARY]: 1 }],
  ['a misspelt member', { ...good, hedaers: {} }],
  ['a member __proto__', JSON.parse(JSON.stringify(good).replace('{', '{"__proto__":{},'))],
  ['a getter for its path', getter('path')],
  ['a getter for its body', getter('body')],
  ['a method in small letters', { ...good, method: 'post' }],
  ['a method PATCH', { ...good, method: 'PATCH' }],
  ['a method that is inherited', { ...good, method: 'toString' }],
  ['no method', { path: '/request' }],
  ['GET with a body', { ...good, method: 'GET' }],
  ['GET with an empty body', { ...good, method: 'GET', body: '' }],
  ['a body that is an object', { ...good, body: { [CANARY]: CANARY } }],
  ['a body that is null', { ...good, body: null }],
  ['a body that is an ArrayBuffer', { ...good, body: new ArrayBuffer(4) }],
  ['a body that is a DataView', { ...good, body: new DataView(new ArrayBuffer(4)) }],
  ['a body of another kind of numbers', { ...good, body: new Uint16Array(4) }],
  ['a body that is a stream', { ...good, body: new Blob([CANARY]).stream() }],
  ['a body of half a surrogate pair', { ...good, body: '\ud800' }],
  ['a body that was transferred', { ...good, body: detached() }],
  ['a body whose memory has shrunk', { ...good, body: shrunk() }],
  ['bytes of more than 16 MiB', { ...good, body: large }],
  ['a text of more than 16 MiB', { ...good, body: 'x'.repeat(16 * 1024 * 1024 + 1) }],
  ['a text of more than 16 MiB in UTF-8', { ...good, body: '花'.repeat(6 * 1024 * 1024) }],
];

const paths: [string, unknown][] = [
  '',
  'request',
  'https://other.host/x',
  '//other.host/x',
  '/\\other.host/x',
  '/a/../b',
  '/..',
  '/.',
  '/a/%2e%2e/b',
  '/a/.%2E/b',
  '/a/..%2fb',
  '/a/%2e%2e%5cb',
  '/a/%252e%252e/b',
  '/a/..;x=1/b',
  '/a//b',
  '/a/%2f/b',
  '/%2Fother.host',
  '/a/%c0%ae%c0%ae/b',
  '/a/%00',
  '/a/%0d%0ab',
  '/a#b',
  '/a?b#c',
  '/a b',
  '/a\tb',
  '/a\nb',
  '/花',
  '/a?b=花',
  '/a?b="',
  "/a?b='",
  '/a<b',
  '/a`b',
  '/a?',
  '/%',
  '/a%zz',
  '/a?b=%2',
  `/${'a'.repeat(8_192)}`,
  ['/request'],
  new String('/request'),
  new URL('https://api.portal.example/request'),
  null,
].map((path) => [typeof path === 'string' ? `"${path.slice(0, 24)}"` : String(path), path]);

const owned = [
  ...['Authorization', 'HOST', 'content-length', 'Connection', 'transfer-encoding', 'Cookie'],
  ...['accept-encoding', 'TE', 'trailer', 'upgrade', 'Expect', 'keep-alive', 'proxy-authorization'],
  ...['proxy-connection', 'X-Request-Id'],
];
const headers: [string, unknown][] = [
  ...owned.map((name): [string, unknown] => [`the owned header ${name}`, { [name]: CANARY }]),
  ['a list of headers', [['x-a', 'b']]],
  ['a Headers object', new Headers({ 'x-a': 'b' })],
  ['headers that are null', null],
  ['a name with a blank', { 'x a': 'b' }],
  ['a name with a colon', { 'x:a': 'b' }],
  ['a name with a line break', { 'x-a\r\nx-b': 'b' }],
  ['an empty name', { '': 'b' }],
  ['a name beyond ASCII', { 'x-花': 'b' }],
  ['the same name twice', { 'x-a': 'b', 'X-A': 'c' }],
  ['a value with a line break', { 'x-a': `b\r\nauthorization: ${CANARY}` }],
  ['a value with CR alone', { 'x-a': 'b\rc' }],
  ['a value with NUL', { 'x-a': 'b\0c' }],
  ['a value with DEL', { 'x-a': 'b\x7fc' }],
  ['a value that begins with a blank', { 'x-a': ' b' }],
  ['a value that ends with a tab', { 'x-a': 'b\t' }],
  ['a value beyond Latin-1', { 'x-a': '花' }],
  ['a value that is a number', { 'x-a': 1 }],
  ['a value that is a list', { 'x-a': ['b'] }],
  ['a value behind a getter', Object.defineProperty({}, 'x-a', { get: trap, enumerable: true })],
  ['a value of 16 KiB', { 'x-a': 'b'.repeat(16_384) }],
  ['65 headers', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`x-${n}`, 'b']))],
];

const requestId = { value: 'X-Request-ID', confidence: 'unknown' } as const;
const withId = { data: { headers: { ...publicProfile.headers, requestId } } };

describe('a message of a codec', () => {
  it.each([
    ...values,
    ...paths.map(([name, path]): [string, unknown] => [`the path ${name}`, { ...good, path }]),
    ...headers.map(([name, bag]): [string, unknown] => [name, { ...good, headers: bag }]),
  ])('with %s is refused before anything is sent, and the consent stays unused', async (_, bad) => {
    const { client, consent, calls, broken } = openBroken('encodeRequest', withId);
    const grant = await consent();
    for (const output of [() => bad, async () => bad]) {
      broken.output = output;
      const error = expectSilent(await errorOf(() => client.submit(grant, ASKED)));
      expect([facts(error), error.path, error.retrieval]).toEqual([
        { code: 'codec_failed', stage: 'request', effect: 'none', safe: true },
        'environment.profile.codec.encodeRequest',
        undefined,
      ]);
    }
    expect(calls).toEqual(['token']);
    delete broken.output;
    expectStatus(await client.query(grant, ASKED), 'ready');
  });

  it('is refused with the place and the rule, in both languages', async () => {
    const { client, consent, broken } = openBroken('encodeRequest', withId);
    const grant = await consent();
    const reasons: string[] = [];
    for (const bad of [
      { ...good, hedaers: {} },
      { ...good, method: CANARY },
      { ...good, headers: { 'x-a': 'b', [`${CANARY} `]: 'c' } },
      { ...good, headers: { cookie: CANARY } },
      { ...good, headers: { 'x-a': 'b', 'X-A': CANARY } },
    ]) {
      broken.output = () => bad;
      const error = expectSilent(await errorOf(() => client.submit(grant, ASKED)));
      reasons.push(reasonOf(error));
      expect(error.messageJa).toMatch(/[ぁ-ん]/);
    }
    expect(reasons).toEqual([
      'It may only have method, path, headers, body.',
      'method must be GET, POST, PUT or DELETE.',
      'headers[1] must have a token as name and a value without line breaks, control characters and outer blanks.',
      'headers[0] is a header that this package sets.',
      'headers[1] repeats a header of the message.',
    ]);
  });

  it('does not end the process with a promise that is never awaited', async () => {
    const { client, consent, broken } = openBroken('encodeRequest');
    const grant = await consent();
    const found = await uncaughtDuring(async () => {
      broken.output = () => ({
        ...good,
        headers: Promise.reject(new Error(CANARY)),
        body: Promise.reject(new Error(CANARY)),
      });
      expectSilent(await errorOf(() => client.submit(grant, ASKED)));
      await setTimeout(0);
    });
    expect(found).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['a query', { path: '/request?x=%2E%2e/..&y=//' }, '/request?x=%2E%2e/..&y=//', '{}'],
    ['an encoded slash', { path: '/request/a%2Fb' }, '/request/a%2Fb', '{}'],
    ['dots within a name', { path: '/request/a..b/.c' }, '/request/a..b/.c', '{}'],
    ['a slash at its end', { path: '/request/' }, '/request/', '{}'],
    ['bytes', { body: Buffer.from('花') }, '/request', '花'],
    ['shared memory', { body: new Uint8Array(new SharedArrayBuffer(2)) }, '/request', '\0\0'],
    ['no prototype', { __proto__: null }, '/request', '{}'],
    ['a body left out', { body: undefined }, '/request', ''],
  ])('with %s is sent as it is', async (_, part, path, body) => {
    const sent: Promise<unknown>[] = [];
    const { client, consent, broken } = openBroken('encodeRequest', {
      onRequest: (request) =>
        void sent.push(
          request
            .clone()
            .text()
            .then((text) => [new URL(request.url), text]),
        ),
    });
    const grant = await consent();
    broken.output = () => Object.assign(Object.create(null), good, part);
    await client.submit(grant, ASKED).catch(() => undefined);
    const [url, text] = (await sent[1]) as [URL, string];
    expect([url.pathname + url.search, text]).toEqual([path, body]);
  });

  it('has the headers that the codec names, in lower case, beside those of this package', async () => {
    const sent: Record<string, string>[] = [];
    const { client, consent, broken } = openBroken('encodeRequest', {
      ...withId,
      codec: { sign: () => ({ headers: { Signature: 'sig1=:YQ==:' } }) },
      onRequest: ({ headers }) => void sent.push(Object.fromEntries(headers)),
    });
    const grant = await consent();
    broken.output = () => ({ ...good, headers: { 'X-Latin': 'caf\xe9', 'x-empty': '' } });
    await client.submit(grant, ASKED);
    expect(sent[1]).toEqual({
      'x-latin': 'caf\xe9',
      'x-empty': '',
      signature: 'sig1=:YQ==:',
      'accept-encoding': 'identity',
      authorization: expect.stringMatching(/^Bearer /),
      'content-type': 'text/plain;charset=UTF-8',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});

describe('a signature', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no headers', {}],
    ['a header of the message', { headers: { 'Content-Type': 'text/plain' } }],
    ['authorization', { headers: { authorization: `Bearer ${CANARY}` } }],
    ['accept-encoding', { headers: { 'accept-encoding': 'gzip' } }],
    ['a body', { headers: {}, body: CANARY }],
    ['a header with a line break', { headers: { signature: 'a\nb' } }],
    ['a promise as a value', { headers: { signature: Promise.resolve('a') } }],
  ])('with %s is refused before anything is sent', async (_, bad) => {
    const { client, consent, calls, broken } = openBroken('sign');
    const grant = await consent();
    broken.output = () => bad;
    const error = expectSilent(await errorOf(() => client.submit(grant, ASKED)));
    expect([facts(error), error.path]).toEqual([
      { code: 'codec_failed', stage: 'request', effect: 'none', safe: true },
      'environment.profile.codec.sign',
    ]);
    expect(calls).toEqual(['token']);
    delete broken.output;
    expectStatus(await client.query(grant, ASKED), 'ready');
  });
});
