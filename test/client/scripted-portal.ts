import { createSelfInfoClient, type Grant, type SelfInfoClient } from '../../src/index.js';
import { grantOf, type Loan, loan, SESSION } from '../kit/loan.js';
import { callbackOf, type Portal, startPortal } from '../kit/portal.js';

/** A client at a portal with scripted answers. */
export interface Scripted {
  readonly portal: Portal;
  readonly client: SelfInfoClient<Loan>;
  /** Completes a consent with a callback that the test writes. */
  consent(): Promise<Grant<Loan>>;
}

/** Starts a scripted portal and a client of it, which `keep` closes after the test. */
export async function openScripted(
  keep: <T extends AsyncDisposable>(one: T) => T,
): Promise<Scripted> {
  const portal = await startPortal();
  keep({ [Symbol.asyncDispose]: portal.close });
  const { environment, tls } = portal;
  const client = keep(createSelfInfoClient({ service: loan, environment, tls }));
  return {
    portal,
    client,
    async consent() {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      return grantOf(
        await client.completeConsent(callbackOf(url, environment), { sessionBinding: SESSION }),
      );
    },
  };
}
