import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf, good, type PortalStage, type Reply } from '../kit/portal.js';
import { sized } from '../kit/size.js';
import { ends, separateTests } from './ends.js';
import { clock, open, socketOf, stages } from './travel.js';

separateTests(clock);

/** How many journeys are tried for each delay. */
const { journeys } = sized({
  usual: { journeys: 5 },
  full: { journeys: 91 },
  soak: { journeys: 1_000 },
});

describe('a portal that closes its connection after each answer without saying so', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('%i ms later costs no consent', async (delayMs) => {
    const closing =
      (stage: PortalStage): Reply =>
      (response, request) => {
        const socket = socketOf(response);
        const end = () => void socket.end();
        response.once('finish', delayMs === 0 ? end : () => setTimeout(end, delayMs));
        good[stage](response, request);
      };
    const portal = await open({
      replies: Object.fromEntries(stages.map((stage) => [stage, closing(stage)])),
    });
    const { environment, tls } = portal;
    const client = createSelfInfoClient({ service: loan, environment, tls, clock });
    ends.push(client.close);
    const outcomes: string[] = [];
    for (let journey = 0; journey < journeys; journey++) {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const callback = callbackOf(url, environment);
      const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
      const { grant } = expectStatus(outcome, 'granted');
      const onProgress = ({ retryAt }: { readonly retryAt: string }) => clock.set(retryAt);
      outcomes.push((await client.query(grant, latest(), { onProgress })).status);
    }
    expect(outcomes).toEqual(Array(journeys).fill('ready'));
    for (const stage of ['token', 'request'])
      expect(portal.calls.filter((called) => called === stage)).toHaveLength(journeys);
  });
});
