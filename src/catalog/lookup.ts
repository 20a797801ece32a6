import { SelfInfoError } from '../foundation/errors.js';
import {
  type Catalog,
  type CatalogDetail,
  type CatalogHolding,
  type CatalogItem,
  type CatalogName,
  type CatalogServer,
  type DetailIdOf,
  type PublishedCatalog,
  publishedCatalog,
  type ServerIdOf,
} from './catalog.js';
import type { ServerId } from './servers.js';

/** The rows of a catalogue by id. */
interface CatalogIndex {
  readonly servers: ReadonlyMap<string, CatalogServer>;
  readonly details: ReadonlyMap<string, CatalogDetail>;
  /** By the id of the detail. */
  readonly holdings: ReadonlyMap<string, readonly CatalogHolding[]>;
  /** By the id of the detail. */
  readonly holders: ReadonlyMap<string, readonly string[]>;
  readonly items: ReadonlyMap<string, CatalogItem>;
}

const indexes = new WeakMap<Catalog, CatalogIndex>();

function indexOf(catalog: Catalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known) return known;
  const holdings = new Map<string, CatalogHolding[]>(catalog.details.map(({ id }) => [id, []]));
  for (const holding of catalog.holdings) holdings.get(holding.detail)?.push(holding);
  const index = {
    servers: new Map(catalog.servers.map((server) => [server.id, server])),
    details: new Map(catalog.details.map((detail) => [detail.id, detail])),
    holdings,
    holders: new Map(
      [...holdings].map(([id, list]) => [id, Object.freeze(list.map(({ server }) => server))]),
    ),
    items: new Map(catalog.items.map((item) => [item.code, item])),
  };
  indexes.set(catalog, index);
  return index;
}

/** The systems that every query needs, regardless of the holder. */
export const commonServers: readonly ServerId[] = publishedCatalog.servers
  .filter((server) => server.role === 'common')
  .map((server) => server.id);

/**
 * Returns the servers that hold the data of a detail, at any time, in the order of table 2.5-5.
 *
 * @param detail - the id of the detail.
 * @param catalog - default: the guideline's.
 * @example
 * ```ts
 * import { holdersOf } from 'myna-selfinfo/calendar';
 * holdersOf('medical-insurance'); // ['medical-insurers', 'municipal']
 * ```
 */
export function holdersOf<C extends Catalog = PublishedCatalog>(
  detail: DetailIdOf<C>,
  catalog?: C,
): readonly ServerIdOf<C>[];
export function holdersOf(detail: string, catalog: Catalog = publishedCatalog): readonly string[] {
  return indexOf(catalog).holders.get(detail) ?? [];
}

/** Returns the holdings of a detail, in order. */
export function holdingsOf(detail: string, catalog: Catalog): readonly CatalogHolding[] {
  return indexOf(catalog).holdings.get(detail) ?? [];
}

/** Returns whether a value is the id of a detail. Default: of the guideline's 18. */
export function isDetailId<C extends Catalog = PublishedCatalog>(
  value: unknown,
  catalog?: C,
): value is DetailIdOf<C>;
export function isDetailId(value: unknown, catalog: Catalog = publishedCatalog): boolean {
  return typeof value === 'string' && indexOf(catalog).details.has(value);
}

/** Returns whether a value is the id of a system. Default: of the guideline's 13. */
export function isServerId<C extends Catalog = PublishedCatalog>(
  value: unknown,
  catalog?: C,
): value is ServerIdOf<C>;
export function isServerId(value: unknown, catalog: Catalog = publishedCatalog): boolean {
  return typeof value === 'string' && indexOf(catalog).servers.has(value);
}

/** Checks that a value is the id of a detail. The error lists the known ids. */
export function checkDetailId<C extends Catalog = PublishedCatalog>(
  value: unknown,
  path: string,
  catalog?: C,
): asserts value is DetailIdOf<C>;
export function checkDetailId(
  value: unknown,
  path: string,
  catalog: Catalog = publishedCatalog,
): void {
  if (isDetailId(value, catalog)) return;
  throw new SelfInfoError('unknown_detail', { path, expected: known(catalog.details) });
}

/** Checks that a value is the id of a system. The error lists the known ids. */
export function checkServerId<C extends Catalog = PublishedCatalog>(
  value: unknown,
  path: string,
  catalog?: C,
): asserts value is ServerIdOf<C>;
export function checkServerId(
  value: unknown,
  path: string,
  catalog: Catalog = publishedCatalog,
): void {
  if (isServerId(value, catalog)) return;
  throw new SelfInfoError('unknown_server', { path, expected: known(catalog.servers) });
}

/** Returns the row of a system whose id is known to be one of the catalogue. */
export function serverRow(id: string, catalog: Catalog): CatalogServer {
  return indexOf(catalog).servers.get(id) as CatalogServer;
}

/** Returns the subject of a sentence for citizens about a system: whose system it is. */
export function holderName({ role, holder }: CatalogServer): CatalogName {
  return role === 'common' ? holder : { ja: `${holder.ja}のシステム`, en: holder.en };
}

/** Returns whether every query needs a system. */
export function isCommon(id: string, catalog: Catalog): boolean {
  return indexOf(catalog).servers.get(id)?.role === 'common';
}

/** Returns the row of a detail whose id is known to be one of the catalogue. */
export function detailRow(id: string, catalog: Catalog): CatalogDetail {
  return indexOf(catalog).details.get(id) as CatalogDetail;
}

/** Returns the row of an item; undefined for a code that the catalogue does not have. */
export function itemRow(code: string, catalog: Catalog): CatalogItem | undefined {
  return indexOf(catalog).items.get(code);
}

/** Returns the name of an item: its own if the catalogue has one, otherwise that of its detail. */
export function nameOfItem(
  code: string | null | undefined,
  detail: CatalogDetail,
  catalog: Catalog,
): CatalogName {
  return (code ? itemRow(code, catalog)?.name : null) ?? detail;
}

function known(rows: readonly { readonly id: string }[]): { en: string; ja: string } {
  const ids = rows.map(({ id }) => id);
  return { en: `Known: ${ids.join(', ')}.`, ja: `指定できるのは ${ids.join('、')} です。` };
}
