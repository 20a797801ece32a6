import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { Calendar } from '../calendar/calendar.js';
import type { Clock } from '../foundation/clock.js';
import type { Language } from '../foundation/language.js';
import { formatInstant } from '../foundation/time.js';
import { publicProfile, type WireProfile } from '../wire/profile.js';
import type { Fault, FaultPlan } from './faults.js';
import type { Ending } from './pages/texts.js';
import type { Persona } from './personas/persona.js';
import type { Refusal } from './portal/refusals.js';
import type { Client } from './registrations.js';

/** A step of the journey as the sandbox sees it. */
export type LogStep = 'push' | 'authorize' | 'decide' | 'token' | 'request' | 'result';

/** What the sandbox did, without token, code, PIN or personal data. */
export interface LogEntry {
  /** When, by the sandbox's clock: ISO 8601 at +09:00. */
  readonly at: string;
  readonly step: LogStep;
  readonly outcome: 'accepted' | 'refused';
  /** Why it was refused, finer than what the answer says; `declined` when the citizen declined. */
  readonly code?: string;
  /** The same as a sentence that says what to change. */
  readonly reason?: string;
  /** The sentence in Japanese. */
  readonly reasonJa?: string;
  /** The fault on demand that the call met. */
  readonly fault?: Fault['do'];
  /** The registered client, as soon as it is known. */
  readonly clientId?: string;
}

/** An authorization request that passed all checks. */
export interface Authorization {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string;
  readonly challenge: string;
  /** Where the citizen was sent back, once that is settled. */
  sentTo?: string;
}

/** A page of the consent as it is shown to a citizen. */
export interface View {
  readonly page: 'closed' | 'consent' | 'card' | 'ended';
  readonly authorization: Authorization;
  readonly language: Language;
  /** What the citizen has to mend, or what ended it. */
  readonly problem?: Refusal | undefined;
  readonly ending?: Ending;
  /** The card that was chosen before. */
  readonly chosen?: Persona | undefined;
}

/** A form that was shown. Its yes counts once; a no, a step back or another language always do. */
export interface PendingForm {
  readonly view: View;
  readonly expiresAt: number;
  used: boolean;
}

/** An authorization code, kept past its use so that a replay is recognised. */
export interface Code {
  readonly authorization: Authorization;
  readonly persona: Persona;
  readonly issuedAt: number;
  used: boolean;
  token?: string;
}

/** What a token stands for. */
export interface Grant {
  readonly client: Client;
  readonly persona: Persona;
  /** SHA-256 of the certificate it was issued to. */
  readonly thumbprint: string | undefined;
  process?: Process;
}

/** A request that was accepted; its answer is settled then. */
export interface Process {
  readonly id: string;
  readonly expiresAt: number;
  readonly answer: unknown;
  pendingPolls: number;
}

/** Values under unguessable keys that vanish after a fixed life. */
export class Expiring<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly expiresAt: number }>();
  readonly #clock: Clock;
  readonly #given: Clock;
  readonly #lifeMs: number;

  /** `given`: the clock without skew; a single skewed step makes nothing vanish for the others. */
  constructor({ clock, given }: Pick<World, 'clock' | 'given'>, lifeMs: number) {
    this.#clock = clock;
    this.#given = given;
    this.#lifeMs = lifeMs;
  }

  /** Keeps a value and returns its key, 32 random bytes. */
  put(value: T): string {
    // All live equally long, so the oldest expire first.
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > this.#given.now()) break;
      this.#entries.delete(key);
    }
    const key = randomId();
    this.#entries.set(key, { value, expiresAt: this.#clock.now() + this.#lifeMs });
    return key;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > this.#clock.now() ? entry.value : undefined;
  }

  take(key: string): T | undefined {
    const value = this.get(key);
    this.#entries.delete(key);
    return value;
  }
}

/** 32 random bytes as base64url. */
export function randomId(): string {
  return randomBytes(32).toString('base64url');
}

// A sandbox may run for weeks.
const LONGEST_LOG = 10_000;

/** How long a pushed authorization request can be opened. */
export const PUSHED_LIFE_MS = 60_000;
/** What the reference to one starts with. */
export const PUSHED_PREFIX = 'urn:ietf:params:oauth:request_uri:';
/** How long a code can be exchanged. */
export const CODE_LIFE_MS = 60_000;
/** The most years that a range may span: an assumption, nothing about it is public. */
export const LONGEST_RANGE_YEARS = 20;
/** How long a page waits for its decision. */
export const FORM_LIFE_MS = publicProfile.timing.consentMs.value;
/** How long a result is kept. */
export const RESULT_LIFE_MS = publicProfile.timing.resultMs.value;
/**
 * How long a token works: longer than a result is kept, so that a late request can still be
 * collected.
 */
export const TOKEN_LIFE_MS = 2 * RESULT_LIFE_MS;

/** The origins of a sandbox; that of the API is its issuer identifier too. */
export interface Origins {
  readonly browserUrl: string;
  readonly apiUrl: string;
}

/** Everything one sandbox knows; nothing is shared between two. */
export interface World {
  readonly clients: ReadonlyMap<string, Client>;
  readonly personas: ReadonlyMap<string, Persona>;
  readonly clock: Clock;
  /** The clock as it was given, which a test may move. */
  readonly given: Clock;
  /** Runs a step as though the clock were so many milliseconds ahead. */
  skewed<T>(ms: number, run: () => T): T;
  readonly calendar: Calendar;
  /** Paths, names and words that it speaks. */
  readonly profile: WireProfile;
  readonly origins: Origins;
  readonly faultOf: FaultPlan;
  readonly log: Log;
  /** Authorization requests that were pushed and not yet opened. */
  readonly pushed: Expiring<Authorization>;
  readonly forms: Expiring<PendingForm>;
  readonly codes: Expiring<Code>;
  readonly tokens: Expiring<Grant>;
  /** Wrong PINs in a row, by persona. */
  readonly wrongPins: Map<string, number>;
}

/** What is known of the call at hand; a step adds what it finds out. */
export interface Attempt {
  /** SHA-256 of the client certificate of the connection. */
  readonly thumbprint: string | undefined;
  /** Whether it comes from beyond loopback. */
  readonly remote: boolean;
  clientId?: string;
  /** A refusal, or the citizen's, that is answered by a redirect or by the same page again. */
  outcome?: Pick<LogEntry, 'outcome' | 'code' | 'reason' | 'reasonJa'>;
}

// One for all sandboxes: each that is ever used stays in a list of Node's, and what it holds is
// copied to every promise of the process.
const SKEW = new AsyncLocalStorage<{ readonly of: Clock; readonly ms: number }>();

/** A sandbox in which nothing has happened yet. */
export function createWorld(
  facts: Pick<
    World,
    'clients' | 'personas' | 'clock' | 'calendar' | 'profile' | 'origins' | 'faultOf'
  >,
): World {
  const given = facts.clock;
  const aheadMs = () => {
    const skew = SKEW.getStore();
    return skew?.of === clock ? skew.ms : 0;
  };
  const clock: Clock = {
    now: () => given.now() + aheadMs(),
    wait: (ms, signal) => given.wait(ms, signal),
  };
  return {
    ...facts,
    clock,
    given,
    skewed: (ms, run) => SKEW.run({ of: clock, ms }, run),
    log: createLog(given),
    pushed: new Expiring({ clock, given }, PUSHED_LIFE_MS),
    // Kept beyond its time, so that whoever comes late or twice still finds the way back.
    forms: new Expiring({ clock, given }, TOKEN_LIFE_MS),
    // Kept as long as the token, so that a late replay still kills it.
    codes: new Expiring({ clock, given }, TOKEN_LIFE_MS),
    tokens: new Expiring({ clock, given }, TOKEN_LIFE_MS),
    wrongPins: new Map(),
  };
}

interface Log {
  readonly entries: readonly LogEntry[];
  write(entry: Omit<LogEntry, 'at'>): void;
}

function createLog(clock: Clock): Log {
  const entries: LogEntry[] = [];
  return {
    entries,
    write(entry) {
      if (entries.length === LONGEST_LOG) entries.shift();
      entries.push(Object.freeze({ at: formatInstant(clock.now()), ...entry }));
    },
  };
}
