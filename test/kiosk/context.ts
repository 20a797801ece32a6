import { createCalendar } from '../../src/calendar/index.js';
import type { KioskTransaction } from '../../src/kiosk/authorizer.js';
import { createContext, type SessionContext } from '../../src/kiosk/context.js';
import {
  type CardReader,
  createVirtualClock,
  type KioskEvent,
  type KioskOptions,
  type VirtualClock,
} from '../../src/kiosk/index.js';
import { menuEntryOf } from '../../src/kiosk/menu.js';
import { checkOptions } from '../../src/kiosk/options.js';
import { NOW, services } from './kiosk.js';

export const CERTIFICATE = Uint8Array.of(1, 2, 3);
export const CHALLENGE = Uint8Array.of(7);
export const SIGNATURE = Uint8Array.of(9);
const calendar = createCalendar();

export interface Opened {
  readonly context: SessionContext;
  readonly clock: VirtualClock;
  readonly events: KioskEvent[];
  /** The names of the reader's and the transaction's calls, in order. */
  readonly calls: string[];
  readonly transaction: KioskTransaction;
}

/** Opens the context of a session whose parts succeed, unless `broken` replaces their methods. */
export function openContext(
  broken: {
    readonly reader?: Partial<CardReader>;
    readonly transaction?: Partial<KioskTransaction>;
    readonly options?: Partial<KioskOptions>;
  } = {},
): Opened {
  const clock = createVirtualClock(NOW);
  const events: KioskEvent[] = [];
  const calls: string[] = [];
  const named = <T extends object>(methods: T): T =>
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        (...given: unknown[]) => {
          calls.push(name);
          return method(...given);
        },
      ]),
    ) as T;
  const reader = named<CardReader>({
    insert: async () => {},
    readCertificate: async () => ({ certificate: CERTIFICATE, triesLeft: 3 }),
    sign: async () => ({ status: 'signed', signature: SIGNATURE }),
    eject: async () => {},
    awaitTaken: async () => {},
    retract: async () => false,
    onRemoved: () => () => {},
    ...broken.reader,
  });
  const transaction = named<KioskTransaction>({
    challenge: async () => ({ status: 'challenge', challenge: CHALLENGE }),
    identify: async () => ({ status: 'identified' }),
    fetch: async () => ({
      status: 'fetched',
      result: { processId: 'p', status: 'done', items: [], extras: {} },
    }),
    provide: async () => {},
    discard: async () => {},
    ...broken.transaction,
  });
  const options = checkOptions({
    services,
    authorizer: { begin: async () => transaction },
    reader,
    calendar,
    clock,
    onEvent: (event) => events.push(event),
    ...broken.options,
  });
  return { context: createContext(options), clock, events, calls, transaction };
}

/** Returns the service of the loan as the screens show it. */
export function loanEntry({ services: [offered] }: SessionContext) {
  if (offered === undefined) throw new Error('The menu is empty.');
  return menuEntryOf(offered, calendar, Date.parse(NOW));
}

/** Returns the events as "from -cause-> to". */
export const trail = (events: readonly KioskEvent[]) =>
  events.map(({ from, cause, state }) => `${from} -${cause}-> ${state.at}`);

export const live = () => new AbortController().signal;
