import { randomUUID } from 'node:crypto';
import { CANCELLED, type Clock } from '../foundation/clock.js';
import { deadline, type Race } from '../foundation/deadline.js';
import { withFacts } from '../foundation/errors.js';
import { notify } from '../foundation/listener.js';
import { ownBag } from '../foundation/own.js';
import type { ShapeMessage, ShapeRecorder } from '../shapes/recorder.js';
import {
  ABORTED,
  type CallProgress,
  certificateRefusal,
  TIMED_OUT,
  toCallError,
  UNCONNECTED,
  UNTUNNELLED,
} from './failures.js';
import type { ApiConnection, Call, CallBounds, CallEnd } from './http.js';
import { CALL_MS, CONNECT_MS, SILENCE_MS } from './limits.js';
import { parseReply, parseResponse, type RawResponse, upstreamIdOf } from './response.js';

/**
 * Sends one call and reads its response. Reports `sent` before the first byte may leave, `answering`
 * for the head and for each chunk of the body, and `started` again once it is known that the server
 * has read nothing.
 */
export type Exchange = (
  call: Call,
  signal: AbortSignal,
  onProgress: (progress: CallProgress) => void,
) => Promise<RawResponse>;

/** What sends and receives on behalf of a connection. */
export interface Wire {
  readonly exchange: Exchange;
  /** Returns whether a proxy has yet to open the tunnel. */
  readonly isTunnelling?: () => boolean;
  close(): Promise<void>;
}

/** Creates a connection that bounds every call, reads its response and validates it. */
export function createConnection(
  clock: Clock,
  wire: Wire,
  recorder: Pick<ShapeRecorder, 'record'> | undefined,
): Omit<ApiConnection, 'bind'> {
  const closing = new AbortController();
  const recorded = recorder ? { ...wire, exchange: recording(wire.exchange, recorder) } : wire;
  return {
    send: (call, bounds) => sendCall(clock, recorded, closing.signal, call, bounds, parseResponse),
    exchange: (call, bounds) => sendCall(clock, recorded, closing.signal, call, bounds, parseReply),
    async close() {
      closing.abort(CANCELLED);
      await wire.close().catch(() => undefined);
    },
  };
}

/** Records the shape of every response before anything reads it. */
function recording(exchange: Exchange, recorder: Pick<ShapeRecorder, 'record'>): Exchange {
  const record = (message: ShapeMessage) => recorder.record(message);
  return async (call, signal, onProgress) => {
    const raw = await exchange(call, signal, onProgress);
    notify(record, () => ({
      step: call.stage,
      status: raw.status,
      headers: raw.fields(),
      body: Buffer.concat(raw.body),
    }));
    return raw;
  };
}

/** Reads a response within the limits of its call. */
type Read<T> = (raw: RawResponse, call: Call, clock: Clock, signal: AbortSignal) => Promise<T>;

async function sendCall<T extends { readonly status: number }>(
  clock: Clock,
  wire: Wire,
  closing: AbortSignal,
  call: Call,
  bounds: CallBounds,
  read: Read<T>,
): Promise<T> {
  const { signal, deadline: endsAt = Number.POSITIVE_INFINITY, onCall } = ownBag(bounds);
  const { stage, method, requestId = randomUUID() } = call;
  let upstreamRequestId: string | undefined;
  const startedAt = clock.now();
  let progress: CallProgress = 'started';
  const options = {
    clock,
    // No call starts when the clock returns no time.
    limitMs: Math.min(CALL_MS, endsAt - startedAt) || 0,
    signals: signal ? [closing, signal] : [closing],
    timedOut: () => TIMED_OUT,
    aborted: () => ABORTED,
  };
  const work = async (race: Race) => {
    race.expectWithin(CONNECT_MS, () => (wire.isTunnelling?.() ? UNTUNNELLED : UNCONNECTED));
    const raw = await wire.exchange(call, race.signal, (now) => {
      progress = now;
      race.expectWithin(SILENCE_MS, options.timedOut);
    });
    const refused = certificateRefusal(raw);
    if (refused) throw refused;
    upstreamRequestId = upstreamIdOf(raw, call);
    return read(raw, call, clock, race.signal);
  };
  const run = async (onEnd: (end: CallEnd) => void) => {
    try {
      const response = await deadline(options, work);
      onEnd({ status: response.status, upstreamRequestId });
      return response;
    } catch (error) {
      // A later call must not read the rest of this one's response. The call does not wait for the
      // close.
      void wire.close().catch(() => undefined);
      const failure = toCallError(error, stage, progress);
      const known = withFacts(failure, { requestId }) ?? failure;
      onEnd({ error: known, upstreamRequestId });
      throw known;
    }
  };
  return onCall ? onCall({ stage, method, startedAt, requestId }, run) : run(() => undefined);
}
