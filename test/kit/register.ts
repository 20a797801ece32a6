/**
 * What must not show, whichever test it is of, by a name of its own; the oldest give way where a
 * test makes hundreds of thousands.
 */
const secrets = new Map<string, string>();
const MOST = 20_000;
/**
 * In bytes. Anything shorter may stand somewhere by chance, as a PIN does: it is searched for by
 * the tests that know where.
 */
const SHORTEST = 8;

/**
 * Has a token, code, verifier, key or value of a person searched for in all that the worker says
 * until its test file ends.
 */
export function hide(kind: string, secret: string): string {
  if (Buffer.byteLength(secret) < SHORTEST || secrets.has(secret)) return secret;
  const [oldest] = secrets.size === MOST ? secrets.keys() : [];
  if (oldest !== undefined) secrets.delete(oldest);
  secrets.set(secret, `${kind} ${secrets.size}`);
  return secret;
}

/** Hides what a URL or a form carries. */
export function hideIn(parameters: URLSearchParams): void {
  for (const name of ['state', 'code', 'code_verifier', 'client_assertion'])
    hide(name, parameters.get(name) ?? '');
}

/** Hides the token that a request carries, or what a token is asked for with. */
export function hideSent(request: Request): void {
  const token = request.headers.get('authorization');
  if (token !== null) hide('token', token.replace('Bearer ', ''));
  else
    request
      .clone()
      .text()
      .then(
        (body) => hideIn(new URLSearchParams(body)),
        () => undefined,
      );
}

/** Hides what the client keeps in its store. */
export function hideKept(value: string): void {
  const { verifier = '', token = '', processId = '' } = JSON.parse(value);
  hide('verifier', verifier);
  hide('token', token);
  hide('process', processId);
}

/** Hides the lines of a private key. */
export function hideKey(pem: string): string {
  for (const line of pem.split('\n')) if (!line.startsWith('-')) hide('line of a key', line.trim());
  return pem;
}

/**
 * Hides every text within a value, the records of a person, but for days of 2026: the tests play
 * then, and events say when.
 */
export function hideWithin(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.startsWith('2026-')) hide('personal value', value);
  } else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) hideWithin(inner);
}

/** All that was hidden so far, by name. */
export const hidden = (): Readonly<Record<string, string>> =>
  Object.fromEntries([...secrets].map(([secret, name]) => [name, secret]));
