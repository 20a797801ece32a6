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

/** What the client libraries say of a command that they did not send. */
const notSent: readonly string[] = [
  "Stream isn't writeable and enableOfflineQueue options is false",
  'The client is closed',
  'The client is offline',
];

/**
 * Returns true when a command that failed has certainly changed nothing and never will: Redis
 * refused it, or it was never sent. After a lost connection or reply nobody knows.
 */
export function changedNothing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = redisErrorCode(error);
  return (
    code === 'ECONNREFUSED' ||
    (code !== undefined && replies.includes(code)) ||
    notSent.includes(error.message)
  );
}
