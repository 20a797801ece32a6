import { type HttpHandler, http } from 'msw';
import type { Peer } from './sandbox/app.js';
import type { Sandbox } from './sandbox/types.js';

/**
 * Returns Mock Service Worker handlers that answer with a sandbox. They receive what the process
 * sends to the two origins of the sandbox by the global `fetch` or by `node:http(s)`.
 *
 * MSW does not see calls by undici's own `Client` or `Agent`. A client of this package uses those
 * over mutual TLS: give it `fetch` instead.
 *
 * @param sandbox - the result of `createSandbox` or `startSandbox`. With `startSandbox`,
 * intercepted calls do not reach its sockets.
 * @param peer - replaces the TLS connection, which MSW does not expose. It is necessary if the
 * registration has a `certificate`.
 * @returns one handler per origin. Spread them beside other handlers.
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
 * const sandbox = createSandbox({
 *   registrations: [
 *     { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
 *   ],
 * });
 * const server = setupServer(...sandboxHandlers(sandbox));
 * server.listen({ onUnhandledRequest: 'error' });
 * const client = createSelfInfoClient({
 *   service,
 *   environment: sandbox.environment(),
 *   fetch: (request) => fetch(request),
 * });
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
