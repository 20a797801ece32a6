import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import * as one from '../../src/index.js';
import { latest } from '../../src/index.js';
import { createVault } from '../../src/vault/vault.js';
import { site } from '../client/valid-options.js';
import { keyService, makeKey } from '../kit/keys.js';
import { expectStatus, loan, openBank, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { newKey, PURPOSE } from '../vault/safe.js';

/** Loads a second copy of the package, with classes and modules of its own. */
async function copy() {
  vi.resetModules();
  const [index, vault] = await Promise.all([
    import('../../src/index.js'),
    import('../../src/vault/index.js'),
  ]);
  return { ...index, ...vault };
}

describe('two copies of the package in one process', () => {
  it('keep in the vault of one the answer of the other', async () => {
    const other = await copy();
    expect(other.createVault).not.toBe(createVault);
    const { client, clock, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    const vault = other.createVault({
      service: loan as never,
      store: other.createMemoryVaultStore(),
      keys: other.createLocalKeys({ current: 'k', keys: { k: newKey() } }),
      clock,
    });
    const ref = await vault.put(answer as never);
    const { items } = await vault.read(ref, PURPOSE);
    expect((items as { income: { status: string } }).income.status).toBe('present');
    // The period counts in both.
    clock.set('2027-01-01T00:00:00+09:00');
    expect((await errorOf(() => vault.put(answer as never))).code).toBe('retention_ended');
  });

  it('exchange a callback that the other validated, once', async () => {
    const other = await copy();
    const environment = one.sandboxEnvironment(site);
    const callback = await other.validateCallback(
      environment as never,
      `/callback?code=a&state=s&iss=${site.issuer}`,
      { state: 's' },
    );
    const exchange = () =>
      one.exchangeToken({
        environment,
        callback: callback as never,
        codeVerifier: 'v',
        fetch: async () =>
          Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 60 }),
      });
    expect((await exchange()).token.reveal()).toBe('t');
    expect((await errorOf(exchange)).upstream?.code).toBe('replayed');
  });

  it('use the token and the handle of the other, the token once', async () => {
    const other = await copy();
    const { sandbox, clock } = openBank();
    const options = { environment: sandbox.environment(), service: loan, clock };
    const step = { ...options, fetch: sandbox.fetch };
    const state = 's';
    const codeVerifier = 'v'.repeat(43);
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const url = one.buildConsentUrl(options.environment, { state, codeChallenge });
    const back = await sandbox.visit(url, { persona: 'hanako' });
    const callback = await one.validateCallback(options.environment, back, { state });
    const { environment, fetch } = step;
    const consent = { environment, callback, codeVerifier, clock, fetch };
    const accessToken = (await other.exchangeToken(consent as never)) as one.AccessToken;
    const asked = { ...step, accessToken, inquiries: latest(), grantedAt: clock.now() };
    const handle = await one.requestAnswer(asked);
    expect((await errorOf(() => other.requestAnswer(asked as never))).code).toBe('grant_used');
    const poll = { ...step, handle } as never;
    expect((await other.fetchAnswer(poll)).status).toBe('running');
  });

  it('authenticate by the key that was given to the other', async () => {
    const other = await copy();
    const key = makeKey('ES256', 'ec-2026');
    const clientAuth = other.privateKeyJwt({
      alg: 'ES256',
      kid: key.kid,
      sign: keyService(key),
    }) as never;
    const { client, callback } = openBank({ clientAuth });
    const outcome = await client.completeConsent(await callback(), { sessionBinding: SESSION });
    // The sandbox knows no key of this client, so it answers: the assertion was made and sent.
    expect(outcome).toMatchObject({ status: 'rejected', at: 'token', code: 'invalid_client' });
  });

  it('accept the symbol of the other for an unconfirmed profile', async () => {
    const { acceptWireProfileNotConfirmedBySpecification: unconfirmedProfile } = await copy();
    expect(
      one.productionEnvironment({ ...site, unconfirmedProfile: unconfirmedProfile as never }).kind,
    ).toBe('production');
  });
});

describe('the module and the CommonJS build in one process', () => {
  it('keep in the vault of one the answer of the other', async () => {
    const commonJs: typeof one = createRequire(import.meta.url)('../../dist/index.cjs');
    const { client, clock, consent, onProgress } = openBank();
    const environment = client;
    expect(environment).toBeDefined();
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    const {
      createVault: create,
      createMemoryVaultStore,
      createLocalKeys,
    } = createRequire(import.meta.url)('../../dist/vault.cjs');
    const vault = create({
      service: loan,
      store: createMemoryVaultStore(),
      keys: createLocalKeys({ current: 'k', keys: { k: newKey() } }),
      clock,
    });
    const ref = await vault.put(answer);
    expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    expect(commonJs.defineService).not.toBe(one.defineService);
  });
});
