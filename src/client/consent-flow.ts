import { randomUUID } from 'node:crypto';
import { type Scope, withinScope } from '../foundation/deadline.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkSignal, checkText, checkWhole, readKeys } from '../foundation/options.js';
import { has } from '../foundation/own.js';
import { type Instant, toEpochMs } from '../foundation/time.js';
import { authorizationParameters, authorizationUrl } from '../oauth/authorization-url.js';
import { sameSecret, type ValidCallback, validateCallbackParameters } from '../oauth/callback.js';
import {
  type CallbackParameters,
  type CallbackRequest,
  parseCallback,
} from '../oauth/callback-request.js';
import { type Credentials, NO_CREDENTIALS } from '../oauth/client-auth.js';
import { oauth4webapi } from '../oauth/oauth4webapi.js';
import { pushRequest } from '../oauth/push.js';
import { termsOf } from '../oauth/terms.js';
import { requestToken } from '../oauth/token.js';
import type { BoundStore } from '../stores/bound.js';
import type { Environment } from '../wire/environment.js';
import { findProfile, pinOf, profilesOf } from '../wire/pin.js';
import { type Availability, computeAvailability } from './availability.js';
import type { CallScope } from './calls.js';
import { type ClientContext, runCall, type TracedScope } from './context.js';
import { openGrant } from './grants.js';
import type { ConsentOutcome } from './outcomes.js';
import {
  digest,
  EXPIRED,
  invalidEntry,
  legacyTransactionKey,
  readTransaction,
  type StoredTransaction,
  transactionKey,
  writeTransaction,
} from './pending.js';
import type { Visit } from './shared-signing.js';
import type { BeginConsentOptions, ConsentOptions } from './types.js';

const CITIZEN_MS = 600_000;

/** Options of `availability`. */
export interface AvailabilityOptions {
  /** The instant. Default: now. */
  readonly at?: Instant;
  /**
   * Milliseconds for which the items must stay available. Default: 600,000, because a citizen needs
   * time with the card.
   */
  readonly forMs?: number;
  /**
   * False if this citizen has fetched before: leaves out stops that concern a first use only
   * (初回利用時). Default: true.
   */
  readonly firstUse?: boolean;
}

/** Asks the current calendar about every item of the service. */
export function currentAvailability(
  { service, clock, currentCalendar }: ClientContext,
  options: AvailabilityOptions = {},
): Availability {
  options = readKeys(options, 'options', {
    at: true,
    forMs: true,
    firstUse: true,
  } satisfies Record<keyof AvailabilityOptions, true>);
  const { at = clock.now(), forMs = CITIZEN_MS, firstUse = true }: AvailabilityOptions = options;
  checkWhole(forMs, 'options.forMs', 0);
  if (typeof firstUse !== 'boolean') throw new TypeError('options.firstUse must be a boolean.');
  const atMs = toEpochMs(at, 'options.at');
  return computeAvailability(service, currentCalendar(), atMs, forMs, firstUse);
}

/** Loads the packages that a journey needs. */
export async function ready({ calls, transport }: ClientContext): Promise<void> {
  calls.checkOpen();
  await Promise.all([oauth4webapi(), transport.load()]);
}

/** Starts a consent: stores a transaction and returns the URL for the citizen's browser. */
export async function beginConsent(context: ClientContext, given: BeginConsentOptions) {
  const { textVersion, ...options } = readBeginOptions(given);
  const { sessionBinding, signal } = readConsentOptions(options);
  const begin = (scope: TracedScope) =>
    withinScope(scope, context.clock, Number.POSITIVE_INFINITY, async () => {
      // A package that cannot be loaded is noticed before a citizen is at the portal.
      await ready(context);
      return storeTransaction(context, sessionBinding, textVersion, scope);
    });
  return runCall(context, 'consent', signal, (scope) =>
    scope.step('consent', () => begin(scope), 'begun'),
  );
}

/** Validates a callback, takes its transaction and exchanges the code for a grant, once. */
export async function completeConsent(
  context: ClientContext,
  request: CallbackRequest,
  options: ConsentOptions,
): Promise<ConsentOutcome> {
  const { sessionBinding, signal } = readConsentOptions(options);
  return runCall(context, 'callback', signal, async (scope) => {
    // The day of consent is the day of the callback: what follows may run past midnight.
    const arrivedAt = context.clock.now();
    const validated = await scope.step('callback', async () => {
      // Before the transaction is taken: the next try in a corrected process finds it.
      await ready(context);
      return validateAndTake(context, request, sessionBinding, arrivedAt, scope);
    });
    return validated.status === 'valid'
      ? scope.step('token', () => exchange(context, validated, arrivedAt, scope))
      : validated;
  });
}

function readBeginOptions(given: BeginConsentOptions): BeginConsentOptions {
  const options = readKeys(given, 'options', {
    sessionBinding: true,
    textVersion: true,
    signal: true,
  } satisfies Record<keyof BeginConsentOptions, true>);
  const { textVersion } = options;
  if (textVersion === undefined) return options;
  checkText(textVersion, 'options.textVersion');
  if (/^[\x21-\x7e]{1,64}$/.test(textVersion)) return options;
  throw invalidOption('options.textVersion', {
    en: 'Use up to 64 visible ASCII characters.',
    ja: '空白を含まない ASCII 文字で、64文字以下で指定してください。',
  });
}

function readConsentOptions(given: ConsentOptions): ConsentOptions {
  const options = readKeys(given, 'options', {
    sessionBinding: true,
    signal: true,
  } satisfies Record<keyof ConsentOptions, true>);
  checkText(options.sessionBinding, 'options.sessionBinding');
  checkSignal(options.signal, 'options.signal');
  return options;
}

async function storeTransaction(
  context: ClientContext,
  sessionBinding: string,
  textVersion: string | undefined,
  scope: TracedScope,
) {
  const { environment, store, clock } = context;
  const availability = currentAvailability(context);
  const oauth = await oauth4webapi();
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const codeChallenge = await oauth.calculatePKCECodeChallenge(verifier);
  const parameters = authorizationParameters(environment, { state, codeChallenge });
  // Push before storing, so that a request the portal refuses leaves no transaction behind.
  const { oauth: profile, timing } = environment.profile;
  const carried = profile.pushedAuthorizationRequests.value
    ? await push(context, parameters, scope)
    : parameters;
  const transaction: StoredTransaction = {
    id: randomUUID(),
    client: environment.clientId,
    session: digest(sessionBinding),
    verifier,
    pin: pinOf(environment.issuer, environment.profile),
    ...(textVersion !== undefined && { textVersion }),
  };
  scope.setIds({ transactionId: transaction.id });
  const expiresAt = clock.now() + timing.consentMs.value;
  const key = transactionKey(environment, state);
  await store.put(scope, key, writeTransaction(transaction), expiresAt);
  context.consents.begin(key, expiresAt);
  return { url: authorizationUrl(environment, carried), availability };
}

async function push(
  { environment, transport, authenticate, clock }: ClientContext,
  parameters: Readonly<Record<string, string>>,
  scope: TracedScope,
) {
  const connection = transport.connect();
  try {
    const pushed = await pushRequest(
      environment,
      connection,
      parameters,
      authenticate,
      clock,
      scope,
    );
    return pushed.reference;
  } finally {
    await connection.close();
  }
}

/** A valid callback, the transaction that was taken for it, and what authenticates the client. */
interface ValidVisit {
  readonly status: 'valid';
  readonly callback: ValidCallback;
  readonly transaction: StoredTransaction;
  readonly credentials: Credentials;
  /** The environment under the profile that the consent began with. */
  readonly environment: Environment;
}

type RefusedConsent = Exclude<ConsentOutcome, { status: 'granted' }>;

/**
 * Validates a callback and takes its transaction. The order matters for security: nothing is taken
 * before the session, the time and the callback are validated.
 */
export async function validateAndTake(
  context: ClientContext,
  request: CallbackRequest,
  sessionBinding: string,
  arrivedAt: number,
  scope: TracedScope & CallScope,
): Promise<RefusedConsent | ValidVisit> {
  const { environment } = context;
  // Which profile a callback belongs to is known after its state has been looked up.
  const modes = profilesOf(environment).map(({ oauth }) => oauth.responseMode.value);
  const read = await scope.aside(() => parseCallback(request, modes));
  if (has(read, 'refused')) return { status: 'rejected', at: 'callback', code: read.refused };
  const state = read.parameters.get('state') ?? '';
  const visit = context.openVisit(transactionKey(environment, state));
  try {
    const found = await findTransaction(context, state, scope);
    return await validateVisit(context, { read, found, sessionBinding, arrivedAt, visit }, scope);
  } finally {
    visit.leave();
  }
}

/** A transaction as it was read, and its key. */
interface FoundTransaction {
  readonly key: string;
  readonly seen: ReturnType<typeof readTransaction>;
}

/** Reads the transaction of a state, also one from before there were pins. */
async function findTransaction(
  { environment, store }: ClientContext,
  state: string,
  scope: TracedScope,
): Promise<FoundTransaction> {
  const find = async (key: string) => ({
    key,
    seen: readTransaction(await store.get(scope, key), environment.clientId),
  });
  const found = await find(transactionKey(environment, state));
  return found.seen === 'unknown' ? find(legacyTransactionKey(environment, state)) : found;
}

/**
 * Returns the environment under the profile that a consent began with. It is the caller's mistake
 * when the environment does not have that profile, so nothing is used up.
 */
function environmentOf(environment: Environment, { pin }: StoredTransaction): Environment {
  const profile = pin === undefined ? environment.legacyProfile : findProfile(environment, pin);
  if (profile === undefined)
    throw new SelfInfoError('profile_unknown', {
      path: 'transaction.pin',
      stage: 'callback',
    });
  return { ...environment, profile };
}

/** A callback with a state, and what it is validated against. */
interface StatedCallback {
  readonly read: CallbackParameters;
  readonly found: FoundTransaction;
  readonly sessionBinding: string;
  readonly arrivedAt: number;
  readonly visit: Visit;
}

async function validateVisit(
  { environment: current, store, authenticate, consents }: ClientContext,
  { read, found: { key, seen }, sessionBinding, arrivedAt, visit }: StatedCallback,
  scope: TracedScope,
): Promise<RefusedConsent | ValidVisit> {
  if (typeof seen === 'string') return { status: seen };
  scope.setIds({ transactionId: seen.id });
  // Compare the session before taking: a stranger's callback must not use up the transaction.
  if (!sameSecret(seen.session, digest(sessionBinding))) return { status: 'foreign-browser' };
  if (arrivedAt >= seen.expiresAt) {
    const refused = await endExpired(store, key, seen.expiresAt, scope);
    consents.end(key);
    return refused;
  }
  // A clock without a time grants nothing and ends nothing.
  if (!(arrivedAt < seen.expiresAt)) return { status: 'expired' };
  const environment = environmentOf(current, seen);
  if (read.mode !== environment.profile.oauth.responseMode.value)
    return { status: 'rejected', at: 'callback', code: 'invalid_response' };
  const verdict = await validateCallbackParameters(environment, read);
  // Sign before taking: if the key service fails, the citizen only needs to reload.
  const sign = (bounds: Scope) => authenticate(environment.profile, 'token', bounds);
  const credentials = has(verdict, 'valid') ? await visit.sign(sign, scope) : NO_CREDENTIALS;
  const found = await store.take(scope, key).catch((error: unknown) => {
    // A later try must not come with a signature that has expired meanwhile.
    visit.forget();
    throw error;
  });
  consents.end(key);
  const taken = readTransaction(found, environment.clientId);
  if (typeof taken === 'string') return { status: taken };
  // The session was compared with the entry that was read; the verifier comes from the entry that
  // was taken.
  if (
    taken.id !== seen.id ||
    taken.session !== seen.session ||
    taken.verifier !== seen.verifier ||
    taken.pin !== seen.pin
  )
    throw invalidEntry();
  if (has(verdict, 'declined')) return { status: 'declined' };
  if (has(verdict, 'refused')) return { status: 'rejected', at: verdict.at, code: verdict.refused };
  const { valid } = verdict;
  return {
    status: 'valid',
    callback: valid,
    transaction: taken,
    credentials,
    environment,
  };
}

/**
 * Ends a transaction that this citizen is told has expired: a clock that goes back must not revive
 * it. Takes it first, so that no other call can use it, and leaves the mark of an expired entry.
 */
async function endExpired(
  store: BoundStore,
  key: string,
  expiresAt: number,
  scope: TracedScope,
): Promise<RefusedConsent> {
  // Of several late callbacks at once, the one that takes the entry leaves the mark.
  if (typeof (await store.take(scope, key)) !== 'object') return { status: 'expired' };
  try {
    await store.delete(scope, key);
    await store.put(scope, key, EXPIRED, expiresAt);
  } catch {
    // It is used up in any case. Without the mark it is `replayed` or `unknown` from now on.
  }
  return { status: 'expired' };
}

async function exchange(
  context: ClientContext,
  { callback, transaction, credentials, environment }: ValidVisit,
  arrivedAt: number,
  scope: TracedScope,
): Promise<ConsentOutcome> {
  const { service, transport, clock } = context;
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
    if (has(token, 'refused')) {
      await connection.close();
      return { status: 'rejected', at: 'token', code: token.refused };
    }
    const terms = termsOf(
      service,
      environment.clientId,
      transaction.id,
      arrivedAt,
      transaction.textVersion,
    );
    const grant = openGrant(context, terms, {
      accessToken: token.accessToken,
      connection,
      profile: environment.profile,
    });
    return { status: 'granted', grant };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
