import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { format, inspect } from 'node:util';
import { SelfInfoError } from '../../src/foundation/errors.js';
import { leaksInTexts, type Secret } from './leaks.js';

/** The events, and the messages of the tracing channels when they are complete. */
const CHANNELS = [
  'myna-selfinfo:event',
  'tracing:myna-selfinfo:step:asyncEnd',
  'tracing:myna-selfinfo:call:asyncEnd',
];
const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const;
/**
 * How many texts of a kind are kept. The events of a hundred thousand journeys are of a few kinds.
 */
const OF_A_KIND = 200;

/**
 * Records everything that this process prints, the events of all clients, and all errors of the
 * package.
 */
export interface LeakWatch {
  /** Returns where secrets occur in the record so far, as `leaksIn` does. */
  found(secrets: Readonly<Record<string, Secret>>): readonly string[];
  stop(): void;
}

/** The subscribers of all watches. */
const ears = new Set<(event: unknown) => void>();

/**
 * Runs something while no watch is subscribed to the channels, because any subscriber makes the
 * client emit events.
 */
export async function unheard(run: () => Promise<void>): Promise<void> {
  for (const hear of ears) for (const name of CHANNELS) unsubscribe(name, hear);
  try {
    await run();
  } finally {
    for (const hear of ears) for (const name of CHANNELS) subscribe(name, hear);
  }
}

export function watchLeaks(): LeakWatch {
  const said: Record<string, string[]> = { printed: [], events: [], errors: [] };
  const counts = new Map<string, number>();
  const ends: (() => void)[] = [];

  /** Keeps a text under its origin, unless there are many of its kind. */
  function keep(where: string, kind: string, text: () => string) {
    const count = (counts.get(`${where} ${kind}`) ?? 0) + 1;
    counts.set(`${where} ${kind}`, count);
    if (count <= OF_A_KIND) said[where]?.push(text());
  }

  for (const stream of [process.stdout, process.stderr]) {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      said.printed?.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return write.call(stream, chunk as string, ...rest);
    }) as typeof write;
    ends.push(() => void Object.assign(stream, { write }));
  }
  // The console of the runner does not print through the streams of its process.
  for (const method of METHODS) {
    const print: (...args: never[]) => void = console[method];
    const heard = (...args: never[]) => {
      said.printed?.push(format(...args));
      print.apply(console, args);
    };
    Object.assign(console, { [method]: heard });
    ends.push(() => void Object.assign(console, { [method]: print }));
  }

  const hear = (event: unknown) => {
    const { type, step, outcome, code }: Readonly<Record<string, unknown>> = Object(event);
    keep(
      'events',
      `${type} ${step} ${outcome} ${code}`,
      () => `${JSON.stringify(event)} ${inspect(event, { depth: 20, showHidden: true })}`,
    );
  };
  for (const name of CHANNELS) subscribe(name, hear);
  ears.add(hear);
  ends.push(() => {
    for (const name of CHANNELS) unsubscribe(name, hear);
    ears.delete(hear);
  });

  // Every error of the package calls the constructor of its current parent class.
  const parent: ErrorConstructor = Object.getPrototypeOf(SelfInfoError);
  class Watched extends parent {
    constructor(message?: string) {
      super(message);
      // The fields are set after this constructor.
      queueMicrotask(() =>
        keep(
          'errors',
          String(Reflect.get(this, 'code')),
          () =>
            `${this.stack} ${JSON.stringify(this)} ${inspect(this, { depth: 20, showHidden: true })}`,
        ),
      );
    }
  }
  Object.setPrototypeOf(SelfInfoError, Watched);
  ends.push(() => Object.setPrototypeOf(SelfInfoError, parent));

  return {
    found: (secrets) => leaksInTexts(said, secrets),
    stop() {
      for (const end of ends.splice(0).reverse()) end();
    },
  };
}
