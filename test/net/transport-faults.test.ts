import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expectStatus, NOW } from '../kit/loan.js';
import { good, type PortalStage, type Reply, raw, TOKEN } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { separateTests } from './ends.js';
import { bodyOf, clock, facts, open, socketOf, stages, travel, type } from './travel.js';

separateTests(clock);

/** Returns the expected error of a fault that came after the call was sent. */
const afterSending = (code: string, stage: PortalStage) => ({
  code: code === 'connection_closed' && stage === 'request' ? 'answer_lost' : code,
  stage,
  effect: stage === 'result' ? 'none' : 'unknown',
  // Only polling may be repeated, unless its response makes no sense.
  safe: stage === 'result' && code === 'connection_closed',
});

/** Returns the TCP socket, since TLS sockets cannot send a reset. */
const underTls = (response: ServerResponse) => Reflect.get(socketOf(response), '_parent') as Socket;

const tooLarge = Buffer.from(`"${'a'.repeat(16 * 1024 * 1024)}"`);

/** The right body, sent in a wrong way, or a wrong body. */
const faults: readonly [string, string, (body: string) => Reply, RegExp?][] = [
  [
    'closes without a response',
    'connection_closed',
    () => (response) => socketOf(response).destroy(),
  ],
  ['resets', 'connection_closed', () => (response) => underTls(response).resetAndDestroy()],
  [
    'breaks off within the head',
    'connection_closed',
    () => (response) => socketOf(response).end('HTTP/1.1 200 OK\r\nContent-Ty'),
  ],
  [
    'breaks off within the body',
    'connection_closed',
    (body) => (response) => {
      response.writeHead(200, { ...type, 'content-length': String(body.length) });
      response.write(body.slice(0, -1), () => socketOf(response).destroy());
    },
  ],
  [
    'breaks off between two chunks',
    'connection_closed',
    (body) => (response) => {
      response.writeHead(200, type);
      response.write(body, () => socketOf(response).destroy());
    },
  ],
  [
    'answers in another protocol',
    'response_invalid',
    () => (response) => socketOf(response).end('220 mail.example ESMTP\r\n'),
    /not a complete HTTP message/,
  ],
  [
    'sends a head without end',
    'response_invalid',
    () => (response) =>
      socketOf(response).write(`HTTP/1.1 200 OK\r\nX-Padding: ${'a'.repeat(100_000)}`),
    /not a complete HTTP message/,
  ],
  [
    'answers in HTML',
    'response_invalid',
    () => raw('<html>', { 'content-type': 'text/html' }),
    /content type/,
  ],
  ['says no type', 'response_invalid', (body) => raw(body, {}), /content type/],
  [
    'says a type nearly right',
    'response_invalid',
    (body) => raw(body, { 'content-type': 'application/jsonp' }),
    /content type/,
  ],
  [
    'says another charset',
    'response_invalid',
    (body) => raw(body, { 'content-type': 'application/json; charset=shift_jis' }),
    /content type/,
  ],
  [
    'sends another charset',
    'response_invalid',
    () => raw(Buffer.from([0x22, 0x82, 0xa0, 0x22]), type),
    /not UTF-8/,
  ],
  [
    'compresses',
    'response_invalid',
    (body) => raw(gzipSync(body), { ...type, 'content-encoding': 'gzip' }),
    /compressed/,
  ],
  [
    'says two codings',
    'response_invalid',
    (body) => raw(body, { ...type, 'content-encoding': 'identity, br' }),
    /compressed/,
  ],
  [
    'compresses and does not say so',
    'response_invalid',
    (body) => raw(gzipSync(body), type),
    /not UTF-8|not JSON/,
  ],
  [
    'redirects',
    'response_invalid',
    () => raw('', { location: 'https://127.0.0.1:1/' }, 307),
    /redirects/,
  ],
  [
    'redirects in JSON',
    'response_invalid',
    (body) => raw(body, { ...type, location: '/elsewhere' }, 302),
    /redirects/,
  ],
  ['says nothing', 'response_invalid', () => raw('', type), /not JSON/],
  ['says two things', 'response_invalid', (body) => raw(body + body, type), /not JSON/],
  [
    'breaks off within the JSON',
    'response_invalid',
    (body) => raw(body.slice(0, -1), type),
    /not JSON/,
  ],
  [
    'says a key twice',
    'response_invalid',
    (body) => raw(body.replace('{', '{"a":1,"a":1,'), type),
    /same key twice/,
  ],
  [
    'says a key twice, once in disguise',
    'response_invalid',
    (body) => raw(body.replace('{', '{"a":1,"\\u0061":1,'), type),
    /same key twice/,
  ],
  [
    'says a key twice, deep inside',
    'response_invalid',
    (body) => raw(body.replace('{', '{"a":[{"b":{"c":1,"c" : 1}}],'), type),
    /same key twice/,
  ],
  [
    'says __proto__',
    'response_invalid',
    (body) => raw(body.replace('{', '{"__proto__":{"status":"ready"},'), type),
    /same key twice, or a forbidden one/,
  ],
  [
    'says __proto__ in disguise',
    'response_invalid',
    (body) => raw(body.replace('{', '{"__pr\\u006fto__":{},'), type),
    /same key twice, or a forbidden one/,
  ],
  [
    'nests deeply',
    'response_invalid',
    (body) => raw(body.replace('{', `{"a":${'['.repeat(100)}${']'.repeat(100)},`), type),
    /deeper/,
  ],
  [
    'nests beyond all depth',
    'response_invalid',
    () => raw(`${'['.repeat(30_000)}${']'.repeat(30_000)}`, type),
    /deeper/,
  ],
  [
    'sends more than 16 MiB',
    'response_invalid',
    () => raw(tooLarge, type),
    /not a complete HTTP message|too large/,
  ],
];

describe.each(stages)('at the %s stage, a portal that', (stage) => {
  it.each(faults)('%s is reported as %s', async (_, code, fault, message) => {
    const portal = await open({ replies: { [stage]: fault(bodyOf[stage]) } });
    const error = await errorOf(() => travel(portal.environment, portal.tls));
    expect(facts(error)).toEqual(afterSending(code, stage));
    if (message) expect(error.message).toMatch(message);
    // Only a poll is repeated, nothing is sent afterwards, and no connection stays open.
    const again = stage === 'result' && code === 'connection_closed' ? Array(3).fill(stage) : [];
    expect(portal.calls).toEqual([...stages.slice(0, stages.indexOf(stage) + 1), ...again]);
    await portal.drained();
  });

  it('answers 503 in HTML is unavailable for now', async () => {
    const replies = {
      [stage]: raw('<html>busy</html>', { 'content-type': 'text/html', 'retry-after': '60' }, 503),
    };
    const portal = await open({ replies });
    clock.set(NOW);
    const until = '2026-12-01T10:01:00+09:00';
    if (stage === 'result')
      expect(expectStatus(await travel(portal.environment, portal.tls), 'unavailable').until).toBe(
        until,
      );
    else {
      const error =
        stage === 'token'
          ? await errorOf(() => travel(portal.environment, portal.tls))
          : expectStatus(await travel(portal.environment, portal.tls), 'failed').error;
      expect(facts(error)).toEqual({
        code: 'upstream_unavailable',
        stage,
        effect: 'unknown',
        safe: false,
      });
      expect([error.upstream, error.retry.notBefore]).toEqual([{ status: 503 }, until]);
    }
    expect(portal.calls).toEqual(stages.slice(0, stages.indexOf(stage) + 1));
  });

  it('reads the head finds only the headers that are needed', async () => {
    const heads: Record<string, unknown>[] = [];
    const reply: Reply = (response, request) => {
      heads.push(request.headers);
      good[stage](response, request);
    };
    const portal = await open({ replies: { [stage]: reply } });
    expect((await travel(portal.environment, portal.tls)).status).toBe('ready');
    expect(heads).toEqual([
      {
        host: new URL(portal.environment.endpoints.apiUrl).host,
        connection: 'keep-alive',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type':
          stage === 'token'
            ? 'application/x-www-form-urlencoded;charset=UTF-8'
            : 'application/json',
        'content-length': expect.stringMatching(/^\d+$/),
        ...(stage !== 'token' && { authorization: `Bearer ${TOKEN}` }),
      },
    ]);
  });
});
