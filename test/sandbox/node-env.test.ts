import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { loan, registrationOf } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

afterEach(() => vi.unstubAllEnvs());

describe('a sandbox under NODE_ENV=production', () => {
  const registrations = [registrationOf(loan)];

  it('does not start', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(await errorOf(() => startSandbox({ registrations }))).toMatchObject({
      code: 'invalid_option',
      path: 'options.startEvenThoughNodeEnvIsProduction',
    });
  });

  it('starts when the option with the long name says so', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await using sandbox = await startSandbox({
      registrations,
      startEvenThoughNodeEnvIsProduction: true,
    });
    expect(sandbox.browserUrl).toMatch(/^http:/);
  });
});
