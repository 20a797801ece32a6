import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ClientOptions,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type EnvironmentOptions,
  latest,
  type Retrieval,
  type SelfInfoClient,
  sandboxEnvironment,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { expectStatus, type Loan, loan, NOW, registrationOf, visits } from '../kit/loan.js';
import { site, tls } from './valid-options.js';

const EN =
  'This process has several clients with the same client id and environment, each with its own memory store. One cannot find what another has stored. Share one client, or give each a store.';
const JA =
  'このプロセスには、同じクライアントIDと環境のクライアントが複数あり、それぞれが別のメモリストアを使っています。一方が保存したものを、他方は参照できません。クライアントを1つにまとめるか、各クライアントに store を指定してください。';

const keep = closeAfterEach();

/** The warnings of one test. */
let warnings: (Error & { readonly code?: string; readonly detail?: string })[];
const warned = (warning: Error) => void warnings.push(warning);
beforeEach(() => {
  warnings = [];
  process.on('warning', warned);
});
afterEach(() => void process.off('warning', warned));

/** Returns the warnings so far. Node emits them at the next tick. */
async function warningsSoFar() {
  await setImmediate();
  return warnings;
}

let lastId = 0;
/** Returns a client id that no other test uses: of each, the process warns once. */
const newId = () => `SP87654321_ZZ${String(++lastId).padStart(4, '0')}`;

/** Opens a client of one client id, closed after the test. */
function open(
  clientId: string,
  options: Partial<ClientOptions<Loan>> = {},
  others: Partial<EnvironmentOptions> = {},
) {
  const environment = sandboxEnvironment({ ...site, clientId, ...others });
  return keep(createSelfInfoClient({ service: loan, environment, tls, ...options }));
}

describe('several clients of one client id and environment with default stores', () => {
  it('cause one warning with a stable code, in English and Japanese', async () => {
    const clientId = newId();
    open(clientId);
    expect(await warningsSoFar()).toEqual([]);
    open(clientId);
    open(clientId);
    const [warning, ...others] = await warningsSoFar();
    expect(others).toEqual([]);
    expect(warning?.name).toBe('Warning');
    expect(warning?.code).toBe('MYNA_SELFINFO_SEVERAL_CLIENTS');
    expect(warning?.message).toBe(EN);
    expect(warning?.detail).toBe(JA);
  });

  it('cause no further warning after all of them were closed', async () => {
    const clientId = newId();
    for (const _ of ['once', 'again']) {
      const [one, two] = [open(clientId), open(clientId)];
      await one.close();
      await two.close();
    }
    expect(await warningsSoFar()).toHaveLength(1);
  });

  it('cause the warning when the second comes from another copy of the package', async () => {
    const clientId = newId();
    open(clientId);
    vi.resetModules();
    const copy = await import('../../src/index.js');
    expect(copy.createSelfInfoClient).not.toBe(createSelfInfoClient);
    const environment = copy.sandboxEnvironment({ ...site, clientId } as never);
    keep(copy.createSelfInfoClient({ service: loan as never, environment, tls }));
    expect((await warningsSoFar()).map(({ code }) => code)).toEqual([
      'MYNA_SELFINFO_SEVERAL_CLIENTS',
    ]);
  });
});

describe('clients that cannot be mistaken for each other', () => {
  it.each<[string, () => unknown]>([
    [
      'one after the other was closed',
      async () => {
        const clientId = newId();
        await open(clientId).close();
        open(clientId);
      },
    ],
    ['two client ids', () => [open(newId()), open(newId())]],
    [
      'two portals',
      () => {
        const clientId = newId();
        open(clientId);
        const apiUrl = 'https://api.other.example';
        open(clientId, {}, { endpoints: { ...site.endpoints, apiUrl } });
        open(clientId, {}, { issuer: 'https://other.example' });
      },
    ],
    [
      'stores of their own choice',
      () => {
        const clientId = newId();
        open(clientId);
        open(clientId, { store: createMemoryStore() });
        open(clientId, { store: createMemoryStore() });
      },
    ],
    [
      'tests that inject fetch',
      () => {
        const clientId = newId();
        const fetch = async () => new Response();
        for (const _ of ['one', 'two'])
          keep(
            createSelfInfoClient({
              service: loan,
              environment: sandboxEnvironment({ ...site, clientId }),
              fetch,
            }),
          );
      },
    ],
    [
      'one whose options were refused',
      () => {
        const clientId = newId();
        expect(() => open(clientId, { maxConcurrent: 0 })).toThrow('options.maxConcurrent');
        open(clientId);
      },
    ],
  ])('cause no warning: %s', async (_, create) => {
    await create();
    expect(await warningsSoFar()).toEqual([]);
  });
});

describe('a retrieval that this client does not know', () => {
  const error = async (client: SelfInfoClient<Loan>, retrieval: Retrieval<Loan>) =>
    expectStatus(await client.collect(client.resume(JSON.stringify(retrieval))), 'failed').error;
  const PLAIN = 'This retrieval has expired, was discarded, or is not in this store.';
  const PLAIN_JA = 'この照会票は、期限切れ、破棄済み、このストアにない、のいずれかです。';

  /** Opens two clients as a framework does that loads a module twice. One submits. */
  async function openTwins() {
    const clock = createVirtualClock(NOW);
    const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)], clock }));
    const connect = () => keep(createSelfInfoClient({ service: loan, ...sandbox.connection }));
    const [route, page] = [connect(), connect()];
    const grant = await visits(route, sandbox).consent();
    // A third one is closed, twice.
    const third = connect();
    await third.close();
    await third.close();
    return { clock, route, page, retrieval: await route.submit(grant, { income: latest() }) };
  }

  it('fails with the cause when another client of this process may have it', async () => {
    const { clock, route, page, retrieval } = await openTwins();
    expect(await error(page, retrieval)).toMatchObject({
      code: 'retrieval_gone',
      message: `${PLAIN} ${EN}`,
      messageJa: `${PLAIN_JA}${JA}`,
    });
    expect(await warningsSoFar()).toHaveLength(1);
    // The one that submitted it still collects it.
    const onProgress = ({ retryAt }: { readonly retryAt: string }) => void clock.set(retryAt);
    expect((await route.collect(retrieval, { onProgress })).status).toBe('ready');
  });

  it('fails without the cause once the other client is closed', async () => {
    const { route, page, retrieval } = await openTwins();
    await route.close();
    expect(await error(page, retrieval)).toMatchObject({
      code: 'retrieval_gone',
      message: PLAIN,
      messageJa: PLAIN_JA,
    });
  });

  it('fails without the cause when it has expired, or was discarded meanwhile', async () => {
    const { clock, route, page, retrieval } = await openTwins();
    const collecting = route.collect(retrieval, {
      onProgress: () => void route.discard(retrieval),
    });
    expect(expectStatus(await collecting, 'failed').error.message).toBe(PLAIN);
    clock.set(retrieval.expiresAt);
    expect((await error(page, retrieval)).message).toBe(PLAIN);
  });
});
