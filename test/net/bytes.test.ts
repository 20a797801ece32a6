import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf, type PortalStage } from '../kit/portal.js';
import { bodyOf, message, type Script } from '../kit/sockets.js';
import { chunk, chunked, clock, exactly, open, stages, travel } from './byte-server.js';
import { ends, separateTests } from './ends.js';

separateTests(clock);

const interim = (status: string) => `HTTP/1.1 ${status}\r\n\r\n`;

describe('accepts a response', () => {
  it.each<[string, (body: string) => string | Buffer]>([
    [
      'as HTTP/1.0, which ends with the connection',
      (body) => `HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${body}`,
    ],
    [
      'after early hints',
      (body) => `HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n${message(body)}`,
    ],
    ['after 100 Continue', (body) => `${interim('100 Continue')}${message(body)}`],
    [
      'after 100 Continue with headers',
      (body) => `HTTP/1.1 100 Continue\r\nserver: a\r\ndate: b\r\n\r\n${message(body)}`,
    ],
    ['after a bare 100', (body) => `HTTP/1.1 100\r\n\r\n${message(body)}`],
    [
      'after an empty line and 100 Continue',
      (body) => `\r\n${interim('100 Continue')}\r\n${message(body)}`,
    ],
    [
      'after interim responses of all kinds',
      (body) =>
        ['103 Early Hints', '100 Continue', '102 Processing', '100 Continue', '199 Odd']
          .map(interim)
          .join('') + message(body),
    ],
    ['after 32 interim responses', (body) => interim('100 Continue').repeat(32) + message(body)],
    [
      'with a blank after a header value',
      (body) =>
        message(body, {
          headers: `content-length: ${body.length} \r\ncontent-encoding: identity \r\n`,
        }).replace('application/json', 'application/json \t'),
    ],
    [
      'with an empty content encoding',
      (body) =>
        message(body, { headers: `content-length: ${body.length}\r\ncontent-encoding:\r\n` }),
    ],
    ['with a byte order mark', (body) => message(`\ufeff${body}`)],
    ['without a reason phrase', (body) => message(body, { status: '200 ' })],
    [
      'with trailers',
      (body) => message(`${chunk(body)}0\r\nx-checksum: 1\r\n\r\n`, { headers: chunked }),
    ],
    [
      'with extensions of chunks',
      (body) =>
        message(`${body.length.toString(16)};a=b\r\n${body}\r\n0\r\n\r\n`, { headers: chunked }),
    ],
    ['with white space around', (body) => message(`\r\n\t ${body} \n`)],
  ])('%s', async (title, make) => {
    const script =
      (stage: PortalStage): Script =>
      async ({ send, fin }) => {
        await send(make(bodyOf[stage]));
        if (title.includes('1.0')) fin();
      };
    const server = await open({
      scripts: { token: script('token'), request: script('request'), result: script('result') },
    });
    expect((await travel(server)).status).toBe('ready');
    expect(server.calls).toEqual([...stages]);
    await server.drained();
  });
});

describe('Retry-After with blanks', () => {
  it.each([
    ['once', 'retry-after: 9 \t\r\n'],
    ['twice, the longer first', 'retry-after: 9 \r\nretry-after: 4 \r\n'],
    ['twice, the longer last', 'Retry-After: 4\r\nretry-after:  9 \r\n'],
  ])('is read when it comes %s', async (_, header) => {
    const running = bodyOf.result.replace('DONE', 'RUNNING');
    const bodies = [running, bodyOf.result];
    const server = await open({
      scripts: {
        result({ send }) {
          const body = bodies.shift() ?? '';
          return send(message(body, { headers: `content-length: ${body.length}\r\n${header}` }));
        },
      },
    });
    const told: string[] = [];
    const result = await travel(server, (retryAt) => {
      told.push(retryAt);
      clock.set(retryAt);
    });
    expect([result.status, told]).toEqual(['ready', ['2026-12-01T10:00:09+09:00']]);
    await server.drained();
  });
});

describe('an unsolicited 100 Continue', () => {
  it('is discarded in whatever pieces it comes', async () => {
    const script =
      (stage: PortalStage): Script =>
      async ({ send }) => {
        for (const byte of interim('100 Continue').repeat(2)) await send(byte);
        await send(message(bodyOf[stage]));
      };
    const server = await open({
      scripts: { token: script('token'), request: script('request'), result: script('result') },
    });
    expect((await travel(server)).status).toBe('ready');
    expect([server.calls, server.connections]).toEqual([[...stages], 2]);
    await server.drained();
  });

  it('on a parked connection costs the connection, and nothing else', async () => {
    const server = await open({
      scripts: { token: exactly((body) => message(body) + interim('100 Continue'))(bodyOf.token) },
    });
    expect((await travel(server)).status).toBe('ready');
    expect([server.calls, server.connections]).toEqual([[...stages], 2]);
    await server.drained();
  });

  it('within a body is a part of the body', async () => {
    const data = JSON.stringify({ ...JSON.parse(bodyOf.result), x: interim('100 Continue') });
    const server = await open({
      scripts: { result: exactly(message)(data.replaceAll('\\r\\n', ' HTTP/1.1 100 ')) },
    });
    const result = expectStatus(await travel(server), 'ready');
    expect(result.answer.extras.reveal().x).toBe(
      'HTTP/1.1 100 Continue HTTP/1.1 100  HTTP/1.1 100 ',
    );
  });
});

describe('an unsolicited response', () => {
  const injected = message(
    JSON.stringify({ access_token: 'injected', token_type: 'Bearer', process_id: 'injected' }),
  );

  it('before the call is never accepted', async () => {
    const server = await open({
      greet: ({ send }) => send(injected),
      tls: { maxVersion: 'TLSv1.2' },
    });
    const [result] = await Promise.allSettled([travel(server)]);
    // It is noticed before the call, during it, or never read.
    if (result.status === 'rejected')
      expect(['response_invalid', 'connection_closed', 'answer_lost']).toContain(
        result.reason.code,
      );
    else expect(result.value.status).toBe('ready');
    await server.drained();
  });

  it.each([
    ['token', 2],
    ['request', 3],
  ] as const)(
    'after that of the %s stage is never accepted for the next call',
    async (stage, connections) => {
      const server = await open({
        scripts: { [stage]: exactly((body) => message(body) + injected)(bodyOf[stage]) },
      });
      expect((await travel(server)).status).toBe('ready');
      // The token has a connection of its own. The one with the rest of a response was closed.
      expect(server.connections).toBe(connections);
      expect(server.calls).toEqual([...stages]);
      await server.drained();
    },
  );

  it('on a parked connection costs the connection, and nothing else', async () => {
    let wire: Parameters<Script>[0] | undefined;
    const server = await open({
      scripts: {
        request: (given) => {
          wire = given;
          return given.send(message(bodyOf.request));
        },
      },
    });
    const client = createSelfInfoClient({
      service: loan,
      environment: server.environment,
      tls: server.tls,
      clock,
    });
    ends.push(client.close);
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const { grant } = expectStatus(
      await client.completeConsent(callbackOf(url, server.environment), {
        sessionBinding: SESSION,
      }),
      'granted',
    );
    const retrieval = await client.submit(grant, { income: latest() });
    await wire?.send(injected);
    await server.drained();
    expect((await client.collect(retrieval)).status).toBe('ready');
    // One for the token, the parked one, and its successor.
    expect(server.connections).toBe(3);
    expect(server.calls).toEqual([...stages]);
  });
});
