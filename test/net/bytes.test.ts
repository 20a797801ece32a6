import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type SelfInfoError,
} from '../../src/index.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf, type PortalStage } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import {
  type ByteServer,
  type ByteServerOptions,
  bodyOf,
  message,
  type Script,
  startByteServer,
} from '../kit/sockets.js';
import { passTime, watchClock } from '../kit/watch.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const stages = ['token', 'request', 'result'] as const;
const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

async function open(options: ByteServerOptions): Promise<ByteServer> {
  const server = await startByteServer(options);
  ends.push(server.close);
  return server;
}

const clock = watchClock(createVirtualClock(NOW));

/**
 * A whole consent and query, to its end or to its error; `waits` receives the end of each wait
 * before another attempt.
 */
async function travel(
  { environment, tls }: ByteServer,
  waits: (retryAt: string) => void = (retryAt) => clock.set(retryAt),
) {
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  // Enough time for four attempts, each at its longest.
  return client.query(
    expectStatus(outcome, 'granted').grant,
    { income: latest() },
    { deadlineMs: 300_000, onProgress: ({ retryAt }) => waits(retryAt) },
  );
}

/**
 * How many attempts the last stage takes in all: only polling is repeated, and only after transient
 * failures.
 */
const attemptsAt = (stage: PortalStage, kind: 'invalid' | 'closed' | 'silent') =>
  stage === 'result' && kind !== 'invalid' ? 4 : 1;

/**
 * The calls of a run that ends at a stage after so many attempts: every earlier call is sent once.
 */
const callsUntil = (stage: PortalStage, attempts: number): PortalStage[] => [
  ...stages.slice(0, stages.indexOf(stage)),
  ...Array.from({ length: attempts }, () => stage),
];

/** Records how long each attempt takes, and ends the wait for the next one at once. */
function timeAttempts() {
  let begun = clock.now();
  const lasted: number[] = [];
  const end = () => lasted.push(clock.now() - begun);
  return {
    lasted,
    end,
    again(retryAt: string) {
      end();
      clock.set(retryAt);
      begun = clock.now();
    },
  };
}

/**
 * The expected error of a fault after the call was sent, for each of the three codes that it may
 * have.
 */
function told(kind: 'invalid' | 'closed' | 'silent', stage: PortalStage) {
  const effect = stage === 'result' ? 'none' : 'unknown';
  if (kind === 'invalid') return { code: 'response_invalid', stage, effect, safe: false };
  const code =
    stage === 'request' ? 'answer_lost' : kind === 'closed' ? 'connection_closed' : 'timed_out';
  return { code, stage, effect, safe: stage === 'result' };
}

const chunk = (text: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`${text.length.toString(16)}\r\n`),
    Buffer.from(text),
    Buffer.from('\r\n'),
  ]);
const chunked = 'transfer-encoding: chunked\r\n';
const zip = (compress: (body: string) => Buffer, coding: string) => (body: string) => {
  const packed = compress(body);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: ${coding}\r\ncontent-length: ${packed.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), packed]);
};
const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024, 0x20));
const exactly =
  (make: (body: string) => string | Buffer) =>
  (body: string): Script =>
  ({ send }) =>
    send(make(body));

const faults: readonly [title: string, kind: 'invalid' | 'closed', (body: string) => Script][] = [
  [
    'begins with the preface of HTTP/2',
    'invalid',
    exactly(() => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  ],
  [
    'answers with frames of HTTP/2',
    'invalid',
    exactly(() => Buffer.from('00001204000000000000030000006400040010000000060000ffff', 'hex')),
  ],
  [
    'answers as HTTP/9.9',
    'invalid',
    exactly((body) => message(body).replace('HTTP/1.1', 'HTTP/9.9')),
  ],
  ['says a status of letters', 'invalid', exactly((body) => message(body, { status: 'abc OK' }))],
  ['says a status of two digits', 'invalid', exactly((body) => message(body, { status: '20 OK' }))],
  [
    'says a status of four digits',
    'invalid',
    exactly((body) => message(body, { status: '2000 OK' })),
  ],
  ['says a status below 100', 'invalid', exactly((body) => message(body, { status: '099 Odd' }))],
  ['says no status', 'invalid', exactly((body) => message(body, { status: '' }))],
  ['speaks of a request', 'invalid', exactly(() => 'POST /result HTTP/1.1\r\nhost: a\r\n\r\n')],
  ['sends zeros', 'invalid', exactly(() => Buffer.alloc(1_000))],
  [
    'sends a header without a colon',
    'invalid',
    exactly((body) => message(body, { headers: `content-length: ${body.length}\r\nnonsense\r\n` })),
  ],
  [
    'sends a blank before the colon',
    'invalid',
    exactly((body) => message(body, { headers: `content-length : ${body.length}\r\n` })),
  ],
  [
    'sends a folded header',
    'invalid',
    exactly((body) =>
      message(body, { headers: `content-length: ${body.length}\r\nx-a: b\r\n c\r\n` }),
    ),
  ],
  [
    'sends a zero byte in a header',
    'invalid',
    exactly((body) =>
      message(body, { headers: `content-length: ${body.length}\r\nx-a: b\0c\r\n` }),
    ),
  ],
  [
    'sends a header of 20 kB',
    'invalid',
    exactly((body) =>
      message(body, {
        headers: `content-length: ${body.length}\r\nx-a: ${'a'.repeat(20_000)}\r\n`,
      }),
    ),
  ],
  [
    'sends 5,000 headers',
    'invalid',
    exactly((body) =>
      message(body, { headers: `content-length: ${body.length}\r\n${'x-a: b\r\n'.repeat(5_000)}` }),
    ),
  ],
  [
    'says a length and chunks',
    'invalid',
    exactly((body) =>
      message(`${chunk(body)}0\r\n\r\n`, {
        headers: `content-length: ${body.length}\r\n${chunked}`,
      }),
    ),
  ],
  [
    'says chunks and a length',
    'invalid',
    exactly((body) =>
      message(`${chunk(body)}0\r\n\r\n`, {
        headers: `${chunked}content-length: ${body.length}\r\n`,
      }),
    ),
  ],
  [
    'says two lengths',
    'invalid',
    exactly((body) =>
      message(body, { headers: `content-length: ${body.length}\r\ncontent-length: 1\r\n` }),
    ),
  ],
  [
    'says a negative length',
    'invalid',
    exactly((body) => message(body, { headers: 'content-length: -1\r\n' })),
  ],
  [
    'says a length beyond all numbers',
    'invalid',
    exactly((body) => message(body, { headers: `content-length: ${'9'.repeat(40)}\r\n` })),
  ],
  [
    'says a length that is too short',
    'invalid',
    exactly((body) => message(body, { headers: `content-length: ${body.length - 1}\r\n` })),
  ],
  [
    'says no length and a body',
    'invalid',
    exactly((body) => message(body, { headers: 'content-length: 0\r\n' })),
  ],
  [
    'says a chunk of no number',
    'invalid',
    exactly((body) => message(`zz\r\n${body}\r\n0\r\n\r\n`, { headers: chunked })),
  ],
  [
    'says a chunk that is too short',
    'invalid',
    exactly((body) => message(`1\r\n${body}\r\n0\r\n\r\n`, { headers: chunked })),
  ],
  [
    'says a trailer of 20 kB',
    'invalid',
    exactly((body) =>
      message(`${chunk(body)}0\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, { headers: chunked }),
    ),
  ],
  [
    'codes the transfer otherwise',
    'invalid',
    (body) =>
      async ({ send, fin }) => {
        await send(message(body, { headers: 'transfer-encoding: gzip\r\nconnection: close\r\n' }));
        fin();
      },
  ],
  [
    'says two types',
    'invalid',
    exactly((body) =>
      message(body, { headers: `content-type: text/html\r\ncontent-length: ${body.length}\r\n` }),
    ),
  ],
  ['zips', 'invalid', exactly(zip(gzipSync, 'gzip'))],
  ['deflates', 'invalid', exactly(zip(deflateSync, 'deflate'))],
  ['compresses by brotli', 'invalid', exactly(zip(brotliCompressSync, 'br'))],
  [
    'compresses in a way of its own',
    'invalid',
    exactly((body) =>
      message(body, { headers: `content-encoding: x-own\r\ncontent-length: ${body.length}\r\n` }),
    ),
  ],
  ['zips twice', 'invalid', exactly(zip((body) => gzipSync(gzipSync(body)), 'gzip, gzip'))],
  ['zips a bomb', 'invalid', exactly(zip(() => bomb, 'gzip'))],
  ['sends a bomb and does not say so', 'invalid', exactly(zip(() => bomb, 'identity'))],
  [
    'begins with a byte order mark of UTF-16',
    'invalid',
    exactly((body) => {
      const wide = Buffer.from(`\ufeff${body}`, 'utf16le');
      return Buffer.concat([
        Buffer.from(message('', { headers: `content-length: ${wide.length}\r\n` })),
        wide,
      ]);
    }),
  ],
  [
    'sends half a character',
    'invalid',
    exactly((body) =>
      Buffer.concat([
        Buffer.from(message('', { headers: `content-length: ${body.length + 2}\r\n` })),
        Buffer.from(body),
        Buffer.from([0xe3, 0x81]),
      ]),
    ),
  ],
  ['begins with a byte order mark', 'invalid', exactly((body) => message(`\ufeff${body}`))],
  [
    'says to go on with what has gone out',
    'closed',
    exactly((body) => `HTTP/1.1 100 Continue\r\n\r\n${message(body)}`),
  ],
  [
    'switches the protocol',
    'closed',
    exactly(
      () => 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
    ),
  ],
  [
    'breaks off and says that it closes',
    'closed',
    (body) =>
      async ({ send, fin }) => {
        await send(
          message(body.slice(0, -1), {
            headers: `content-length: ${body.length}\r\nconnection: close\r\n`,
          }),
        );
        fin();
      },
  ],
  [
    'breaks off within a chunk',
    'closed',
    (body) =>
      async ({ send, fin }) => {
        await send(
          message(`${body.length.toString(16)}\r\n${body.slice(0, -1)}`, { headers: chunked }),
        );
        fin();
      },
  ],
  [
    'breaks off before the last chunk',
    'closed',
    (body) =>
      async ({ send, reset }) => {
        await send(message(String(chunk(body)), { headers: chunked }));
        reset();
      },
  ],
  [
    'ends its half without a word',
    'closed',
    () =>
      ({ fin }) =>
        fin(),
  ],
  [
    'resets without a word',
    'closed',
    () =>
      ({ reset }) =>
        reset(),
  ],
  ...[300, 301, 302, 303, 304, 305, 307, 308, 399].map(
    (status): [string, 'invalid', (body: string) => Script] => [
      `redirects by ${status}`,
      'invalid',
      exactly(
        () =>
          `HTTP/1.1 ${status} Elsewhere\r\nlocation: https://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n`,
      ),
    ],
  ),
];

describe.each(stages)('at the %s stage, a server that, byte for byte,', (stage) => {
  it.each(faults)('%s is reported as %s', async (_, kind, fault) => {
    const server = await open({ scripts: { [stage]: fault(bodyOf[stage]) } });
    expect(facts(await errorOf(() => travel(server)))).toEqual(told(kind, stage));
    // Token and request are sent once, a wrong response is final, nothing is sent afterwards, and
    // no connection stays open.
    expect(server.calls).toEqual(callsUntil(stage, attemptsAt(stage, kind)));
    await server.drained();
    expect(clock.waits).toBe(0);
  });

  it.each<[string, (body: string) => Script]>([
    ['sends nothing', () => () => {}],
    [
      'stops within the status',
      () =>
        ({ send }) =>
          send('HTTP/1.1 2'),
    ],
    [
      'stops within a header',
      (body) =>
        ({ send }) =>
          send(message(body).slice(0, 30)),
    ],
    [
      'stops before the body',
      (body) =>
        ({ send }) =>
          send(message(body).slice(0, -body.length)),
    ],
    [
      'stops within the body',
      (body) =>
        ({ send }) =>
          send(message(body).slice(0, -1)),
    ],
    [
      'announces a length that is too long',
      (body) =>
        ({ send }) =>
          send(message(body, { headers: `content-length: ${body.length + 1}\r\n` })),
    ],
    [
      'never ends its chunks',
      (body) =>
        ({ send }) =>
          send(message(String(chunk(body)), { headers: chunked })),
    ],
    [
      'sends interim responses without end',
      () =>
        async ({ send }) => {
          for (let times = 0; times < 20; times++)
            await send('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
        },
    ],
  ])('%s times out', async (_, fault) => {
    let silent = false;
    const script = fault(bodyOf[stage]);
    const server = await open({
      scripts: {
        async [stage](wire: Parameters<Script>[0]) {
          await script(wire);
          silent = true;
        },
      },
    });
    const { lasted, end, again } = timeAttempts();
    const journey = travel(server, (retryAt) => {
      silent = false;
      again(retryAt);
    });
    const error = await errorOf(() => passTime(clock, journey, 500, () => silent));
    end();
    expect(facts(error)).toEqual(told('silent', stage));
    const attempts = attemptsAt(stage, 'silent');
    expect(server.calls).toEqual(callsUntil(stage, attempts));
    // 10 seconds of silence each; the clock may step while the last bytes are still in transit.
    expect(lasted).toHaveLength(attempts);
    for (const ms of lasted) expect(ms).toBeGreaterThanOrEqual(10_000);
    for (const ms of lasted) expect(ms).toBeLessThan(15_000);
    await server.drained();
    expect(clock.waits).toBe(0);
  });

  it('drips, each byte in time but the whole too slowly, times out', async () => {
    const { lasted, end, again } = timeAttempts();
    const server = await open({
      scripts: {
        async [stage](wire: Parameters<Script>[0]) {
          const body = ' '.repeat(1_000) + bodyOf[stage];
          const attempt = lasted.length;
          await wire.send(message(body).slice(0, -body.length));
          for (const byte of body) {
            if (wire.gone) return;
            await wire.send(byte);
            await new Promise((resolve) => setTimeout(resolve, 1));
            if (lasted.length === attempt) clock.advance(500);
          }
        },
      },
    });
    const error = await errorOf(() => travel(server, again));
    end();
    expect(facts(error)).toEqual(told('silent', stage));
    const attempts = attemptsAt(stage, 'silent');
    expect(server.calls).toEqual(callsUntil(stage, attempts));
    // 30 seconds for the whole of each; bytes may still be in transit when it ends.
    expect(lasted).toHaveLength(attempts);
    for (const ms of lasted) expect(ms).toBeGreaterThanOrEqual(30_000);
    for (const ms of lasted) expect(ms).toBeLessThan(35_000);
    await server.drained();
    expect(clock.waits).toBe(0);
  });
});

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

  it.each(['token', 'request'] as const)(
    'after that of the %s stage is never accepted for the next call',
    async (stage) => {
      const server = await open({
        scripts: { [stage]: exactly((body) => message(body) + injected)(bodyOf[stage]) },
      });
      expect((await travel(server)).status).toBe('ready');
      // The connection with the rest of it was closed.
      expect(server.connections).toBe(2);
      expect(server.calls).toEqual([...stages]);
      await server.drained();
    },
  );

  it('on a parked connection costs the connection, and nothing else', async () => {
    let wire: Parameters<Script>[0] | undefined;
    const server = await open({
      scripts: {
        token: (given) => {
          wire = given;
          return given.send(message(bodyOf.token));
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
    await wire?.send(injected);
    await server.drained();
    expect((await client.query(grant, { income: latest() })).status).toBe('ready');
    expect(server.connections).toBe(2);
  });
});
