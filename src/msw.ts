import { type HttpHandler, http } from 'msw';
import type { Peer } from './sandbox/app.js';
import type { Sandbox } from './sandbox/sandbox.js';

/**
 * Handlers for Mock Service Worker that answer with a sandbox: what a process sends to the two
 * origins of the sandbox by the global `fetch` or by `node:http(s)` ends there.
 *
 * MSW does not see what goes through undici's own `Client` or `Agent`, and that is what a client of
 * this package uses over mutual TLS: give it `fetch` instead.
 *
 * @param sandbox - made by `createSandbox` or `startSandbox`; with the latter, intercepted calls do
 * not reach its sockets.
 * @param peer - stands for the TLS connection, which MSW cannot show: needed where the registration
 * names a `certificate`.
 * @returns one handler per origin; spread them beside your own.
 * @example
 * ```ts
 * import { setupServer } from 'msw/node';
 * import { createSelfInfoClient, defineService } from 'myna-selfinfo';
 * import { sandboxHandlers } from 'myna-selfinfo/msw';
 * import { createSandbox } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const sandbox = createSandbox({ registrations: [{ clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service }] });
 * const server = setupServer(...sandboxHandlers(sandbox));
 * server.listen({ onUnhandledRequest: 'error' });
 * const client = createSelfInfoClient({ service, environment: sandbox.environment(), fetch: (request) => fetch(request) });
 * ```
 */
export function sandboxHandlers(
  sandbox: Pick<Sandbox, 'environment' | 'fetch'>,
  peer: Peer = {},
): HttpHandler[] {
  const { browserUrl, apiUrl } = sandbox.environment().endpoints;
  return [browserUrl, apiUrl].map((origin) =>
    http.all(`${origin}/*`, ({ request }) => sandbox.fetch(request, peer)),
  );
}
