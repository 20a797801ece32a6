import { CANCELLED, type Clock, invalidClock, waitBy } from '../foundation/clock.js';
import { type DeadlineOptions, deadline, type Race, type Scope } from '../foundation/deadline.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { has, own } from '../foundation/own.js';
import { formatInstant } from '../foundation/time.js';
import type { ApiConnection } from '../net/http.js';
import { isLasting, knownCode } from '../net/refusals.js';
import type { Environment } from '../wire/environment.js';
import type { WireResult } from '../wire/messages.js';
import { findProfile } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';
import type { WireSession } from './exchange.js';
import { type Accepted, fromStoredReply, readAccepted } from './request.js';
import { createRounds, type Round, type Rounds } from './round.js';
import type { ProcessSecret } from './secret.js';
import type { Progress, Retrieval } from './types.js';

/** How polling ended. */
export type PollingOutcome =
  | { readonly status: 'done'; readonly result: WireResult }
  | { readonly status: 'pending'; readonly retryAt: string; readonly notBefore?: string }
  | { readonly status: 'unavailable'; readonly until: string | null }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

/** Brings the next poll forward when the portal has said that an answer may be ready. */
export interface PollHint {
  /** Forgets the hints so far, because the poll that begins now sees what they were about. */
  forget(): void;
  /** Resolves at the first hint since then. */
  given(): Promise<void>;
}

/** How to poll: the bounds, the clock, the randomness, and whom to inform. */
export interface PollingOptions {
  readonly scope: Scope & { readonly deadline: number };
  /** Milliseconds that the caller gave in total. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onProgress: ((progress: Progress) => unknown) | undefined;
  /** Whether to stop after the first poll. */
  readonly once: boolean;
  /** The notices of the portal. Left out where it sends none. */
  readonly hint?: PollHint | undefined;
}

const SHORTEST_POLL_MS = 500;
/**
 * Failures that pass by themselves. Polling changes nothing at the portal, so it is repeated after
 * them.
 *
 * A rejected certificate is not among them. A portal that closes without an alert for the same
 * reason looks like any other break, and costs three more connections at most.
 */
const TRANSIENT: readonly SelfInfoErrorCode[] = [
  'connection_failed',
  'connection_closed',
  'timed_out',
  'upstream_unavailable',
  'upstream_failed',
];
/** How many polls may fail in a row. */
const RETRIES = 3;
/** The longest wait before the first retry. It doubles each time; the wait is a random share of it. */
const RETRY_MS = 500;
/** From here a wait is long: the portal is not about to answer, but puts the client off. */
const LONG_WAIT_MS = 10_000;
/**
 * Many clients may be told the same instant, so each comes a random share of a tenth of the wait
 * after it, at most a minute. While the portal is working, short waits are not spread: clients that
 * started at different times are told different instants.
 */
const LONGEST_SPREAD_MS = 60_000;

/**
 * Polls until the portal has a result or gives up, or until the deadline.
 *
 * @throws SelfInfoError `profile_unknown` before anything is sent.
 */
export async function awaitResult(
  environment: Environment,
  connection: ApiConnection,
  secret: ProcessSecret,
  options: PollingOptions,
): Promise<PollingOutcome> {
  const { scope, clock, deadlineMs } = options;
  const ended = new AbortController();
  const late = new AbortController();
  // Waits for the deadline and does not only compare times: a clock that is set back would postpone
  // it. If the clock cannot wait that long, only the comparison is left.
  waitBy(clock, Math.min(deadlineMs, scope.deadline - clock.now()), ended.signal).then(
    () => late.abort(CANCELLED),
    () => undefined,
  );
  try {
    const session = openSession(environment, connection, secret, clock);
    return await pollUntil(session, secret, options, {
      signal: late.signal,
      isOver: (at) => late.signal.aborted || at >= scope.deadline,
    });
  } finally {
    ended.abort(CANCELLED);
  }
}

/** The caller's deadline: a signal that aborts then, and whether an instant is past it. */
interface PollingDeadline {
  readonly signal: AbortSignal;
  isOver(at: number): boolean;
}

/**
 * Returns what the messages of a retrieval need, under the profile that its request was sent with.
 *
 * @throws SelfInfoError `profile_unknown`.
 */
export function openSession(
  environment: Environment,
  connection: ApiConnection,
  { token, retrieval }: ProcessSecret,
  clock: Clock,
): WireSession {
  const profile = findProfile(environment, retrieval.pin);
  if (!profile) throw new SelfInfoError('profile_unknown', { path: 'retrieval.pin' });
  const { clientId, endpoints } = environment;
  return { profile, clientId, apiUrl: endpoints.apiUrl, connection, token, clock };
}

/**
 * Returns the processes of a retrieval, or its answer. Reads the response that was stored.
 *
 * @throws SelfInfoError of a refusal; `codec_failed`, `response_invalid`, `aborted`.
 */
export async function acceptedOf(
  session: WireSession,
  { accepted, retrieval }: ProcessSecret,
  signal: AbortSignal,
): Promise<Accepted> {
  if (!has(accepted, 'reply')) return accepted;
  const codes = Object.values(retrieval.codes);
  const read = fromStoredReply(session, accepted.reply, codes, signal);
  return readAccepted({ ...read, bounds: { ...read.bounds, stage: 'request' } }).catch(
    (error: unknown) => {
      throw isSelfInfoError(error) ? withoutRetry(error) : error;
    },
  );
}

/** Returns a refusal that says no retry: the grant for the request is not at hand any more. */
function withoutRetry(error: SelfInfoError): SelfInfoError {
  const { code, stage, effect, upstream, requestId } = error;
  if (upstream === undefined) return error;
  return new SelfInfoError(code, {
    stage,
    effect,
    upstream,
    retry: { safe: false },
    ...(requestId !== undefined && { requestId }),
  });
}

/** The processes of a retrieval, found out at the first poll. */
function createLazyRounds(session: WireSession, secret: ProcessSecret): Rounds {
  let rounds: Rounds | undefined;
  return {
    async poll(attempt, bounds) {
      if (rounds === undefined) {
        const accepted = await acceptedOf(session, secret, bounds.signal);
        if (has(accepted, 'result')) return { result: accepted.result, retryAt: undefined };
        rounds = createRounds(session, accepted.processes);
      }
      return rounds.poll(attempt, bounds);
    },
  };
}

async function pollUntil(
  session: WireSession,
  secret: ProcessSecret,
  options: PollingOptions,
  { signal, isOver }: PollingDeadline,
): Promise<PollingOutcome> {
  const { scope, clock, random, once, hint } = options;
  const endsAt = endOf(secret.retrieval);
  const rounds = createLazyRounds(session, secret);
  for (let attempt = 1, failures = 0; ; attempt++) {
    const refused = refusedAt(timeOf(clock), secret, session.profile);
    if (refused) return { status: 'failed', error: refused };
    hint?.forget();
    const polled = await rounds.poll(attempt, scope).catch(toFailedPoll);
    const now = timeOf(clock);
    let next: number;
    // The instant to which a hint may bring the next poll forward. Not after a failure.
    let notBefore: number | undefined;
    if (has(polled, 'failed')) {
      const { failed } = polled;
      // A refusal of the request was stored with its response, which stays the same.
      if (failed.code === 'upstream_refused' || failed.stage === 'request')
        return { status: 'failed', error: failed };
      // The deadline ended this poll. Nothing is lost: the answer can be collected later.
      if (failed.code === 'timed_out' && isOver(now))
        return { status: 'pending', retryAt: formatInstant(now) };
      const allowedAt = Math.max(now, Date.parse(own(failed.retry, 'notBefore') ?? '') || 0);
      next = spread(allowedAt, now, RETRY_MS * 2 ** failures, random);
      if (once || ++failures > RETRIES || isOver(next) || allowedAt >= endsAt || isLasting(failed))
        return giveUp(failed);
    } else {
      failures = 0;
      const { retryAt } = polled;
      const ended = outcomeOf(polled, session.profile);
      if (ended) return ended;
      const isLong = retryAt !== undefined && retryAt >= now + LONG_WAIT_MS;
      if (isLong && retryAt >= endsAt)
        return { status: 'unavailable', until: formatInstant(retryAt) };
      const asked = isLong ? spread(retryAt, now, 0, random) : retryAt;
      notBefore = Math.max(retryAt ?? now, now + SHORTEST_POLL_MS);
      next = Math.max(asked ?? now + session.profile.timing.pollMs.value, notBefore);
      if (once || isOver(next))
        return {
          status: 'pending',
          retryAt: formatInstant(next),
          ...(hint && { notBefore: formatInstant(notBefore) }),
        };
    }
    const progress = { attempt, retryAt: formatInstant(next) };
    await pause(progress, { ms: next - now, notBefore }, signal, options);
    // The deadline cut the wait short: send nothing more.
    if (isOver(clock.now())) return { status: 'pending', retryAt: formatInstant(next) };
  }
}

/** Returns the instant from which no answer to a retrieval is collected any more. */
function endOf({ expiresAt, terms }: Retrieval): number {
  return Math.min(Date.parse(expiresAt), Date.parse(terms.keepUntil));
}

/** Returns why nothing may be sent for a retrieval any more, or undefined while it may. */
function refusedAt(
  now: number,
  { retrieval, tokenExpiresAt }: ProcessSecret,
  { oauth }: WireProfile,
): SelfInfoError | undefined {
  // An instant that cannot be read must not pass.
  if (!(now < Date.parse(retrieval.terms.keepUntil)))
    return new SelfInfoError('retention_ended', { stage: 'result' });
  if (!(now < Date.parse(retrieval.expiresAt))) return new SelfInfoError('retrieval_gone');
  if (
    oauth.pollsAfterTokenExpiry.value === 'never' &&
    typeof tokenExpiresAt === 'string' &&
    !(now < Date.parse(tokenExpiresAt))
  )
    return new SelfInfoError('grant_expired', { stage: 'result' });
  return undefined;
}

function timeOf(clock: Clock): number {
  const now = clock.now();
  if (!Number.isFinite(now)) throw invalidClock();
  return now;
}

/**
 * Returns an instant at or after the given one: later by a random share of a tenth of the wait, or
 * of `leastMs` if that is longer.
 */
function spread(at: number, now: number, leastMs: number, random: () => number): number {
  const range = Math.max(leastMs, Math.min((at - now) / 10, LONGEST_SPREAD_MS));
  return at + Math.ceil(share(random) * range);
}

/** Returns the outcome that a result means; undefined while the portal is still working. */
function outcomeOf(
  { result, retryAt, requestId }: Round,
  { processStatuses }: WireProfile,
): PollingOutcome | undefined {
  switch (result.status) {
    case 'accepted':
    case 'running':
      return undefined;
    case 'done':
      return { status: 'done', result };
    case 'busy':
      return {
        status: 'unavailable',
        until: retryAt === undefined ? null : formatInstant(retryAt),
      };
    default: {
      // A custom profile may pass on anything that the portal sent.
      const code = knownCode(result.status, Object.keys(processStatuses));
      const facts = { stage: 'result', effect: 'applied', upstream: { code } } as const;
      const error = new SelfInfoError('upstream_failed', {
        ...facts,
        ...(requestId !== undefined && { requestId }),
      });
      return { status: 'failed', error };
    }
  }
}

/** Returns a refusal, or a failure that passes by itself. Rethrows every other error. */
function toFailedPoll(error: unknown): { readonly failed: SelfInfoError } {
  if (
    isSelfInfoError(error) &&
    (error.code === 'upstream_refused' || TRANSIENT.includes(error.code))
  )
    return { failed: error };
  throw error;
}

/** Returns the outcome of a last attempt that failed, or throws its error. */
function giveUp(error: SelfInfoError): PollingOutcome {
  // Also when the gateway failed: the answer may still come.
  if (error.code === 'upstream_unavailable' || error.code === 'upstream_failed')
    return { status: 'unavailable', until: own(error.retry, 'notBefore') ?? null };
  throw error;
}

/** Returns a share from 0 to 1. Falls back to 1 when the caller's function returns no share. */
function share(random: () => number): number {
  try {
    const value = random();
    if (value >= 0 && value <= 1) return value;
  } catch {}
  return 1;
}

const LATE = Symbol('late');

/**
 * Waits before the next poll, at most until the deadline. A hint ends the wait at `notBefore`.
 *
 * Rejects when the scope aborts, and with what `onProgress` throws or rejects with.
 */
async function pause(
  progress: Progress,
  { ms, notBefore }: { readonly ms: number; readonly notBefore: number | undefined },
  late: AbortSignal,
  { scope, clock, onProgress, hint }: PollingOptions,
): Promise<void> {
  const { stage, signal } = scope;
  const options: DeadlineOptions = {
    clock,
    signals: [signal, late],
    timedOut: () => LATE,
    aborted: () =>
      signal.aborted
        ? new SelfInfoError('aborted', { stage, effect: 'none', retry: { safe: true } })
        : LATE,
  };
  const work = async (race: Race) => {
    // Starts the wait first, so that `onProgress` can move a virtual clock.
    const waited = waitBy(clock, ms, race.signal);
    // If `onProgress` throws, the end of the wait no longer counts.
    waited.catch(() => undefined);
    const ends: Promise<unknown>[] = [waited];
    if (hint && notBefore !== undefined) {
      const hinted = hint
        .given()
        .then(() => waitBy(clock, Math.max(0, notBefore - clock.now()), race.signal));
      hinted.catch(() => undefined);
      ends.push(hinted);
    }
    const told = Promise.resolve(onProgress?.(progress)).then(() => Promise.race(ends));
    await Promise.race([...ends, told]);
  };
  try {
    await deadline(options, work);
  } catch (error) {
    if (error !== LATE) throw error;
  }
}
