import { isWellFormed } from '../foundation/options.js';
import { member, own } from '../foundation/own.js';
import type { WireProfile } from '../wire/profile.js';
import { FormFault, LONGEST_CALLBACK, readFormBody } from './form-body.js';
import {
  type ApiGatewayEvent,
  type ApiGatewayEventV2,
  partsOfEvent,
  type RequestParts,
  ShapeError,
} from './request-shapes.js';

/**
 * A callback as a framework passes it on: a `Request`, a URL, an object with method, url and headers
 * such as Node's `IncomingMessage`, or an event of AWS API Gateway (payload format 1.0 or 2.0).
 *
 * Under the response mode `form_post` it is a POST, and needs its body: a `Request` that nothing has
 * read, an event, or an object with `body`, raw or as a parser of forms returned it.
 */
export type CallbackRequest =
  | Request
  | URL
  | string
  | ApiGatewayEvent
  | ApiGatewayEventV2
  | {
      readonly method?: string | undefined;
      readonly url?: string | undefined;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly body?: string | Uint8Array | Readonly<Record<string, unknown>> | null | undefined;
    };

/** How a callback carries its parameters. */
export type ResponseMode = WireProfile['oauth']['responseMode']['value'];

/** Why a callback was refused. */
export type CallbackCode =
  | 'not_a_navigation'
  | 'callback_too_large'
  | 'state_missing'
  | 'state_mismatch'
  | 'duplicate_parameter'
  | 'issuer_mismatch'
  | 'invalid_response'
  // What the portal reported instead of a code.
  | (string & {});

/** The parameters of a callback, and whether it carries traces of another flow. */
export interface CallbackParameters {
  readonly mode: ResponseMode;
  readonly parameters: URLSearchParams;
  readonly otherFlow: boolean;
  /** Whether the state was UTF-8. Otherwise another one may read the same. */
  readonly isStateUnicode: boolean;
}

/** The parts of a callback, or why the request cannot be one. */
export type ReadCallback = CallbackParameters | { readonly refused: CallbackCode };

const MODES: Readonly<Record<string, ResponseMode>> = { GET: 'query', POST: 'form_post' };

// What implicit and hybrid flows and packed responses carry. `session_state` and the like may come
// with a code and mean nothing here.
const OTHER_FLOWS = [
  'access_token',
  'token_type',
  'id_token',
  'refresh_token',
  'token',
  'response',
];
// A fragment never reaches a server: a response in one belongs to a response mode that was not
// requested.
const OTHER_MODES = [...OTHER_FLOWS, 'code', 'state', 'error'];

/**
 * Reads the parameters of a callback in one of these response modes, and trusts none of them.
 *
 * @throws TypeError for anything that is not a request, or lacks the body that it must have.
 */
export async function parseCallback(
  request: CallbackRequest,
  modes: readonly ResponseMode[],
): Promise<ReadCallback> {
  const { method, url, header } = partsOf(request);
  const mode = own(MODES, method.toUpperCase());
  if (mode === undefined || !modes.includes(mode) || isNoVisit(header))
    return { refused: 'not_a_navigation' };
  const search = url.replace(/^[^?#]*\??|#.*/gs, '');
  const hash = url.replace(/[^#]*#?/, '');
  if (search.length + hash.length > LONGEST_CALLBACK) return { refused: 'callback_too_large' };
  if (mode === 'query') return parseParameters(mode, search, hash);
  // A redirect URI may have a query, but no parameter of a response.
  const query = new URLSearchParams(search);
  if (!isForm(header('content-type')) || ['iss', ...OTHER_MODES].some((name) => query.has(name)))
    return { refused: 'invalid_response' };
  // Parsers of frameworks leave an empty body out.
  const body = header('content-length').trim() === '0' ? '' : await readForm(request);
  return typeof body === 'string' ? parseParameters(mode, body, hash) : body;
}

/** Parses the parameters of a callback: those of a query, or of a form. */
function parseParameters(mode: ResponseMode, search: string, hash: string): ReadCallback {
  // Without the ampersand, a question mark at the start would be dropped.
  const parameters = new URLSearchParams(`&${search}`);
  if (!isWellFormed(search) && !COUNTING.every((name) => isUnicode(parameters, name, search)))
    return { refused: 'invalid_response' };
  const states = parameters.getAll('state');
  if (states.length > 1) return { refused: 'duplicate_parameter' };
  if (!states[0]) return { refused: 'state_missing' };
  const fragment = new URLSearchParams(hash);
  return {
    mode,
    parameters,
    isStateUnicode: isUnicode(parameters, 'state', search),
    otherFlow:
      OTHER_FLOWS.some((name) => parameters.has(name)) ||
      OTHER_MODES.some((name) => fragment.has(name)),
  };
}

/**
 * Returns whether a parameter arrived as it was sent. The parser writes U+FFFD for a lone surrogate
 * and for bytes that are not UTF-8, so that two states would become one.
 */
function isUnicode(parameters: URLSearchParams, name: string, search: string): boolean {
  if (!parameters.getAll(name).some((value) => value.includes('\ufffd'))) return true;
  try {
    return isWellFormed(decodeURIComponent(search));
  } catch {
    return false;
  }
}

const COUNTING = ['state', 'code', 'iss', 'error'];

const FORM = /^application\/x-www-form-urlencoded\s*(?:;\s*charset="?utf-?8"?\s*)?$/i;

/** Returns whether a Content-Type says a form in UTF-8. */
function isForm(contentType: string): boolean {
  return FORM.test(contentType.trim());
}

const PURPOSES = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];
// Destinations of a call that a script makes to pass its page's callback on. The others are images,
// styles and the like.
const SCRIPTED = ['', 'empty'];

/**
 * Returns true when a browser prefetches the URL or loads it as a part of a page. A browser that
 * sends no such header counts as a visit.
 */
function isNoVisit(header: CallbackParts['header']): boolean {
  if (PURPOSES.some((name) => /\b(prefetch|prerender|preview|instant)\b/i.test(header(name))))
    return true;
  const mode = header('sec-fetch-mode').trim().toLowerCase();
  const destination = header('sec-fetch-dest').trim().toLowerCase();
  if (mode === 'navigate' || (mode === '' && destination === 'document')) return false;
  return mode === 'no-cors' || mode === 'websocket' || !SCRIPTED.includes(destination);
}

interface CallbackParts {
  readonly method: string;
  readonly url: string;
  /** Returns an empty string for a header that is missing. */
  readonly header: (name: string) => string;
}

function partsOf(request: CallbackRequest): CallbackParts {
  if (typeof request !== 'string' && (typeof request !== 'object' || request === null))
    throw new TypeError(
      'request must be a Request, a URL, or an object with method, url and headers.',
    );
  if (typeof request === 'string' && /^[^?#/:]*=/.test(request))
    throw new TypeError('request is a query without its URL: pass the request itself.');
  if (typeof request === 'string' || isUrl(request))
    return { method: 'GET', url: readFrom('request', () => String(request)), header: () => '' };
  const { method, url, headers } = readParts(request);
  const isText = (value: unknown) => value === undefined || typeof value === 'string';
  if (!isText(method) || !isText(url))
    throw new TypeError('request.method and request.url must be strings.');
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new TypeError('request.headers must be an object.');
  return {
    method: String(method ?? 'GET'),
    url: String(url ?? ''),
    header: headerReader(headers),
  };
}

/** Reads the body of a callback as a form. */
async function readForm(request: CallbackRequest): Promise<string | { refused: CallbackCode }> {
  try {
    return await readFormBody(Object(request));
  } catch (error) {
    if (error instanceof FormFault) return { refused: error.code };
    throw error instanceof ShapeError ? error : new TypeError('request.body cannot be read.');
  }
}

function readParts(request: object): RequestParts {
  const url = readFrom('request.url', () => member(request, 'url'));
  const event =
    typeof url === 'string' ? undefined : readFrom('request', () => partsOfEvent(request));
  if (event) return event;
  const method = readFrom('request.method', () => member(request, 'method'));
  return { method, url, headers: readFrom('request.headers', () => member(request, 'headers')) };
}

/** Recognizes a URL by its tag, since a test runner may bring another URL class. */
function isUrl(request: object): request is URL {
  return readFrom('request', () => Object.prototype.toString.call(request)) === '[object URL]';
}

function headerReader(headers: object): CallbackParts['header'] {
  // A missing value becomes an empty text, several values become a list.
  const text = (value: unknown) => [value].join();
  const get: unknown = readFrom('request.headers', () => member(headers, 'get'));
  // Recognizes Headers by the method, since a framework may bring another class.
  if (typeof get === 'function')
    return (name) => readFrom('request.headers', () => text(get.call(headers, name)));
  const entries = readFrom('request.headers', () =>
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), text(value)] as const),
  );
  return (name) => text(entries.filter(([key]) => key === name).map(([, value]) => value));
}

/** Reads from the caller's request. What a getter throws may quote anything, so it is hidden. */
function readFrom<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ShapeError) throw error;
    throw new TypeError(`${path} cannot be read.`);
  }
}
