import type { Calendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Clock } from '../foundation/clock.js';
import type { Scope } from '../foundation/deadline.js';
import { SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkMethods,
  checkWhole,
  readKeys,
} from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import type { ApiConnection, Transport } from '../net/http.js';
import type { TlsCredential } from '../net/tls.js';
import { openTransport } from '../net/transport.js';
import { type Authenticate, openAuthentication } from '../oauth/client-auth.js';
import type { AccessToken } from '../oauth/token.js';
import { catalogOf, isService, type Service } from '../service/service.js';
import { type BoundStore, boundStore } from '../stores/bound.js';
import { createMemoryStore } from '../stores/memory.js';
import { guardStore } from '../stores/store.js';
import type { Environment } from '../wire/environment.js';
import { profilesOf } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';
import { calendarSource } from './availability.js';
import { type CallScope, type Calls, createCalls } from './calls.js';
import { type DefaultStore, joinDefaultStores } from './default-stores.js';
import { createEmitter, type Emitter, type Trace } from './emitter.js';
import type { EventStep } from './events.js';
import { createHints, type Hints } from './hints.js';
import { noticingProfiles } from './noticing.js';
import { createSharedSigning, type OpenVisit } from './shared-signing.js';
import { createTally, type Tally } from './tally.js';
import type { ClientOptions } from './types.js';

/** What the client knows of a grant that it handed out. */
export interface GrantState {
  readonly accessToken: AccessToken;
  readonly connection: ApiConnection;
  /** The profile under which the consent began. */
  readonly profile: WireProfile;
  /** Whether the grant was used or discarded: its connection is passed on or closed. */
  released: boolean;
}

/** What the flows of one client share. */
export interface ClientContext {
  readonly service: Service;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: () => number;
  readonly store: BoundStore;
  /** Set where the store is the default, and so in this client's own memory. */
  readonly defaultStore: DefaultStore | undefined;
  readonly transport: Transport;
  /** The newest client certificate. */
  readonly newest: { tls: TlsCredential | undefined };
  readonly authenticate: Authenticate;
  readonly openVisit: OpenVisit;
  readonly currentCalendar: () => Calendar<Catalog>;
  readonly calls: Calls;
  readonly emitter: Emitter;
  /** The state of every grant that this client handed out. */
  readonly grants: WeakMap<object, GrantState>;
  /** The connection that a retrieval was requested on, until it is collected. */
  readonly parked: WeakMap<object, ApiConnection>;
  /** Controllers that end the collecting of a retrieval, by its id. */
  readonly collecting: Map<string, Set<AbortController>>;
  /** The notices for polls that wait; undefined where the portal sends none. */
  readonly hints: Hints | undefined;
  /** The consents that were begun here, by the key of their entry in the store. */
  readonly consents: Tally;
  /** The retrievals that were requested here, by id. */
  readonly retrievals: Tally;
}

/** A scope whose events carry the ids of the call. */
export type TracedScope = Scope & Trace;

const MAX_CONCURRENT = 1_000;

/**
 * Validates the options of a client and opens what its flows share. Sends nothing.
 *
 * @throws SelfInfoError as `createSelfInfoClient`; TypeError for a wrong type.
 */
export function openContext(options: ClientOptions): ClientContext {
  options = readOptions(options);
  const { service, environment, random = Math.random, maxConcurrent = MAX_CONCURRENT } = options;
  const clock = checkClock(options.clock, 'options.clock');
  checkFunction(random, 'options.random');
  checkWhole(maxConcurrent, 'options.maxConcurrent', 1);
  checkFunction(options.onEvent, 'options.onEvent');
  if (options.recorder !== undefined)
    checkMethods(options.recorder, 'options.recorder', ['record']);
  const transport = openTransport(environment, options, clock);
  const authenticate = openAuthentication(environment, options.clientAuth, clock);
  if (environment.kind === 'production') checkItemCodes(service);
  if (options.store !== undefined)
    checkMethods(options.store, 'options.store', ['put', 'get', 'take', 'delete']);
  const store = boundStore(guardStore(options.store ?? createMemoryStore({ clock })), clock);
  const currentCalendar = calendarSource(options.calendar, catalogOf(service));
  const emitter = createEmitter(options.onEvent, clock);
  emitter.watchCertificate(options.tls?.cert);
  // Tests inject `fetch`. Each of them may well create its own client.
  const isCounted = options.store === undefined && options.fetch === undefined;
  return {
    service,
    environment,
    clock,
    random,
    store,
    defaultStore: isCounted ? joinDefaultStores(environment) : undefined,
    transport,
    newest: { tls: options.tls && ownBag(options.tls) },
    authenticate,
    openVisit: createSharedSigning(clock),
    currentCalendar,
    calls: createCalls(maxConcurrent, environment.profile.oauth.pushedAuthorizationRequests.value),
    emitter,
    grants: new WeakMap(),
    parked: new WeakMap(),
    collecting: new Map(),
    consents: createTally(clock, environment.profile.timing.consentMs.value),
    retrievals: createTally(clock, longestResultMs(environment)),
    hints: noticingProfiles(environment).length > 0 ? createHints() : undefined,
  };
}

function readOptions(given: ClientOptions): ClientOptions {
  const options = readKeys(given, 'options', {
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
    recorder: true,
  } satisfies Record<keyof ClientOptions, true>);
  if (options.service === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.service' });
  if (!isService(options.service))
    throw new TypeError('options.service must be what defineService returned.');
  return options;
}

/** Returns how long a retrieval may live: a consent may have begun under any profile. */
function longestResultMs(environment: Environment): number {
  return Math.max(...profilesOf(environment).map(({ timing }) => timing.resultMs.value));
}

function checkItemCodes(service: Service): void {
  for (const [key, item] of Object.entries(service.items)) {
    if (item.code === undefined)
      throw new SelfInfoError('item_code_required', { path: `options.service.items.${key}.code` });
  }
}

/** Runs one call of a method: bounded by the caller's signal, counted, and reported as events. */
export function runCall<T>(
  { calls, emitter }: ClientContext,
  stage: Scope['stage'] & EventStep,
  signal: AbortSignal | undefined,
  work: (scope: TracedScope & CallScope) => Promise<T>,
): Promise<T> {
  return emitter.run(calls, stage, signal, work);
}
