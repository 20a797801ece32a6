import type { Calendar } from '../calendar/calendar.js';
import { type Catalog, publishedCatalog } from '../catalog/catalog.js';
import { invalidOption } from '../foundation/errors.js';
import { member } from '../foundation/own.js';
import { catalogOf, isService } from '../service/service.js';
import type { Problems } from './problems.js';

/**
 * Returns the catalogue of the services of `defineService` and of the calendar. Adds a problem if
 * they differ. Default: the guideline's.
 */
export function checkOneCatalog(
  registrations: unknown,
  calendar: Calendar<Catalog> | undefined,
  problems: Problems,
): Catalog {
  const given: (readonly [path: string, catalog: Catalog])[] = [];
  for (const [index, registration] of (Array.isArray(registrations)
    ? registrations
    : []
  ).entries()) {
    const service: unknown =
      typeof registration === 'object' && registration !== null
        ? member(registration, 'service')
        : undefined;
    if (isService(service))
      given.push([`options.registrations[${index}].service`, catalogOf(service)]);
  }
  if (calendar?.catalog) given.push(['options.calendar', calendar.catalog]);
  const [, first = publishedCatalog] = given[0] ?? [];
  for (const [path, { fingerprint }] of given) {
    if (fingerprint === first.fingerprint) continue;
    problems.check(() => {
      throw invalidOption(path, {
        en: `Its catalogue differs from that of ${given[0]?.[0]}.`,
        ja: `${given[0]?.[0]} とカタログが異なります。`,
      });
    });
  }
  return first;
}
