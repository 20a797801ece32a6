import { describe, expect, it } from 'vitest';
import { type ConsentOutcome, publicProfile, validateCallback } from '../../src/index.js';
import { errorOf } from '../kit/refusals.js';
import { type CallbackParts, comeBack, hex, type StubOptions } from '../kit/stub.js';

const rejected = (code: string): ConsentOutcome => ({ status: 'rejected', at: 'callback', code });

type Make = (parts: CallbackParts) => string;

/**
 * Expects a query to end so, without a call to any endpoint, and the good callback to work
 * afterwards, or no longer.
 */
async function expectEnd(
  make: Make,
  expected: ConsentOutcome,
  after: 'granted' | 'replayed',
  options?: StubOptions,
) {
  const { complete, callback, calls, parts } = await comeBack(options);
  expect(await complete(make(parts))).toEqual(expected);
  expect(calls).toEqual([]);
  expect((await complete(callback)).status).toBe(after);
  expect(calls).toEqual(after === 'granted' ? ['token'] : []);
}

const at = (query: string) => `/callback?${query}`;

const withState =
  (change: (state: string) => string): Make =>
  ({ code, state, iss }) =>
    at(`code=${code}&state=${change(state)}&iss=${iss}`);

describe('calls a state unknown and uses nothing up unless it is equal to the last character: one', () => {
  it.each<[string, (state: string) => string]>([
    ['without its first character', (state) => state.slice(1)],
    ['without its last character', (state) => state.slice(0, -1)],
    ['with one character more', (state) => `${state}A`],
    ['with one character changed', (state) => (state.startsWith('A') ? 'B' : 'A') + state.slice(1)],
    [
      'in the other case',
      (state) =>
        state.replace(/[a-zA-Z]/g, (char) =>
          char < 'a' ? char.toLowerCase() : char.toUpperCase(),
        ),
    ],
    ['with a space before', (state) => `%20${state}`],
    ['with a space behind', (state) => `${state}%20`],
    ['with a plus, which is a space', (state) => `${state}+`],
    ['with a tab', (state) => `${state}%09`],
    ['with a line break', (state) => `${state}%0d%0a`],
    ['with NUL', (state) => `${state}%00`],
    ['with NUL and more', (state) => `${state}%00abc`],
    ['with an invalid UTF-8 sequence', (state) => `${state}%ff`],
    ['with an overlong UTF-8 sequence', (state) => `%c1%81${state.slice(1)}`],
    ['with a percent sign that encodes nothing', (state) => `${state}%`],
    ['with a percent sequence cut short', (state) => `${state}%4`],
    ['with %u notation', (state) => `${state}%u0041`],
    ['encoded twice', (state) => hex(state).replaceAll('%', '%25')],
    ['with a byte order mark', (state) => `%ef%bb%bf${state}`],
    ['with a zero-width space', (state) => `${state}%e2%80%8b`],
    [
      'in full-width characters',
      (state) =>
        encodeURIComponent(
          state.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
        ),
    ],
    [
      'in Cyrillic characters that look alike',
      (state) => encodeURIComponent(`\u0430${state.slice(1)}`),
    ],
    ['with a combining accent', (state) => `${state}%cc%81`],
    ['in quotes', (state) => `%22${state}%22`],
    ['in a list', (state) => `${state},${state}`],
    ['behind a semicolon', (state) => `${state};a=b`],
    ['of 8,000 characters', () => 'a'.repeat(8_000)],
  ])('%s', async (_, change) => {
    await expectEnd(withState(change), { status: 'unknown' }, 'granted');
  });

  it('in percent sequences is the same text, and granted', async () => {
    const { complete, parts } = await comeBack();
    expect((await complete(withState(hex)(parts))).status).toBe('granted');
  });

  it('outside a client is a mismatch', async () => {
    const { environment, parts, state } = await comeBack();
    for (const change of [
      (text: string) => text.slice(1),
      (text: string) => `${text}%00`,
      (text: string) => text.toLowerCase(),
      () => 'a',
    ])
      expect(
        await errorOf(() => validateCallback(environment, withState(change)(parts), { state })),
      ).toMatchObject({
        code: 'callback_rejected',
        upstream: { code: 'state_mismatch' },
      });
  });
});

describe('refuses a callback that cannot be read before it looks up the state, and uses nothing up: one', () => {
  it.each<[string, Make, string]>([
    [
      'with the state twice',
      ({ code, state, iss }) => at(`code=${code}&state=${state}&iss=${iss}&state=${state}`),
      'duplicate_parameter',
    ],
    [
      'with the state twice, once in percent sequences',
      ({ code, state, iss }) => at(`code=${code}&state=${state}&iss=${iss}&st%61te=${hex(state)}`),
      'duplicate_parameter',
    ],
    [
      'with a good and an empty state',
      ({ code, state, iss }) => at(`state&code=${code}&state=${state}&iss=${iss}`),
      'duplicate_parameter',
    ],
    [
      'with the state under another case',
      ({ code, state, iss }) => at(`code=${code}&State=${state}&iss=${iss}`),
      'state_missing',
    ],
    [
      'with the state in brackets',
      ({ code, state, iss }) => at(`code=${code}&state[]=${state}&iss=${iss}`),
      'state_missing',
    ],
    [
      'with the state behind an HTML entity',
      ({ code, state, iss }) => at(`code=${code}&amp;state=${state}&amp;iss=${iss}`),
      'state_missing',
    ],
    [
      'with semicolons between',
      ({ code, state, iss }) => at(`code=${code};state=${state};iss=${iss}`),
      'state_missing',
    ],
    [
      'with everything in the fragment',
      ({ code, state, iss }) => `/callback#code=${code}&state=${state}&iss=${iss}`,
      'state_missing',
    ],
    [
      'without a question mark',
      ({ code, state, iss }) => `/callback&code=${code}&state=${state}&iss=${iss}`,
      'state_missing',
    ],
    [
      'with a query in the fragment',
      ({ code, state, iss }) => `/callback#a?code=${code}&state=${state}&iss=${iss}`,
      'state_missing',
    ],
    ['with an error and no state', () => at('error=access_denied'), 'state_missing'],
    [
      'of a character above 8 KiB',
      ({ code, state, iss }) => {
        const query = `code=${code}&state=${state}&iss=${iss}&a=`;
        return `${at(query)}${'a'.repeat(8_188 - query.length)}#_=_bc`;
      },
      'callback_too_large',
    ],
    [
      'far above 8 KiB',
      ({ code, state, iss }) => at(`code=${code}&state=${state}&iss=${iss}&a=${'a'.repeat(8_192)}`),
      'callback_too_large',
    ],
    [
      'with a code above 8 KiB',
      ({ code, state, iss }) => at(`code=${code.repeat(600)}&state=${state}&iss=${iss}`),
      'callback_too_large',
    ],
    [
      'with ten thousand parameters',
      ({ code, state, iss }) => at(`code=${code}&state=${state}&iss=${iss}${'&a'.repeat(10_000)}`),
      'callback_too_large',
    ],
    [
      'with ten megabytes in the fragment',
      ({ code, state, iss }) =>
        `${at(`code=${code}&state=${state}&iss=${iss}`)}#${'a'.repeat(10_000_000)}`,
      'callback_too_large',
    ],
  ])('%s', async (_, make, code) => {
    await expectEnd(make, rejected(code), 'granted');
  });
});

describe('ends the consent without calling an endpoint when a callback with a good state is not a valid response of this flow: one', () => {
  const plus =
    (more: string): Make =>
    ({ code, state, iss }) =>
      at(`code=${code}&state=${state}&iss=${iss}${more}`);
  const withCode =
    (change: (code: string) => string): Make =>
    ({ code, state, iss }) =>
      at(`code=${change(code)}&state=${state}&iss=${iss}`);
  const withIssuer =
    (change: (iss: string) => string): Make =>
    ({ code, state, iss }) =>
      at(`code=${code}&state=${state}&iss=${change(iss)}`);
  it.each<[string, Make, string]>([
    [
      'with the code twice, once under an encoded name',
      ({ code, state, iss }) => at(`code=${code}&%63ode=${code}&state=${state}&iss=${iss}`),
      'duplicate_parameter',
    ],
    ['with a good and an empty code', plus('&code='), 'duplicate_parameter'],
    [
      'with two errors',
      ({ state, iss }) => at(`error=access_denied&error=access_denied&state=${state}&iss=${iss}`),
      'duplicate_parameter',
    ],
    ['with a nameless parameter twice', plus('&=&='), 'duplicate_parameter'],
    ['with the issuer twice', plus('&iss=https%3A%2F%2Fportal.example'), 'duplicate_parameter'],
    ['of another issuer', withIssuer(() => 'https%3A%2F%2Fevil.example'), 'issuer_mismatch'],
    ['of the issuer with a slash', withIssuer((iss) => `${iss}%2F`), 'issuer_mismatch'],
    [
      'of the issuer in capitals',
      withIssuer(() => 'HTTPS%3A%2F%2FPORTAL.EXAMPLE'),
      'issuer_mismatch',
    ],
    ['of the issuer over http', withIssuer(() => 'http%3A%2F%2Fportal.example'), 'issuer_mismatch'],
    ['of the issuer at its port', withIssuer((iss) => `${iss}%3A443`), 'issuer_mismatch'],
    ['of the issuer with a space', withIssuer((iss) => `${iss}+`), 'issuer_mismatch'],
    [
      'of an issuer that looks alike',
      withIssuer(() => encodeURIComponent('https://p\u043ertal.example')),
      'issuer_mismatch',
    ],
    [
      'of an unnamed issuer',
      ({ code, state }) => at(`code=${code}&state=${state}`),
      'issuer_mismatch',
    ],
    ['of an issuer without value', withIssuer(() => ''), 'issuer_mismatch'],
    ['without code', ({ state, iss }) => at(`state=${state}&iss=${iss}`), 'invalid_response'],
    [
      'with a code without value',
      ({ state, iss }) => at(`code&state=${state}&iss=${iss}`),
      'invalid_response',
    ],
    ['with NUL in the code', withCode((code) => `${code}%00`), 'invalid_response'],
    ['with DEL in the code', withCode((code) => `${code}%7F`), 'invalid_response'],
    ['with a unit separator in the code', withCode((code) => `${code}%1F`), 'invalid_response'],
    [
      'with a line break in the code',
      withCode((code) => `${code}%0d%0aHost:%20evil.example`),
      'invalid_response',
    ],
    ['with a code that is not UTF-8', withCode((code) => `${code}%ff`), 'invalid_response'],
    [
      'with a code beyond ASCII',
      withCode(() => encodeURIComponent('認可コード')),
      'invalid_response',
    ],
    ['with a code above 4 KiB', withCode(() => 'a'.repeat(4_097)), 'invalid_response'],
    ['with an error without value beside the code', plus('&error='), 'invalid_response'],
    ['with an id_token', plus('&id_token=a.b.c'), 'invalid_response'],
    ['with an id_token without value', plus('&id_token'), 'invalid_response'],
    [
      'with an access token',
      plus('&access_token=a&token_type=Bearer&expires_in=3600'),
      'invalid_response',
    ],
    ['with an access token without value', plus('&access_token='), 'invalid_response'],
    ['with a token type', plus('&token_type=Bearer'), 'invalid_response'],
    ['with a packed response', plus('&response=a.b.c'), 'invalid_response'],
    ['with a packed response without value', plus('&response='), 'invalid_response'],
    ['with a refresh token', plus('&refresh_token=a'), 'invalid_response'],
    ['with an access token in the fragment', plus('#access_token=a'), 'invalid_response'],
    ['with a refresh token in the fragment', plus('#refresh_token=a'), 'invalid_response'],
    ['with a token of any kind in the fragment', plus('#token=a'), 'invalid_response'],
    ['with an id_token alone in the fragment', plus('#id_token=a.b.c'), 'invalid_response'],
    ['with another code in the fragment', plus('#code=a'), 'invalid_response'],
    ['with an error in the fragment', plus('#error=access_denied'), 'invalid_response'],
    ['with an id_token in the fragment', plus('#id_token=a.b.c&code=d'), 'invalid_response'],
    ['with another state in the fragment', plus('#state=a'), 'invalid_response'],
  ])('%s', async (_, make, code) => {
    await expectEnd(make, rejected(code), 'replayed');
  });

  it.each<[string, string, ConsentOutcome]>([
    ['that declines, and carries a code', '&error=access_denied', { status: 'declined' }],
    [
      'that reports an error, and carries a code',
      '&error=server_error',
      { status: 'rejected', at: 'authorize', code: 'server_error' },
    ],
    [
      'that reports an error in capitals',
      '&error=ACCESS_DENIED',
      { status: 'rejected', at: 'authorize', code: 'unrecognised' },
    ],
    [
      'that reports an error with NUL',
      '&error=access_denied%00',
      { status: 'rejected', at: 'authorize', code: 'unrecognised' },
    ],
    [
      'that reports an error named __proto__',
      '&error=__proto__',
      { status: 'rejected', at: 'authorize', code: 'unrecognised' },
    ],
  ])('%s', async (_, more, expected) => {
    await expectEnd(plus(more), expected, 'replayed');
  });

  it('of a portal that never sends iss, with the issuer of another one', async () => {
    const profile = {
      ...publicProfile,
      oauth: {
        ...publicProfile.oauth,
        issuerInCallback: { value: false, confidence: 'specification' } as const,
      },
    };
    await expectEnd(
      ({ code, state }) => at(`code=${code}&state=${state}&iss=https%3A%2F%2Fevil.example`),
      rejected('issuer_mismatch'),
      'replayed',
      {
        profile,
      },
    );
    const { complete, parts } = await comeBack({ profile });
    expect((await complete(at(`code=${parts.code}&state=${parts.state}`))).status).toBe('granted');
  });
});
