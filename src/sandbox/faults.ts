import { randomUUID } from 'node:crypto';
import {
  array,
  discriminatedUnion,
  enum as enumOf,
  int,
  literal,
  optional,
  strictObject,
  boolean as yesOrNo,
} from 'zod';
import type { Clock } from '../foundation/clock.js';
import type { WireProfile } from '../wire/profile.js';
import { Refusal } from './portal/refusals.js';
import type { Problems } from './problems.js';

/**
 * A step that can be made to fail: the pushed authorization request, opening the consent, the
 * token, the request, the poll for the result.
 */
export type FaultStep = 'push' | 'authorize' | 'token' | 'request' | 'result';

/**
 * A fault on demand: at which step (`on`), at which call of it (`nth`, from 1; default: every one),
 * and what happens (`do`).
 *
 * `error-500`, `error-503`, `error-429` and `maintenance` come before the step is carried out, all
 * others after it, so that only its answer is spoiled.
 */
export type Fault = { readonly on: FaultStep; readonly nth?: number | undefined } & FaultAction;

/** What a fault does. */
export type FaultAction =
  /**
   * `delay`: the answer comes `ms` milliseconds later by the sandbox's clock. `clock-skew`: the
   * step is carried out as though that clock were `ms` ahead (behind, if negative).
   */
  | { readonly do: 'delay' | 'clock-skew'; readonly ms: number }
  | {
      readonly do:
        | 'stall'
        | 'reset'
        | 'truncate'
        | 'wrong-type'
        | 'invalid-json'
        | 'huge'
        | 'maintenance'
        | 'mismatched-process';
    }
  /** With `retryAfterSeconds` a Retry-After header says when to come again; `asDate`: as a date. */
  | {
      readonly do: 'error-500' | 'error-503' | 'error-429';
      readonly retryAfterSeconds?: number | undefined;
      readonly asDate?: boolean | undefined;
    };

/**
 * What becomes of a connection: it never answers, is reset or ends orderly in the middle of the
 * body.
 */
export type WireFault = 'stall' | 'reset' | 'truncate';

const steps = [
  'push',
  'authorize',
  'token',
  'request',
  'result',
] as const satisfies readonly FaultStep[];

/** The steps at which a fault makes sense, where these are not all. */
const places: Readonly<Partial<Record<Fault['do'], readonly FaultStep[]>>> = {
  'invalid-json': ['push', 'token', 'request', 'result'],
  'mismatched-process': ['request', 'result'],
};

/**
 * The request header that asks the sandbox for a fault at this very call, e.g. `stall` or `delay;
 * ms=5000`; nothing but the sandbox knows it.
 *
 * @example
 * ```ts
 * import { faultHeader, type Sandbox } from 'myna-selfinfo/sandbox';
 * const ask = (sandbox: Sandbox, url: string) => sandbox.fetch(new Request(url, { headers: { [faultHeader]: 'error-503; retryAfterSeconds=30' } }));
 * ```
 */
export const faultHeader = 'x-sandbox-fault';

const place = { on: enumOf(steps), nth: optional(int().min(1)) };
const faultSchema = discriminatedUnion('do', [
  strictObject({ ...place, do: literal('delay'), ms: int().min(0).max(86_400_000) }),
  strictObject({
    ...place,
    do: literal('clock-skew'),
    ms: int().min(-3_155_760_000_000).max(3_155_760_000_000),
  }),
  strictObject({
    ...place,
    do: enumOf([
      'stall',
      'reset',
      'truncate',
      'wrong-type',
      'invalid-json',
      'huge',
      'maintenance',
      'mismatched-process',
    ]),
  }),
  strictObject({
    ...place,
    do: enumOf(['error-500', 'error-503', 'error-429']),
    retryAfterSeconds: optional(int().min(0).max(86_400)),
    asDate: optional(yesOrNo()),
  }),
]);
const faultList = array(faultSchema);

/** Checks a list of faults and returns a copy; every problem is noted with its path. */
export function checkFaults(value: unknown, path: string, problems: Problems): readonly Fault[] {
  const faults = problems.parse(faultList, value, path) ?? [];
  for (const [index, fault] of faults.entries()) {
    if (!makesSense(fault))
      problems.add(
        `${path}[${index}].do`,
        `not at this step: only ${places[fault.do]?.join(', ')}`,
      );
  }
  return faults;
}

function makesSense(fault: Fault): boolean {
  return places[fault.do]?.includes(fault.on) ?? true;
}

/** The fault that a call meets. */
export type FaultPlan = (on: FaultStep, request: Request) => Fault | undefined;

/**
 * Says which fault the call at hand meets, if any: the one that its header asks for, else the first
 * of the list that fits.
 */
export function createFaultPlan(faults: readonly Fault[]): FaultPlan {
  const counts = new Map<string, number>();
  return (on, request) => {
    const count = (counts.get(on) ?? 0) + 1;
    counts.set(on, count);
    const asked = request.headers.get(faultHeader);
    return asked === null
      ? faults.find((fault) => fault.on === on && (fault.nth ?? count) === count)
      : readFault(on, asked);
  };
}

function readFault(on: FaultStep, text: string): Fault {
  const [action = '', ...settings] = text.split(';').map((part) => part.trim());
  const values = settings.map((setting) => {
    const [name = '', value = ''] = setting.split('=').map((part) => part.trim());
    return [name, /^-?\d{1,15}$/.test(value) ? Number(value) : value === 'true' ? true : value];
  });
  // The header speaks of this very call.
  const elsewhere = values.some(([name]) => name === 'on' || name === 'nth' || name === 'do');
  const { success, data } = faultSchema.safeParse({
    ...Object.fromEntries(values),
    on,
    do: action,
  });
  if (elsewhere || !success || !makesSense(data)) throw new Refusal('fault_unknown', faultHeader);
  return data;
}

/** The answer of a fault that comes before its step is carried out. */
export function failEarly(fault: Fault, nowMs: number): Response | undefined {
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

/** An answer, and what is to become of the connection that carries it. */
export interface Answered {
  readonly response: Response;
  readonly wire?: WireFault;
}

/**
 * Spoils the answer of a step that was carried out. @throws what the signal's reason is, when the
 * caller goes away during a delay.
 */
export async function spoil(
  response: Response,
  fault: Fault,
  { clock, profile }: { readonly clock: Clock; readonly profile: WireProfile },
  signal: AbortSignal,
): Promise<Answered> {
  switch (fault.do) {
    case 'stall':
    case 'reset':
    case 'truncate':
      return { response, wire: fault.do };
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
      return { response: new Response(await mismatched(response, profile), response) };
    default:
      return { response };
  }
}

/**
 * An answer as it arrives without a connection: one that stalls never settles, one that breaks off
 * fails in the middle of its body.
 */
export async function withoutSocket(
  { response, wire }: Answered,
  signal: AbortSignal,
): Promise<Response> {
  if (wire === undefined) return response;
  if (wire === 'stall') {
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
  const body = new Uint8Array(await response.arrayBuffer());
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(body.subarray(0, body.byteLength >> 1)),
    // As fetch says it.
    pull: (controller) => controller.error(new TypeError('terminated')),
  });
  return new Response(broken, response);
}

function withHeader(response: Response, name: string, value: string): Response {
  response.headers.set(name, value);
  return response;
}

const HUGE_CHUNKS = 320;

/** 20 MiB of well-formed JSON: nothing but its size is wrong. */
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

async function mismatched(response: Response, { fields }: WireProfile): Promise<string> {
  const body: unknown = JSON.parse(await response.text());
  return JSON.stringify(
    response.ok ? { ...Object(body), [fields.processId.value]: randomUUID() } : body,
  );
}
