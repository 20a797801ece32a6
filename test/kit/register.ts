import { secretsOfEntry } from './entries.js';

/**
 * The secrets of all tests, by unique names. The oldest are dropped when a test makes hundreds of
 * thousands.
 */
const secrets = new Map<string, string>();
const MOST = 20_000;
/**
 * In bytes. A shorter secret, such as a PIN, may occur by chance. Tests that know its place search
 * for it.
 */
const SHORTEST = 8;

/**
 * Registers a token, code, verifier, key or personal value. Everything that the worker prints,
 * emits or throws is searched for it until the test file ends.
 */
export function hide(kind: string, secret: string): string {
  if (Buffer.byteLength(secret) < SHORTEST || secrets.has(secret)) return secret;
  const [oldest] = secrets.size === MOST ? secrets.keys() : [];
  if (oldest !== undefined) secrets.delete(oldest);
  secrets.set(secret, `${kind} ${secrets.size}`);
  return secret;
}

/** Registers the secrets in a URL or a form. */
export function hideIn(parameters: URLSearchParams): void {
  for (const name of ['state', 'code', 'code_verifier', 'client_assertion', 'client_secret'])
    hide(name, parameters.get(name) ?? '');
}

/** Registers the token of a request, or the secrets that a token is requested with. */
export function hideSent(request: Request): void {
  const token = request.headers.get('authorization');
  if (token !== null) hide('token or secret', token.replace(/^(Bearer|Basic) /, ''));
  if (!token?.startsWith('Bearer '))
    request
      .clone()
      .text()
      .then(
        (body) => hideIn(new URLSearchParams(body)),
        () => undefined,
      );
}

/** Registers the secrets that the client keeps in its store. */
export function hideKept(value: string): void {
  for (const [kind, secret] of secretsOfEntry(value)) hide(kind, secret);
}

/** Registers the lines of a private key. */
export function hideKey(pem: string): string {
  for (const line of pem.split('\n')) if (!line.startsWith('-')) hide('line of a key', line.trim());
  return pem;
}

/**
 * Registers every text within a value, such as the records of a person, except days of 2026: the
 * tests play in that year, and events contain the time.
 */
export function hideWithin(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.startsWith('2026-')) hide('personal value', value);
  } else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) hideWithin(inner);
}

/** Returns everything that is registered, by name, and forgets it. */
export function takeHidden(): Readonly<Record<string, string>> {
  const taken = Object.fromEntries([...secrets].map(([secret, name]) => [name, secret]));
  secrets.clear();
  return taken;
}
