/**
 * First words of Redis's error replies that say what is wrong with the server or its set-up; the
 * rest of a reply may quote what was sent.
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

/** Redis's own word in an error of a client, or the system's, such as ECONNREFUSED. */
export function redisWordOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [reply = ''] = error.message.split(' ');
  const system =
    'code' in error && typeof error.code === 'string' && /^E[A-Z]{3,20}$/.test(error.code)
      ? error.code
      : undefined;
  return replies.includes(reply) ? reply : system;
}
