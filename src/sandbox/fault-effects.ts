import { ONCE, ownBag } from '../foundation/own.js';
import type { Chance } from './chance.js';
import type { SandboxContext } from './context.js';
import type { Fault } from './faults.js';

/**
 * What happens to a connection: it never answers, is reset, or ends properly in the middle of the
 * body.
 */
export type ConnectionFault = 'stall' | 'reset' | 'truncate';

/** A response, and what happens to the connection that carries it. */
export interface Delivery {
  readonly response: Response;
  /** What happens to the connection. `close`: it ends without an answer. */
  readonly connection?: ConnectionFault | 'close';
}

/** Returns the response of a fault that replaces its step, or undefined for other faults. */
export function failBefore(fault: Fault, nowMs: number): Response | undefined {
  if (fault.do === 'maintenance') {
    return new Response(
      '<!doctype html>\n<html lang="ja"><meta charset="utf-8"><title>メンテナンス中</title><h1>ただいまメンテナンス中です</h1></html>\n',
      {
        status: 503,
        headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      },
    );
  }
  if (fault.do !== 'error-500' && fault.do !== 'error-503' && fault.do !== 'error-429')
    return undefined;
  const { retryAfterSeconds: seconds, asDate = false } = fault;
  const retryAfter =
    seconds === undefined
      ? undefined
      : asDate
        ? new Date(nowMs + seconds * 1_000).toUTCString()
        : String(seconds);
  const error = fault.do === 'error-500' ? 'server_error' : 'temporarily_unavailable';
  return Response.json(
    {
      error,
      error_description: 'A fault on demand.',
      error_description_ja: '指定された障害です。',
    },
    {
      status: Number(fault.do.slice(-3)),
      headers: {
        'cache-control': 'no-store',
        ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
      },
    },
  );
}

/**
 * Injects a fault into the response to a step that was carried out.
 *
 * @throws the reason of the signal, when the caller disconnects during a delay.
 */
export async function corrupt(
  response: Response,
  fault: Fault,
  { chance, clock, profile }: Pick<SandboxContext, 'chance' | 'clock' | 'profile'>,
  signal: AbortSignal,
): Promise<Delivery> {
  switch (fault.do) {
    case 'stall':
    case 'reset':
    case 'truncate':
      return { response, connection: fault.do };
    case 'delay':
      await clock.wait(fault.ms, signal);
      return { response };
    case 'clock-skew':
      return {
        response: withHeader(response, 'date', new Date(clock.now() + fault.ms).toUTCString()),
      };
    case 'wrong-type':
      return { response: withHeader(response, 'content-type', 'text/plain; charset=utf-8') };
    case 'invalid-json':
      return { response: new Response('{"unfinished": ', response) };
    case 'huge':
      return { response: new Response(filler(), response) };
    case 'mismatched-process':
      return { response: new Response(await mismatched(response, profile, chance), response) };
    default:
      return { response };
  }
}

/**
 * Returns the response as it arrives without a socket: a stalled one never settles, a broken one
 * fails in the middle of its body.
 */
export async function detach(delivery: Delivery, signal: AbortSignal): Promise<Response> {
  const { response, connection } = ownBag(delivery);
  if (connection === undefined) return response;
  if (connection === 'stall') {
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), ONCE);
    });
  }
  const body = new Uint8Array(await response.arrayBuffer());
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(body.subarray(0, body.byteLength >> 1)),
    // The error of fetch.
    pull: (controller) => controller.error(new TypeError('terminated')),
  });
  return new Response(broken, response);
}

function withHeader(response: Response, name: string, value: string): Response {
  response.headers.set(name, value);
  return response;
}

const HUGE_CHUNKS = 320;

/** Returns 20 MiB of well-formed JSON: only its size is wrong. */
function filler(): ReadableStream<Uint8Array> {
  const chunk = Buffer.alloc(65_536, 'x');
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent === 0) controller.enqueue(Buffer.from('{"filler":"'));
      if (sent++ < HUGE_CHUNKS) return controller.enqueue(chunk);
      controller.enqueue(Buffer.from('"}'));
      controller.close();
    },
  });
}

async function mismatched(
  response: Response,
  { fields }: SandboxContext['profile'],
  chance: Chance,
): Promise<string> {
  const body: unknown = JSON.parse(await response.text());
  return JSON.stringify(
    response.ok ? { ...Object(body), [fields.processId.value]: chance.uuid() } : body,
  );
}
