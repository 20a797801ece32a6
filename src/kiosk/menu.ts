import type { Calendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import { computeAvailability } from '../client/availability.js';
import { invalidOption } from '../foundation/errors.js';
import { checkText } from '../foundation/options.js';
import { catalogOf, type Service } from '../service/service.js';
import type { ItemSpec } from '../service/spec.js';
import type { SessionContext } from './context.js';
import type { OfferedService } from './options.js';
import type { KioskCause, KioskMenuEntry } from './states.js';
import { enter } from './transitions.js';

/** A citizen needs time with the card: a server that closes within it counts as closed. */
const LOOK_AHEAD_MS = 600_000;

/** Shows the menu (figure 3.3-2). */
export function showMenu(context: SessionContext, cause: KioskCause): void {
  const calendar = context.currentCalendar();
  const entries = Object.freeze(
    context.services.map((service) => menuEntryOf(service, calendar, context.clock.now())),
  );
  context.chosen = undefined;
  enter(context, { at: 'menu', services: entries }, cause);
}

/** Chooses a service of the menu and shows the first consent, or that the service is closed. */
export function chooseService(context: SessionContext, id: string): void {
  checkText(id, 'id');
  const wanted = context.services.find((service) => service.id === id);
  if (wanted === undefined)
    throw invalidOption('id', {
      en: 'The menu has no service with this id.',
      ja: 'このIDのサービスはメニューにありません。',
    });
  const service = menuEntryOf(wanted, context.currentCalendar(), context.clock.now());
  context.chosen = wanted;
  const at = service.availability.state === 'closed' ? 'unavailable' : 'first-consent';
  enter(context, { at, service }, 'choose');
}

/** Returns a service as the screens show it, with the availability of the items to fetch. */
export function menuEntryOf(
  { id, service, provider, inquiries }: OfferedService,
  calendar: Calendar<Catalog>,
  atMs: number,
): KioskMenuEntry {
  const { name, purpose, retention } = service;
  const wanted = Object.entries<ItemSpec>(service.items).filter(([key]) =>
    Object.hasOwn(inquiries, key),
  );
  const availability = computeAvailability(
    { ...service, items: Object.fromEntries(wanted) } as Service,
    calendar,
    atMs,
    LOOK_AHEAD_MS,
  );
  const { details } = catalogOf(service);
  const items = Object.fromEntries(
    wanted.map(([key, { detail }]) => {
      const { ja = detail, en = detail } = details.find((row) => row.id === detail) ?? {};
      return [key, Object.freeze({ detail, ja, en })];
    }),
  );
  const shown = { id, name, provider, purpose, retention, items: Object.freeze(items) };
  return Object.freeze({ ...shown, availability });
}
