import { Refusal } from './refusals.js';

/** The largest accepted body of a call to the portal, in bytes. */
const MAX_BODY_BYTES = 64 * 1024;
/** The largest accepted body of the control, in bytes: a persona may have many records. */
export const MAX_CONTROL_BODY_BYTES = 1024 * 1024;
/** The largest accepted form of a page, in bytes: an edited answer may have many records. */
export const MAX_EDITOR_BODY_BYTES = 1024 * 1024;

/** Reads a form body of at most so many bytes, in which every parameter occurs at most once. */
export async function readForm(
  request: Request,
  most = MAX_BODY_BYTES,
): Promise<ReadonlyMap<string, string>> {
  refuseQuery(request);
  checkType(request, 'application/x-www-form-urlencoded', 'not_a_form');
  return readParameters(await readText(request, most));
}

/** Reads a JSON body of at most so many bytes. */
export async function readJson(request: Request, most = MAX_BODY_BYTES): Promise<unknown> {
  refuseQuery(request);
  checkType(request, 'application/json', 'not_json_type');
  const text = await readText(request, most);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('not_json');
  }
}

/**
 * Reads `a=1&b=2` strictly: URLSearchParams would repair broken encodings and keep doubled names.
 */
export function readParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    if (parameters.has(name))
      throw new Refusal('doubled_parameter', /^[a-z_]{1,40}$/.test(name) ? name : 'unknown');
    parameters.set(name, at === -1 ? '' : decode(pair.slice(at + 1)));
  }
  return parameters;
}

/** Returns a parameter that must be present and not empty. */
export function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw new Refusal('missing_parameter', name);
  return value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Refusal('broken_encoding');
  }
}

function refuseQuery(request: Request): void {
  if (new URL(request.url).search !== '') throw new Refusal('query_not_allowed');
}

function checkType(request: Request, type: string, reason: 'not_a_form' | 'not_json_type'): void {
  const [given = '', ...parameters] = (request.headers.get('content-type') ?? '')
    .toLowerCase()
    .split(';');
  const charsets = parameters
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter.startsWith('charset='));
  if (
    given.trim() !== type ||
    charsets.some((charset) => charset.replaceAll('"', '') !== 'charset=utf-8')
  )
    throw new Refusal(reason);
}

async function readText(request: Request, most: number): Promise<string> {
  const reader = request.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    if (size > most) {
      await reader.cancel();
      throw new Refusal('body_too_large', '', String(most / 1024));
    }
    chunks.push(part.value);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal('broken_encoding');
  }
}

/** Returns a JSON response that is not cached. */
export function jsonResponse(body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status: 200, headers: { 'cache-control': 'no-store', ...headers } });
}
