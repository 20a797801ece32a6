import { connect, createServer, type Socket } from 'node:net';
import { type Standing, stand } from './sockets.js';

/** `up` from the client to the server, `down` the other way. */
export type Direction = 'up' | 'down';

/**
 * What befalls a connection: an end in either manner, silence, silence for a while, one byte at a
 * time, or one bit turned.
 */
export const events = ['reset', 'fin', 'stall', 'delay', 'drip', 'corrupt'] as const;

export interface FaultPoint {
  readonly direction: Direction;
  readonly event: (typeof events)[number];
  /** Before which byte, counted from arming. */
  readonly byte: number;
}

export interface FaultProxy extends Standing {
  /** Lets a fault happen once, to the connection that next reaches the byte. */
  arm(point: FaultPoint): void;
  /** Takes the fault away; says whether it had happened. Whatever was held goes on. */
  disarm(): boolean;
  /** Whether the fault has happened. */
  readonly struck: boolean;
  /** Bytes of the armed direction that came since arming. */
  readonly passed: number;
  /** Lets one more byte of what drips go by, or all of what was delayed. */
  release(): void;
}

/** Stands between client and server at the level of TCP, knowing nothing of TLS or HTTP. */
export async function startFaultProxy(to: () => number): Promise<FaultProxy> {
  let armed: FaultPoint | undefined;
  let passed = 0;
  let struck = false;
  let held: (() => void)[] = [];
  let drip: (() => void) | undefined;

  function pipe(direction: Direction, from: Socket, into: Socket) {
    /** Bytes that wait behind a fault, and what became of it. */
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
          // What was written before goes out first.
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
      // Whoever ends behind a fault has given up: nothing more is to be expected of either side.
      if (silent) from.destroy();
      else if (!waiting) into.end();
    });
    // Whoever goes takes the other side along: nobody is left behind by the proxy itself.
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
