import { withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import {
  checkFunction,
  checkSignal,
  checkText,
  checkWhole,
  readKeys,
} from '../foundation/options.js';
import { has, ONCE } from '../foundation/own.js';
import { wantsAcknowledgement } from '../query/acknowledgement.js';
import { buildAnswer } from '../query/answer.js';
import type { PollingOutcome } from '../query/polling.js';
import { awaitResult } from '../query/polling.js';
import { checkRetrieval } from '../query/retrieval.js';
import type { ProcessSecret } from '../query/secret.js';
import type { Retrieval } from '../query/types.js';
import { legacyPinOf } from '../wire/pin.js';
import { outageOf } from './availability.js';
import { type ClientContext, runCall, type TracedScope } from './context.js';
import { unknownRetrieval } from './default-stores.js';
import { discardGrant, findGrant, useGrant, withRetrieval } from './grants.js';
import type { Collected, Grant } from './outcomes.js';
import { invalidEntry, legacyRetrievalKey, readSecret, retrievalKey } from './pending.js';
import type { CollectOptions, SubmitOptions } from './types.js';

const DEADLINE_MS = 30_000;

/** A scope with the instant by which a call that waits must end. */
type WaitingScope = TracedScope & { readonly deadline: number };

/** Sends the request of a grant and returns the retrieval. */
export async function submit(
  context: ClientContext,
  grant: Grant,
  inquiry: unknown,
  options: SubmitOptions = {},
): Promise<Retrieval> {
  const signal = checkSubmitOptions(options);
  return runCall(context, 'request', signal, (scope) =>
    scope.step(
      'request',
      async () => (await useGrant(context, grant, inquiry, scope)).retrieval,
      'accepted',
    ),
  );
}

/** Waits for the answer to a retrieval, which may come from another process. */
export async function collect(
  context: ClientContext,
  handle: Retrieval,
  options: CollectOptions = {},
): Promise<Collected> {
  const { deadline, ...given } = readCollectOptions(context, options);
  return runCall(context, 'result', given.signal, (call) => {
    const scope = { ...call, deadline };
    return scope.step('result', () => {
      const { id } = resume(context, handle);
      const read = (inner: WaitingScope) => readStored(context, id, inner);
      return waitFor(context, { id, handle, read }, given, scope).catch((error: unknown) => {
        throw isCurable(error) ? withRetrieval(error, handle) : error;
      });
    });
  });
}

/** Sends the request of a grant and waits for its answer, under one deadline. */
export async function query(
  context: ClientContext,
  grant: Grant,
  inquiry: unknown,
  options: CollectOptions = {},
): Promise<Collected> {
  const { deadline, ...given } = readCollectOptions(context, options);
  return runCall(context, 'request', given.signal, async (call) => {
    const scope = { ...call, deadline };
    const requested = await scope
      .step('request', () => useGrant(context, grant, inquiry, scope), 'accepted')
      .catch(refusedByPortal);
    if (has(requested, 'status')) return requested;
    const { retrieval, secret } = requested;
    // The secret is at hand: reading it back from the store could only fail.
    const wanted = { id: retrieval.id, handle: retrieval, read: async () => secret };
    const waiting = scope.step('result', () =>
      waitFor(context, wanted, given, { ...scope, stage: 'result' }),
    );
    const collected = await waiting.catch((error: unknown) => {
      // The consent is used: without the retrieval its answer would be out of reach.
      throw withRetrieval(error, retrieval);
    });
    // The clock may be wrong for a moment. The store drops the secret when it expires.
    if (collected.status === 'failed' && ENDED_BY_CLOCK.includes(collected.error.code)) {
      withRetrieval(collected.error, retrieval);
      return collected;
    }
    // Without the retrieval nothing can collect again, so the token has no reason to stay.
    if (!has(collected, 'retrieval'))
      await context.store.delete(scope, retrievalKey(retrieval.id)).catch(() => undefined);
    return collected;
  });
}

/** Reads a retrieval from the store by its id. */
export async function recall(
  context: ClientContext,
  id: string,
  options: SubmitOptions = {},
): Promise<Retrieval | undefined> {
  checkText(id, 'id');
  const signal = checkSubmitOptions(options);
  return context.calls.run('result', signal, async (scope) => {
    const secret = await readOwnSecret(context, id, scope);
    return secret && storedRetrieval(context, secret);
  });
}

/** Validates a retrieval that comes as JSON text, or parsed. */
export function resume({ service, environment }: ClientContext, json: unknown): Retrieval {
  return checkRetrieval(service, environment.clientId, json, legacyPinOf(environment));
}

/** Forgets a grant or a retrieval, and ends the collecting of it in this client. */
export async function discard(context: ClientContext, handle: Grant | Retrieval): Promise<void> {
  const state = findGrant(context, handle);
  if (state) return discardGrant(state);
  if (typeof handle === 'object' && handle !== null && !Object.hasOwn(handle, 'id'))
    throw new SelfInfoError('foreign_grant', { path: 'handle' });
  const { id } = resume(context, handle);
  context.retrievals.end(id);
  for (const controller of context.collecting.get(id) ?? []) controller.abort(DISCARDED);
  const kept = context.parked.get(handle);
  // Removed, so that collecting opens another one when the store fails now.
  context.parked.delete(handle);
  await kept?.close();
  const scope = { stage: 'result', signal: NEVER } as const;
  await context.store.delete(scope, retrievalKey(id));
  if (context.environment.legacyProfile !== undefined)
    await context.store.delete(scope, legacyRetrievalKey(id));
}

/** Validates the options and returns the signal. */
export function checkSubmitOptions(options: SubmitOptions): AbortSignal | undefined {
  options = readKeys(options, 'options', { signal: true } satisfies Record<
    keyof SubmitOptions,
    true
  >);
  const { signal }: SubmitOptions = options;
  checkSignal(signal, 'options.signal');
  return signal;
}

/** Validates the options, fills in defaults, and adds the deadline in epoch milliseconds. */
function readCollectOptions({ clock }: ClientContext, options: CollectOptions) {
  options = readKeys(options, 'options', {
    deadlineMs: true,
    signal: true,
    onProgress: true,
    once: true,
  } satisfies Record<keyof CollectOptions, true>);
  checkFunction(options.onProgress, 'options.onProgress');
  const { deadlineMs = DEADLINE_MS, signal, onProgress, once = false } = options;
  if (typeof once !== 'boolean') throw new TypeError('options.once must be true or false.');
  checkSignal(signal, 'options.signal');
  checkWhole(deadlineMs, 'options.deadlineMs', 0);
  return { deadlineMs, signal, onProgress, once, deadline: clock.now() + deadlineMs };
}

/** Turns a refusal by the portal into a result of `query`; throws every other error again. */
function refusedByPortal(error: unknown): Collected {
  if (isSelfInfoError(error) && error.upstream) return { status: 'failed', error };
  throw error;
}

/** Checked options of a call that waits. */
type Waiting = Omit<ReturnType<typeof readCollectOptions>, 'deadline'>;

/** What is collected: the handle that the caller holds, and how its secret is read. */
interface Wanted {
  readonly id: string;
  readonly handle: Retrieval;
  readonly read: (scope: WaitingScope) => Promise<ProcessSecret | undefined>;
}

/** Collects under a signal that `discard` can abort. */
async function waitFor(
  context: ClientContext,
  wanted: Wanted,
  options: Waiting,
  scope: WaitingScope,
): Promise<Collected> {
  const { collecting, retrievals } = context;
  const { id } = wanted;
  scope.setIds({ retrievalId: id });
  const own = new AbortController();
  const abort = () => own.abort();
  if (scope.signal.aborted) abort();
  scope.signal.addEventListener('abort', abort, ONCE);
  const controllers = collecting.get(id) ?? new Set();
  collecting.set(id, controllers.add(own));
  const inner = { ...scope, signal: own.signal };
  try {
    const collected = await withinScope(inner, context.clock, Number.POSITIVE_INFINITY, () =>
      collectOnce(context, wanted, options, inner),
    );
    if (collected.status === 'ready' || collected.status === 'failed') retrievals.end(id);
    return collected;
  } catch (error) {
    if (own.signal.reason === DISCARDED)
      return { status: 'failed', error: new SelfInfoError('retrieval_gone') };
    throw error;
  } finally {
    scope.signal.removeEventListener('abort', abort);
    controllers.delete(own);
    if (controllers.size === 0) collecting.delete(id);
  }
}

async function collectOnce(
  context: ClientContext,
  { handle, read }: Wanted,
  options: Waiting,
  scope: WaitingScope,
): Promise<Collected> {
  const { parked, transport, environment, clock, random, defaultStore } = context;
  const secret = await read(scope);
  if (secret === undefined) {
    const isExpired = clock.now() >= Date.parse(handle.expiresAt);
    return { status: 'failed', error: unknownRetrieval(isExpired ? undefined : defaultStore) };
  }
  scope.setIds({ transactionId: secret.retrieval.terms.transactionId });
  const { deadlineMs, onProgress, once } = options;
  const kept = parked.get(handle);
  // Removed, so that a parallel `collect` of the same retrieval opens its own connection.
  parked.delete(handle);
  // The server may be closing the kept connection. A single poll has no second try.
  if (once) await kept?.close();
  const connection = (!once && kept) || transport.connect(secret.certificate);
  const hint = context.hints?.join(secret.retrieval.id);
  try {
    const waiting = { scope, deadlineMs, clock, random, onProgress, once, hint };
    const waited = await awaitResult(environment, connection, secret, waiting);
    return await collectedFrom(context, secret.retrieval, waited, scope);
  } finally {
    hint?.leave();
    await connection.close();
  }
}

async function collectedFrom(
  { service, environment, clock, currentCalendar }: ClientContext,
  retrieval: Retrieval,
  waited: PollingOutcome,
  scope: TracedScope,
): Promise<Collected> {
  switch (waited.status) {
    case 'done': {
      const { terms, inquiries, codes } = retrieval;
      const build = () =>
        buildAnswer(service, terms, { inquiries, codes }, waited.result, clock, scope.signal);
      const answer = await scope.step('answer', build, 'built');
      // Until the caller acknowledges it, the answer can be collected again.
      return wantsAcknowledgement(environment, retrieval)
        ? { status: 'ready', answer, retrieval }
        : { status: 'ready', answer };
    }
    case 'pending':
      return { ...waited, retrieval };
    case 'unavailable': {
      const keys = Object.keys(retrieval.inquiries);
      const { until, causes } = outageOf(service, keys, currentCalendar, clock.now());
      return { status: 'unavailable', until: waited.until ?? until, causes, retrieval };
    }
    case 'failed':
      return waited;
  }
}

/**
 * Reads the secret with the terms and inquiries as they were sent: an edited handle changes
 * nothing.
 */
export async function readStored(
  context: ClientContext,
  id: string,
  scope: Pick<TracedScope, 'stage' | 'signal' | 'deadline'>,
): Promise<ProcessSecret | undefined> {
  const secret = await readOwnSecret(context, id, scope);
  if (secret === undefined) return undefined;
  const retrieval = storedRetrieval(context, secret);
  const { accepted } = secret;
  if (has(accepted, 'reply')) return { ...secret, retrieval };
  // An entry from before there were pins names no codes: its one process has all of them.
  const all = Object.values(retrieval.codes);
  const processes = accepted.processes.map(({ id: process, codes }) => ({
    id: process,
    codes: codes.length > 0 ? codes : all,
  }));
  return { ...secret, accepted: { processes }, retrieval };
}

/** Reads the secret of a retrieval, if it belongs to this service: stores can be shared. */
async function readOwnSecret(
  { store, clock, environment }: ClientContext,
  id: string,
  scope: Pick<TracedScope, 'stage' | 'signal' | 'deadline'>,
): Promise<ProcessSecret | undefined> {
  const found = await store.get(scope, retrievalKey(id));
  const secret = readSecret(
    id,
    found || (await store.get(scope, legacyRetrievalKey(id))),
    clock.now(),
  );
  if (secret?.retrieval.terms?.serviceId !== environment.clientId) return undefined;
  // Another process may have the profile: the retrieval is not gone.
  if (!found && environment.legacyProfile === undefined)
    throw new SelfInfoError('profile_unknown', { path: 'retrieval.pin' });
  return secret;
}

/** Validates what the store returned: a retrieval with invalid terms is never collected. */
function storedRetrieval(context: ClientContext, { retrieval }: ProcessSecret): Retrieval {
  try {
    return resume(context, retrieval);
  } catch {
    throw invalidEntry();
  }
}

/** Returns whether another process, or a later version of the codec, may collect the same answer. */
function isCurable(error: unknown): boolean {
  return isSelfInfoError(error, 'codec_failed') || isSelfInfoError(error, 'profile_unknown');
}

/** What ends the collecting by the client's own clock, without a word of the portal. */
const ENDED_BY_CLOCK: readonly string[] = ['retention_ended', 'retrieval_gone', 'grant_expired'];

/** The signal of a call that nothing aborts. */
const { signal: NEVER } = new AbortController();

/** The reason with which `discard` aborts the collecting of a retrieval. */
const DISCARDED = Symbol('discarded');
