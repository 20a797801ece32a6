import { randomUUID, X509Certificate } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import type { Clock } from '../foundation/clock.js';
import type { Scope } from '../foundation/deadline.js';
import type { Effect, SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError } from '../foundation/errors.js';
import { DAY_MS, dayOf, formatInstant } from '../foundation/time.js';
import type { CallEnd } from '../net/http.js';
import type { Calls } from './calls.js';

/**
 * A step of the journey, as events name it; `answer`, reading and checking what came, lies within
 * `result`.
 */
export type EventStep = 'consent' | 'callback' | 'token' | 'request' | 'result' | 'answer';

/**
 * What a client tells of its work: frozen plain data without a token, code, key or personal value.
 * `at`: ISO 8601 at +09:00, by the client's clock, when it was over.
 *
 * `step`: a step of the journey has ended. `call`: a call to the portal has, `answered` with
 * whatever status, or `failed`. `certificate_expiring`: the client certificate ends within 30 days;
 * `certificate_expired`: it has ended.
 *
 * @example
 * ```ts
 * import type { ClientEvent } from 'myna-selfinfo';
 * const isAlarming = (event: ClientEvent) =>
 *   event.type === 'certificate_expired' || (event.type === 'step' && event.outcome === 'failed' && event.effect !== 'none');
 * ```
 */
export type ClientEvent = { readonly at: string } & (
  | ({
      readonly type: 'step';
      readonly step: EventStep;
      /** Random, shared by the events of one call of a method. */
      readonly callId: string;
      /** `terms.transactionId`, shared by the events of one journey, once it is known. */
      readonly transactionId?: string;
      /** The `id` of the retrieval, once there is one. */
      readonly retrievalId?: string;
      /** By the client's clock. */
      readonly durationMs: number;
    } & (
      | {
          readonly outcome:
            | 'begun'
            | 'valid'
            | 'declined'
            | 'expired'
            | 'replayed'
            | 'unknown'
            | 'foreign-browser'
            | 'granted'
            | 'accepted'
            | 'pending'
            | 'unavailable'
            | 'ready'
            | 'built';
        }
      /** `code`: that of the outcome. */
      | { readonly outcome: 'rejected'; readonly code: string }
      /**
       * `code` and `effect`: those of the error; `unexpected` for one that is not the library's.
       */
      | {
          readonly outcome: 'failed';
          readonly code: SelfInfoErrorCode | 'unexpected';
          readonly effect: Effect;
        }
    ))
  | ({
      readonly type: 'call';
      readonly step: 'consent' | 'token' | 'request' | 'result';
      readonly callId: string;
      readonly transactionId?: string;
      readonly retrievalId?: string;
      /** Random, of this call alone; the portal does not see it. */
      readonly requestId: string;
      /** The how-manieth of this step, from 1. */
      readonly attempt: number;
      readonly durationMs: number;
    } & (
      | { readonly outcome: 'answered'; readonly status: number }
      | {
          readonly outcome: 'failed';
          readonly code: SelfInfoErrorCode | 'unexpected';
          readonly effect: Effect;
        }
    ))
  /** `notAfter`: ISO 8601 at +09:00. */
  | { readonly type: 'certificate_expiring'; readonly notAfter: string }
  | { readonly type: 'certificate_expired'; readonly notAfter: string }
);

/** The ids that events of a call carry. */
interface Ids {
  readonly transactionId?: string;
  readonly retrievalId?: string;
}

/** What tells of one call of the client: its steps, and what goes out in it. */
export interface Trace {
  /**
   * Takes a step and tells how it came out: by `done`, or else by the `status` of what comes back.
   */
  step<T>(step: EventStep, work: () => Promise<T>, done?: string): Promise<T>;
  /** Whatever is told from now on carries these ids. */
  know(ids: Ids): void;
  readonly onCall: (end: CallEnd) => void;
}

/** What tells of a client. */
export interface Teller {
  /** Like `calls.run`, with a trace; a call that is refused at the door is told of, too. */
  run<T>(
    calls: Calls,
    stage: Scope['stage'] & EventStep,
    signal: AbortSignal | undefined,
    work: (scope: Scope & Trace) => Promise<T>,
  ): Promise<T>;
  /** Watches this client certificate (PEM) from now on. */
  watch(certificate: string | undefined): void;
}

/** The channel of `node:diagnostics_channel` that every client's events are published on. */
const CHANNEL = channel('myna-selfinfo:event');
const WARNING_MS = 30 * DAY_MS;

/** Tells `onEvent` and the channel; where nobody listens nothing is made. */
export function createTeller(
  onEvent: ((event: ClientEvent) => unknown) | undefined,
  clock: Clock,
): Teller {
  const listened = () => onEvent !== undefined || CHANNEL.hasSubscribers;
  let certificate: { readonly pem: string; notAfter?: number; toldOn?: number } | undefined;

  function tell(make: () => object): void {
    try {
      const event = Object.freeze({ at: formatInstant(clock.now()), ...make() }) as ClientEvent;
      CHANNEL.publish(event);
      Promise.resolve(onEvent?.(event)).catch(() => undefined);
    } catch {
      // The listener's fault must not undo what was done.
    }
  }

  /** Once a day, for whom a log line of last month is lost. */
  function checkCertificate(): void {
    if (certificate === undefined || !listened()) return;
    const now = clock.now();
    if (certificate.toldOn === dayOf(now)) return;
    certificate.toldOn = dayOf(now);
    certificate.notAfter ??= Date.parse(new X509Certificate(certificate.pem).validTo);
    const { notAfter } = certificate;
    if (now < notAfter - WARNING_MS) return;
    tell(() => ({
      type: now > notAfter ? 'certificate_expired' : 'certificate_expiring',
      notAfter: formatInstant(notAfter),
    }));
  }

  function open(): Trace {
    let callId: string | undefined;
    const ids: Ids[] = [];
    const attempts = new Map<string, number>();
    const since = (startedAt: number) => Math.max(0, clock.now() - startedAt);
    const common = () => {
      callId ??= randomUUID();
      // An id out of a store that has gone mad could be anything.
      return {
        callId,
        ...Object.fromEntries(
          ids.flatMap(Object.entries).filter(([, id]) => /^[0-9a-f-]{36}$/.test(id)),
        ),
      };
    };
    return {
      async step(step, work, done) {
        if (!listened()) return work();
        const startedAt = clock.now();
        const end = (outcome: () => object) =>
          tell(() => ({
            type: 'step',
            step,
            ...common(),
            durationMs: since(startedAt),
            ...outcome(),
          }));
        try {
          const value = await work();
          end(() => (done === undefined ? outcomeOf(value) : { outcome: done }));
          return value;
        } catch (error) {
          end(() => failureOf(error));
          throw error;
        }
      },
      know: (known) => void ids.push(known),
      onCall({ stage, startedAt, status, error }) {
        const attempt = (attempts.get(stage) ?? 0) + 1;
        attempts.set(stage, attempt);
        if (!listened()) return;
        const outcome = status === undefined ? failureOf(error) : { outcome: 'answered', status };
        tell(() => ({
          type: 'call',
          step: stage,
          ...common(),
          requestId: randomUUID(),
          attempt,
          durationMs: since(startedAt),
          ...outcome,
        }));
      },
    };
  }

  return {
    async run(calls, stage, signal, work) {
      checkCertificate();
      const trace = open();
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
    watch(pem) {
      certificate = pem === undefined ? undefined : { pem };
      checkCertificate();
    },
  };
}

/** Of a value with a status: an outcome of the callback, or a collected result. */
function outcomeOf(value: unknown): object {
  const { status, code, error }: Readonly<Record<string, unknown>> = Object(value);
  if (status === 'failed') return failureOf(error);
  return status === 'rejected' ? { outcome: status, code } : { outcome: status };
}

function failureOf(error: unknown): object {
  return isSelfInfoError(error)
    ? { outcome: 'failed', code: error.code, effect: error.effect }
    : { outcome: 'failed', code: 'unexpected', effect: 'unknown' };
}
