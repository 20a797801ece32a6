import type { Calendar } from '../calendar/calendar.js';
import { type Catalog, publishedCatalog } from '../catalog/catalog.js';
import { calendarSource } from '../client/availability.js';
import type { Clock } from '../foundation/clock.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkMethods,
  checkText,
  checkWhole,
  readKeys,
} from '../foundation/options.js';
import type { ConsentTerms } from '../oauth/terms.js';
import { checkInquiries } from '../query/inquiries.js';
import type { Inquiry } from '../service/inquiry.js';
import { catalogOf, isService, type Service, wireCode } from '../service/service.js';
import type { ItemSpec } from '../service/spec.js';
import type { KioskAuthorizer, KioskRequest } from './authorizer.js';
import { kioskMachine } from './machine.js';
import type { CardReader } from './reader.js';
import type { KioskEvent, KioskPlace } from './states.js';

/** Service on the menu, with the inquiries to send for it. */
export interface KioskService {
  /** Service id of the registration. */
  readonly id: string;
  /** Return value of `defineService`; its name labels the button of figure 3.3-2. */
  readonly service: Service;
  /** Name of the company or office that receives the information, as the citizen reads it. */
  readonly provider: string;
  /**
   * One inquiry for all items, which every item must allow, or one inquiry per item. The session
   * does not fetch an item that is left out.
   */
  readonly inquiry: Inquiry | Readonly<Record<string, Inquiry | undefined>>;
}

/** Milliseconds by state; default 60,000. */
export type KioskIdleTimes = {
  readonly [At in TimedPlace]?: number;
};

type TimedPlace = Exclude<
  KioskPlace,
  'start' | 'card-out' | 'retracting-card' | 'ended' | 'card-forgotten' | 'card-jammed'
>;

/** Options of `createKioskSession`. */
export interface KioskOptions {
  /** The menu, at least one service. */
  readonly services: readonly KioskService[];
  /** Adapter to the portal. */
  readonly authorizer: KioskAuthorizer;
  /** Device that takes the card in. */
  readonly reader: CardReader;
  /**
   * Calendar with the catalogue of the services, or a function that returns the current one.
   * Default: without announcements.
   */
  readonly calendar?: Calendar<Catalog> | (() => Calendar<Catalog>);
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Id of this machine, which events and receipts show. */
  readonly terminalId?: string;
  /**
   * Milliseconds without a transition after which the session ends: one time for every state, or
   * times by state; default 60,000. The outcome is `idle` where the session waits for the citizen,
   * and `failed` where it waits for the reader or the authorizer: a fetch must not take longer.
   * In `take-card` the reader then draws the forgotten card in. `start` has no time.
   */
  readonly idleMs?: number | KioskIdleTimes;
  /**
   * Milliseconds before the end of that time at which a state that waits for the citizen emits
   * `idle-soon`; default 15,000, at most half of the time. 0 emits none.
   */
  readonly warnMs?: number;
  /**
   * Receives every transition, and may call actions. When it throws or rejects, the session ends as
   * `failed`.
   */
  readonly onEvent?: (event: KioskEvent) => void;
}

/** Validated service of the menu. */
export interface OfferedService {
  readonly id: string;
  readonly service: Service;
  readonly provider: string;
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  /** Returns the request that opens a transaction under these terms. */
  requestOf(terms: ConsentTerms): KioskRequest;
}

const DEFAULTS = kioskMachine.defaults;

/** Validated options of a session, with the defaults filled in. */
export type CheckedKioskOptions = ReturnType<typeof checkOptions>;

/** Validates the options of a session and fills in the defaults. */
export function checkOptions(options: KioskOptions) {
  options = readKeys(options, 'options', {
    services: true,
    authorizer: true,
    reader: true,
    calendar: true,
    clock: true,
    terminalId: true,
    idleMs: true,
    warnMs: true,
    onEvent: true,
  } satisfies Record<keyof KioskOptions, true>);
  const { authorizer, reader, terminalId, warnMs: warning = DEFAULTS.warnMs, onEvent } = options;
  const services = checkServices(options.services);
  checkMethods(authorizer, 'options.authorizer', ['begin']);
  checkMethods(reader, 'options.reader', [
    'insert',
    'readCertificate',
    'sign',
    'eject',
    'awaitTaken',
    'retract',
    'onRemoved',
  ]);
  const currentCalendar = calendarSource(options.calendar, catalogOfMenu(services));
  const clock = checkClock(options.clock, 'options.clock');
  if (terminalId !== undefined) checkText(terminalId, 'options.terminalId');
  const idleMs = checkIdle(options.idleMs);
  checkWhole(warning, 'options.warnMs', 0);
  checkFunction(onEvent, 'options.onEvent');
  /** Returns how long before the end of a time the warning comes. */
  const warnMs = (limitMs: number) => Math.min(warning, Math.floor(limitMs / 2));
  const parts = { services, authorizer, reader, currentCalendar, clock };
  return { ...parts, terminalId, idleMs, warnMs, onEvent };
}

/** Returns the function that tells the time of a state. */
function checkIdle(value: KioskOptions['idleMs']): (at: KioskPlace) => number {
  const path = 'options.idleMs';
  if (typeof value !== 'object') {
    const idleMs = value === undefined ? DEFAULTS.idleMs : value;
    checkWhole(idleMs, path, 1);
    return () => idleMs;
  }
  const timed = Object.entries(kioskMachine.states).filter(([, { limit }]) => limit === 'idleMs');
  const known = Object.fromEntries(timed.map(([at]) => [at, true as const]));
  const times = readKeys(value as Readonly<Record<string, unknown>>, path, known);
  for (const [at, ms] of Object.entries(times))
    if (ms !== undefined) checkWhole(ms, `${path}.${at}`, 1);
  return (at) => (times[at] as number | undefined) ?? DEFAULTS.idleMs;
}

/** Returns the catalogue of the services, which must be the same: one calendar serves them all. */
function catalogOfMenu(services: readonly OfferedService[]): Catalog {
  const [first = publishedCatalog, ...others] = services.map(({ service }) => catalogOf(service));
  const other = others.findIndex(({ fingerprint }) => fingerprint !== first.fingerprint);
  if (other < 0) return first;
  throw invalidOption(`options.services[${other + 1}].service`, {
    en: 'Its catalogue differs from that of the first service.',
    ja: '最初のサービスとカタログが異なります。',
  });
}

function checkServices(value: unknown): readonly OfferedService[] {
  const path = 'options.services';
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  if (value.length === 0)
    throw invalidOption(path, {
      en: 'It needs at least one service.',
      ja: '1つ以上のサービスを指定してください。',
    });
  const ids = new Set<string>();
  return value.map((given: unknown, index) => checkService(given, `${path}[${index}]`, ids));
}

function checkService(given: unknown, path: string, ids: Set<string>): OfferedService {
  const offered = readKeys(given, path, {
    id: true,
    service: true,
    provider: true,
    inquiry: true,
  } satisfies Record<keyof KioskService, true>);
  const { id, service, provider, inquiry } = offered;
  checkText(id, `${path}.id`);
  if (ids.has(id))
    throw invalidOption(`${path}.id`, {
      en: 'The menu already has this id.',
      ja: '同じIDがすでにメニューにあります。',
    });
  ids.add(id);
  if (service === undefined) throw new SelfInfoError('missing_option', { path: `${path}.service` });
  if (!isService(service))
    throw new TypeError(`${path}.service must be a service of defineService.`);
  checkText(provider, `${path}.provider`);
  const inquiries = checkInquiries(service, inquiry, `${path}.inquiry`);
  const items = Object.entries(inquiries).map(([key, itemInquiry]) => ({
    code: wireCode(service.items[key] as ItemSpec),
    inquiry: itemInquiry,
  }));
  return {
    id,
    service,
    provider,
    inquiries,
    requestOf: ({ transactionId, grantedAt }) => ({
      transactionId,
      serviceId: id,
      items,
      consentedAt: grantedAt,
    }),
  };
}
