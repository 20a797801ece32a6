import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createSelfInfoClient, sandboxEnvironment } from '../../src/index.js';
import { CLIENT_ID, loan, REDIRECT_URI } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { usualCredentials } from '../kit/usual-credentials.js';

const { createSecureContext } = tls;
const canary = 'canary-of-the-runtime';

/** Lets TLS refuse some settings, as BoringSSL refuses security levels. */
function refuse(isRefused: (options: tls.SecureContextOptions) => boolean) {
  tls.createSecureContext = (options = {}) => {
    if (isRefused(options))
      throw Object.assign(new Error(canary), { code: 'ERR_SSL_INVALID_COMMAND' });
    return createSecureContext(options);
  };
  syncBuiltinESMExports();
}
afterEach(() => {
  tls.createSecureContext = createSecureContext;
  syncBuiltinESMExports();
});

const environment = sandboxEnvironment({
  clientId: CLIENT_ID,
  redirectUri: REDIRECT_URI,
  endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://127.0.0.1:1' },
  issuer: 'https://portal.example',
});
const gateway = { baseUrl: 'https://127.0.0.1:2' };

describe('a runtime whose TLS refuses the settings of every connection', () => {
  it.each(['with a certificate', 'behind a gateway'])(
    'is named when a client %s is created',
    async (which) => {
      const { client: credential } = await usualCredentials();
      refuse(({ ciphers }) => ciphers?.includes('@SECLEVEL') === true);
      const way = which === 'with a certificate' ? { tls: credential } : { egress: { gateway } };
      const error = await errorOf(() =>
        createSelfInfoClient({ service: loan, environment, ...way }),
      );
      const { code, path, stage, effect, message, messageJa } = error;
      expect({ code, path, stage, effect }).toEqual({
        code: 'unsupported_runtime',
        path: `Node.js ${process.versions.node}`,
        stage: 'configuration',
        effect: 'none',
      });
      expect(message).toContain('Run the client on Node.js.');
      expect(messageJa).toContain('Node.js で実行してください。');
      expect(JSON.stringify(error) + error.stack).not.toContain(canary);
    },
  );
});

describe('a certificate that TLS refuses', () => {
  it('is named itself, where the settings alone are accepted', async () => {
    const { client: credential } = await usualCredentials();
    refuse(({ cert }) => cert !== undefined);
    const error = await errorOf(() =>
      createSelfInfoClient({ service: loan, environment, tls: credential }),
    );
    expect([error.code, error.path]).toEqual(['invalid_credential', 'options.tls.cert']);
  });
});
