import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leaksIn } from '../kit/leaks.js';
import { sized } from '../kit/size.js';

const { IDS } = sized({ usual: { IDS: 2_000 }, full: { IDS: 2_000 }, soak: { IDS: 100_000 } });

const canary = 'canary-花子?"\\/ 1';

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

const escaped = (text: string, hex: (code: string) => string) =>
  [...Array(text.length).keys()]
    .map((at) => `\\u${hex(text.charCodeAt(at).toString(16).padStart(4, '0'))}`)
    .join('');

const lower = (hex: string) => hex.toLowerCase();

const upper = (hex: string) => hex.toUpperCase();

const disguises: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64 of a text that contains it, one byte in': (secret) =>
    Buffer.from(`a${secret}b`).toString('base64'),
  'base64 of a text that contains it, two bytes in': (secret) =>
    Buffer.from(`ab${secret}cd`).toString('base64'),
  'base64 of a text that contains it, three bytes in': (secret) =>
    Buffer.from(`abc${secret}d`).toString('base64'),
  'base64url of a text that contains it, one byte in': (secret) =>
    Buffer.from(`{${secret}}`).toString('base64url'),
  'base64url of a text that contains it, two bytes in': (secret) =>
    Buffer.from(`{"${secret}"}`).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'hex in upper case': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'hex as inspect shows buffers': (secret) =>
    (Buffer.from(secret).toString('hex').match(/../g) ?? []).join(' '),
  'a list of bytes': (secret) => JSON.stringify([...Buffer.from(secret)]),
  'percent sequences': (secret) => encodeURIComponent(secret),
  'percent sequences in lower case': (secret) => encodeURIComponent(secret).replace(/%../g, lower),
  'percent sequences throughout': (secret) =>
    Buffer.from(secret).toString('hex').replace(/../g, '%$&'),
  'percent sequences twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'a form': (secret) => String(new URLSearchParams({ a: secret })),
  JSON: (secret) => JSON.stringify(secret),
  'JSON in JSON': (secret) => JSON.stringify({ a: JSON.stringify(secret) }),
  'JSON escapes throughout': (secret) => escaped(secret, lower),
  'JSON escapes in upper case': (secret) => escaped(secret, upper),
  'UTF-16LE': (secret) => Buffer.from(secret, 'utf16le').toString('latin1'),
  'UTF-16BE': (secret) => utf16be(secret).toString('latin1'),
  'UTF-16LE in hex': (secret) => Buffer.from(secret, 'utf16le').toString('hex'),
  'UTF-16BE in hex': (secret) => utf16be(secret).toString('hex'),
  'UTF-16LE in base64, one byte in': (secret) =>
    Buffer.concat([Buffer.from('a'), Buffer.from(secret, 'utf16le')]).toString('base64'),
  'UTF-16BE in base64': (secret) => utf16be(secret).toString('base64'),
};

describe('the search for canaries finds a deliberate leak', () => {
  const ways: Readonly<Record<string, (text: string) => unknown>> = {
    'what was printed': (text) => `2026-12-01 info ${text} end`,
    'bytes that were printed': (text) => Buffer.from(`info ${text} end`),
    'a field': (text) => ({ a: { b: [text] } }),
    'the message of an error': (text) => new Error(text),
    'the cause of a cause': (text) =>
      new Error('a', { cause: new Error('b', { cause: { text } }) }),
    'a hidden field of an error': (text) =>
      Object.defineProperty(new Error('a'), 'hidden', { value: text }),
    'an event': (text) => [Object.freeze({ type: 'call', code: text })],
    'an event in JSON': (text) => JSON.stringify({ type: 'call', code: text }),
    'a dump of a store': (text) => new Map([['key', { value: JSON.stringify({ text }) }]]),
  };

  it.each(Object.keys(disguises))('as %s, in any place', (name) => {
    const disguise = disguises[name] as (secret: string) => string;
    const missed = Object.entries(ways).filter(
      ([, way]) => leaksIn({ leaky: way(disguise(canary)) }, { canary }).length === 0,
    );
    expect(missed.map(([way]) => way)).toEqual([]);
  });

  it('as raw bytes of any encoding in a buffer', () => {
    for (const bytes of [Buffer.from(canary), Buffer.from(canary, 'utf16le'), utf16be(canary)]) {
      expect(
        leaksIn({ printed: Buffer.concat([Buffer.from('> '), bytes]) }, { canary }),
      ).not.toEqual([]);
      expect(leaksIn({ field: { bytes: Uint8Array.from(bytes) } }, { canary })).not.toEqual([]);
    }
  });

  it('of each secret by its name, and its report contains no secret', () => {
    const found = leaksIn(
      { first: 'canary-one', second: { a: 'canary-two' }, third: 'canary' },
      { one: 'canary-one', two: 'canary-two' },
    );
    expect(found).toContain('first by text: one');
    expect(found.filter((line) => line.startsWith('third'))).toEqual([]);
    expect(found.join()).not.toContain('canary');
  });
});

describe('the search for canaries ignores', () => {
  it('ids, times and digests that contain the digits of a PIN by chance', () => {
    const pins = { pin: '7391' };
    const ids = Array.from({ length: IDS }, () => randomUUID());
    const tokens = ids.map((id) => Buffer.from(id).toString('base64url'));
    // A group of a UUID may consist of exactly these digits.
    const text = JSON.stringify({
      ids,
      tokens,
      at: '2026-12-01T12:00:07.391Z',
      ms: 1_773_910_000,
      id: 'c-17391f',
      group: 'a0b1c2d3-7391-4e5f-8a9b-0c1d2e3f4a5b',
    });
    expect(leaksIn({ text }, pins)).toEqual([]);
    expect(leaksIn({ text: 'pin=7391' }, pins)).toEqual(['text by text: pin']);
  });
});

describe('the search for secrets', () => {
  const canary = 'canary-花子?';
  it.each<[string, unknown]>([
    ['a field', { a: { b: [canary] } }],
    ['a hidden field', Object.defineProperty({}, 'a', { value: canary, enumerable: false })],
    ['a getter', Object.defineProperty({}, 'a', { get: () => canary, enumerable: true })],
    ['a symbol', { [Symbol('a')]: canary }],
    ['a key', { [canary]: 1 }],
    ['a map', new Map([[canary, 1]])],
    ['a message', new Error(canary)],
    ['a cause', new Error('a', { cause: canary })],
    ['a field of an error', Object.assign(new Error('a'), { canary })],
    ['toJSON', { toJSON: () => canary }],
    ['toString', { toString: () => canary }],
    [
      'a getter of a class',
      new (class Leaky {
        get a() {
          return canary;
        }
      })(),
    ],
    ['base64', { a: Buffer.from(canary).toString('base64') }],
    ['base64url', { a: Buffer.from(canary).toString('base64url') }],
    ['hex', { a: Buffer.from(canary).toString('hex') }],
    ['a buffer', Uint8Array.from(Buffer.from(canary))],
    ['a URL', `https://loan.example/?a=${encodeURIComponent(canary)}`],
    ['JSON', { a: JSON.stringify({ canary }) }],
  ])('finds a secret in %s', (_, leaky) => {
    expect(leaksIn({ leaky }, { canary }).length).toBeGreaterThan(0);
  });

  it('finds a PIN on its own, but not within the digits of a longer id', () => {
    expect(leaksIn({ leaky: { tries: ['7391'] } }, { pin: '7391' }).length).toBeGreaterThan(0);
    expect(
      leaksIn(
        { clean: { id: 'c-17391f', at: '2026-12-01T12:00:07.391Z', ms: 1_773_910_000 } },
        { pin: '7391' },
      ),
    ).toEqual([]);
  });

  it('finds nothing in clean values, and names a leak without showing it', () => {
    expect(leaksIn({ clean: { a: 'canary' } }, { canary })).toEqual([]);
    expect(leaksIn({ leaky: canary }, { name: canary }).join()).not.toContain(canary);
  });
});
