import type { CallScope } from '../../../src/client/calls.js';
import { type ClientContext, openContext, type TracedScope } from '../../../src/client/context.js';
import { createTrace } from '../../../src/client/emitter.js';
import {
  createMemoryStore,
  createVirtualClock,
  publicProfile,
  type Store,
  sandboxEnvironment,
} from '../../../src/index.js';
import type { ApiConnection, Call, HttpReply, HttpResponse } from '../../../src/net/http.js';
import { CLIENT_ID, loan, NOW, REDIRECT_URI } from '../../kit/loan.js';

/** What a connection of a test answers to a call; throwing is a failure of the connection. */
export type Respond = (call: Call) => HttpResponse;

/** A connection that answers by a function and records what happens to it. */
export interface RecordedConnection extends ApiConnection {
  readonly sent: string[];
  closed: number;
}

export function connectionOf(respond: Respond = () => ok({})): RecordedConnection {
  const connection: RecordedConnection = {
    sent: [],
    closed: 0,
    async send(call) {
      connection.sent.push(call.path);
      return respond(call);
    },
    async exchange(call): Promise<HttpReply> {
      connection.sent.push(call.path);
      const { status, json, retryAt } = respond(call);
      return {
        status,
        header: (name) => (name === 'content-type' ? 'application/json' : null),
        fields: () => ({ 'content-type': 'application/json' }),
        body: [new TextEncoder().encode(JSON.stringify(json))],
        retryAt,
        upstreamRequestId: undefined,
      };
    },
    bind: () => 'thumbprint',
    async close() {
      connection.closed++;
    },
  };
  return connection;
}

export const ok = (json: unknown): HttpResponse => ({ status: 200, json, retryAt: undefined });

/** Returns a store that records its calls, as `method kind`. */
function recordingStore(inner: Store): Store & { readonly calls: string[] } {
  const calls: string[] = [];
  const note = (method: string, key: string) => void calls.push(`${method} ${key.split(':')[0]}`);
  return {
    calls,
    put: (key, value, expiresAt) => {
      note('put', key);
      return inner.put(key, value, expiresAt);
    },
    get: (key) => {
      note('get', key);
      return inner.get(key);
    },
    take: (key) => {
      note('take', key);
      return inner.take(key);
    },
    delete: (key) => {
      note('delete', key);
      return inner.delete(key);
    },
  };
}

/** Returns the context of a client whose connections answer by a function. */
export function openStage(respond?: Respond, changes: Partial<ClientContext> = {}) {
  const clock = createVirtualClock(NOW);
  const store = recordingStore(createMemoryStore({ clock }));
  const environment = sandboxEnvironment({
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
    issuer: 'https://portal.example',
    profile: publicProfile,
  });
  const connections: RecordedConnection[] = [];
  const opened = openContext({
    service: loan,
    environment,
    store,
    clock,
    fetch: async () => new Response(null, { status: 500 }),
  });
  const context: ClientContext = {
    ...opened,
    transport: {
      connect() {
        const connection = connectionOf(respond);
        connections.push(connection);
        return connection;
      },
      rotate() {},
      async close() {},
    },
    ...changes,
  };
  return { context, clock, store, connections, environment };
}

/** Returns a scope for one step, with a trace that has no listener. */
export function scopeOf(
  stage: TracedScope['stage'],
  { clock }: ClientContext,
): TracedScope & CallScope {
  const { signal } = new AbortController();
  return {
    stage,
    signal,
    aside: (work) => work(),
    ...createTrace(
      clock,
      () => false,
      () => undefined,
    ),
  };
}
