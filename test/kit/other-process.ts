import { createInterface } from 'node:readline';
import {
  createSelfInfoClient,
  isSelfInfoError,
  latest,
  sandboxEnvironment,
  systemClock,
} from '../../src/index.js';
import { createFileStore } from './file-store.js';
import { loan, SESSION } from './loan.js';

// A backend in another process. It reads one order per line from stdin and answers each with a
// line. The first line says where the portal is.
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (value: unknown) => console.log(JSON.stringify(value));

const { site, tls, folder, aheadMs } = await next();
const clock = { now: () => systemClock.now() + aheadMs, wait: systemClock.wait };
const client = createSelfInfoClient({
  service: loan,
  environment: sandboxEnvironment(site),
  tls,
  store: createFileStore(folder),
  clock,
});
for (;;) {
  const order = await next();
  try {
    if (order.begin) say(await client.beginConsent({ sessionBinding: SESSION }));
    if (order.complete) {
      const outcome = await client.completeConsent(order.complete, { sessionBinding: SESSION });
      say(outcome.status);
      if (outcome.status === 'granted')
        say(await client.submit(outcome.grant, { income: latest() }));
    }
    if (order.collect) {
      const collected = await client.collect(client.resume(order.collect));
      say(
        collected.status === 'ready'
          ? { status: 'ready', income: collected.answer.items.income.status }
          : collected,
      );
    }
  } catch (error) {
    say({ code: isSelfInfoError(error) ? error.code : 'unexpected' });
  }
}
