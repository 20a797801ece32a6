import { describe, expect, it } from 'vitest';
import type { CallbackRequest, ConsentOutcome } from '../../src/index.js';
import { altered } from '../kit/loan.js';
import { type Changes, comeBack, incoming } from './come-back.js';

const usable: readonly [string, Changes, ConsentOutcome][] = [
  [
    'has no state',
    { state: undefined },
    { status: 'rejected', at: 'callback', code: 'state_missing' },
  ],
  [
    'has an empty state',
    { state: '' },
    { status: 'rejected', at: 'callback', code: 'state_missing' },
  ],
  [
    'has two states',
    { state: ['a', 'b'] },
    { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
  ],
  ['has an unknown state', { state: 'guessed' }, { status: 'unknown' }],
  [
    'has a state of many kinds of text',
    { state: "\u0000\r\n'; DROP TABLE 同意 🎴" },
    { status: 'unknown' },
  ],
  ['has a state of great length', { state: 'a'.repeat(8_000) }, { status: 'unknown' }],
  [
    'reports an error with an unknown state',
    { state: 'guessed', error: 'access_denied' },
    { status: 'unknown' },
  ],
  [
    'reports an error without state',
    { state: undefined, error: 'access_denied' },
    { status: 'rejected', at: 'callback', code: 'state_missing' },
  ],
  [
    'is larger than 8 KiB',
    { padding: 'a'.repeat(8_192) },
    { status: 'rejected', at: 'callback', code: 'callback_too_large' },
  ],
];

describe('a callback of another browser', () => {
  it('is foreign and uses nothing up: the right browser still succeeds', async () => {
    const { complete, good, calls } = await comeBack();
    for (let round = 0; round < 3; round++)
      expect(await complete(good, 'session-of-mallory')).toEqual({ status: 'foreign-browser' });
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });

  it('is foreign no matter what else is wrong with it', async () => {
    const { complete, good } = await comeBack();
    for (const changes of [
      { error: 'access_denied', code: undefined },
      { code: ['a', 'b'] },
      { iss: 'https://evil.example' },
    ])
      expect(await complete(altered(good, changes), 'session-of-mallory')).toEqual({
        status: 'foreign-browser',
      });
    expect((await complete(good)).status).toBe('granted');
  });
});

describe('ignores a callback without a good state and uses nothing up: one that', () => {
  it.each(usable)('%s', async (_, changes, expected) => {
    const { complete, callback, good, calls } = await comeBack(changes);
    expect(await complete(callback)).toEqual(expected);
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });

  it('has one character of its state changed', async () => {
    const { complete, good, calls } = await comeBack();
    const state = new URL(good).searchParams.get('state') ?? '';
    for (const wrong of [
      state.slice(1),
      `${state}a`,
      state.toUpperCase(),
      `${state} `,
      (state.startsWith('A') ? 'B' : 'A') + state.slice(1),
    ])
      expect(await complete(altered(good, { state: wrong }))).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });

  it('is the redirect URI without a query', async () => {
    const { complete, calls } = await comeBack();
    for (const bare of [
      'https://loan.example/callback',
      '/callback',
      '',
      '?',
      'https://loan.example/callback#state=a',
    ])
      expect(await complete(bare)).toEqual({
        status: 'rejected',
        at: 'callback',
        code: 'state_missing',
      });
    expect(calls).toEqual([]);
  });
});

describe('uses nothing up for a request that is not a visit of the citizen:', () => {
  it.each<[string, (url: string) => CallbackRequest]>([
    ['HEAD', (url) => new Request(url, { method: 'HEAD' })],
    ['POST', (url) => new Request(url, { method: 'POST' })],
    ['OPTIONS', (url) => incoming(url, {}, 'OPTIONS')],
    ['a prefetch', (url) => new Request(url, { headers: { 'sec-purpose': 'prefetch' } })],
    [
      'a prerender',
      (url) => new Request(url, { headers: { 'sec-purpose': 'prefetch;prerender' } }),
    ],
    ['a prefetch in odd case', (url) => incoming(url, { 'Sec-PURPOSE': 'PreFetch' })],
    ['a prefetch in a list', (url) => incoming(url, { 'sec-purpose': ['prefetch'] })],
    ['an old prefetch', (url) => incoming(url, { purpose: 'prefetch' })],
    ['an older prefetch', (url) => incoming(url, { 'x-moz': 'prefetch' })],
    ['a preview', (url) => incoming(url, { Purpose: 'preview' })],
    [
      "a prefetch with a framework's own Headers",
      (url) => ({
        url,
        headers: { get: (name: string) => (name === 'sec-purpose' ? 'prefetch' : null) } as never,
      }),
    ],
  ])('%s', async (_, make) => {
    const { complete, good, calls } = await comeBack();
    expect(await complete(make(good))).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'not_a_navigation',
    });
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });
});

describe('ends the consent and never calls an endpoint after a bad callback with a good state, one that', () => {
  it.each<[string, Changes, ConsentOutcome]>([
    [
      'has two codes',
      { code: ['a', 'b'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has the same code twice',
      { code: ['a', 'a'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has two issuers',
      { iss: ['a', 'b'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has anything twice',
      { foo: ['a', 'b'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has neither code nor error',
      { code: undefined },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'has an empty code',
      { code: '' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'comes from another issuer',
      { iss: 'https://evil.example' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'comes from nearly the issuer',
      { iss: 'https://portal.sandbox.invalid/' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'names no issuer',
      { iss: undefined },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'names an empty issuer',
      { iss: '' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'has an id_token of a hybrid flow',
      { id_token: 'a.b.c' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'has an access token of an implicit flow',
      { access_token: 'a' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'has a packed response',
      { response: 'a.b.c' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'reports server_error',
      { code: undefined, error: 'server_error' },
      { status: 'rejected', at: 'authorize', code: 'server_error' },
    ],
    [
      'carries an error and a code',
      { error: 'invalid_scope' },
      { status: 'rejected', at: 'authorize', code: 'invalid_scope' },
    ],
    [
      'reports an unknown error',
      { code: undefined, error: '<script>' },
      { status: 'rejected', at: 'authorize', code: 'unrecognised' },
    ],
    [
      'reports an error of another issuer',
      { code: undefined, error: 'access_denied', iss: 'https://evil.example' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
  ])('%s', async (_, changes, expected) => {
    const { complete, callback, good, calls } = await comeBack(changes);
    expect(await complete(callback)).toEqual(expected);
    expect(await complete(good)).toEqual({ status: 'replayed' });
    expect(calls).toEqual([]);
  });
});
