import { member } from '../../foundation/own.js';

/**
 * First words of Redis error replies that describe the server or its configuration. The rest of a
 * reply may quote what was sent.
 */
const replies: readonly string[] = [
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'CROSSSLOT',
  'ERR',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'WRONGPASS',
];

/** Returns the code of a client error: Redis's own, or the system's, such as ECONNREFUSED. */
export function redisErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [reply = ''] = error.message.split(' ');
  const code = member(error, 'code');
  const system = typeof code === 'string' && /^E[A-Z]{3,20}$/.test(code) ? code : undefined;
  return replies.includes(reply) ? reply : system;
}
