import type { Calendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Clock, VirtualClock } from '../foundation/clock.js';
import type { WireProfile } from '../wire/profile.js';
import type { Chance } from './chance.js';
import type { SandboxCodec } from './codec.js';
import type { ConsentRule } from './control/rule.js';
import type { News } from './control/types.js';
import { Expiring } from './expiring.js';
import type { FaultPlan } from './faults.js';
import { createJournal, type Journal, type JournalCheck, type JournalEntry } from './journal.js';
import type { Persona } from './personas/persona.js';
import type { Client } from './registrations.js';
import { createSkewableClock } from './skew.js';
import {
  type Authorization,
  type AuthorizationCode,
  type IssuedToken,
  type PendingForm,
  PUSHED_LIFE_MS,
  TOKEN_LIFE_MS,
} from './state.js';

/**
 * The two base URLs of a sandbox: an origin, or one of its spaces with a path. That of the API is its
 * issuer identifier as well.
 */
export interface Origins {
  readonly browserUrl: string;
  readonly apiUrl: string;
}

/** The state of one sandbox, or of one of its spaces. Two of them share nothing that changes. */
export interface SandboxContext {
  readonly catalog: Catalog;
  readonly clients: Map<string, Client>;
  readonly personas: Map<string, Persona>;
  readonly clock: Clock;
  /** The clock that a test may move; without the skew of a call. */
  readonly baseClock: VirtualClock;
  /** Runs a step as though the clock were so many milliseconds ahead. */
  withSkew<T>(ms: number, run: () => T): T;
  calendar: Calendar<Catalog>;
  /** What the control announced, which the calendar has. */
  news: News;
  /** How consents are given without a page. Default: by a person. */
  rule: ConsentRule | undefined;
  /** Paths, names and words of the wire. */
  readonly profile: WireProfile;
  /** Translates what the profile cannot say. */
  readonly codec: SandboxCodec | undefined;
  readonly origins: Origins;
  readonly chance: Chance;
  readonly faults: FaultPlan;
  readonly journal: Journal;
  /** Sends a notice to a provider. Undefined: nothing is sent. */
  readonly sendNotice: ((request: Request) => unknown) | undefined;
  /** Ends when the sandbox is closed. */
  readonly lifetime: AbortSignal;
  /** Authorization requests that were pushed and not yet opened. */
  readonly pushed: Expiring<Authorization>;
  readonly forms: Expiring<PendingForm>;
  readonly codes: Expiring<AuthorizationCode>;
  readonly tokens: Expiring<IssuedToken>;
  /** Client assertions seen, as client and id, and until when (epoch ms) each would be valid. */
  readonly assertions: Map<string, number>;
  /** Wrong PINs in a row, by persona. */
  readonly wrongPins: Map<string, number>;
}

/** What is known about the current call. A step adds what it finds out. */
export interface Attempt {
  /** SHA-256 of the client certificate of the connection. */
  readonly thumbprint: string | undefined;
  /** Whether it comes from beyond loopback. */
  readonly remote: boolean;
  clientId?: string;
  /** What was checked until now. The last one is under way, or failed. */
  readonly checked: JournalCheck[];
  /** A refusal, or a declined consent, that is answered by a redirect or by the page itself. */
  outcome?: Pick<JournalEntry, 'outcome' | 'code' | 'reason' | 'reasonJa'>;
  /** How a consent that was given without a page went. */
  decided?: Attempt;
}

/** Notes that a check begins. A check of several parts is noted once. */
export function checking({ checked }: Attempt, what: JournalCheck): void {
  if (checked.at(-1) !== what) checked.push(what);
}

/** What a context is created from. */
export type ContextOptions = {
  readonly clients: ReadonlyMap<string, Client>;
  readonly personas: ReadonlyMap<string, Persona>;
  readonly clock: VirtualClock;
} & Pick<
  SandboxContext,
  | 'catalog'
  | 'calendar'
  | 'profile'
  | 'codec'
  | 'origins'
  | 'chance'
  | 'faults'
  | 'sendNotice'
  | 'lifetime'
>;

/** Creates the context of a sandbox in which nothing has happened yet. */
export function createContext(
  options: ContextOptions,
  journal = createJournal(options.clock),
): SandboxContext {
  const { chance, clock: baseClock } = options;
  const { clock, withSkew } = createSkewableClock(baseClock);
  const clocks = { clock, baseClock };
  return {
    ...options,
    // Each space has its own.
    clients: new Map(options.clients),
    personas: new Map(options.personas),
    news: { announcements: [], notices: [] },
    rule: undefined,
    ...clocks,
    withSkew,
    journal,
    pushed: new Expiring(clocks, chance, PUSHED_LIFE_MS),
    // Kept after its time, so that a citizen who comes late or twice still finds the way back.
    forms: new Expiring(clocks, chance, TOKEN_LIFE_MS),
    // Kept as long as the token, so that a late replay still revokes it.
    codes: new Expiring(clocks, chance, TOKEN_LIFE_MS),
    tokens: new Expiring(clocks, chance, TOKEN_LIFE_MS),
    assertions: new Map(),
    wrongPins: new Map(),
  };
}
