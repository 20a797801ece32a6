import { createPrivateKey } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type ClientEvent,
  type ClientOptions,
  type ConsentOutcome,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  explain,
  latest,
  type SelfInfoClient,
  type SelfInfoError,
  type Store,
} from '../../src/index.js';
import { type Fault, type StartedSandbox, startSandbox } from '../../src/sandbox/index.js';
import { persona, personal, SESSION, service } from './canary-citizen.js';
import { secretsOfEntry } from './entries.js';
import type { Secret } from './leaks.js';
import { NOW, registrationOf } from './loan.js';

export type Client = SelfInfoClient<typeof service>;

/** Makes journeys over real TLS, and keeps their secrets and everything that they return. */
export type Traveller = ReturnType<typeof createTraveller>;

/** Returns the private number of an EC key, and the lines of its PEM. */
export function ofKey(name: string, pem: string): Record<string, Secret> {
  const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
  const lines = pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
  return {
    [`${name}, its number`]: Buffer.from(d, 'base64url'),
    ...Object.fromEntries(lines.map((line, at) => [`${name}, line ${at}`, line])),
  };
}

/**
 * Creates a traveller.
 *
 * @param secrets - the secrets that are known in advance. Those of the journeys are added.
 * @param tellAlso - receives every event, too.
 */
export function createTraveller(
  secrets: Record<string, Secret>,
  tellAlso: (event: unknown) => void,
) {
  const values: Record<string, unknown> = {};
  const ends: string[] = [];
  const events: ClientEvent[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  const clock = createVirtualClock(NOW);

  /** Each different value of a kind is a separate secret. */
  function hide(kind: string, secret: string | null | undefined): void {
    if (!secret || Object.values(secrets).includes(secret)) return;
    secrets[`${kind} ${Object.keys(secrets).length}`] = secret;
  }

  function keep<T>(name: string, value: T): T {
    const { status, code }: Readonly<Record<string, unknown>> = Object(value);
    ends.push(`${name}: ${status ?? code ?? (value instanceof Error ? value.name : typeof value)}`);
    values[name] = value;
    return value;
  }

  /**
   * Returns a store that records its secrets: what the memory of one process may hold, and nothing
   * else.
   */
  function listeningStore(): Store {
    const inner = createMemoryStore({ clock });
    return {
      ...inner,
      put(key, value, expiresAt) {
        for (const [kind, secret] of secretsOfEntry(value)) hide(kind, secret);
        return inner.put(key, value, expiresAt);
      },
    };
  }

  // undici shows every subscriber what it sends. Tokens that were never stored can be captured only
  // here.
  const hear = (message: unknown) =>
    hide(
      'token',
      /^authorization: Bearer (.+)$/im.exec(String(Object(message).headers))?.[1]?.trim(),
    );
  subscribe('undici:client:sendHeaders', hear);

  async function start(faults: readonly Fault[] = [], more: object = {}) {
    const sandbox = await startSandbox({
      registrations: [{ ...registrationOf(service), ...more }],
      personas: [persona],
      clock,
      faults,
    });
    closing.push(sandbox.close);
    Object.assign(secrets, ofKey(`client key ${closing.length}`, sandbox.connection.tls.key));
    return sandbox;
  }

  function open(
    sandbox: StartedSandbox,
    options: Partial<ClientOptions<typeof service>> = {},
  ): Client {
    const store = listeningStore();
    const onEvent = (event: ClientEvent) => {
      events.push(event);
      tellAlso(event);
    };
    const client = createSelfInfoClient({
      service,
      ...sandbox.connection,
      store,
      onEvent,
      ...options,
    });
    closing.push(client.close);
    values[`client ${closing.length}`] = client;
    return client;
  }

  async function visit(
    client: Client,
    sandbox: StartedSandbox,
    decision: 'agree' | 'decline' = 'agree',
  ): Promise<string> {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const back = await sandbox.visit(url, { persona: 'citizen', decision, pin: personal.pin });
    const parameters = new URL(back).searchParams;
    for (const name of ['state', 'code']) hide(name, parameters.get(name));
    return back;
  }

  const complete = (client: Client, back: string, sessionBinding = SESSION) =>
    client.completeConsent(back, { sessionBinding });
  const onProgress = ({ retryAt }: { readonly retryAt: string }) => clock.set(retryAt);

  /** Makes a complete journey, however it ends. A known end is explained, too. */
  async function go(name: string, client: Client, sandbox: StartedSandbox) {
    async function journey() {
      const outcome: ConsentOutcome<typeof service> = await complete(
        client,
        await visit(client, sandbox),
      );
      values[`${name}, outcome`] = outcome;
      return outcome.status === 'granted'
        ? client.query(outcome.grant, latest(), { onProgress })
        : outcome;
    }
    const end = keep(name, await journey().catch((error: unknown) => error as SelfInfoError));
    values[`${name}, explained`] = (['ja', 'en'] as const).map((language) =>
      explain(end, language),
    );
    return end;
  }

  async function close() {
    unsubscribe('undici:client:sendHeaders', hear);
    for (const end of closing.reverse()) await end();
  }

  return {
    secrets,
    values,
    ends,
    events,
    clock,
    closing,
    tellAlso,
    hide,
    keep,
    start,
    open,
    visit,
    complete,
    onProgress,
    go,
    close,
  };
}
