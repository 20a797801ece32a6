import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf, type PortalStage } from '../kit/portal.js';
import { bodyOf, message, type Script } from '../kit/sockets.js';
import { chunk, chunked, clock, exactly, open, stages, travel } from './byte-server.js';
import { ends, separateTests } from './ends.js';

separateTests(clock);

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
