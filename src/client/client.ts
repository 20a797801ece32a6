import { randomUUID } from 'node:crypto';
import { invalidClock } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import type { Stage } from '../foundation/error-table.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkKeys,
  checkMethods,
  checkSignal,
  checkText,
  checkWhole,
} from '../foundation/options.js';
import { formatInstant, type Instant, toEpochMs } from '../foundation/time.js';
import type { Connection } from '../net/http.js';
import { checkCredential, type TlsCredential } from '../net/tls.js';
import { type Credentials, openAuthentication } from '../oauth/client-auth.js';
import {
  authorizationParameters,
  authorizationUrl,
  type CallbackRequest,
  judgeCallback,
  oauth4webapi,
  readCallback,
  sameSecret,
  termsOf,
  type ValidCallback,
} from '../oauth/consent.js';
import { pushRequest } from '../oauth/push.js';
import { type AccessToken, openTransport, requestToken } from '../oauth/token.js';
import { buildAnswer } from '../query/answer.js';
import {
  awaitResult,
  checkInquiries,
  checkRetrieval,
  type Retrieval,
  sendRequest,
} from '../query/query.js';
import { isService, type Service } from '../service/service.js';
import { boundStore } from '../stores/bound.js';
import { createMemoryStore } from '../stores/memory.js';
import { guardStore } from '../stores/store.js';
import {
  type Availability,
  calendarSource,
  computeAvailability,
  outageOf,
} from './availability.js';
import { createCalls } from './calls.js';
import { createTeller, type EventStep, type Trace } from './events.js';
import {
  badEntry,
  digest,
  type RetrievalSecret,
  readSecret,
  readTransaction,
  retrievalKey,
  type Transaction,
  transactionKey,
} from './pending.js';
import type {
  ClientOptions,
  Collected,
  CollectOptions,
  ConsentOptions,
  ConsentOutcome,
  Grant,
  SelfInfoClient,
  SubmitOptions,
} from './types.js';

interface GrantState {
  readonly accessToken: AccessToken;
  readonly connection: Connection;
  used: boolean;
  /**
   * Whether the connection is the grant's no more: it is the retrieval's, or the grant was
   * discarded.
   */
  released: boolean;
}

/** A callback that passed, and the transaction that was taken for it. */
interface ValidVisit {
  readonly status: 'valid';
  readonly callback: ValidCallback;
  readonly transaction: Transaction;
  /** What authenticates the client at the exchange. */
  readonly credentials: Credentials;
}

const CITIZEN_MS = 600_000;
const DEADLINE_MS = 30_000;
const MAX_CONCURRENT = 1_000;

/**
 * Binds a service to an environment, a credential and a store (guideline 2.1, figure 2.1-1);
 * nothing goes out until a method is called.
 *
 * @param options - see {@link ClientOptions}.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`,
 * `invalid_environment`, `invalid_credential`, `key_certificate_mismatch`, `insecure_tls`,
 * `injected_transport_refused`, `item_code_required`, naming the option; TypeError for a wrong
 * type.
 * @example
 * ```ts
 * import { createSelfInfoClient, defineService, latest } from 'myna-selfinfo';
 * import { startSandbox } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * await using sandbox = await startSandbox({ registrations: [{ clientId: 'SP12345678_AB1234', redirectUris: ['http://localhost:3000/callback'], service }] });
 * await using client = createSelfInfoClient({ service, ...sandbox.connection });
 * const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
 * const callback = await sandbox.visit(url, { persona: 'hanako' });
 * const outcome = await client.completeConsent(callback, { sessionBinding: 'session-1' });
 * if (outcome.status === 'granted') console.log((await client.query(outcome.grant, latest())).status);
 * ```
 */
export function createSelfInfoClient<S extends Service>(
  options: ClientOptions<S>,
): SelfInfoClient<S> {
  checkKeys(options, 'options', {
    service: true,
    environment: true,
    tls: true,
    clientAuth: true,
    egress: true,
    store: true,
    calendar: true,
    clock: true,
    fetch: true,
    random: true,
    maxConcurrent: true,
    onEvent: true,
  });
  const { environment, random = Math.random, maxConcurrent = MAX_CONCURRENT } = options;
  if (options.service === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.service' });
  if (!isService(options.service))
    throw new TypeError('options.service must be what defineService returned.');
  const service: Service = options.service;
  const clock = checkClock(options.clock, 'options.clock');
  checkFunction(random, 'options.random');
  checkWhole(maxConcurrent, 'options.maxConcurrent', 1);
  checkFunction(options.onEvent, 'options.onEvent');
  const transport = openTransport(environment, options, clock);
  const authenticate = openAuthentication(environment, options.clientAuth, clock);
  if (environment.kind === 'production') {
    for (const [key, item] of Object.entries(service.items)) {
      if (item.code === undefined)
        throw new SelfInfoError('item_code_required', {
          path: `options.service.items.${key}.code`,
        });
    }
  }
  if (options.store !== undefined)
    checkMethods(options.store, 'options.store', ['put', 'get', 'take', 'delete']);
  const store = boundStore(guardStore(options.store ?? createMemoryStore({ clock })), clock);
  const currentCalendar = calendarSource(options.calendar);
  const { timing } = environment.profile;

  const grants = new WeakMap<object, GrantState>();
  const parked = new WeakMap<object, Connection>();
  /** What ends the waiting for each retrieval that is being collected. */
  const collecting = new Map<string, Set<AbortController>>();
  const calls = createCalls(maxConcurrent);
  const teller = createTeller(options.onEvent, clock);
  teller.watch(options.tls?.cert);

  function run<T>(
    stage: Stage & EventStep,
    signal: AbortSignal | undefined,
    work: (scope: Scope & Trace) => Promise<T>,
  ): Promise<T> {
    return teller.run(calls, stage, signal, work);
  }

  function availability(
    given: { readonly at?: Instant; readonly forMs?: number } = {},
  ): Availability {
    checkKeys(given, 'options', { at: true, forMs: true });
    const { at = clock.now(), forMs = CITIZEN_MS } = given;
    checkWhole(forMs, 'options.forMs', 0);
    return computeAvailability(service, currentCalendar(), toEpochMs(at, 'options.at'), forMs);
  }

  async function beginConsent(given: ConsentOptions) {
    checkKeys(given, 'options', { sessionBinding: true, signal: true });
    checkText(given.sessionBinding, 'options.sessionBinding');
    checkSignal(given.signal, 'options.signal');
    const begun = (scope: Scope & Trace) =>
      withinScope(scope, clock, Number.POSITIVE_INFINITY, () => begin(given.sessionBinding, scope));
    return run('consent', given.signal, (scope) =>
      scope.step('consent', () => begun(scope), 'begun'),
    );
  }

  async function begin(sessionBinding: string, scope: Scope & Trace) {
    const now = availability();
    const oauth = await oauth4webapi();
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const parameters = authorizationParameters(environment, {
      state,
      codeChallenge: await oauth.calculatePKCECodeChallenge(verifier),
    });
    // Before anything is kept: a request that the portal does not take leaves nothing half begun.
    const carried = environment.profile.oauth.pushedAuthorizationRequests.value
      ? await push(parameters, scope)
      : parameters;
    const transaction: Transaction = {
      id: randomUUID(),
      client: environment.clientId,
      session: digest(sessionBinding),
      verifier,
    };
    scope.know({ transactionId: transaction.id });
    await store.put(
      scope,
      transactionKey(environment, state),
      JSON.stringify(transaction),
      clock.now() + timing.consentMs.value,
    );
    return { url: authorizationUrl(environment, carried), availability: now };
  }

  async function push(parameters: Readonly<Record<string, string>>, scope: Scope) {
    const connection = transport.connect();
    try {
      return (await pushRequest(environment, connection, parameters, authenticate, clock, scope))
        .reference;
    } finally {
      await connection.close();
    }
  }

  async function completeConsent(
    request: CallbackRequest,
    given: ConsentOptions,
  ): Promise<ConsentOutcome> {
    checkKeys(given, 'options', { sessionBinding: true, signal: true });
    checkText(given.sessionBinding, 'options.sessionBinding');
    checkSignal(given.signal, 'options.signal');
    return run('callback', given.signal, (scope) => complete(request, given.sessionBinding, scope));
  }

  async function complete(
    request: CallbackRequest,
    sessionBinding: string,
    scope: Scope & Trace,
  ): Promise<ConsentOutcome> {
    // The day of consent is that of the callback: what comes after may run past midnight.
    const arrivedAt = clock.now();
    const judged = await scope.step('callback', () =>
      judge(request, sessionBinding, arrivedAt, scope),
    );
    return judged.status === 'valid'
      ? scope.step('token', () => exchange(judged, arrivedAt, scope))
      : judged;
  }

  /** Judges a callback and takes its transaction. */
  async function judge(
    request: CallbackRequest,
    sessionBinding: string,
    arrivedAt: number,
    scope: Scope & Trace,
  ): Promise<Exclude<ConsentOutcome, { status: 'granted' }> | ValidVisit> {
    const read = readCallback(request);
    if ('refused' in read) return { status: 'rejected', at: 'callback', code: read.refused };
    const key = transactionKey(environment, read.parameters.get('state') ?? '');
    const seen = readTransaction(await store.get(scope, key), environment.clientId);
    if (typeof seen === 'string') return { status: seen };
    scope.know({ transactionId: seen.id });
    // A stranger's callback must not use up the honest citizen's transaction, so the session is
    // compared before anything is taken.
    if (!sameSecret(seen.session, digest(sessionBinding))) return { status: 'foreign-browser' };
    // So that a clock without a time lets nothing through.
    if (!(arrivedAt < seen.expiresAt)) return { status: 'expired' };
    const verdict = await judgeCallback(environment, read);
    // Before anything is taken: a key service that fails costs the citizen no more than a reload.
    const credentials = 'valid' in verdict ? await authenticate('token', scope) : undefined;
    const taken = readTransaction(await store.take(scope, key), environment.clientId);
    if (typeof taken === 'string') return { status: taken };
    // The session was compared with what was seen, the verifier is of what was taken: they must be
    // one.
    if (taken.id !== seen.id || taken.session !== seen.session || taken.verifier !== seen.verifier)
      throw badEntry();
    if ('declined' in verdict) return { status: 'declined' };
    if ('refused' in verdict) return { status: 'rejected', at: verdict.at, code: verdict.refused };
    return {
      status: 'valid',
      callback: verdict.valid,
      transaction: taken,
      credentials: credentials ?? [],
    };
  }

  async function exchange(
    { callback, transaction, credentials }: ValidVisit,
    arrivedAt: number,
    scope: Scope,
  ): Promise<ConsentOutcome> {
    const connection = transport.connect();
    try {
      const token = await requestToken(
        environment,
        connection,
        callback,
        transaction.verifier,
        credentials,
        clock,
        scope,
      );
      if ('refused' in token) {
        await connection.close();
        return { status: 'rejected', at: 'token', code: token.refused };
      }
      const terms = termsOf(service, environment.clientId, transaction.id, arrivedAt);
      const grant: Grant = Object.freeze({ terms, expiresAt: token.accessToken.expiresAt });
      grants.set(grant, {
        accessToken: token.accessToken,
        connection,
        used: false,
        released: false,
      });
      return { status: 'granted', grant };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  function stateOf(grant: unknown): GrantState {
    const state = typeof grant === 'object' && grant !== null ? grants.get(grant) : undefined;
    if (!state) throw new SelfInfoError('foreign_grant', { path: 'grant' });
    return state;
  }

  /**
   * The time, or else an earlier one: a clock that fails behind the request must not lose its
   * answer.
   */
  function timeOr(before: number): number {
    try {
      const now = clock.now();
      return Number.isFinite(now) ? now : before;
    } catch {
      return before;
    }
  }

  async function send(grant: Grant, asked: unknown, scope: Scope & Trace): Promise<Retrieval> {
    const state = stateOf(grant);
    scope.know({ transactionId: grant.terms.transactionId });
    const inquiries = checkInquiries(service, asked, 'inquiries');
    if (state.used) throw new SelfInfoError('grant_used');
    const sentAt = clock.now();
    if (!Number.isFinite(sentAt)) throw invalidClock();
    if (grant.expiresAt !== null && sentAt >= Date.parse(grant.expiresAt))
      throw new SelfInfoError('grant_expired');
    // Set before the first await: of two submits at once, one goes out.
    state.used = true;
    let processId: string;
    try {
      processId = await sendRequest(
        environment,
        state.connection,
        service,
        inquiries,
        state.accessToken,
        scope,
      );
    } catch (error) {
      // Nothing reached the portal, or it took nothing: the consent is still unspent.
      if (isSelfInfoError(error) && error.effect === 'none' && !state.released) state.used = false;
      throw error;
    }
    const now = timeOr(sentAt);
    const expiresAt = now + timing.resultMs.value;
    const retrieval: Retrieval = Object.freeze({
      v: 1,
      id: randomUUID(),
      terms: grant.terms,
      inquiries,
      submittedAt: formatInstant(now),
      expiresAt: formatInstant(expiresAt),
    });
    scope.know({ retrievalId: retrieval.id });
    const secret: RetrievalSecret = {
      token: state.accessToken.token.reveal(),
      processId,
      retrieval,
      certificate: state.connection.bind(expiresAt),
    };
    try {
      await store.put(scope, retrievalKey(retrieval.id), JSON.stringify(secret), expiresAt);
    } catch (error) {
      void state.connection.close();
      // The portal has carried the request out: the consent is spent. Whether the store keeps the
      // secret after all, only time will tell.
      const impatient = isSelfInfoError(error, 'aborted') || isSelfInfoError(error, 'timed_out');
      const failed = new SelfInfoError(impatient ? error.code : 'store_failed', {
        ...(impatient && { stage: error.stage }),
        effect: 'applied',
        retry: { safe: false },
      });
      throw Object.assign(failed, { retrieval });
    }
    // Of a grant that was discarded meanwhile the connection is closed: collecting opens another.
    if (!state.released) parked.set(retrieval, state.connection);
    state.released = true;
    return retrieval;
  }

  async function submit(
    grant: Grant,
    asked: unknown,
    given: SubmitOptions = {},
  ): Promise<Retrieval> {
    checkKeys(given, 'options', { signal: true });
    const { signal }: SubmitOptions = given;
    checkSignal(signal, 'options.signal');
    return run('request', signal, (scope) =>
      scope.step('request', () => send(grant, asked, scope), 'accepted'),
    );
  }

  async function collect(handle: Retrieval, given: CollectOptions = {}): Promise<Collected> {
    const deadline = deadlineOf(given);
    return run('result', given.signal, (scope) =>
      scope.step('result', () => waitFor(handle, given, { ...scope, deadline })),
    );
  }

  async function query(
    grant: Grant,
    asked: unknown,
    given: CollectOptions = {},
  ): Promise<Collected> {
    const deadline = deadlineOf(given);
    return run('request', given.signal, async (call) => {
      const scope = { ...call, deadline };
      let retrieval: Retrieval;
      try {
        retrieval = await scope.step('request', () => send(grant, asked, scope), 'accepted');
      } catch (error) {
        if (isSelfInfoError(error) && error.upstream) return { status: 'failed', error };
        throw error;
      }
      const waited = scope.step('result', () =>
        waitFor(retrieval, given, { ...scope, stage: 'result' }),
      );
      const collected = await waited.catch((error: unknown) => {
        // The consent is spent: without the retrieval its answer would be out of reach.
        throw carrying(error, retrieval);
      });
      // Without the retrieval nobody can ask again: its token has no reason to stay.
      if (!('retrieval' in collected))
        await store.delete(scope, retrievalKey(retrieval.id)).catch(() => undefined);
      return collected;
    });
  }

  function deadlineOf(given: CollectOptions): number {
    checkKeys(given, 'options', { deadlineMs: true, signal: true, onProgress: true, once: true });
    checkFunction(given.onProgress, 'options.onProgress');
    if (given.once !== undefined && typeof given.once !== 'boolean')
      throw new TypeError('options.once must be true or false.');
    checkSignal(given.signal, 'options.signal');
    const { deadlineMs = DEADLINE_MS } = given;
    checkWhole(deadlineMs, 'options.deadlineMs', 0);
    return clock.now() + deadlineMs;
  }

  async function waitFor(
    handle: Retrieval,
    given: CollectOptions,
    scope: Scope & Trace & { readonly deadline: number },
  ): Promise<Collected> {
    const { id } = resume(handle);
    scope.know({ retrievalId: id });
    const own = new AbortController();
    const abort = () => own.abort();
    if (scope.signal.aborted) abort();
    scope.signal.addEventListener('abort', abort, { once: true });
    const waiting = collecting.get(id) ?? new Set();
    collecting.set(id, waiting.add(own));
    try {
      return await collectOne(id, handle, given, { ...scope, signal: own.signal });
    } catch (error) {
      if (own.signal.reason === DISCARDED) return gone();
      throw error;
    } finally {
      scope.signal.removeEventListener('abort', abort);
      waiting.delete(own);
      if (waiting.size === 0) collecting.delete(id);
    }
  }

  async function collectOne(
    id: string,
    handle: Retrieval,
    given: CollectOptions,
    scope: Scope & Trace & { readonly deadline: number },
  ): Promise<Collected> {
    return withinScope(scope, clock, Number.POSITIVE_INFINITY, async () => {
      const secret = await secretFor(id, scope);
      if (secret === undefined) return gone();
      const retrieval = keptRetrieval(secret);
      scope.know({ transactionId: retrieval.terms.transactionId });
      const connection = parked.get(handle) ?? transport.connect(secret.certificate);
      // Whoever collects the same at the same time gets a connection of their own.
      parked.delete(handle);
      try {
        const { deadlineMs = DEADLINE_MS, onProgress, once = false } = given;
        const waited = await awaitResult(environment, connection, secret, {
          scope,
          deadlineMs,
          clock,
          random,
          onProgress,
          once,
        });
        switch (waited.status) {
          case 'done':
            return {
              status: 'ready',
              answer: await scope.step(
                'answer',
                () =>
                  buildAnswer(
                    service,
                    retrieval.terms,
                    retrieval.inquiries,
                    waited.result,
                    clock,
                    scope.signal,
                  ),
                'built',
              ),
            };
          case 'pending':
            return { ...waited, retrieval };
          case 'unavailable': {
            const { until, causes } = outageOf(
              service,
              Object.keys(retrieval.inquiries),
              currentCalendar,
              clock.now(),
            );
            return { status: 'unavailable', until: waited.until ?? until, causes, retrieval };
          }
          case 'failed':
            return waited;
        }
      } finally {
        await connection.close();
      }
    });
  }

  async function recall(id: string, given: SubmitOptions = {}): Promise<Retrieval | undefined> {
    checkText(id, 'id');
    checkKeys(given, 'options', { signal: true });
    const { signal }: SubmitOptions = given;
    checkSignal(signal, 'options.signal');
    return calls.run('result', signal, async (scope) => {
      const secret = await secretFor(id, scope);
      return secret && keptRetrieval(secret);
    });
  }

  /**
   * The secret of a retrieval of this client's; the id alone opens nothing for another service that
   * shares the store.
   */
  async function secretFor(id: string, scope: Scope): Promise<RetrievalSecret | undefined> {
    const secret = readSecret(id, await store.get(scope, retrievalKey(id)), clock.now());
    return secret?.retrieval.terms?.serviceId === environment.clientId ? secret : undefined;
  }

  /** Terms and inquiries as they were sent; of a period that has no end nothing is collected. */
  function keptRetrieval({ retrieval }: RetrievalSecret): Retrieval {
    try {
      return resume(retrieval);
    } catch {
      throw badEntry();
    }
  }

  function resume(json: unknown): Retrieval {
    return checkRetrieval(service, environment.clientId, json);
  }

  async function discard(handle: Grant | Retrieval): Promise<void> {
    const state = typeof handle === 'object' && handle !== null ? grants.get(handle) : undefined;
    if (state) {
      state.used = true;
      if (!state.released) {
        state.released = true;
        await state.connection.close();
      }
      return;
    }
    if (typeof handle === 'object' && handle !== null && !('id' in handle))
      throw new SelfInfoError('foreign_grant', { path: 'handle' });
    const { id } = resume(handle);
    for (const waiting of collecting.get(id) ?? []) waiting.abort(DISCARDED);
    await parked.get(handle)?.close();
    await store.delete({ stage: 'result', signal: never }, retrievalKey(id));
  }

  function rotate(tls: TlsCredential): void {
    calls.checkOpen();
    // What an earlier run of this process sent under the old one can be collected for so long.
    const checked = checkCredential(tls, 'tls');
    transport.rotate(checked, clock.now() + timing.resultMs.value);
    teller.watch(checked.cert);
  }

  async function close(): Promise<void> {
    calls.close();
    await transport.close();
  }

  const client = {
    availability,
    beginConsent,
    completeConsent,
    submit,
    collect,
    query,
    resume,
    discard,
    recall,
    rotate,
    close,
    [Symbol.asyncDispose]: close,
  };
  // Inside, everything is checked at run time against the one service; the types bind callers to
  // it.
  return Object.freeze(client) as unknown as SelfInfoClient<S>;
}

function gone(): Collected {
  return { status: 'failed', error: new SelfInfoError('retrieval_gone') };
}

/**
 * The same error with the retrieval; one that takes nothing, of the host's `onProgress` or calendar
 * perhaps, gives way to one of ours.
 */
function carrying(error: unknown, retrieval: Retrieval): object {
  try {
    if (
      typeof error === 'object' &&
      error !== null &&
      Object.assign(error, { retrieval }).retrieval === retrieval
    )
      return error;
  } catch {}
  return Object.assign(
    new SelfInfoError('aborted', { stage: 'result', effect: 'none', retry: { safe: true } }),
    { retrieval },
  );
}

/** For a call that nothing aborts. */
const { signal: never } = new AbortController();

/** Why a collecting ends whose retrieval was discarded meanwhile. */
const DISCARDED = Symbol('discarded');
