import { describe, expect, it } from 'vitest';
import { validateCallback } from '../../src/index.js';
import { SESSION } from '../kit/loan.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { comeBack, incoming } from './come-back.js';

/** Returns an event of API Gateway, payload format 1.0, as a REST API passes it on. */
function event1(url: string, changes: object = {}) {
  const { pathname, searchParams } = new URL(url);
  const all: Record<string, string[]> = {};
  for (const [name, value] of searchParams) all[name] = [...(all[name] ?? []), value];
  return {
    resource: pathname,
    path: pathname,
    httpMethod: 'GET',
    headers: { Host: 'loan.example', 'Sec-Fetch-Mode': 'navigate' },
    multiValueHeaders: { Host: ['loan.example'], 'Sec-Fetch-Mode': ['navigate'] },
    queryStringParameters: Object.fromEntries(searchParams),
    multiValueQueryStringParameters: all,
    pathParameters: null,
    requestContext: { stage: 'prod', httpMethod: 'GET' },
    body: null,
    isBase64Encoded: false,
    ...changes,
  };
}

/** Returns an event of API Gateway, payload format 2.0. */
function event2(url: string, changes: object = {}) {
  const { pathname, search } = new URL(url);
  return {
    version: '2.0',
    routeKey: 'GET /callback',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { host: 'loan.example', 'sec-fetch-mode': 'navigate' },
    requestContext: { http: { method: 'GET', path: pathname } },
    isBase64Encoded: false,
    ...changes,
  };
}

describe('an event of API Gateway', () => {
  it.each([
    ['1.0', event1],
    ['2.0', event2],
  ])('in payload format %s grants like a request', async (_, event) => {
    const { good, complete } = await comeBack();
    expect((await complete(event(good))).status).toBe('granted');
    expect((await complete(event(good))).status).toBe('replayed');
  });

  it('in payload format 1.0 grants without the lists, as an HTTP API may send it', async () => {
    const { good, complete } = await comeBack();
    const event = event1(good, {
      multiValueHeaders: undefined,
      multiValueQueryStringParameters: null,
    });
    expect((await complete(event)).status).toBe('granted');
  });

  it.each([
    ['1.0', event1],
    ['2.0', event2],
  ])('in payload format %s shows a doubled state', async (_, event) => {
    const { good, complete } = await comeBack();
    expect(await complete(event(`${good}&state=another`))).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'duplicate_parameter',
    });
  });

  it.each([
    ['1.0', event1, { httpMethod: 'HEAD' }],
    ['2.0', event2, { requestContext: { http: { method: 'HEAD' } } }],
    ['1.0', event1, { multiValueHeaders: { 'Sec-Purpose': ['prefetch'] } }],
    ['1.0', event1, { multiValueHeaders: null, headers: { 'Sec-Purpose': 'prefetch' } }],
    ['2.0', event2, { headers: { 'sec-purpose': 'prefetch' } }],
  ])('in payload format %s is no visit with %#', async (_, event, changes) => {
    const { good, complete } = await comeBack();
    expect(await complete(event(good, changes))).toMatchObject({ code: 'not_a_navigation' });
    expect((await complete(good)).status).toBe('granted');
  });

  it('without parameters and headers lacks a state', async () => {
    const { complete } = await comeBack();
    const empty = {
      httpMethod: 'GET',
      headers: null,
      multiValueHeaders: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
    };
    expect(await complete(empty)).toMatchObject({ code: 'state_missing' });
  });

  it('keeps characters that a query must encode', async () => {
    const { environment } = await comeBackWithEnvironment();
    const state = 'a b+c&d=e%20é🙂';
    const params = { state, code: 'c', iss: environment.issuer };
    const event = {
      httpMethod: 'GET',
      headers: {},
      queryStringParameters: params,
    };
    expect(await validateCallback(environment, event, { state })).toBeDefined();
  });
});

async function comeBackWithEnvironment() {
  const { sandbox } = await comeBack();
  return { environment: sandbox.environment() };
}

describe('a value that is not a request', () => {
  const url = '/callback?code=c&state=s';
  it.each<[string, unknown, string]>([
    [
      'an event of h3 1',
      { node: { req: incoming(`https://loan.example${url}`), res: {} }, context: {} },
      'request is not a request but an event of h3 1: pass event.node.req.',
    ],
    [
      'an event of h3 2',
      {
        req: new Request(`https://loan.example${url}`),
        url: new URL(`https://loan.example${url}`),
      },
      'request is not a request but holds one: pass its property req (of a Hono context: req.raw).',
    ],
    [
      'an event of SvelteKit',
      { request: new Request(`https://loan.example${url}`), url: new URL('https://loan.example') },
      'request is not a request but holds one: pass its property request.',
    ],
    [
      'a request with its query apart',
      { method: 'GET', headers: {}, query: { state: 's', code: 'c' } },
      'request is not a request but one without url: pass { method, url, headers }, with the query in url.',
    ],
    [
      'a request with its URL under another name',
      { method: 'GET', headers: {}, originalUrl: url },
      'request is not a request but one without url: pass { method, url, headers }, with the query in url.',
    ],
    [
      'an event of API Gateway for WebSockets',
      { headers: {}, queryStringParameters: { state: 's' }, requestContext: {} },
      'request is not a request but one without url: pass { method, url, headers }, with the query in url.',
    ],
    [
      'an event of Lambda@Edge',
      { Records: [{ cf: { request: { method: 'GET' } } }] },
      'request is not a request but an event of Lambda@Edge: pass { method, url, headers } of its request.',
    ],
    [
      'a request of CloudFront',
      { method: 'GET', uri: '/callback', querystring: 'code=c&state=s', headers: {} },
      'request is not a request but one of CloudFront: pass { method, url, headers }, with the query in url.',
    ],
    [
      'an event of a load balancer',
      { httpMethod: 'GET', requestContext: { elb: {} }, headers: {}, queryStringParameters: {} },
      'request is an event of an Application Load Balancer: build a URL from its path and query, still encoded, and pass { method, url, headers }.',
    ],
    [
      'parameters',
      new URLSearchParams('code=c&state=s'),
      'request is not a request but its parameters: pass the request itself.',
    ],
    [
      'a bare query',
      'code=c&state=s',
      'request is a query without its URL: pass the request itself.',
    ],
  ])('is named: %s', async (_, request, message) => {
    const { complete } = await comeBack();
    expect(await typeErrorOf(() => complete(request as never))).toBe(message);
  });
});

describe('a lone surrogate', () => {
  it('in a session binding or a state is refused, because two texts would become one', async () => {
    const { client, sandbox } = await comeBack();
    for (const text of ['\ud800', 'a\udfff', '\udc00\ud800']) {
      expect(await errorOf(() => client.beginConsent({ sessionBinding: text }))).toMatchObject({
        code: 'invalid_option',
        path: 'options.sessionBinding',
      });
      expect(
        await errorOf(() =>
          validateCallback(sandbox.environment(), '/?state=a&code=b', { state: text }),
        ),
      ).toMatchObject({ code: 'invalid_option', path: 'options.state' });
    }
    expect((await client.beginConsent({ sessionBinding: `${SESSION}🙂` })).url).toBeTypeOf(
      'string',
    );
  });

  it('in the state of a callback is an invalid response', async () => {
    const { complete } = await comeBack();
    expect(await complete('/callback?code=c&state=\ud800')).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'invalid_response',
    });
  });

  it.each(['%ED%A0%80', '%FF%FF%FF', '\ud800'])(
    'or another text that is not UTF-8, %j, is not the state U+FFFD',
    async (state) => {
      const { sandbox } = await comeBack();
      const environment = sandbox.environment();
      const back = (given: string) => `/?code=c&iss=${environment.issuer}&state=${given}`;
      const options = { state: state === '\ud800' ? '\ufffd' : '\ufffd\ufffd\ufffd' };
      expect(
        await errorOf(() => validateCallback(environment, back(state), options)),
      ).toMatchObject({ code: 'callback_rejected', upstream: { code: 'invalid_response' } });
      const sent = encodeURIComponent(options.state);
      expect(await validateCallback(environment, back(sent), options)).toBeDefined();
    },
  );

  it('of an event of API Gateway is an invalid response, too', async () => {
    const { complete } = await comeBack();
    const event = {
      httpMethod: 'GET',
      headers: {},
      queryStringParameters: { code: 'c', state: '\ud800' },
    };
    expect(await complete(event)).toMatchObject({ code: 'invalid_response' });
  });

  it('does not matter in a parameter that nobody reads', async () => {
    const { good, complete } = await comeBack();
    expect((await complete(`${good}&utm=%FF`)).status).toBe('granted');
  });
});
