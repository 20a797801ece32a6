import { member } from '../foundation/own.js';

/** The parts of a callback request, as a framework shows them. */
export interface RequestParts {
  readonly method: unknown;
  readonly url: unknown;
  readonly headers: unknown;
}

/** A TypeError with a text of this package, which names the shape and no value. */
export class ShapeError extends TypeError {}

/** Values of an event of API Gateway by name: headers, or parameters of the query. */
export type ApiGatewayValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An event of AWS API Gateway for Lambda, payload format 1.0 (REST APIs, and HTTP APIs if set). */
export interface ApiGatewayEvent {
  readonly httpMethod: string;
  readonly headers: ApiGatewayValues | null;
  readonly multiValueHeaders?: ApiGatewayValues | null | undefined;
  readonly queryStringParameters: ApiGatewayValues | null;
  readonly multiValueQueryStringParameters?: ApiGatewayValues | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

/** An event of AWS API Gateway for Lambda, payload format 2.0 (HTTP APIs and function URLs). */
export interface ApiGatewayEventV2 {
  readonly rawQueryString: string;
  readonly headers: ApiGatewayValues;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

/**
 * Reads the parts of an event of API Gateway; undefined for anything else.
 *
 * @throws ShapeError that names other objects that hold a request.
 */
export function partsOfEvent(request: object): RequestParts | undefined {
  const read: Read = (...names) =>
    names.reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? member(value, name) : undefined,
      request,
    );
  const query = read('rawQueryString');
  const method = read('requestContext', 'http', 'method');
  if (typeof query === 'string' && typeof method === 'string')
    return { method, url: `?${query}`, headers: read('headers') };
  if (read('requestContext', 'elb') !== undefined)
    throw new ShapeError(
      'request is an event of an Application Load Balancer: build a URL from its path and query, still encoded, and pass { method, url, headers }.',
    );
  if (typeof read('httpMethod') === 'string')
    return {
      method: read('httpMethod'),
      url: `?${queryOf(read('multiValueQueryStringParameters') ?? read('queryStringParameters'))}`,
      headers: read('multiValueHeaders') ?? read('headers') ?? {},
    };
  const advice = adviceOn(read);
  if (advice !== undefined) throw new ShapeError(`request is not a request but ${advice}.`);
  return undefined;
}

type Read = (...names: readonly string[]) => unknown;

/** Writes decoded parameters as a query again, so that all requests are read in one way. */
function queryOf(values: unknown): string {
  const entries = Object.entries<unknown>(Object(values)).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)].map(encode).join('=')),
  );
  return entries.join('&');
}

/**
 * Writes the fields of a form that a framework has parsed as a form again. Returns `nested` where a
 * field is not text, and undefined for anything but a form.
 */
export function formOf(body: object): string | 'nested' | undefined {
  if (Object.prototype.toString.call(body) === '[object URLSearchParams]') return String(body);
  const prototype: unknown = Object.getPrototypeOf(body);
  // A plain object of any realm. A stream, a list and a FormData are not.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined;
  const isText = (value: unknown) => typeof value === 'string';
  return Object.values<unknown>(Object(body)).flat().every(isText) ? queryOf(body) : 'nested';
}

/** Encodes a text; one with a lone surrogate stays as it is, to be refused with the callback. */
function encode(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text : encodeURIComponent(text);
}

/** Where frameworks and events keep the URL or its query when they have no `url`. */
const URL_ELSEWHERE = [
  'originalUrl',
  'path',
  'query',
  'rawPath',
  'rawQueryString',
  'queryStringParameters',
  'requestContext',
];

function adviceOn(read: Read): string | undefined {
  if (read('node', 'req') !== undefined) return 'an event of h3 1: pass event.node.req';
  if (read('Records') !== undefined)
    return 'an event of Lambda@Edge: pass { method, url, headers } of its request';
  if (read('uri') !== undefined && read('querystring') !== undefined)
    return 'one of CloudFront: pass { method, url, headers }, with the query in url';
  if (read('request') !== undefined) return 'holds one: pass its property request';
  if (read('req') !== undefined)
    return 'holds one: pass its property req (of a Hono context: req.raw)';
  if (read('append') !== undefined && read('getAll') !== undefined)
    return 'its parameters: pass the request itself';
  if (URL_ELSEWHERE.some((name) => read(name) !== undefined))
    return 'one without url: pass { method, url, headers }, with the query in url';
  return undefined;
}
