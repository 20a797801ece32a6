import { randomUUID } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import type { Clock } from '../foundation/clock.js';
import type { Scope } from '../foundation/deadline.js';
import { isSelfInfoError } from '../foundation/errors.js';
import { notify } from '../foundation/listener.js';
import { ownBag } from '../foundation/own.js';
import { formatInstant } from '../foundation/time.js';
import type { CallEnd, OnCall } from '../net/http.js';
import type { CallScope, Calls } from './calls.js';
import { createCertificateWatch } from './certificate-watch.js';
import type { ClientEvent, EventStep, RequestIds } from './events.js';
import { CALLS, isTraced, STEPS, traced } from './tracing.js';

/** The ids that the events of a call carry. */
interface Ids {
  readonly transactionId?: string;
  readonly retrievalId?: string;
}

/** Reports one call of a method: its steps, and the calls to the portal within them. */
export interface Trace {
  /** Runs a step and emits its outcome: `done`, or else the `status` of what it resolves to. */
  step<T>(step: EventStep, work: () => Promise<T>, done?: string): Promise<T>;
  /** Adds ids to every event that follows. */
  setIds(ids: Ids): void;
  readonly onCall: OnCall;
}

/** Emits the events of one client. */
export interface Emitter {
  /** Does the same as `calls.run`, with a trace. Also reports a call that is refused immediately. */
  run<T>(
    calls: Calls,
    stage: Scope['stage'] & EventStep,
    signal: AbortSignal | undefined,
    work: (scope: CallScope & Trace) => Promise<T>,
  ): Promise<T>;
  /** Watches this client certificate (PEM) from now on. */
  watchCertificate(certificate: string | undefined): void;
}

/** Emits the event that `make` returns. `atMs`: its time (epoch milliseconds). Default: now. */
export type Emit = (make: () => object, atMs?: number) => void;

/** The channel of `node:diagnostics_channel` on which the events of all clients are published. */
const CHANNEL = channel('myna-selfinfo:event');

/**
 * Creates an emitter for `onEvent` and the channel. Builds an event only if one of them listens.
 */
export function createEmitter(
  onEvent: ((event: ClientEvent) => unknown) | undefined,
  clock: Clock,
): Emitter {
  const isListened = () => onEvent !== undefined || CHANNEL.hasSubscribers;
  const emit: Emit = (make, atMs) => {
    const listener = (event: ClientEvent) => {
      CHANNEL.publish(event);
      return onEvent?.(event);
    };
    notify(
      listener,
      () => Object.freeze({ at: formatInstant(atMs ?? clock.now()), ...make() }) as ClientEvent,
    );
  };
  const certificate = createCertificateWatch(clock, isListened, emit);
  return {
    async run(calls, stage, signal, work) {
      certificate.check();
      const trace = createTrace(clock, isListened, emit);
      let begun = false;
      const running = () =>
        calls.run(stage, signal, (scope) => {
          begun = true;
          return work({ ...scope, ...trace });
        });
      return running().catch((error: unknown) =>
        begun ? Promise.reject(error) : trace.step(stage, () => Promise.reject(error)),
      );
    },
    watchCertificate: certificate.watch,
  };
}

/** Creates the trace of one call of a method. */
export function createTrace(clock: Clock, isListened: () => boolean, emit: Emit): Trace {
  const attempts = new Map<string, number>();
  const since = (startedAt: number) => Math.max(0, clock.now() - startedAt);
  const { setIds, common } = createIds();
  let last: RequestIds | undefined;
  return {
    setIds,
    async step(step, work, done) {
      const isHeard = isListened();
      if (!isHeard && !isTraced(STEPS)) return work();
      const begin = () => ({ step, ...common() });
      return traced(STEPS, begin, async (onEnd) => {
        const startedAt = isHeard ? clock.now() : 0;
        if (isHeard) emit(() => ({ type: 'step_started', ...begin() }), startedAt);
        const end = (outcome: () => object) => {
          const facts = () => ({ ...begin(), ...outcome() });
          onEnd(facts);
          if (isHeard) emit(() => ({ type: 'step', durationMs: since(startedAt), ...facts() }));
        };
        try {
          const value = await work();
          end(() => (done === undefined ? outcomeOf(value, last) : { outcome: done }));
          return value;
        } catch (error) {
          end(() => failureOf(error, last));
          throw error;
        }
      });
    },
    onCall({ stage, method, startedAt, requestId }, work) {
      const attempt = (attempts.get(stage) ?? 0) + 1;
      attempts.set(stage, attempt);
      const isHeard = isListened();
      const begin = () => ({ step: stage, method, ...common(), requestId, attempt });
      return traced(CALLS, begin, async (onEnd) => {
        if (isHeard) emit(() => ({ type: 'call_started', ...begin() }), startedAt);
        return work((end) => {
          last = idsOf(requestId, end);
          const facts = () => ({ ...endOf(end), ...begin(), ...last });
          onEnd(facts);
          if (isHeard) emit(() => ({ type: 'call', durationMs: since(startedAt), ...facts() }));
        });
      });
    },
  };
}

function idsOf(requestId: string, { upstreamRequestId }: CallEnd): RequestIds {
  return { requestId, ...(upstreamRequestId !== undefined && { upstreamRequestId }) };
}

function endOf({ status, error }: CallEnd): object {
  return status === undefined ? failureOf(error) : { outcome: 'answered', status };
}

function createIds() {
  let callId: string | undefined;
  const known: Ids[] = [];
  return {
    setIds: (ids: Ids) => void known.push(ids),
    common() {
      callId ??= randomUUID();
      // Because a broken store could return anything as an id, only ids in our own form are emitted.
      const ids = known.flatMap(Object.entries).filter(([, id]) => isOurId(id));
      return { callId, ...Object.fromEntries(ids) };
    },
  };
}

function isOurId(id: unknown): boolean {
  return typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id);
}

/** Reads the outcome from a value with a status: of a callback, or of a collected result. */
function outcomeOf(value: unknown, last: RequestIds | undefined): object {
  const { status, at, code, error }: Readonly<Record<string, unknown>> = ownBag(Object(value));
  if (status === 'failed') return failureOf(error, last);
  if (status !== 'rejected') return { outcome: status };
  // Only the token endpoint is called before a rejection.
  return { outcome: status, code, ...(at === 'token' && last) };
}

/** Reads a failure, with the ids of the call that failed if there was one. */
function failureOf(error: unknown, last?: RequestIds): object {
  if (!isSelfInfoError(error)) return { outcome: 'failed', code: 'unexpected', effect: 'unknown' };
  const { code, effect, reason, requestId } = error;
  const ids = isOurId(requestId) && (last?.requestId === requestId ? last : { requestId });
  return { outcome: 'failed', code, effect, ...(reason !== undefined && { reason }), ...ids };
}
