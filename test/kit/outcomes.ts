import type { ConsentOutcome } from '../../src/index.js';
import { altered, type Loan, openBank, SESSION } from './loan.js';

/** Returns an outcome of a callback for every status, each from a client. */
export async function everyOutcome(): Promise<
  Record<ConsentOutcome['status'], ConsentOutcome<Loan>>
> {
  const { client, callback, clock } = openBank();
  const complete = (request: string, sessionBinding = SESSION) =>
    client.completeConsent(request, { sessionBinding });
  const late = await callback();
  clock.advance(600_000);
  const back = await callback();
  return {
    'foreign-browser': await complete(back, 'another'),
    unknown: await complete(altered(back, { state: 'a' })),
    rejected: await complete(altered(await callback(), { code: undefined, error: 'server_error' })),
    granted: await complete(back),
    replayed: await complete(back),
    declined: await complete(await callback('hanako', 'decline')),
    expired: await complete(late),
  };
}
