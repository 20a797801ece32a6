import { enum as enumOf, int, optional, strictObject, string } from 'zod';
import type { Clock } from '../foundation/clock.js';
import { formatInstant } from '../foundation/time.js';
import type { Fault } from './faults.js';

/**
 * A step of the flow, as the sandbox sees it; `codec` for a call that the codec of the sandbox
 * failed at or answered itself.
 */
export type JournalStep =
  | 'push'
  | 'authorize'
  | 'decide'
  | 'token'
  | 'request'
  | 'result'
  | 'acknowledge'
  | 'notice'
  | 'codec';

/**
 * What a step checked, in the order of a journey. The steps at which each occurs, and what it is:
 *
 * - `fault`: all; the header that asks for a fault.
 * - `parameters`: authorize, push, decide, token; query or form are well-formed, no name is doubled.
 * - `client`: authorize, push, token; the client id is registered.
 * - `certificate`: push, token, request, result, acknowledge; the connection has that of the client,
 *   or of the token. Only where one is registered or presented.
 * - `secret`, `assertion`: push, token. Only where one is registered or sent.
 * - `consent_header`: authorize; the headers by which a program consents.
 * - `request_uri`: authorize, push; the reference to a pushed request, which push itself does not take.
 * - `redirect_uri`: authorize, push, token; the registered one, and at token that of the consent.
 * - `push`: authorize; whether the client must push its requests.
 * - `state`, `response_type`, `pkce`, `response_mode`, `scope`: authorize, push; `pkce` at token too.
 * - `profile_parameters`: authorize, push, token; those that the profile requires.
 * - `form`, `decision`: decide; the form of a page is known, and says what is decided.
 * - `transaction_open`, `form_time`, `form_unused`: decide; not too late, and not twice.
 * - `consent`, `card`, `pin`: decide; the box is ticked, the card works, the PIN is right.
 * - `answer`: decide; the answer that a person wrote in place of the persona's.
 * - `grant_type`, `required_parameters`, `code`: token.
 * - `token`: request, result, acknowledge.
 * - `body`: request, result, acknowledge; JSON of the right shape.
 * - `inquiries`: request; registered and possible.
 * - `consent_unused`: request; each consent has one.
 * - `holders_open`: request; whether the servers of the items run, which refuses nothing.
 * - `process`: result, acknowledge; the process id belongs to the token.
 * - `result`: result; not expired, not acknowledged.
 * - `notice_uri`: notice; the client is registered for notices.
 * - `codec`: codec.
 */
export type JournalCheck =
  | 'fault'
  | 'parameters'
  | 'client'
  | 'certificate'
  | 'secret'
  | 'assertion'
  | 'consent_header'
  | 'request_uri'
  | 'redirect_uri'
  | 'push'
  | 'state'
  | 'response_type'
  | 'pkce'
  | 'response_mode'
  | 'scope'
  | 'profile_parameters'
  | 'form'
  | 'decision'
  | 'transaction_open'
  | 'form_time'
  | 'form_unused'
  | 'consent'
  | 'card'
  | 'pin'
  | 'answer'
  | 'grant_type'
  | 'required_parameters'
  | 'code'
  | 'token'
  | 'body'
  | 'inquiries'
  | 'consent_unused'
  | 'holders_open'
  | 'process'
  | 'result'
  | 'notice_uri'
  | 'codec';

/** What the sandbox did. Contains no token, code, PIN or personal data. */
export interface JournalEntry {
  /** The number of the entry, counted from 1. */
  readonly seq: number;
  /** When, by the sandbox's clock: ISO 8601 at +09:00. */
  readonly at: string;
  readonly step: JournalStep;
  readonly outcome: 'accepted' | 'refused';
  /**
   * What was checked, in order. Of a refusal, the last one is what failed. A fault that replaces the
   * step replaces its checks.
   */
  readonly checked: readonly JournalCheck[];
  /** Why it was refused, finer than the response says; `declined` when the citizen declined. */
  readonly code?: string;
  /** The reason as a sentence that says what to change. */
  readonly reason?: string;
  /** The sentence in Japanese. */
  readonly reasonJa?: string;
  /** The fault that was injected into the call. */
  readonly fault?: Fault['do'];
  /** The registered client, as soon as it is known. */
  readonly clientId?: string;
}

/** Which entries of the journal are asked for. Default: all. */
export interface JournalQuery {
  /** Only entries after this number. */
  readonly after?: number | undefined;
  readonly step?: JournalStep | undefined;
  readonly outcome?: JournalEntry['outcome'] | undefined;
  readonly code?: string | undefined;
  readonly clientId?: string | undefined;
}

export const steps = [
  'push',
  'authorize',
  'decide',
  'token',
  'request',
  'result',
  'acknowledge',
  'notice',
  'codec',
] as const satisfies readonly JournalStep[];

/** Everything that a step may check. */
export const checks = Object.keys({
  fault: true,
  parameters: true,
  client: true,
  certificate: true,
  secret: true,
  assertion: true,
  consent_header: true,
  request_uri: true,
  redirect_uri: true,
  push: true,
  state: true,
  response_type: true,
  pkce: true,
  response_mode: true,
  scope: true,
  profile_parameters: true,
  form: true,
  decision: true,
  transaction_open: true,
  form_time: true,
  form_unused: true,
  consent: true,
  card: true,
  pin: true,
  answer: true,
  grant_type: true,
  required_parameters: true,
  code: true,
  token: true,
  body: true,
  inquiries: true,
  consent_unused: true,
  holders_open: true,
  process: true,
  result: true,
  notice_uri: true,
  codec: true,
} satisfies Record<JournalCheck, true>) as JournalCheck[];

/** The schema of a query. */
export const querySchema = strictObject({
  after: optional(int().min(0)),
  step: optional(enumOf(steps)),
  outcome: optional(enumOf(['accepted', 'refused'])),
  code: optional(string().max(100)),
  clientId: optional(string().max(64)),
});

// A sandbox may run for weeks.
const LONGEST_JOURNAL = 10_000;

/** Keeps the newest entries. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  write(entry: Omit<JournalEntry, 'at' | 'seq'>): void;
  /** Returns the entries that a query asks for, oldest first. */
  find(query: JournalQuery): readonly JournalEntry[];
  /** Forgets everything. */
  clear(): void;
  /** Calls `listener` after each entry, until the returned function is called. */
  watch(listener: () => void): () => void;
}

/** Creates an empty journal. */
export function createJournal(clock: Clock): Journal {
  const entries: JournalEntry[] = [];
  const listeners = new Set<() => void>();
  let written = 0;
  return {
    entries,
    write(entry) {
      if (entries.length === LONGEST_JOURNAL) entries.shift();
      entries.push(Object.freeze({ seq: ++written, at: formatInstant(clock.now()), ...entry }));
      for (const listener of [...listeners]) listener();
    },
    find: ({ after = 0, ...wanted }) =>
      entries.filter(
        (entry) =>
          entry.seq > after &&
          Object.entries(wanted).every(
            ([key, value]) => value === undefined || Reflect.get(entry, key) === value,
          ),
      ),
    clear() {
      entries.length = 0;
      written = 0;
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
