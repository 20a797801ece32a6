import type { sandboxEnvironment } from '../../src/index.js';
import type { Jumps } from './moments.js';

// What the child processes of this folder read from stdin and print.

type Site = Parameters<typeof sandboxEnvironment>[0];
interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** Orders of clock-child.mjs. */
export interface ClockOrders {
  readonly site: Site;
  readonly tls: Credential;
  /** The journeys, one after another: by how much the clock is set at which moments of each. */
  readonly journeys: readonly Jumps[];
}

export interface ClockFindings {
  /** How each journey ended. */
  readonly ends: readonly string[];
  /** What each journey sent, in order. */
  readonly calls: readonly (readonly string[])[];
  /** By how much the clock was off after each journey. */
  readonly offMs: readonly number[];
}

/** Orders of journeys-child.mjs. */
export interface JourneyOrders {
  readonly site: Site;
  readonly credentials: readonly Credential[];
  readonly journeys: number;
  readonly warmUp: number;
  /**
   * Whether the child leaks on purpose, to prove that a leak would be found: an object in each
   * journey, and a socket, a timer and a listener after the last one.
   */
  readonly leaks: boolean;
}

export interface JourneyFindings {
  /** How often each outcome came, by kind of journey. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Bytes that each further journey leaves on the heap. */
  readonly slope: number;
  /** Connections that are open after the last journey, busy or idle. */
  readonly sockets: number;
  /**
   * The active resources before the client was created, after the last journey, and after the
   * client was closed.
   */
  readonly resources: readonly (readonly string[])[];
  /** Listeners on the signal of every call and on the process, beyond those at the start. */
  readonly listeners: number;
}

/** Findings of requests-child.mjs. */
export interface RequestFindings {
  /**
   * The zone in which the process began, as minutes behind UTC in 1970, and its locale, as `Date`
   * and `Intl` report them.
   */
  readonly offset: number;
  readonly locale: string;
  /** How this process writes a number and a day in its locale and zone. */
  readonly own: string;
  /** What was sent and said, by the zone of the process at that time. */
  readonly said: Readonly<Record<string, string>>;
}
