import {
  type Clock,
  createVirtualClock,
  MovableClock,
  type VirtualClock,
} from '../foundation/clock.js';
import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { has, ownBag } from '../foundation/own.js';
import { sandboxEnvironment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import { type App, createApp } from './app.js';
import { createChance } from './chance.js';
import { createContext, type Origins } from './context.js';
import { connectionOf } from './control/connection.js';
import { createControl } from './control/control.js';
import { createControlApp } from './control/http.js';
import type { Reach } from './control/reach.js';
import { detach } from './fault-effects.js';
import { createFaultPlan } from './faults.js';
import type { CheckedOptions } from './options.js';
import { secretMethodOf } from './portal/client-secret.js';
import type { Client } from './registrations.js';
import type { Sandbox, SandboxClientOptions } from './types.js';
import { visitConsent } from './visit.js';

const CLIENT_KEYS = { profile: true } as const satisfies Record<keyof SandboxClientOptions, true>;

/** What a space is made from. */
export interface SpaceSetup {
  readonly options: CheckedOptions;
  /** Of this space. */
  readonly origins: Origins;
  /** Undefined: it does not listen. */
  readonly reach: Reach | undefined;
  readonly clock: SpaceClock;
  readonly seed: string | undefined;
  /** Ends when the sandbox is closed. */
  readonly lifetime: AbortSignal;
}

/** One portal: the sandbox itself, or a space of it. */
export interface Space {
  readonly sandbox: Omit<Sandbox, 'space'>;
  readonly app: App;
}

/** Builds a portal in which nothing has happened yet. */
export function createSpace(setup: SpaceSetup): Space {
  const { options, origins, reach, clock, seed, lifetime } = setup;
  const { profile } = options;
  const begin = () => {
    const chance = createChance(seed);
    const faults = createFaultPlan(options.faults, chance);
    return { ...options, clock: clock.clock, origins, chance, faults, lifetime };
  };
  const context = createContext(begin());
  const reset = () => {
    clock.reset();
    context.journal.clear();
    Object.assign(context, createContext(begin(), context.journal));
  };
  const control = createControl(context, reset);
  const environment: Sandbox['environment'] = (clientId, given = {}) => {
    const options = readKeys(given, 'options', CLIENT_KEYS);
    const client = findClient(context.clients, clientId);
    return sandboxEnvironment({
      clientId: client.clientId,
      redirectUri: client.redirectUris[0],
      endpoints: origins,
      issuer: origins.apiUrl,
      ...(reach && { ca: reach.ca }),
      profile: options.profile ?? profileFor(client, profile),
    });
  };
  const connect = (clientId?: string) => connectionOf(environment(clientId), reach);
  const app = createApp(context, createControlApp(context, control, { reach, connect }));
  const fetch: Sandbox['fetch'] = async (request, peer) =>
    detach(await app(request, peer), request.signal);
  const sandbox: Space['sandbox'] = {
    fetch,
    async visit(url, visit) {
      if (profile.oauth.responseMode.value === 'form_post')
        throw new SelfInfoError('sandbox_refused', { expected: NOT_A_URL });
      return (await visitConsent(fetch, context.personas, url, visit)) as string;
    },
    async visitRequest(url, visit) {
      const callback = await visitConsent(fetch, context.personas, url, visit);
      return typeof callback === 'string'
        ? new Request(callback, ownBag({ signal: null }))
        : callback;
    },
    environment,
    clock: clock.clock,
    control,
    journal: context.journal.entries,
  };
  return { sandbox, app };
}

/** The clock of a space, and the way back to how it began. */
export interface SpaceClock {
  readonly clock: VirtualClock;
  reset(): void;
}

/** Returns a clock as one that can be moved. */
export function movable(base: Clock): SpaceClock {
  if (isVirtual(base)) {
    const start = base.now();
    return { clock: base, reset: () => base.set(start) };
  }
  const clock = new MovableClock(base);
  return { clock, reset: () => clock.set(base.now()) };
}

/** Returns a clock of its own that starts at a time, and stands or runs as the given one does. */
export function branch(base: Clock, nowMs: number): SpaceClock {
  if (isVirtual(base)) return movable(createVirtualClock(nowMs));
  const clock = new MovableClock(base);
  const aheadMs = nowMs - base.now();
  const reset = () => clock.set(base.now() + aheadMs);
  reset();
  return { clock, reset };
}

function isVirtual(clock: Clock): clock is VirtualClock {
  return has(clock, 'set') && has(clock, 'advance');
}

const NOT_A_URL: Expected = {
  en: 'Under form_post the callback is a POST: use visitRequest.',
  ja: 'form_post のコールバックは POST です。visitRequest を使用してください。',
};

function findClient(clients: ReadonlyMap<string, Client>, clientId: string | undefined): Client {
  const [first] = clients.values();
  const client = clientId === undefined ? first : clients.get(clientId);
  if (client !== undefined) return client;
  throw invalidOption('clientId', {
    en: 'It is not registered with this sandbox.',
    ja: 'このサンドボックスに登録されていません。',
  });
}

/** Returns the profile for a client: the registered values replace those of the sandbox. */
function profileFor({ keys, secret, mustPush }: Client, profile: WireProfile): WireProfile {
  if (keys === undefined && secret === undefined && !mustPush) return profile;
  const { oauth } = profile;
  const method = keys === undefined ? secretMethodOf(profile) : 'private_key_jwt';
  return {
    ...profile,
    oauth: {
      ...oauth,
      ...(mustPush && {
        pushedAuthorizationRequests: { ...oauth.pushedAuthorizationRequests, value: true },
      }),
      ...((keys ?? secret) !== undefined && {
        clientAuthentication: { ...oauth.clientAuthentication, value: method },
      }),
    },
  };
}
