import { inspect } from 'node:util';
import { travel } from './canaries.js';

// A careless caller in another process. It prints everything it receives, in every way it knows.
// The secrets go to its parent and are not printed.
const { secrets, values, ends, events } = await travel((event) =>
  console.log('%o %j', event, event),
);
for (const [name, value] of Object.entries(values)) {
  console.log(name, value);
  console.error(
    '%s %o',
    name,
    value,
    inspect(value, { depth: 20, showHidden: true, maxArrayLength: null }),
  );
  console.log(`${name} ${value} ${stringify(value)}`);
  if (value instanceof Error) console.error(value.stack, value.cause, Object.entries(value));
}
process.send?.({
  secrets: Object.entries(secrets).map(([name, secret]) => [
    name,
    typeof secret === 'string' ? { text: secret } : { bytes: secret.toString('hex') },
  ]),
  ends,
  events: events.length,
});
process.disconnect?.();

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    return String(error);
  }
}
