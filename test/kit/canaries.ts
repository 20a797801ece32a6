import { createPrivateKey } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { object, string } from 'zod';
import {
  type ClientEvent,
  type ClientOptions,
  type ConsentOutcome,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
  type PrivateKeyJwt,
  privateKeyJwt,
  type SelfInfoClient,
  type SelfInfoError,
  type Store,
  sandboxEnvironment,
} from '../../src/index.js';
import {
  type Fault,
  type Persona,
  type StartedSandbox,
  startSandbox,
} from '../../src/sandbox/index.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type VaultEvent,
  type VaultStore,
} from '../../src/vault/index.js';
import { type Credential, createAuthority } from './certificates.js';
import { startConnectProxy } from './connect-proxy.js';
import { keyService, makeKey } from './keys.js';
import type { Secret } from './leaks.js';
import { loan, NOW, REDIRECT_URI, registrationOf } from './loan.js';
import { caught, thrownBy } from './refusals.js';

const SESSION = 'canary-session-4c1f';
const PROXY = 'Basic Y2FuYXJ5OnByb3h5LXBhc3N3b3Jk';
const KEY_ENCRYPTION_KEY = Buffer.from('canary-key-encryption-key-012345');

const personal = {
  pin: '7391',
  name: 'canary-name-花子',
  income: 'canary-income-5310772',
  household: 'canary-household-太郎',
  holder: 'canary-holder-市',
  field: 'canary-field-取得項目',
  extra: 'canary-extra-8842',
  unasked: 'canary-unasked-戸籍',
};

const persona: Persona = {
  id: 'citizen',
  name: personal.name,
  pin: personal.pin,
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: personal.holder,
        asOf: '2026-06-01',
        fields: { 課税年度: '2026', amount: personal.income },
      },
    ],
    household: [
      {
        server: 'municipal',
        holder: personal.holder,
        from: '2020-01-01',
        fields: { 異動日: '2020-01-01', [personal.field]: personal.household },
        extras: { mark: personal.extra },
      },
    ],
  },
  unaskedItems: [
    {
      code: 'TM00000000000108',
      records: [
        { holder: personal.holder, asOf: '2026-01-05', fields: { 戸籍: personal.unasked } },
      ],
    },
  ],
};

const service = defineService({
  ...loan,
  items: {
    // A schema that no record fits, and whose message quotes a record.
    income: {
      detail: 'local-tax',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: object({ fields: object({ amount: string().max(3, personal.income) }) }),
    },
    household: { detail: 'household', inquiries: ['latest'], latestBy: '異動日' },
    shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '接種日' },
  },
});
type Client = SelfInfoClient<typeof service>;

/**
 * What journeys left behind: the secrets, and everything that the library returned, threw, emitted
 * or stored sealed, by name.
 */
export interface Travelled {
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly values: Readonly<Record<string, unknown>>;
  /** How each journey ended, in order. */
  readonly ends: readonly string[];
  readonly events: readonly ClientEvent[];
}

/** Returns the private number of an EC key, and the lines of its PEM. */
function ofKey(name: string, pem: string): Record<string, Secret> {
  const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
  const lines = pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
  return {
    [`${name}, its number`]: Buffer.from(d, 'base64url'),
    ...Object.fromEntries(lines.map((line, at) => [`${name}, line ${at}`, line])),
  };
}

/**
 * Makes journeys of every kind over real TLS with known secrets: granted, declined, rejected and
 * failed ones.
 */
export async function travel(tellAlso: (event: unknown) => void = () => {}): Promise<Travelled> {
  const secrets: Record<string, Secret> = {
    session: SESSION,
    proxy: PROXY.slice('Basic '.length),
    'key-encryption key': KEY_ENCRYPTION_KEY,
    ...personal,
  };
  const values: Record<string, unknown> = {};
  const ends: string[] = [];
  const events: ClientEvent[] = [];
  const audits: VaultEvent[] = [];
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

  /** What the memory of one process may hold, and nothing else. */
  function listeningStore(): Store {
    const inner = createMemoryStore({ clock });
    return {
      ...inner,
      put(key, value, expiresAt) {
        const { verifier, token, processId } = JSON.parse(value);
        hide('verifier', verifier);
        hide('token', token);
        hide('process', processId);
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

  try {
    const sandbox = await start([
      { on: 'token', nth: 4, do: 'error-500' },
      { on: 'token', nth: 5, do: 'reset' },
      { on: 'token', nth: 6, do: 'invalid-json' },
      { on: 'request', nth: 3, do: 'reset' },
      { on: 'request', nth: 4, do: 'wrong-type' },
    ]);
    const client = open(sandbox);

    // 1: pending first, then ready. 2: in one call.
    const back = await visit(client, sandbox);
    keep('a stranger', await complete(client, back, 'canary-session-of-mallory'));
    const outcome = keep('granted', await complete(client, back));
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    const retrieval = await client.submit(outcome.grant, latest());
    values.retrieval = retrieval;
    keep('pending', await client.collect(retrieval, { deadlineMs: 1 }));
    const collected = keep(
      'ready',
      await client.collect(client.resume(JSON.stringify(retrieval)), { onProgress }),
    );
    if (collected.status !== 'ready') throw new Error(collected.status);
    values.items = collected.answer.items;
    values.extras = collected.answer.extras;
    keep('replayed', await complete(client, back));
    keep('unknown', await complete(client, `${REDIRECT_URI}?state=${secrets.pin}`));
    keep('declined', await complete(client, await visit(client, sandbox, 'decline')));
    keep(
      'rejected',
      await complete(
        client,
        `${await visit(client, sandbox)}&error=${encodeURIComponent(personal.name)}`,
      ),
    );
    keep('used twice', await thrownBy(() => client.submit(outcome.grant, latest())));
    await go('in one', client, sandbox);
    // 3 to 6: the portal answers wrongly.
    await go('request lost', client, sandbox);
    for (const name of ['token failed', 'token lost', 'token garbled'])
      await go(name, client, sandbox);
    await go('request garbled', client, sandbox);
    values.sandbox = sandbox;
    values.log = sandbox.log;
    values.connection = sandbox.connection;

    const astray = await start([{ on: 'result', do: 'mismatched-process' }]);
    await go('result astray', open(astray), astray);
    const broken = await start([{ on: 'result', do: 'truncate' }]);
    await go('result broken', open(broken), broken);

    const authority = await createAuthority();
    const stranger: Credential = await authority.issue('SP12345678_AB1234');
    Object.assign(secrets, ofKey('key of a stranger', stranger.key));
    const { clientId, redirectUri, endpoints, issuer } = sandbox.environment();
    await go(
      'another authority',
      open(sandbox, {
        environment: sandboxEnvironment({
          clientId,
          redirectUri,
          endpoints,
          issuer,
          ca: authority.ca,
        }),
      }),
      sandbox,
    );

    const rotated = open(sandbox);
    keep(
      'rotated to another key',
      caught(() => rotated.rotate({ cert: stranger.cert, key: sandbox.connection.tls.key })),
    );
    keep(
      'rotated to no key',
      caught(() => rotated.rotate({ cert: stranger.key, key: stranger.cert })),
    );
    rotated.rotate(stranger);
    await go('rotated to a stranger', rotated, sandbox);

    const proxy = await startConnectProxy({ authorization: PROXY });
    closing.push(proxy.close);
    await go(
      'proxy',
      open(sandbox, { egress: { proxy: proxy.url, authorization: PROXY } }),
      sandbox,
    );
    const other = await startConnectProxy({ authorization: 'Basic other' });
    closing.push(other.close);
    await go(
      'proxy refused',
      open(sandbox, { egress: { proxy: other.url, authorization: PROXY } }),
      sandbox,
    );

    const signing = makeKey('ES256', '2026');
    Object.assign(secrets, ofKey('signing key', signing.pem));
    const pushing = await start([], {
      clientAuth: { jwks: { keys: [signing.jwk] } },
      requirePushedAuthorizationRequests: true,
    });
    const sign = async (input: Uint8Array) => {
      const signature = await keyService(signing, 'ieee-p1363')(input);
      hide('assertion', Buffer.from(input).toString());
      hide('signature', Buffer.from(signature).toString('base64url'));
      return signature;
    };
    const signed = privateKeyJwt({ alg: 'ES256', kid: '2026', sign });
    let current: PrivateKeyJwt = signed;
    const careful = open(pushing, { clientAuth: () => current });
    values.clientAuth = signed;
    await go('pushed and signed', careful, pushing);
    current = privateKeyJwt({
      alg: 'ES256',
      kid: '2026',
      sign: () => Promise.reject(Object.assign(new Error(signing.pem), { key: signing.pem })),
    });
    await go('signing refused', careful, pushing);
    current = privateKeyJwt({
      alg: 'ES256',
      kid: '2026',
      sign() {
        throw signing.pem;
      },
    });
    await go('signing thrown', careful, pushing);
    current = privateKeyJwt({
      alg: 'ES256',
      kid: '2026',
      sign: async () => Buffer.from(signing.pem),
    });
    await go('signing nonsense', careful, pushing);

    const inner = createMemoryVaultStore();
    const records: unknown[] = [];
    const store: VaultStore = {
      ...inner,
      put(record) {
        records.push(record);
        return inner.put(record);
      },
    };
    const keys = createLocalKeys({
      current: '2026-12',
      keys: { '2026-12': KEY_ENCRYPTION_KEY.toString('base64url') },
    });
    const vault = createVault({
      service,
      store,
      keys,
      clock,
      onEvent(event) {
        audits.push(event);
        tellAlso(event);
      },
    });
    const ref = await vault.put(collected.answer);
    values['vault records'] = records;
    const listed = [];
    for await (const entry of vault.list()) listed.push(entry);
    Object.assign(values, { vault, keys, store: inner, listed, audits });
    const read = await vault.read(ref, { purpose: 'housing-loan', reason: 'case 4711' });
    values['answer from the vault'] = read;
    ends.push(`vault: ${read.items.household.status}`);
    keep(
      'vault refused',
      await thrownBy(() => vault.read(ref, { purpose: 'advertising', reason: 'case 4711' })),
    );
    keep(
      'vault without reference',
      await thrownBy(() =>
        vault.read(personal.name, { purpose: 'housing-loan', reason: 'case 4711' }),
      ),
    );
    await vault.erase(ref, 'withdrawn');
    keep(
      'vault erased',
      await thrownBy(() => vault.read(ref, { purpose: 'housing-loan', reason: 'case 4711' })),
    );

    // A mistake of the caller may put a secret where none belongs.
    const token = String(Object.entries(secrets).find(([name]) => name.startsWith('token'))?.[1]);
    keep(
      'wrong retrieval',
      caught(() => client.resume({ v: 1, id: token, token })),
    );
    keep(
      'garbled retrieval',
      caught(() => client.resume(`{"token": ${token}`)),
    );
    keep(
      'wrong session',
      await thrownBy(() => client.beginConsent({ sessionBinding: [SESSION] as never })),
    );
    keep(
      'wrong key',
      caught(() =>
        privateKeyJwt({ alg: 'ES256', kid: '2026', key: signing.pem.replace('PRIVATE', 'OTHER') }),
      ),
    );
  } finally {
    unsubscribe('undici:client:sendHeaders', hear);
    for (const close of closing.reverse()) await close();
  }
  return { secrets, values, ends, events };
}
