import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Clock } from '../foundation/clock.js';
import { deadline, type Race } from '../foundation/deadline.js';
import { type SelfInfoError, withFacts } from '../foundation/errors.js';
import type { ApiRoute, ApiRoutes } from './egress.js';
import { ABORTED, TIMED_OUT, toCallError, UNCONNECTED, UNTUNNELLED } from './failures.js';
import { CONNECT_MS } from './limits.js';
import { closed } from './network-errors.js';
import { type DialEvents, dial, type Identity } from './tls.js';
import { openTunnel } from './tunnel.js';

/** How long a server may take after the handshake to reject a client certificate by an alert. */
const VERDICT_MS = 1_000;
/** How long a server may take to close after its first message. Node.js servers reject this way. */
const CLOSING_MS = 200;

/**
 * Opens a connection to each host of the routes with a client certificate, and closes it. Sends no
 * request.
 *
 * @throws SelfInfoError of the stage `check`; with `path` for the token host.
 */
export async function probe(
  { api, token }: ApiRoutes,
  identity: Identity,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const shake = (route: ApiRoute) => handshake(route, identity, clock, signal);
  if (token === api) return shake(api);
  const onToken = shake(token).catch((error: SelfInfoError) => {
    throw Object.assign(error, { path: 'environment.endpoints.tokenUrl' });
  });
  const [first, second] = await Promise.allSettled([shake(api), onToken]);
  for (const { status, ...end } of [first, second])
    if (status === 'rejected') throw (end as PromiseRejectedResult).reason;
}

async function handshake(
  route: ApiRoute,
  identity: Identity,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let end = () => {};
  let isTunnelling = () => false;
  const options = {
    clock,
    signals: [signal],
    timedOut: () => TIMED_OUT,
    aborted: () => ABORTED,
  };
  const work = (race: Race) =>
    new Promise<void>((resolve, reject) => {
      race.expectWithin(CONNECT_MS, () => (isTunnelling() ? UNTUNNELLED : UNCONNECTED));
      ({ end, isTunnelling } = open(route, identity.contextFor(route.ca), {
        settle(error, socket) {
          if (error || socket === null) return reject(error ?? closed());
          race.expectWithin(CONNECT_MS, () => UNCONNECTED);
          awaitVerdict(socket, resolve, reject);
        },
        fail: reject,
      }));
    });
  try {
    await deadline(options, work);
  } catch (error) {
    const failure = toCallError(error, 'consent', 'started');
    throw withFacts(failure, { stage: 'check' }) ?? failure;
  } finally {
    end();
  }
}

/** Opens a connection of a route, directly or through its proxy. */
function open({ baseUrl, proxy }: ApiRoute, context: SecureContext, events: DialEvents) {
  const origin = new URL(baseUrl);
  const dialOver = (tunnel?: Socket) => dial(origin, context, tunnel, CONNECT_MS, events);
  let tunnelling = proxy !== undefined;
  let opening = proxy
    ? openTunnel(proxy, origin, CONNECT_MS, (error, tunnel) => {
        tunnelling = false;
        if (error || tunnel === null) return events.settle(error ?? closed(), null);
        opening = dialOver(tunnel);
      })
    : dialOver();
  return { end: () => void opening.destroy(), isTunnelling: () => tunnelling };
}

/**
 * Waits until a server accepts or rejects the client certificate. Under TLS 1.3 the client finishes
 * its handshake before the server has read the certificate. The server then sends a session ticket
 * or an alert, or closes the connection. A server that stays silent has accepted the certificate.
 */
function awaitVerdict(socket: Socket, accept: () => void, reject: (error: Error) => void): void {
  const decide = () => setImmediate(() => setImmediate(accept));
  let timer: NodeJS.Timeout;
  // Uses real time, because the client's clock may be stopped.
  const waitAgain = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(decide, ms);
  };
  const isLate = socket instanceof TLSSocket && socket.getProtocol() === 'TLSv1.3';
  waitAgain(isLate ? VERDICT_MS : CLOSING_MS);
  socket.once('session', () => waitAgain(CLOSING_MS));
  socket.once('end', () => reject(closed()));
  socket.once('close', () => {
    clearTimeout(timer);
    reject(closed());
  });
  // Otherwise the end of the connection is not noticed.
  socket.resume();
}
