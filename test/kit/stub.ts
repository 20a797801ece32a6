import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createCalendar } from '../../src/calendar/index.js';
import {
  type CallbackRequest,
  type ClientOptions,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  publicProfile,
  type SelfInfoClient,
  type Store,
  sandboxEnvironment,
  type VirtualClock,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, type Loan, loan, NOW, REDIRECT_URI, SESSION } from './loan.js';
import { hide, hideKept } from './register.js';

const { paths, fields, processStatuses } = publicProfile;

export type StubStage = 'token' | 'request' | 'result';
/** A stage's answer to a body. Throwing means that the network fails. */
export type StubAnswer = (body: string) => Response | Promise<Response>;

const ISSUER = 'https://portal.example';
export const STUB_TOKEN = hide('token', 'stub-token.of~the/portal+0123456789==');
export const STUB_PROCESS = hide('process', 'stub-process-0123456789');

/** The answers of the stub's stages when all goes well. */
export const goodAnswers = {
  token: { access_token: STUB_TOKEN, token_type: 'Bearer', expires_in: 7_200 },
  request: { [fields.processId.value]: STUB_PROCESS },
  result: {
    [fields.processId.value]: STUB_PROCESS,
    [fields.processStatus.value]: processStatuses.done.value,
    [fields.selfPersonalData.value]: [
      {
        [fields.itemCode.value]: 'household',
        [fields.itemStatus.value]: publicProfile.itemStatuses.present.value,
        [fields.records.value]: [
          {
            [fields.holder.value]: '千代田区',
            [fields.asOf.value]: '2026-06-01',
            [fields.values.value]: { 異動日: '2020-01-01' },
          },
        ],
      },
    ],
  },
} as const;

export interface StubOptions
  extends Partial<Omit<ClientOptions<Loan>, 'service' | 'environment' | 'fetch' | 'clock'>> {
  readonly answers?: { readonly [S in StubStage]?: StubAnswer };
  readonly profile?: WireProfile;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly redirectUri?: string;
  readonly clock?: VirtualClock;
  /** Receives each request before it is answered. */
  readonly onRequest?: (request: Request) => void;
}

/** A consent that was begun, and the callback that a portal would send. */
export interface Begun {
  readonly state: string;
  readonly code: string;
  readonly callback: string;
}

/**
 * A client whose portal is a function that accepts the right code, once, and nothing else. It is
 * fast enough for a hundred thousand journeys.
 */
export interface Stub {
  readonly client: SelfInfoClient<Loan>;
  readonly environment: Environment;
  readonly clock: VirtualClock;
  readonly store: Store;
  /** The stages called, in order. */
  readonly calls: StubStage[];
  begin(session?: string): Promise<Begun>;
  /** Deletes every transaction. */
  forget(): Promise<void>;
}

const calendar = createCalendar();

export function openStub(options: StubOptions = {}): Stub {
  const {
    answers = {},
    profile = publicProfile,
    issuer = ISSUER,
    clientId = CLIENT_ID,
    redirectUri = REDIRECT_URI,
    clock = createVirtualClock(NOW),
    onRequest = () => undefined,
    ...rest
  } = options;
  const environment = sandboxEnvironment({
    clientId,
    redirectUri,
    endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
    issuer,
    profile,
  });
  const calls: StubStage[] = [];
  // The code of each challenge.
  const codes = new Map<string, string>();
  const keys = new Set<string>();
  const inner = rest.store ?? createMemoryStore({ clock });
  const store: Store = {
    ...inner,
    put(key, value, expiresAt) {
      hideKept(value);
      keys.add(key);
      return inner.put(key, value, expiresAt);
    },
  };
  let count = 0;
  const good: Record<StubStage, StubAnswer> = {
    token(body) {
      const form = new URLSearchParams(body);
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const right =
        codes.get(challenge) === form.get('code') && form.get('redirect_uri') === redirectUri;
      codes.delete(challenge);
      return right
        ? Response.json(goodAnswers.token)
        : Response.json({ error: 'invalid_grant' }, { status: 400 });
    },
    request: () => Response.json(goodAnswers.request),
    result: () => Response.json(goodAnswers.result),
  };
  const client = createSelfInfoClient({
    service: loan,
    calendar,
    ...rest,
    environment,
    clock,
    store,
    async fetch(request) {
      onRequest(request);
      const path = new URL(request.url).pathname;
      const stage = (['token', 'request', 'result'] as const).find(
        (name) => paths[name].value === path,
      );
      if (stage === undefined) return new Response(null, { status: 404 });
      calls.push(stage);
      return (answers[stage] ?? good[stage])(await request.text());
    },
  });
  return {
    client,
    environment,
    clock,
    store,
    calls,
    async begin(session = SESSION) {
      const { searchParams } = new URL(
        (await client.beginConsent({ sessionBinding: session })).url,
      );
      const state = hide('state', searchParams.get('state') ?? '');
      const code = hide('code', `stub-code-${count++}-${state.slice(0, 8)}`);
      codes.set(searchParams.get('code_challenge') ?? '', code);
      return {
        state,
        code,
        callback: `${redirectUri}?${new URLSearchParams({ code, state, iss: issuer })}`,
      };
    },
    async forget() {
      await Promise.all([...keys].map((key) => inner.delete(key)));
      keys.clear();
      codes.clear();
      calls.length = 0;
    },
  };
}

/** The parts of a good callback, encoded. */
export interface CallbackParts {
  readonly code: string;
  readonly state: string;
  readonly iss: string;
}

/** Returns a stub whose citizen has come back with a good callback. */
export async function comeBack(options?: StubOptions) {
  const stub = openStub(options);
  const begun = await stub.begin();
  const parts: CallbackParts = {
    code: begun.code,
    state: begun.state,
    iss: encodeURIComponent(stub.environment.issuer),
  };
  return {
    ...stub,
    ...begun,
    parts,
    complete: (request: CallbackRequest) =>
      stub.client.completeConsent(request, { sessionBinding: SESSION }),
  };
}

/** Returns ASCII as percent sequences: another text for the same value. */
export const hex = (text: string) =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');

/** Returns the kinds of uncaught errors while something runs. */
export async function uncaughtDuring(run: () => Promise<unknown>): Promise<readonly string[]> {
  const found: string[] = [];
  const hear = (kind: string) => () => void found.push(kind);
  const listeners = {
    unhandledRejection: hear('a rejection'),
    uncaughtException: hear('an exception'),
  };
  process
    .on('unhandledRejection', listeners.unhandledRejection)
    .on('uncaughtException', listeners.uncaughtException);
  try {
    await run();
    // Both events come after the microtasks.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  } finally {
    process
      .off('unhandledRejection', listeners.unhandledRejection)
      .off('uncaughtException', listeners.uncaughtException);
  }
  return found;
}
