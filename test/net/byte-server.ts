import { afterAll, beforeAll } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type SelfInfoClient,
} from '../../src/index.js';
import { expectStatus, type Loan, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf, type PortalStage } from '../kit/portal.js';
import {
  type ByteServer,
  type ByteServerOptions,
  bodyOf,
  message,
  type Script,
  startByteServer,
} from '../kit/sockets.js';
import { watchClock } from '../kit/watch.js';
import { ends } from './ends.js';

export const stages = ['token', 'request', 'result'] as const;

export async function open(options: ByteServerOptions): Promise<ByteServer> {
  const server = await startByteServer(options);
  ends.push(server.close);
  return server;
}

export const clock = watchClock(createVirtualClock(NOW));

const connect = ({ environment, tls }: ByteServer) =>
  createSelfInfoClient({ service: loan, environment, tls, clock });
type Waits = (retryAt: string) => void;
const wait: Waits = (retryAt) => clock.set(retryAt);

/** Runs a whole consent and query by a new client, to its end or to its error. */
export async function travel(server: ByteServer, waits: Waits = wait) {
  const client = connect(server);
  ends.push(client.close);
  return travelBy(client, server, waits);
}

/** `waits` receives the end of each wait before another attempt. */
async function travelBy(client: SelfInfoClient<Loan>, { environment }: ByteServer, waits: Waits) {
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
 * Starts one server and one client for all tests of a file. The client must stay usable whatever
 * the server did to it before.
 */
export function shareServer() {
  let scripts: Partial<Record<PortalStage, Script>> = {};
  const scriptOf =
    (stage: PortalStage): Script =>
    (wire) =>
      (scripts[stage] ?? exactly(message)(bodyOf[stage]))(wire);
  let server: ByteServer;
  let client: SelfInfoClient<Loan>;
  let before = 0;
  beforeAll(async () => {
    server = await startByteServer({
      scripts: Object.fromEntries(stages.map((stage) => [stage, scriptOf(stage)])),
    });
    client = connect(server);
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });
  return {
    /** Sets what the server does from now on, at one stage. */
    serve(stage: PortalStage, script: Script) {
      scripts = { [stage]: script };
      before = server.calls.length;
    },
    /** Returns the stages called since then, in order. */
    calls: () => server.calls.slice(before),
    drained: () => server.drained(),
    travel: (waits: Waits = wait) => travelBy(client, server, waits),
  };
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
