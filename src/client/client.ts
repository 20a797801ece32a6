import { ownBag } from '../foundation/own.js';
import { checkCredential, type TlsCredential } from '../net/tls.js';
import type { Service } from '../service/service.js';
import { acknowledge } from './acknowledge.js';
import { check } from './check.js';
import { beginConsent, completeConsent, currentAvailability, ready } from './consent-flow.js';
import { type ClientContext, openContext } from './context.js';
import { receiveNotice } from './notices.js';
import { collect, discard, query, recall, resume, submit } from './retrieval-flow.js';
import { stats } from './stats.js';
import type { ClientOptions, SelfInfoClient } from './types.js';

/**
 * Creates a client of one service in one environment, with a credential and a store (guideline 2.1,
 * figure 2.1-1). Sends nothing until a method is called.
 *
 * @param options - see {@link ClientOptions}.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_environment`,
 * `invalid_credential`, `key_certificate_mismatch`, `insecure_tls`, `injected_transport_refused`,
 * `item_code_required`, naming the option; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createSelfInfoClient, defineService, latest } from 'myna-selfinfo';
 * import { startSandbox } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const redirectUris = ['http://localhost:3000/callback'];
 * const registration = { clientId: 'SP12345678_AB1234', redirectUris, service };
 * await using sandbox = await startSandbox({ registrations: [registration] });
 * await using client = createSelfInfoClient({ service, ...sandbox.connection });
 * const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
 * const callback = await sandbox.visit(url, { persona: 'hanako' });
 * const outcome = await client.completeConsent(callback, { sessionBinding: 'session-1' });
 * if (outcome.status === 'granted') {
 *   console.log((await client.query(outcome.grant, latest())).status);
 * }
 * ```
 */
export function createSelfInfoClient<S extends Service>(
  options: ClientOptions<S>,
): SelfInfoClient<S> {
  const context = openContext(options);
  const end = () => close(context);
  const client: SelfInfoClient = {
    ready: () => ready(context),
    availability: (given) => currentAvailability(context, given),
    beginConsent: (given) => beginConsent(context, given),
    completeConsent: (request, given) => completeConsent(context, request, given),
    submit: (grant, inquiry, given) => submit(context, grant, inquiry, given),
    collect: (retrieval, given) => collect(context, retrieval, given),
    query: (grant, inquiry, given) => query(context, grant, inquiry, given),
    resume: (json) => resume(context, json),
    discard: (handle) => discard(context, handle),
    acknowledge: (retrieval, given) => acknowledge(context, retrieval, given),
    receiveNotice: (request, given) => receiveNotice(context, request, given),
    recall: (id, given) => recall(context, id, given),
    rotate: (tls) => rotate(context, tls),
    stats: () => stats(context),
    check: (given) => check(context, given),
    close: end,
    [Symbol.asyncDispose]: end,
  };
  // The flows validate at run time against the one service; the types bind callers to it.
  return Object.freeze(client) as unknown as SelfInfoClient<S>;
}

function rotate(
  { calls, transport, newest, clock, environment, emitter }: ClientContext,
  tls: TlsCredential,
) {
  calls.checkOpen();
  const checked = checkCredential(tls, 'tls', clock);
  // Requests sent under the old certificate can be collected until then.
  const until = clock.now() + environment.profile.timing.resultMs.value;
  transport.rotate(checked, until);
  newest.tls = ownBag(tls);
  emitter.watchCertificate(checked.cert);
}

async function close({ calls, transport, defaultStore }: ClientContext): Promise<void> {
  calls.close();
  defaultStore?.leave();
  await transport.close();
}
