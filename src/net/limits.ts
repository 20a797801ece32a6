/** How long a call may take. */
export const CALL_MS = 30_000;
/** How long a connection may take to open: name, proxy, TCP and TLS together. */
export const CONNECT_MS = 5_000;
/** How long a response may be silent: before its head, and between two chunks of its body. */
export const SILENCE_MS = 10_000;
/** How long an idle connection is kept. */
export const IDLE_MS = 5_000;
/** The largest head of a response. */
export const HEAD_BYTES = 16_384;
/** The largest body of any response. */
export const LONGEST_BODY_BYTES = 16 * 1024 * 1024;
/** The largest body of a success, by stage. Only a result holds data. */
export const BODY_BYTES = {
  consent: 65_536,
  token: 65_536,
  request: 65_536,
  result: LONGEST_BODY_BYTES,
  acknowledge: 65_536,
} as const;
/** The largest body of a failure that is read for a machine code. */
export const FAILURE_BYTES = 262_144;
/** How many interim responses (1xx) may come before the response. */
export const INTERIM_RESPONSES = 32;

/**
 * Options of Node's sockets and requests that this package does not set. Node reads inherited ones,
 * and copies the object, so that each needs a property of its own.
 */
export const NOT_INHERITED = {
  agent: undefined,
  auth: undefined,
  family: undefined,
  hints: undefined,
  localAddress: undefined,
  localPort: undefined,
  lookup: undefined,
  path: undefined,
  pskCallback: undefined,
  session: undefined,
  signal: undefined,
  socketPath: undefined,
  timeout: undefined,
} as const;
