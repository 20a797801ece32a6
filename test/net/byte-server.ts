import { afterEach } from 'vitest';
import { createSelfInfoClient, createVirtualClock, latest } from '../../src/index.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf } from '../kit/portal.js';
import {
  type ByteServer,
  type ByteServerOptions,
  type Script,
  startByteServer,
} from '../kit/sockets.js';
import { watchClock } from '../kit/watch.js';

export const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export const stages = ['token', 'request', 'result'] as const;

export async function open(options: ByteServerOptions): Promise<ByteServer> {
  const server = await startByteServer(options);
  ends.push(server.close);
  return server;
}

export const clock = watchClock(createVirtualClock(NOW));

/**
 * Runs a whole consent and query, to its end or to its error; `waits` receives the end of each wait
 * before another attempt.
 */
export async function travel(
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

export const chunk = (text: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`${text.length.toString(16)}\r\n`),
    Buffer.from(text),
    Buffer.from('\r\n'),
  ]);

export const chunked = 'transfer-encoding: chunked\r\n';

export const exactly =
  (make: (body: string) => string | Buffer) =>
  (body: string): Script =>
  ({ send }) =>
    send(make(body));
