import { member } from '../foundation/own.js';
import {
  type ApiGatewayEvent,
  type ApiGatewayEventV2,
  partsOfEvent,
  ShapeError,
} from '../oauth/request-shapes.js';

/**
 * A notice of the portal as a framework passes it on, with its raw body: a `Request` that was not
 * read, an object with method, url, headers and body, or an event of AWS API Gateway.
 */
export type NoticeRequest =
  | Request
  | ApiGatewayEvent
  | ApiGatewayEventV2
  | {
      readonly method?: string | undefined;
      readonly url?: string | undefined;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly body: string | Uint8Array;
    };

/** The parts of a notice. */
export interface NoticeParts {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly header: (name: string) => string | null;
  readonly body: Uint8Array;
}

/** The largest body of a notice, in bytes. */
const LONGEST_NOTICE = 65_536;

/**
 * Reads the parts of a notice; undefined when its body is too large.
 *
 * @throws TypeError for anything that is not a request with a raw body.
 */
export async function readNotice(request: unknown): Promise<NoticeParts | undefined> {
  try {
    const head = headOf(request);
    const body = await bodyOf(Object(request));
    return body && { ...head, body };
  } catch (error) {
    // What a getter throws may quote anything.
    throw error instanceof ShapeError ? error : new TypeError('request cannot be read.');
  }
}

function headOf(request: unknown): Omit<NoticeParts, 'body'> {
  if (typeof request !== 'object' || request === null)
    throw new ShapeError(
      'request must be a Request, or an object with method, url, headers and body.',
    );
  const url = member(request, 'url');
  const event = typeof url === 'string' ? undefined : partsOfEvent(request);
  const { method, headers } = event ?? {
    method: member(request, 'method'),
    headers: member(request, 'headers'),
  };
  const target = event ? pathOf(request, event.url) : url;
  if (typeof method !== 'string' || typeof target !== 'string')
    throw new ShapeError('request.method and request.url must be strings.');
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new ShapeError('request.headers must be an object.');
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*/s, '');
  return { method: method.toUpperCase(), path: path || '/', header: headerReader(headers) };
}

/** Returns the path of an event of API Gateway with its query. */
function pathOf(request: object, query: unknown): string {
  const path = member(request, 'rawPath') ?? member(request, 'path');
  return `${typeof path === 'string' ? path : ''}${query === '?' ? '' : query}`;
}

async function bodyOf(request: object): Promise<Uint8Array | undefined> {
  const body = member(request, 'body');
  if (body instanceof Uint8Array) return atMost(body);
  if (typeof body === 'string') {
    // Base64 is longer than what it encodes by a third.
    if (body.length > 2 * LONGEST_NOTICE) return undefined;
    return atMost(
      Buffer.from(body, member(request, 'isBase64Encoded') === true ? 'base64' : 'utf8'),
    );
  }
  if (member(request, 'bodyUsed') === true)
    throw new ShapeError(
      'request.body was read already: pass the request before anything reads it.',
    );
  if (typeof member(request, 'arrayBuffer') === 'function') return readStream(body);
  // An event of API Gateway without a body.
  if (body === null) return new Uint8Array();
  throw new ShapeError(
    'request.body must be the raw body, a string or a Uint8Array: a parsed body cannot be verified.',
  );
}

/** Returns a copy of a body, unless it is too large. */
function atMost(body: Uint8Array): Uint8Array | undefined {
  return body.byteLength > LONGEST_NOTICE ? undefined : new Uint8Array(body);
}

/** Reads the body of a `Request` as far as it may go. */
async function readStream(stream: unknown): Promise<Uint8Array | undefined> {
  if (stream === null || stream === undefined) return new Uint8Array();
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    // A sender that disconnects has sent no notice.
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done || value === undefined) return new Uint8Array(Buffer.concat(chunks));
    size += value.byteLength;
    if (size > LONGEST_NOTICE) {
      await reader.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(value);
  }
}

function headerReader(headers: object): NoticeParts['header'] {
  const get = member(headers, 'get');
  // Recognizes Headers by the method, since a framework may bring another class.
  if (typeof get === 'function') return (name) => get.call(headers, name);
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return (name) => {
    const found = entries.filter(
      ([key, value]) => key === name.toLowerCase() && value !== undefined,
    );
    return found.length === 0 ? null : found.flatMap(([, value]) => value).join(', ');
  };
}
