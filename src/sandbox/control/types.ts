import type { Announcement } from '../../calendar/announcements.js';
import type { Notices } from '../../calendar/notices/steps.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { Method } from '../../service/inquiry.js';
import type { RegisteredProvider } from '../consent-facts.js';
import type { Fault, PlannedFault } from '../faults.js';
import type { JournalEntry, JournalQuery } from '../journal.js';
import type { Persona, PersonaRecord } from '../personas/persona.js';
import type { Registration } from '../registrations.js';
import type { ConsentRule } from './rule.js';

/** A registration as the control shows it: without secrets, keys and certificates. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly name: string;
  readonly purpose: string;
  /** Days after the day of the consent. */
  readonly retentionDays: number;
  readonly items: readonly {
    readonly code: string;
    readonly detail: string;
    readonly inquiries: readonly Method[];
    readonly latestBy?: string | undefined;
    readonly holders: readonly string[];
    /** The fields (取得項目) that the registration names. */
    readonly fields?: readonly string[] | undefined;
  }[];
  /** How the client authenticates beside its certificate. */
  readonly clientAuth: 'tls' | 'private_key_jwt' | 'client_secret';
  readonly requirePushedAuthorizationRequests: boolean;
  readonly noticeUri?: string | undefined;
  readonly provider?: RegisteredProvider | undefined;
}

/** A notice of outages (停止のお知らせ), as the portal publishes it. */
export interface PublishedNotice {
  /** The text, not HTML: at most 65,536 UTF-16 units. */
  readonly text: string;
  /**
   * When it was published: ISO 8601 with offset, or `YYYY-MM-DD`. Default: now, by the sandbox's
   * clock.
   */
  readonly publishedAt?: string | undefined;
}

/**
 * A notice, and what the sandbox understood of it. Only `announcements` count. A person has to read
 * what is in `notUnderstood`.
 */
export interface ReadNotice extends PublishedNotice, Notices<Catalog> {
  readonly publishedAt: string;
}

/** What the control announced to a sandbox. */
export interface News {
  readonly announcements: readonly Announcement<Catalog>[];
  readonly notices: readonly ReadNotice[];
}

/** Options of {@link SandboxControl.waitForJournal}. */
export interface WaitOptions {
  /** How many entries to wait for. Default: 1. */
  readonly count?: number;
  /** Ends the wait. Default: it ends only with the entries. */
  readonly signal?: AbortSignal;
}

/**
 * Reads and changes a sandbox, or one of its spaces, while it runs. What it changes is true from the
 * next call on: a consent that began, and an answer that was requested, stay as they were.
 *
 * Each function throws SelfInfoError `invalid_option` with the path of what is wrong, and then
 * changes nothing. The same functions are served over HTTP.
 *
 * @example
 * ```ts
 * import { latest, type SelfInfoClient } from 'myna-selfinfo';
 * import type { Sandbox } from 'myna-selfinfo/sandbox';
 * async function testUnavailable({ control }: Sandbox, submit: () => Promise<unknown>) {
 *   const { id } = control.addFault({ on: 'request', do: 'maintenance', times: 1 });
 *   await submit();
 *   const [entry] = await control.waitForJournal({ step: 'request' });
 *   control.deleteFault(id);
 *   return entry?.fault; // maintenance
 * }
 * ```
 */
export interface SandboxControl {
  /** Returns the personas, in order. */
  listPersonas(): readonly Persona[];
  /** Adds a persona, or replaces the one with the same id. */
  putPersona(persona: Persona): Persona;
  /** Replaces the records of a persona about a detail. */
  putRecords(persona: string, detail: string, records: readonly PersonaRecord[]): Persona;
  /** Removes a persona. The last one stays. */
  deletePersona(id: string): void;
  /** Returns the faults, in the order in which they are asked. */
  listFaults(): readonly PlannedFault[];
  /** Adds a fault, after those that are there. It counts calls from now on. */
  addFault(fault: Fault): PlannedFault;
  /** Removes a fault. */
  deleteFault(id: string): void;
  /** Returns the registrations, in order. */
  listRegistrations(): readonly RegisteredClient[];
  /**
   * Adds a registration, or replaces the one with the same client id. Where the sandbox listens, each
   * client certificate of the sandbox is accepted for one that was added.
   */
  putRegistration(registration: Registration): RegisteredClient;
  /** Removes a registration. The last one stays. */
  deleteRegistration(clientId: string): void;
  /** Returns the announcements of the control. */
  listAnnouncements(): readonly Announcement<Catalog>[];
  /** Replaces the announcements of the control: stops and openings beside those of the calendar. */
  putAnnouncements(announcements: readonly Announcement<Catalog>[]): void;
  /** Returns the notices of outages, and what was understood of them. */
  listNotices(): readonly ReadNotice[];
  /**
   * Replaces the notices of outages (停止のお知らせ): reads each text as `parseNotices` does, and applies
   * its outages beside the announcements. Nothing is guessed: check `notUnderstood`.
   */
  putNotices(notices: readonly PublishedNotice[]): readonly ReadNotice[];
  /** Returns how consents are given without a page; undefined: by a person on the pages. */
  getRule(): ConsentRule | undefined;
  /** Gives every consent from now on without a page; undefined: by a person again. */
  putRule(rule: ConsentRule | undefined): void;
  /** Returns entries of the journal, oldest first. */
  readJournal(query?: JournalQuery): readonly JournalEntry[];
  /**
   * Waits until the journal has entries that the query asks for, and returns them. With `after`, only
   * later ones count.
   *
   * @throws the reason of the signal.
   */
  waitForJournal(query?: JournalQuery, options?: WaitOptions): Promise<readonly JournalEntry[]>;
  /**
   * Puts everything back to how it began: personas, faults, registrations, announcements, notices,
   * rule, journal and clock. Consents, tokens and results are gone.
   */
  reset(): void;
}
