import { createInterface } from 'node:readline';
import {
  createSelfInfoClient,
  isSelfInfoError,
  latest,
  sandboxEnvironment,
  systemClock,
} from 'myna-selfinfo';
import { loan } from './built-loan.mjs';
import { createFileStore } from './file-store.mjs';

// A backend in another process. It reads one order per line from stdin and answers each with a
// line. The first line says where the portal is.
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
/** @param {unknown} value */
const say = (value) => console.log(JSON.stringify(value));

const { site, tls, folder, aheadMs } = await next();
const sessionBinding = 'session of the other process';
const client = createSelfInfoClient({
  service: loan,
  environment: sandboxEnvironment(site),
  tls,
  store: createFileStore(folder),
  clock: { now: () => systemClock.now() + aheadMs, wait: systemClock.wait },
});
for (;;) {
  const order = await next();
  try {
    if (order.begin) say(await client.beginConsent({ sessionBinding }));
    if (order.complete) {
      const outcome = await client.completeConsent(order.complete, { sessionBinding });
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
