import type { Clock } from '../foundation/clock.js';
import { invalidResponse } from '../foundation/errors.js';
import { ownBag } from '../foundation/own.js';
import type { ShapeRecorder } from '../shapes/recorder.js';
import type { Environment } from '../wire/environment.js';
import { createConnection, type Exchange } from './connection.js';
import { type FetchLike, pathUnder, type Transport } from './http.js';
import { createBody, readBody } from './response.js';

/** Creates a transport over an injected fetch, for tests in one process; production refuses it. */
export function createFetchTransport(
  { apiUrl, tokenUrl = apiUrl }: Environment['endpoints'],
  fetch: FetchLike,
  clock: Clock,
  recorder?: Pick<ShapeRecorder, 'record'>,
): Transport {
  const exchange: Exchange = async (call, signal, onProgress) => {
    const baseUrl = call.stage === 'token' ? tokenUrl : apiUrl;
    const init = ownBag<RequestInit>({
      method: call.method,
      headers: call.headers,
      ...(call.body !== undefined && { body: call.body as NonNullable<RequestInit['body']> }),
      signal,
      redirect: 'manual',
    });
    const request = new Request(new URL(pathUnder(baseUrl, call.path), baseUrl), init);
    onProgress('sent');
    const response = await fetch(request);
    // A value that is not a status would pass every check for a failure.
    if (!Number.isInteger(response.status))
      throw invalidResponse({ en: 'it has no status.', ja: 'ステータスがありません。' });
    onProgress('answering');
    const body = await readBody(
      response.body ?? new Blob([]).stream(),
      createBody(call, response.status),
      () => onProgress('answering'),
      signal,
    );
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      fields: () => Object.fromEntries(response.headers),
      body,
    };
  };
  const close = async () => {};
  return {
    load: async () => undefined,
    connect: () => ({
      ...createConnection(clock, { exchange, close }, recorder),
      bind: () => undefined,
    }),
    rotate() {},
    close,
  };
}
