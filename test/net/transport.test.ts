import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf, PROCESS, type Reply, raw } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { sized } from '../kit/size.js';
import { ends, separateTests } from './ends.js';
import { bodyOf, clock, open, socketOf, stages, travel, type, withEnvironment } from './travel.js';

separateTests(clock);

/** More listeners than Node expects, many times. */
const { queries } = sized({ usual: { queries: 20 }, full: { queries: 50 }, soak: { queries: 50 } });

describe('accepts a good response', () => {
  it.each([
    [
      'in chunks, byte by byte',
      (body: string): Reply =>
        (response) => {
          response.writeHead(200, type);
          for (const char of body) response.write(char);
          response.end();
        },
    ],
    [
      'with charset',
      (body: string) => raw(body, { 'content-type': 'Application/JSON; Charset="UTF-8"' }),
    ],
    [
      'with the coding identity',
      (body: string) => raw(body, { ...type, 'content-encoding': 'identity' }),
    ],
    [
      'on a connection that closes then',
      (body: string) => raw(body, { ...type, connection: 'close' }),
    ],
    ['with status 201', (body: string) => raw(body, type, 201)],
    [
      'as deep as allowed',
      (body: string) => raw(body.replace('{', `{"a":${'['.repeat(63)}${']'.repeat(63)},`), type),
    ],
    [
      'with keys that every object has',
      (body: string) => raw(body.replace('{', '{"constructor":1,"hasOwnProperty":2,'), type),
    ],
  ])('%s', async (_, reply) => {
    const portal = await open({
      replies: { request: reply(bodyOf.request), result: reply(bodyOf.result) },
    });
    expect((await travel(portal.environment, portal.tls)).status).toBe('ready');
    expect(portal.calls).toEqual([...stages]);
    await portal.drained();
  });
});

describe('an unsolicited second response', () => {
  it('is not accepted for the next call', async () => {
    const head = (body: string) =>
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const injected = JSON.stringify({ process_id: 'injected' });
    const portal = await open({
      replies: {
        token: (response) => socketOf(response).write(head(bodyOf.token) + head(injected)),
      },
    });
    const [result] = await Promise.allSettled([travel(portal.environment, portal.tls)]);
    // Either the connection is closed at once, or the next call goes out on another: the injected
    // id is never polled.
    if (result.status === 'fulfilled') expect(result.value.status).toBe('ready');
    else
      expect(['response_invalid', 'connection_closed', 'answer_lost']).toContain(
        result.reason.code,
      );
  });
});

describe('an abort over a real connection', () => {
  it.each(stages)('at the %s stage ends the connection, too', async (stage) => {
    let asked = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const portal = await open({ replies: { [stage]: () => asked() } });
    const client = createSelfInfoClient({
      service: loan,
      environment: portal.environment,
      tls: portal.tls,
      clock,
    });
    ends.push(client.close);
    const { signal, abort } = abortable();
    const journey = errorOf(async () => {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const outcome = await client.completeConsent(callbackOf(url, portal.environment), {
        sessionBinding: SESSION,
        signal,
      });
      await client.query(expectStatus(outcome, 'granted').grant, { income: latest() }, { signal });
    });
    await reached;
    abort();
    expect((await journey).code).toBe('aborted');
    await portal.drained();
    expect(portal.calls).toEqual(stages.slice(0, stages.indexOf(stage) + 1));
  });

  function abortable() {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  }
});

describe('many queries', () => {
  it('leave no socket, and no warning about too many listeners', async () => {
    const warnings: string[] = [];
    const warn = (warning: Error) => warnings.push(warning.name);
    process.on('warning', warn);
    ends.push(async () => process.off('warning', warn));
    const portal = await open();
    const client = createSelfInfoClient({
      service: loan,
      environment: portal.environment,
      tls: portal.tls,
      clock,
    });
    ends.push(client.close);
    const journeys = Array.from({ length: queries }, async () => {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const outcome = await client.completeConsent(callbackOf(url, portal.environment), {
        sessionBinding: SESSION,
      });
      return (await client.query(expectStatus(outcome, 'granted').grant, { income: latest() }))
        .status;
    });
    expect(new Set(await Promise.all(journeys))).toEqual(new Set(['ready']));
    expect(portal.connections).toBe(2 * queries);
    await portal.drained();
    expect(warnings).toEqual([]);
  });
});

describe('the body of each call', () => {
  it('is the code with its verifier, then the items, then the process id', async () => {
    const bodies: string[] = [];
    const portal = await open({ read: (text) => bodies.push(text) });
    await travel(portal.environment, portal.tls);
    const [token = '', ...others] = bodies;
    const form = Object.fromEntries(new URLSearchParams(token));
    expect(form).toEqual({
      grant_type: 'authorization_code',
      code: 'code-of-the-test-portal',
      redirect_uri: 'https://loan.example/callback',
      client_id: 'SP12345678_AB1234',
      code_verifier: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    expect(others.map((text) => JSON.parse(text))).toEqual([
      { inquiry_items: [{ item_code: 'TM00000000000002', inquiry_method: 'LATEST' }] },
      { process_id: PROCESS },
    ]);
  });

  it('goes under the path of the API URL', async () => {
    const portal = await open();
    const { endpoints } = portal.environment;
    const environment = withEnvironment(portal, {
      endpoints: { ...endpoints, apiUrl: `${endpoints.apiUrl}/gateway/` },
    });
    const error = await errorOf(() => travel(environment, portal.tls));
    // The portal answers 404 there.
    expect([error.code, error.upstream]).toEqual(['upstream_refused', { status: 404 }]);
  });
});
