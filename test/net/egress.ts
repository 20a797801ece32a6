import {
  createSelfInfoClient,
  createVirtualClock,
  type Egress,
  type Environment,
  latest,
  type SelfInfoError,
  type TlsCredential,
} from '../../src/index.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf, type Portal, type PortalOptions, startPortal } from '../kit/portal.js';
import { watchClock } from '../kit/watch.js';
import { ends } from './ends.js';

export const stages = ['token', 'request', 'result'];

export const clock = watchClock(createVirtualClock(NOW));

export const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

export const unsent = (code: string) => ({ code, stage: 'token', effect: 'none', safe: false });

export async function open(options?: PortalOptions): Promise<Portal> {
  const portal = await startPortal(options);
  ends.push(portal.close);
  return portal;
}

export async function travel(environment: Environment, egress: Egress, tls?: TlsCredential) {
  const client = createSelfInfoClient({
    service: loan,
    environment,
    egress,
    clock,
    ...(tls && { tls }),
  });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  // Skips the wait for another attempt.
  return client.query(
    expectStatus(outcome, 'granted').grant,
    { income: latest() },
    { onProgress: ({ retryAt }) => clock.set(retryAt) },
  );
}
