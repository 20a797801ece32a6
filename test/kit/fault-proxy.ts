import { connect, createServer, type Socket } from 'node:net';
import { type Standing, stand } from './sockets.js';

/** `up` is from the client to the server, `down` the other way. */
export type Direction = 'up' | 'down';

/**
 * What happens to a connection: an end of either kind, silence, silence for a while, one byte at a
 * time, or one flipped bit.
 */
export const events = ['reset', 'fin', 'stall', 'delay', 'drip', 'corrupt'] as const;

export interface FaultPoint {
  readonly direction: Direction;
  readonly event: (typeof events)[number];
  /** The byte before which it happens, counted from arming. */
  readonly byte: number;
}

export interface FaultProxy extends Standing {
  /** Makes a fault happen once, on the connection that next reaches the byte. */
  arm(point: FaultPoint): void;
  /** Removes the fault, forwards everything held, and returns whether the fault had happened. */
  disarm(): boolean;
  /** Whether the fault has happened. */
  readonly struck: boolean;
  /** Bytes of the armed direction since arming. */
  readonly passed: number;
  /** Forwards one more byte of a drip, or everything delayed. */
  release(): void;
}

/**
 * Starts a proxy between client and server at the level of TCP, without knowledge of TLS or HTTP.
 */
export async function startFaultProxy(to: () => number): Promise<FaultProxy> {
  let armed: FaultPoint | undefined;
  let passed = 0;
  let struck = false;
  let held: (() => void)[] = [];
  let drip: (() => void) | undefined;

  function pipe(direction: Direction, from: Socket, into: Socket) {
    /** Bytes held behind a fault. */
    let waiting: Buffer | undefined;
    let silent = false;
    let ended = false;
    const flush = () => {
      if (waiting && waiting.length > 0) into.write(waiting);
      waiting = undefined;
      if (ended) into.end();
    };
    from.on('data', (chunk: Buffer) => {
      if (silent) return;
      if (waiting) {
        waiting = Buffer.concat([waiting, chunk]);
        return;
      }
      if (armed?.direction !== direction || struck) return void into.write(chunk);
      const at = armed.byte - passed;
      passed += chunk.length;
      if (at >= chunk.length) return void into.write(chunk);
      struck = true;
      const before = chunk.subarray(0, at);
      const after = Buffer.from(chunk.subarray(at));
      if (before.length > 0) into.write(before);
      switch (armed.event) {
        case 'reset':
          silent = true;
          // Earlier bytes go out first.
          return void into.write('', () => {
            from.resetAndDestroy();
            into.resetAndDestroy();
          });
        case 'fin':
          silent = true;
          return void into.end();
        case 'stall':
          silent = true;
          return;
        case 'delay':
          waiting = after;
          held.push(flush);
          return;
        case 'drip':
          waiting = after;
          drip = () => {
            if (!waiting || waiting.length === 0) return;
            into.write(waiting.subarray(0, 1));
            waiting = waiting.subarray(1);
          };
          held.push(flush);
          return;
        case 'corrupt':
          after[0] = (after[0] ?? 0) ^ 0x10;
          return void into.write(after);
      }
    });
    from.on('end', () => {
      ended = true;
      // A side that ends behind a fault has given up. Neither side sends anything more.
      if (silent) from.destroy();
      else if (!waiting) into.end();
    });
    // A side that closes takes the other one with it, so that the proxy leaves no connection open.
    from.on('close', () => into.destroy()).on('error', () => {});
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ port: to(), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    pipe('up', client, upstream);
    pipe('down', upstream, client);
  });
  const standing = await stand(server);
  const proxy = {
    arm(point: FaultPoint) {
      armed = point;
      passed = 0;
      struck = false;
    },
    disarm() {
      const happened = struck;
      for (const go of held) go();
      held = [];
      drip = undefined;
      armed = undefined;
      struck = false;
      return happened;
    },
    get struck() {
      return struck;
    },
    get passed() {
      return passed;
    },
    release() {
      if (drip) return drip();
      for (const go of held.splice(0)) go();
    },
  };
  return Object.defineProperties(
    proxy,
    Object.getOwnPropertyDescriptors(standing),
  ) as unknown as FaultProxy;
}
