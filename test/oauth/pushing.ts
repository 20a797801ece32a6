import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type FetchLike,
  publicProfile,
  type Store,
} from '../../src/index.js';
import { createSandbox, type Fault } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf, SESSION, visits } from '../kit/loan.js';

export const PAR = publicProfile.paths.pushedAuthorization.value;

export const registration = { ...registrationOf(loan), requirePushedAuthorizationRequests: true };

export interface Opened {
  readonly answer?: (request: Request, pass: FetchLike) => Response | Promise<Response>;
  readonly faults?: readonly Fault[];
}

/**
 * Opens a client and a sandbox that takes pushed requests only; `answer` replaces their endpoint,
 * and `kept` are the keys that were put into the store.
 */
export function open({ answer = (request, pass) => pass(request), faults = [] }: Opened = {}) {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({ registrations: [registration], clock, faults });
  const environment = sandbox.environment();
  const calls: { readonly path: string; readonly form: URLSearchParams }[] = [];
  const fetch = async (request: Request) => {
    const path = new URL(request.url).pathname;
    calls.push({ path, form: new URLSearchParams(await request.clone().text()) });
    return path === PAR ? answer(request, sandbox.fetch) : sandbox.fetch(request);
  };
  const kept: string[] = [];
  const memory = createMemoryStore({ clock });
  const store: Store = {
    ...memory,
    put(key, value, expiresAt) {
      kept.push(key);
      return memory.put(key, value, expiresAt);
    },
  };
  const client = createSelfInfoClient({ service: loan, environment, fetch, clock, store });
  const begin = () => client.beginConsent({ sessionBinding: SESSION });
  return {
    client,
    sandbox,
    environment,
    clock,
    fetch,
    calls,
    kept,
    begin,
    ...visits(client, sandbox),
  };
}

export const json = (body: unknown, status = 201) => Response.json(body, { status });

export const good = { request_uri: 'urn:example:request:1', expires_in: 60 };
