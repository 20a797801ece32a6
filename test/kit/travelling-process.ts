import { subscribe } from 'node:diagnostics_channel';
import { inspect, isDeepStrictEqual } from 'node:util';
import { travel } from './canaries.js';
import { leaksIn } from './leaks.js';

/** What the parent process learns. Secrets go to it and are not printed. */
export interface TravelReport {
  readonly secrets: readonly (readonly [name: string, { text?: string; bytes?: string }])[];
  readonly ends: readonly string[];
  readonly counts: { readonly values: number; readonly events: number };
  /** Whether the channel carried the same events. */
  readonly sameEvents: boolean;
  /** Where secrets occur, and where they would be found if a value or an event held one. */
  readonly leaks: Readonly<Record<'values' | 'events' | 'leakyValue' | 'leakyEvent', string[]>>;
}

const published: unknown[] = [];
subscribe('myna-selfinfo:event', (event) => void published.push(event));

// A careless caller in another process. It prints everything it receives, in every way it knows.
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

const [name = '', token = ''] =
  Object.entries(secrets).find(([kind]) => kind.startsWith('token')) ?? [];
const leaky = {
  value: { ...(values.granted as object), trace: [{ header: `Bearer ${token}` }] },
  event: [...events, { code: token }],
};
const report: TravelReport = {
  secrets: Object.entries(secrets).map(([kind, secret]) => [
    kind,
    typeof secret === 'string' ? { text: secret } : { bytes: secret.toString('hex') },
  ]),
  ends,
  counts: { values: Object.keys(values).length, events: events.length },
  sameEvents: isDeepStrictEqual(published, events),
  leaks: {
    values: leaksIn(values, secrets),
    events: leaksIn({ events, published, json: JSON.stringify(published) }, secrets),
    leakyValue: leaksIn({ leaky: leaky.value }, { [name]: token }),
    leakyEvent: leaksIn({ leaky: leaky.event }, { [name]: token }),
  },
};
process.send?.(report);
process.disconnect?.();

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    return String(error);
  }
}
