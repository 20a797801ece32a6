import {
  type Answer,
  type ClientEvent,
  latest,
  type PrivateKeyJwt,
  privateKeyJwt,
  sandboxEnvironment,
} from '../../src/index.js';
import type { StartedSandbox } from '../../src/sandbox/index.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type VaultEvent,
  type VaultStore,
} from '../../src/vault/index.js';
import { personal, SESSION, service } from './canary-citizen.js';
import { type Credential, createAuthority } from './certificates.js';
import { startConnectProxy } from './connect-proxy.js';
import { keyService, makeKey } from './keys.js';
import type { Secret } from './leaks.js';
import { REDIRECT_URI } from './loan.js';
import { caught, thrownBy } from './refusals.js';
import { type Client, createTraveller, ofKey, type Traveller } from './traveller.js';

const PROXY = 'Basic Y2FuYXJ5OnByb3h5LXBhc3N3b3Jk';
const KEY_ENCRYPTION_KEY = Buffer.from('canary-key-encryption-key-012345');

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

/**
 * Makes journeys of every kind over real TLS with known secrets: granted, declined, rejected and
 * failed ones.
 */
export async function travel(tellAlso: (event: unknown) => void = () => {}): Promise<Travelled> {
  const traveller = createTraveller(
    {
      session: SESSION,
      proxy: PROXY.slice('Basic '.length),
      'key-encryption key': KEY_ENCRYPTION_KEY,
      ...personal,
    },
    tellAlso,
  );
  try {
    const { sandbox, client, answer } = await consentAndQuery(traveller);
    await answerWrongly(traveller);
    await meetStrangers(traveller, sandbox);
    await passProxies(traveller, sandbox);
    const signingKey = await signAssertions(traveller);
    await useVault(traveller, answer);
    await makeMistakes(traveller, client, signingKey);
  } finally {
    await traveller.close();
  }
  const { secrets, values, ends, events } = traveller;
  return { secrets, values, ends, events };
}

/** Goes through every outcome of a callback, and loses responses of the portal. */
async function consentAndQuery(traveller: Traveller) {
  const { keep, start, open, visit, complete, onProgress, go, values, secrets } = traveller;
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
  values.log = sandbox.journal;
  values.connection = sandbox.connection;
  return { sandbox, client, answer: collected.answer };
}

/** Receives the result of another process, and a result that breaks off. */
async function answerWrongly({ start, open, go }: Traveller): Promise<void> {
  const astray = await start([{ on: 'result', do: 'mismatched-process' }]);
  await go('result astray', open(astray), astray);
  const broken = await start([{ on: 'result', do: 'truncate' }]);
  await go('result broken', open(broken), broken);
}

/** Distrusts a portal of another authority, and is distrusted after a rotation. */
async function meetStrangers(
  { keep, open, go, secrets }: Traveller,
  sandbox: StartedSandbox,
): Promise<void> {
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
}

/** Passes a proxy, and is refused by another one. */
async function passProxies(
  { open, go, closing }: Traveller,
  sandbox: StartedSandbox,
): Promise<void> {
  const proxy = await startConnectProxy({ authorization: PROXY });
  closing.push(proxy.close);
  await go('proxy', open(sandbox, { egress: { proxy: proxy.url, authorization: PROXY } }), sandbox);
  const other = await startConnectProxy({ authorization: 'Basic other' });
  closing.push(other.close);
  await go(
    'proxy refused',
    open(sandbox, { egress: { proxy: other.url, authorization: PROXY } }),
    sandbox,
  );
}

/** Pushes a signed request, and then signs in wrong ways. Returns the PEM of the signing key. */
async function signAssertions(traveller: Traveller): Promise<string> {
  const { start, open, go, hide, secrets, values } = traveller;
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
  return signing.pem;
}

/** Puts an answer into the vault, and asks for it rightly and wrongly. */
async function useVault(traveller: Traveller, answer: Answer<typeof service>): Promise<void> {
  const { keep, clock, tellAlso, ends, values } = traveller;
  const audits: VaultEvent[] = [];
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
  const ref = await vault.put(answer);
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
}

/** Passes secrets where none belong. */
async function makeMistakes(
  { keep, secrets }: Traveller,
  client: Client,
  signingKey: string,
): Promise<void> {
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
      privateKeyJwt({ alg: 'ES256', kid: '2026', key: signingKey.replace('PRIVATE', 'OTHER') }),
    ),
  );
}
