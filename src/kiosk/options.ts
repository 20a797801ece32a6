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
import type { CardReader } from './reader.js';
import type { KioskEvent } from './states.js';

/** Service on the menu, with the inquiries to send for it. */
export interface KioskService {
  /** Service id of the registration. */
  readonly id: string;
  /** Return value of `defineService`; its name labels the button of figure 3.3-2. */
  readonly service: Service;
  /**
   * One inquiry for all items, which every item must allow, or one inquiry per item. The session
   * does not fetch an item that is left out.
   */
  readonly inquiry: Inquiry | Readonly<Record<string, Inquiry | undefined>>;
}

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
  /**
   * Milliseconds without a transition after which the session ends, the same in every state;
   * default 60,000. The outcome is `idle` where the session waits for the citizen, and `failed`
   * where it waits for the reader or the authorizer: a fetch must not take longer than this.
   */
  readonly idleMs?: number;
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
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  /** Returns the request that opens a transaction under these terms. */
  requestOf(terms: ConsentTerms): KioskRequest;
}

/** Validated options of a session, with the defaults filled in. */
export type CheckedKioskOptions = ReturnType<typeof checkOptions>;

const IDLE_MS = 60_000;

/** Validates the options of a session and fills in the defaults. */
export function checkOptions(options: KioskOptions) {
  options = readKeys(options, 'options', {
    services: true,
    authorizer: true,
    reader: true,
    calendar: true,
    clock: true,
    idleMs: true,
    onEvent: true,
  } satisfies Record<keyof KioskOptions, true>);
  const { authorizer, reader, idleMs = IDLE_MS, onEvent } = options;
  const services = checkServices(options.services);
  checkMethods(authorizer, 'options.authorizer', ['begin']);
  checkMethods(reader, 'options.reader', [
    'insert',
    'readCertificate',
    'sign',
    'eject',
    'onRemoved',
  ]);
  const currentCalendar = calendarSource(options.calendar, catalogOfMenu(services));
  const clock = checkClock(options.clock, 'options.clock');
  checkWhole(idleMs, 'options.idleMs', 1);
  checkFunction(onEvent, 'options.onEvent');
  return { services, authorizer, reader, currentCalendar, clock, idleMs, onEvent };
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
    inquiry: true,
  } satisfies Record<keyof KioskService, true>);
  const { id, service, inquiry } = offered;
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
  const inquiries = checkInquiries(service, inquiry, `${path}.inquiry`);
  const items = Object.entries(inquiries).map(([key, itemInquiry]) => ({
    code: wireCode(service.items[key] as ItemSpec),
    inquiry: itemInquiry,
  }));
  return {
    id,
    service,
    inquiries,
    requestOf: ({ transactionId, grantedAt }) => ({
      transactionId,
      serviceId: id,
      items,
      consentedAt: grantedAt,
    }),
  };
}
