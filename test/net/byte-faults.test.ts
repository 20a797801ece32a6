import { setImmediate } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SelfInfoError } from '../../src/index.js';
import type { PortalStage } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { bodyOf, message, type Script } from '../kit/sockets.js';
import { passTime } from '../kit/watch.js';
import { chunk, chunked, clock, exactly, shareServer, stages } from './byte-server.js';
import { separateTests } from './ends.js';

separateTests(clock);
const { serve, calls, drained, travel } = shareServer();

const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

/**
 * Returns how many attempts the last stage takes in all: only polling is repeated, and only after
 * transient failures.
 */
const attemptsAt = (stage: PortalStage, kind: 'invalid' | 'closed' | 'silent') =>
  stage === 'result' && kind !== 'invalid' ? 4 : 1;

/**
 * Returns the calls of a run that ends at a stage after so many attempts: every earlier call is
 * sent once.
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
 * Returns the expected error of a fault after the call was sent, for each of the three codes that
 * it may have.
 */
function told(kind: 'invalid' | 'closed' | 'silent', stage: PortalStage) {
  const effect = stage === 'result' ? 'none' : 'unknown';
  if (kind === 'invalid') return { code: 'response_invalid', stage, effect, safe: false };
  const code =
    stage === 'request' ? 'answer_lost' : kind === 'closed' ? 'connection_closed' : 'timed_out';
  return { code, stage, effect, safe: stage === 'result' };
}

const zip = (compress: (body: string) => Buffer, coding: string) => (body: string) => {
  const packed = compress(body);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: ${coding}\r\ncontent-length: ${packed.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), packed]);
};

const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024, 0x20));

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
  [
    'begins with two byte order marks',
    'invalid',
    exactly((body) => message(`\ufeff\ufeff${body}`)),
  ],
  [
    'says to go on 33 times',
    'invalid',
    exactly((body) => 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(33) + message(body)),
  ],
  [
    'says to go on, and sends a body with it',
    'invalid',
    exactly((body) => `HTTP/1.1 100 Continue\r\ncontent-length: 5\r\n\r\nhello${message(body)}`),
  ],
  [
    'says to go on, in a head that is not HTTP',
    'invalid',
    exactly((body) => `HTTP/1.1 100 Continue\r\nnonsense\r\n\r\n${message(body)}`),
  ],
  [
    'sends hints and processes without end',
    'invalid',
    exactly((body) => 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000) + message(body)),
  ],
  [
    'sends a part by 206',
    'invalid',
    exactly((body) =>
      message(body, {
        status: '206 Partial Content',
        headers: `content-length: ${body.length}\r\ncontent-range: bytes 0-${body.length - 1}/${body.length}\r\n`,
      }),
    ),
  ],
  [
    'sends the whole by 206',
    'invalid',
    exactly((body) => message(body, { status: '206 Partial Content' })),
  ],
  [
    'sends a difference by 226',
    'invalid',
    exactly((body) => message(body, { status: '226 IM Used' })),
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
    serve(stage, fault(bodyOf[stage]));
    expect(facts(await errorOf(() => travel()))).toEqual(told(kind, stage));
    // Token and request are sent once, a wrong response is final, nothing is sent afterwards, and
    // no connection stays open.
    expect(calls()).toEqual(callsUntil(stage, attemptsAt(stage, kind)));
    await drained();
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
    serve(stage, async (wire) => {
      await script(wire);
      silent = true;
    });
    const { lasted, end, again } = timeAttempts();
    const journey = travel((retryAt) => {
      silent = false;
      again(retryAt);
    });
    const error = await errorOf(() => passTime(clock, journey, 500, () => silent));
    end();
    expect(facts(error)).toEqual(told('silent', stage));
    const attempts = attemptsAt(stage, 'silent');
    expect(calls()).toEqual(callsUntil(stage, attempts));
    // 10 seconds of silence each; the clock may step while the last bytes are still in transit.
    expect(lasted).toHaveLength(attempts);
    for (const ms of lasted) expect(ms).toBeGreaterThanOrEqual(10_000);
    for (const ms of lasted) expect(ms).toBeLessThan(15_000);
    await drained();
    expect(clock.waits).toBe(0);
  });

  it('drips, each byte in time but the whole too slowly, times out', async () => {
    const { lasted, end, again } = timeAttempts();
    serve(stage, async (wire) => {
      const body = ' '.repeat(1_000) + bodyOf[stage];
      const attempt = lasted.length;
      await wire.send(message(body).slice(0, -body.length));
      for (const byte of body) {
        if (wire.gone) return;
        await wire.send(byte);
        // The client reads the byte.
        for (let turn = 0; turn < 3; turn++) await setImmediate();
        if (lasted.length === attempt) clock.advance(500);
      }
    });
    const error = await errorOf(() => travel(again));
    end();
    expect(facts(error)).toEqual(told('silent', stage));
    const attempts = attemptsAt(stage, 'silent');
    expect(calls()).toEqual(callsUntil(stage, attempts));
    // 30 seconds for the whole of each; bytes may still be in transit when it ends.
    expect(lasted).toHaveLength(attempts);
    for (const ms of lasted) expect(ms).toBeGreaterThanOrEqual(30_000);
    for (const ms of lasted) expect(ms).toBeLessThan(35_000);
    await drained();
    expect(clock.waits).toBe(0);
  });
});
