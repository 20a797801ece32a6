import { createHash, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  createSelfInfoClient,
  createVirtualClock,
  exchangeToken,
  validateCallback,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { leaksIn } from '../kit/leaks.js';
import { CLIENT_ID, NOW, registrationOf } from '../kit/loan.js';
import { thrownBy } from '../kit/refusals.js';
import { persona, service } from './canary.js';

describe('no secret is visible over TLS', async () => {
  const clock = createVirtualClock(NOW);
  const sandbox = await startSandbox({
    registrations: [registrationOf(service)],
    personas: [persona],
    clock,
  });
  afterAll(sandbox.close);
  const { connection } = sandbox;
  const keyLines = connection.tls.key
    .split('\n')
    .filter((line) => line.length > 20 && !line.startsWith('-'));
  const secrets: Record<string, string> = Object.fromEntries(
    keyLines.map((line, index) => [`line ${index} of the private key`, line]),
  );

  it('in the sandbox, its connection and a client of it', async () => {
    expect(keyLines.length).toBeGreaterThan(1);
    const client = createSelfInfoClient({ service, ...connection });
    const { tls, environment } = connection;
    const found = leaksIn(
      { client, sandbox, connection, tls, environment, spread: { ...tls } },
      secrets,
    );
    expect(found).toEqual([]);
    await client.close();
  });

  it('in the standalone consent steps', async () => {
    const state = randomBytes(32).toString('base64url');
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const { environment, tls } = connection;
    const back = await sandbox.visit(buildConsentUrl(environment, { state, codeChallenge }), {
      persona: 'canary',
    });
    const code = new URL(back).searchParams.get('code') ?? '';
    const callback = await validateCallback(environment, back, { state });
    const accessToken = await exchangeToken({ environment, callback, codeVerifier, tls, clock });
    expect(accessToken.expiresAt).toBe('2026-12-01T12:00:00+09:00');
    const replayed = await thrownBy(() =>
      exchangeToken({ environment, callback, codeVerifier, tls, clock }),
    );
    expect(replayed).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'replayed' },
      stage: 'callback',
    });
    const again = await validateCallback(environment, back, { state });
    const refused = await thrownBy(() =>
      exchangeToken({ environment, callback: again, codeVerifier, tls, clock }),
    );
    expect(refused).toMatchObject({
      code: 'token_refused',
      upstream: { code: 'invalid_grant' },
      stage: 'token',
    });
    const found = leaksIn(
      { callback, accessToken, token: accessToken.token, replayed, refused },
      { state, codeVerifier, code, token: accessToken.token.reveal(), ...secrets },
    );
    expect(found).toEqual([]);
    expect(JSON.stringify(accessToken)).toBe(
      '{"token":"[redacted]","expiresAt":"2026-12-01T12:00:00+09:00"}',
    );
    expect(environment.clientId).toBe(CLIENT_ID);
  });
});
