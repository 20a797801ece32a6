import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  type CallbackRequest,
  createMemoryStore,
  createSelfInfoClient,
  sandboxEnvironment,
  validateCallback,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, loan, openBank, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { oauthProfile } from '../kit/profiles.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { hideIn } from '../kit/register.js';
import { openStub } from '../kit/stub.js';

const profile = oauthProfile({ responseMode: 'form_post' }, 'posting');
const TYPE = 'application/x-www-form-urlencoded';
const options = { sessionBinding: SESSION };

/** Opens a bank whose citizen comes back with the fields of a form. */
async function comeBack() {
  const bank = openBank({ profile });
  const { url } = await bank.client.beginConsent(options);
  const request = await bank.sandbox.visitRequest(url, { persona: 'hanako' });
  const fields = new URLSearchParams(await request.clone().text());
  hideIn(fields);
  const complete = (callback: unknown) =>
    bank.client.completeConsent(callback as CallbackRequest, options);
  return { ...bank, url, request, fields, form: String(fields), complete };
}

/** A POST as an object. */
const post = (body: unknown, headers: Record<string, string> = {}, url = '/callback') => ({
  method: 'POST',
  url,
  headers: { 'content-type': TYPE, ...headers },
  body,
});

const posted = (body: string, headers: Record<string, string> = {}) =>
  new Request(REDIRECT_URI, {
    method: 'POST',
    headers: { 'content-type': TYPE, ...headers },
    body,
  });

const event1 = (body: string | null, changes: object = {}) => ({
  httpMethod: 'POST',
  headers: { 'Content-Type': TYPE },
  multiValueHeaders: { 'Content-Type': [TYPE] },
  queryStringParameters: null,
  body,
  isBase64Encoded: false,
  ...changes,
});

const event2 = (body: string | undefined, changes: object = {}) => ({
  version: '2.0',
  rawPath: '/callback',
  rawQueryString: '',
  headers: { 'content-type': TYPE },
  requestContext: { http: { method: 'POST' } },
  ...(body !== undefined && { body }),
  isBase64Encoded: false,
  ...changes,
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const refused = (code: string) => ({ status: 'rejected', at: 'callback', code });

describe('the consent under form_post', () => {
  it('asks for a form, in the URL or pushed', async () => {
    const { url } = await comeBack();
    expect(new URL(url).searchParams.get('response_mode')).toBe('form_post');
    const { environment } = openStub({ profile });
    const alone = buildConsentUrl(environment, { state: 's', codeChallenge: 'c'.repeat(43) });
    expect(new URL(alone).searchParams.get('response_mode')).toBe('form_post');

    const pushed: (string | null)[] = [];
    const bank = openBank({
      profile: oauthProfile({ responseMode: 'form_post', pushedAuthorizationRequests: true }),
      async intercept(request, pass) {
        pushed.push(new URLSearchParams(await request.clone().text()).get('response_mode'));
        return pass(request);
      },
    });
    await bank.client.beginConsent(options);
    expect(pushed).toEqual(['form_post']);
  });

  it('asks for no mode under the public profile', async () => {
    const { url } = await openBank().client.beginConsent(options);
    expect(new URL(url).searchParams.has('response_mode')).toBe(false);
  });
});

describe('a callback that is posted', () => {
  it.each<[string, (form: string) => unknown]>([
    ['a Request', (form) => posted(form)],
    [
      'a Request with a charset',
      (form) => posted(form, { 'content-type': `${TYPE}; charset=UTF-8` }),
    ],
    ['an object with a text', (form) => post(form)],
    ['an object with a Buffer', (form) => post(Buffer.from(form))],
    ['an object with bytes', (form) => post(new TextEncoder().encode(form))],
    ['an object with fields', (form) => post(Object.fromEntries(new URLSearchParams(form)))],
    [
      'an object with fields that inherit nothing',
      (form) =>
        post(Object.assign(Object.create(null), Object.fromEntries(new URLSearchParams(form)))),
    ],
    [
      'an object with lists of one',
      (form) => post(Object.fromEntries([...new URLSearchParams(form)].map(([k, v]) => [k, [v]]))),
    ],
    ['an object with URLSearchParams', (form) => post(new URLSearchParams(form))],
    [
      'a message whose body was parsed',
      (form) => Object.assign(message(), { body: Object.fromEntries(new URLSearchParams(form)) }),
    ],
    ['an event of format 1.0', (form) => event1(form)],
    ['an event of format 1.0 in base64', (form) => event1(base64(form), { isBase64Encoded: true })],
    ['an event of format 2.0', (form) => event2(form)],
    ['an event of format 2.0 in base64', (form) => event2(base64(form), { isBase64Encoded: true })],
  ])('grants once as %s', async (_, make) => {
    const { complete, form } = await comeBack();
    expect((await complete(make(form))).status).toBe('granted');
    expect((await complete(make(form))).status).toBe('replayed');
  });

  it('grants with the query of the redirect URI itself', async () => {
    const { complete, form } = await comeBack();
    expect((await complete(post(form, {}, '/callback?tenant=a&lang=ja'))).status).toBe('granted');
  });

  it('reports that the citizen declined', async () => {
    const { client, sandbox } = openBank({ profile });
    const { url } = await client.beginConsent(options);
    const request = await sandbox.visitRequest(url, { persona: 'hanako', decision: 'decline' });
    expect(await client.completeConsent(request, options)).toEqual({ status: 'declined' });
  });

  it('is not accepted for another browser', async () => {
    const { client, form, complete } = await comeBack();
    const outcome = await client.completeConsent(posted(form), { sessionBinding: 'another' });
    expect(outcome).toEqual({ status: 'foreign-browser' });
    expect((await complete(posted(form))).status).toBe('granted');
  });
});

describe('a callback that is refused under form_post, and leaves the transaction', () => {
  it.each<[string, string, (form: string, fields: Record<string, string>) => unknown]>([
    ['a GET with a query', 'not_a_navigation', (form) => `${REDIRECT_URI}?${form}`],
    ['a GET as a Request', 'not_a_navigation', (form) => new Request(`${REDIRECT_URI}?${form}`)],
    ['a HEAD', 'not_a_navigation', (form) => ({ ...post(form), method: 'HEAD' })],
    ['a PUT', 'not_a_navigation', (form) => ({ ...post(form), method: 'PUT' })],
    ['a prefetch', 'not_a_navigation', (form) => post(form, { 'sec-purpose': 'prefetch' })],
    ['a picture', 'not_a_navigation', (form) => post(form, { 'sec-fetch-dest': 'image' })],
    ['its query only', 'state_missing', (form) => post('', {}, `/callback?x=${form.length}`)],
    ['a code in the query', 'invalid_response', (form) => post(form, {}, '/callback?code=x')],
    ['a state in the query', 'invalid_response', (form) => post(form, {}, '/callback?state=x')],
    ['an issuer in the query', 'invalid_response', (form) => post(form, {}, '/callback?iss=x')],
    [
      'an error in the query',
      'invalid_response',
      (form) => post(form, {}, '/callback?a=b&error=x'),
    ],
    [
      'everything in the query too',
      'invalid_response',
      (form) => post(form, {}, `/callback?${form}`),
    ],
    ['no type', 'invalid_response', (form) => ({ ...post(form), headers: {} })],
    [
      'JSON',
      'invalid_response',
      (_, fields) => post(JSON.stringify(fields), { 'content-type': 'application/json' }),
    ],
    [
      'multipart',
      'invalid_response',
      (form) => post(form, { 'content-type': 'multipart/form-data' }),
    ],
    [
      'another charset',
      'invalid_response',
      (form) => post(form, { 'content-type': `${TYPE}; charset=shift_jis` }),
    ],
    ['two types', 'invalid_response', (form) => post(form, { 'content-type': `${TYPE}, ${TYPE}` })],
    ['no state', 'state_missing', (_, { state: __, ...fields }) => post(fields)],
    ['an empty form', 'state_missing', () => post('')],
    ['an event without a body', 'state_missing', () => event1(null)],
    [
      'an empty body that a parser left out',
      'state_missing',
      () => post(undefined, { 'content-length': '0' }),
    ],
    ['two states', 'duplicate_parameter', (form) => post(`${form}&state=x`)],
    [
      'two states in fields',
      'duplicate_parameter',
      (_, fields) => post({ ...fields, state: [fields.state, 'x'] }),
    ],
    ['a nested field', 'invalid_response', (_, fields) => post({ ...fields, state: { a: 'b' } })],
    ['a number as a field', 'invalid_response', (_, fields) => post({ ...fields, a: 1 })],
    [
      'bytes that are not UTF-8',
      'invalid_response',
      (form) => post(Buffer.concat([Buffer.from(`${form}&a=`), Buffer.from([0xff])])),
    ],
    ['9 KiB', 'callback_too_large', (form) => post(`${form}&a=${'x'.repeat(9_216)}`)],
    [
      '9 KiB of bytes',
      'callback_too_large',
      (form) => post(Buffer.from(`${form}&a=${'x'.repeat(9_216)}`)),
    ],
    [
      '9 KiB in a Request',
      'callback_too_large',
      (form) => posted(`${form}&a=${'x'.repeat(9_216)}`),
    ],
    [
      '9 KiB in a field',
      'callback_too_large',
      (_, fields) => post({ ...fields, a: 'x'.repeat(9_216) }),
    ],
    [
      '9 KiB in base64',
      'callback_too_large',
      (form) => event1(base64(`${form}&a=${'x'.repeat(9_216)}`), { isBase64Encoded: true }),
    ],
    [
      '9 KiB in the query',
      'callback_too_large',
      (form) => post(form, {}, `/callback?a=${'x'.repeat(9_216)}`),
    ],
  ])('%s: %s', async (_, code, make) => {
    const { complete, form, fields, calls } = await comeBack();
    const callback = make(form, Object.fromEntries(fields));
    expect(await complete(callback)).toEqual(refused(code));
    expect(calls).toEqual([]);
    expect((await complete(posted(form))).status).toBe('granted');
  });

  it('a body that breaks off', async () => {
    const { complete, form } = await comeBack();
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (pulled++ === 0) controller.enqueue(Buffer.from(form));
        else controller.error(new Error('the citizen left'));
      },
    });
    const headers = { 'content-type': TYPE };
    const broken = new Request(REDIRECT_URI, { method: 'POST', headers, body, duplex: 'half' });
    expect(await complete(broken)).toEqual(refused('invalid_response'));
    expect((await complete(posted(form))).status).toBe('granted');
  });

  it('reads an endless body only as far as its limit', async () => {
    const { complete } = await comeBack();
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1_024;
        controller.enqueue(new Uint8Array(1_024).fill(0x61));
      },
      cancel() {
        cancelled = true;
      },
    });
    const headers = { 'content-type': TYPE };
    const endless = new Request(REDIRECT_URI, { method: 'POST', headers, body, duplex: 'half' });
    expect(await complete(endless)).toEqual(refused('callback_too_large'));
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(65_536);
  });

  it('ends with the signal while a body does not come', async () => {
    const { client, form, complete } = await comeBack();
    const abort = new AbortController();
    const headers = { 'content-type': TYPE };
    const body = new ReadableStream({ pull: () => abort.abort() }, { highWaterMark: 0 });
    const slow = new Request(REDIRECT_URI, { method: 'POST', headers, body, duplex: 'half' });
    const error = await errorOf(() =>
      client.completeConsent(slow, { ...options, signal: abort.signal }),
    );
    expect(error).toMatchObject({ code: 'aborted', effect: 'none' });
    expect((await complete(posted(form))).status).toBe('granted');
  });
});

/** Returns what Node's http hands over for a POST before anything reads it. */
const message = () =>
  Object.assign(new IncomingMessage(new Socket()), {
    method: 'POST',
    url: '/callback',
    headers: { 'content-type': TYPE, 'content-length': '10' },
  });

describe('a request whose body cannot be read', () => {
  const read = async () => {
    const request = posted('state=a');
    await request.text();
    return request;
  };
  it.each<[string, () => unknown, RegExp]>([
    ['a Request that was read', read, /^request\.body was read already: pass the request before/],
    [
      'a message of Node',
      message,
      /Read the body first, and pass \{ method, url, headers, body \}/,
    ],
    ['an object without a body', () => post(undefined), /^request\.body must be the form/],
    ['a stream', () => post(Readable.from(['a'])), /^request\.body must be the form/],
    ['a web stream', () => post(new ReadableStream()), /^request\.body must be the form/],
    ['a list', () => post(['a']), /^request\.body must be the form/],
    ['FormData', () => post(new FormData()), /^request\.body must be the form/],
    ['a number', () => post(5), /^request\.body must be the form/],
  ])(
    '%s causes a TypeError that says what to pass, and leaves the transaction',
    async (_, make, said) => {
      const { complete, form } = await comeBack();
      const request = await make();
      expect(await typeErrorOf(() => complete(request))).toMatch(said);
      expect((await complete(posted(form))).status).toBe('granted');
    },
  );

  it('with a getter that throws hides what it threw', async () => {
    const { complete } = await comeBack();
    const request = {
      ...post(''),
      get body() {
        throw new Error('canary');
      },
    };
    expect(await typeErrorOf(() => complete(request))).toBe('request.body cannot be read.');
  });
});

describe('a POST under the mode query', () => {
  it('is refused as before, and its body is not read', async () => {
    const { client, callback } = openBank();
    const good = await callback();
    const form = new URL(good).search.slice(1);
    const request = posted(form);
    expect(await client.completeConsent(request, options)).toEqual(refused('not_a_navigation'));
    expect(request.bodyUsed).toBe(false);
    expect((await client.completeConsent(good, options)).status).toBe('granted');
  });
});

describe('validateCallback under form_post', () => {
  const { environment } = openStub({ profile });
  const form = (state: string) =>
    String(new URLSearchParams({ code: 'a-code', state, iss: environment.issuer }));

  it('accepts the form of this browser, and refuses another or a query', async () => {
    const state = 'state-of-the-caller';
    expect(await validateCallback(environment, posted(form(state)), { state })).toBeDefined();
    const codes: unknown[] = [];
    for (const request of [posted(form('another')), `${REDIRECT_URI}?${form(state)}`]) {
      const error = await errorOf(() => validateCallback(environment, request, { state }));
      codes.push([error.code, error.upstream?.code]);
    }
    expect(codes).toEqual([
      ['callback_rejected', 'state_mismatch'],
      ['callback_rejected', 'not_a_navigation'],
    ]);
  });
});

describe('a change of the response mode', () => {
  const querying = oauthProfile({}, 'querying');

  /** Opens a client under one profile that knows the other, on a shared store. */
  function openFleet() {
    const store = createMemoryStore();
    const open = (current: WireProfile, other: WireProfile) =>
      createSelfInfoClient({
        service: loan,
        environment: sandboxEnvironment({
          clientId: CLIENT_ID,
          redirectUri: REDIRECT_URI,
          endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
          issuer: 'https://portal.example',
          profile: current,
          otherProfiles: [other],
        }),
        store,
        fetch: async () => Response.json({ access_token: 'a-token', token_type: 'Bearer' }),
      });
    return { queries: open(querying, profile), posts: open(profile, querying) };
  }

  const formOf = (url: string) =>
    String(
      new URLSearchParams({
        code: 'a-code',
        state: new URL(url).searchParams.get('state') ?? '',
        iss: 'https://portal.example',
      }),
    );

  it('is judged by the profile that the consent began under, in both directions', async () => {
    const { queries, posts } = openFleet();
    const [byQuery, byPost] = [
      formOf((await queries.beginConsent(options)).url),
      formOf((await posts.beginConsent(options)).url),
    ];
    // In the other mode nothing is taken.
    for (const client of [queries, posts]) {
      expect(await client.completeConsent(posted(byQuery), options)).toEqual(
        refused('invalid_response'),
      );
      expect(await client.completeConsent(`${REDIRECT_URI}?${byPost}`, options)).toEqual(
        refused('invalid_response'),
      );
    }
    const outcomes = [
      await posts.completeConsent(`${REDIRECT_URI}?${byQuery}`, options),
      await queries.completeConsent(posted(byPost), options),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual(['granted', 'granted']);
  });
});
