import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  latest,
  type SelfInfoError,
  sandboxEnvironment,
  type TlsCredential,
} from '../../src/index.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import {
  callbackOf,
  type Portal,
  type PortalOptions,
  type PortalStage,
  PROCESS,
  startPortal,
  TOKEN,
} from '../kit/portal.js';
import { ends } from './ends.js';

export async function open(options?: PortalOptions): Promise<Portal> {
  const portal = await startPortal(options);
  ends.push(portal.close);
  return portal;
}

export const stages = ['token', 'request', 'result'] as const;

export const clock = createVirtualClock(NOW);

/** Runs a whole consent and query, to its end or to its error. */
export async function travel(environment: Environment, tls: TlsCredential) {
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  return client.query(
    expectStatus(outcome, 'granted').grant,
    { income: latest() },
    { onProgress: ({ retryAt }) => clock.set(retryAt) },
  );
}

export const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

export const bodyOf: Record<PortalStage, string> = {
  token: JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }),
  request: JSON.stringify({ process_id: PROCESS }),
  result: JSON.stringify({ process_id: PROCESS, process_status: 'DONE', selfPersonalData: [] }),
};

export const type = { 'content-type': 'application/json' };

export const socketOf = (response: ServerResponse): Socket => response.socket as Socket;

export const optionsOf = ({
  environment: { clientId, redirectUri, endpoints, issuer, ca = [] },
}: Portal) => ({ clientId, redirectUri, endpoints, issuer, ca });

export function withEnvironment(
  portal: Portal,
  changes: Partial<Parameters<typeof sandboxEnvironment>[0]>,
): Environment {
  return sandboxEnvironment({ ...optionsOf(portal), ...changes });
}
