import type { Calendar } from '../calendar/calendar.js';
import { calendarSource, computeAvailability } from '../client/availability.js';
import type { Clock } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkKeys,
  checkMethods,
  checkText,
  checkWhole,
} from '../foundation/options.js';
import type { ConsentTerms } from '../oauth/consent.js';
import { checkInquiries } from '../query/query.js';
import type { Inquiry } from '../service/inquiry.js';
import { type ItemSpec, isService, type Service, wireCode } from '../service/service.js';
import type { KioskAuthorizer, KioskRequest } from './authorizer.js';
import type { CardReader } from './reader.js';
import type { KioskEvent, KioskMenuEntry } from './states.js';

/** A service on the menu, and what is asked for it. */
export interface KioskService {
  /** The service id of the registration. */
  readonly id: string;
  /** What `defineService` returned; its name is the button of figure 3.3-2. */
  readonly service: Service;
  /**
   * One inquiry for all items that every item allows, or one per item; items left out are not
   * asked.
   */
  readonly inquiry: Inquiry | Readonly<Record<string, Inquiry | undefined>>;
}

/** How a kiosk session is made. */
export interface KioskOptions {
  /** The menu, at least one service. */
  readonly services: readonly KioskService[];
  /** The way to the portal. */
  readonly authorizer: KioskAuthorizer;
  /** The device that takes the card in. */
  readonly reader: CardReader;
  /** The calendar, or a function that gives the current one. Default: the guideline's tables. */
  readonly calendar?: Calendar | (() => Calendar);
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * Milliseconds without anything happening after which the session ends, the same in every state;
   * default 60,000. Where the citizen is waited for the outcome is `idle`, where the reader or the
   * authorizer is, `failed`: a fetch may take this long.
   */
  readonly idleMs?: number;
  /**
   * Told of every step. It may call actions. When it throws or rejects, the session ends as
   * `failed`.
   */
  readonly onEvent?: (event: KioskEvent) => void;
}

/** A checked service of the menu. */
export interface OfferedService {
  readonly id: string;
  readonly service: Service;
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  requestOf(terms: ConsentTerms): KioskRequest;
}

/** A citizen needs time with the card: a server that closes within it counts as closed. */
const FOR_MS = 600_000;
const IDLE_MS = 60_000;

/** Checks the options of a session and makes them complete. */
export function checkOptions(options: KioskOptions) {
  checkKeys(options, 'options', {
    services: true,
    authorizer: true,
    reader: true,
    calendar: true,
    clock: true,
    idleMs: true,
    onEvent: true,
  });
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
  const currentCalendar = calendarSource(options.calendar);
  const clock = checkClock(options.clock, 'options.clock');
  checkWhole(idleMs, 'options.idleMs', 1);
  checkFunction(onEvent, 'options.onEvent');
  return { services, authorizer, reader, currentCalendar, clock, idleMs, onEvent };
}

function checkServices(value: unknown): readonly OfferedService[] {
  const path = 'options.services';
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  if (value.length === 0)
    throw new SelfInfoError('invalid_option', {
      path,
      expected: { en: 'At least one service.', ja: '1つ以上のサービスが必要です。' },
    });
  const ids = new Set<string>();
  return value.map((given: unknown, index) => {
    const at = `${path}[${index}]`;
    checkKeys(given, at, { id: true, service: true, inquiry: true });
    const { id, service, inquiry } = given;
    checkText(id, `${at}.id`);
    if (ids.has(id))
      throw new SelfInfoError('invalid_option', {
        path: `${at}.id`,
        expected: { en: 'It is on the menu already.', ja: '同じIDが既にメニューにあります。' },
      });
    ids.add(id);
    if (service === undefined) throw new SelfInfoError('missing_option', { path: `${at}.service` });
    if (!isService(service))
      throw new TypeError(`${at}.service must be a service of defineService.`);
    const inquiries = checkInquiries(service, inquiry, `${at}.inquiry`);
    const items = Object.entries(inquiries).map(([key, asked]) => ({
      code: wireCode(service.items[key] as ItemSpec),
      inquiry: asked,
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
  });
}

/** A service as the screens show it, with the calendar's word on what is asked. */
export function entryOf(
  { id, service, inquiries }: OfferedService,
  calendar: Calendar,
  atMs: number,
): KioskMenuEntry {
  const { name, purpose, retention } = service;
  const asked = Object.entries<ItemSpec>(service.items).filter(([key]) =>
    Object.hasOwn(inquiries, key),
  );
  const availability = computeAvailability(
    { ...service, items: Object.fromEntries(asked) } as Service,
    calendar,
    atMs,
    FOR_MS,
  );
  const items = Object.freeze(Object.fromEntries(asked.map(([key, { detail }]) => [key, detail])));
  return Object.freeze({ id, name, purpose, retention, items, availability });
}
