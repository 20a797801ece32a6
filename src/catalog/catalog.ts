import { type CategoryId, type DetailId, details, holdings } from './details.js';
import type { ItemCode } from './item-codes.js';
import { type ItemConfidence, itemRows } from './items.js';
import { type ServerId, servers } from './servers.js';

/** A name in both languages. */
export interface CatalogName {
  readonly ja: string;
  readonly en: string;
}

/** A government system of a catalogue. */
export interface CatalogServer<S extends string = string> extends CatalogName {
  readonly id: S;
  /** The holder of the data, or the system, by the name that citizens know. */
  readonly holder: CatalogName;
  /** `common`: every query needs it. `holder`: it holds the data of some details. */
  readonly role: 'common' | 'holder';
  /** `table`: by section 2.5 of the guideline. `unknown`: nobody has published them. */
  readonly hours: 'table' | 'unknown';
  /** The guideline's table and row, or where the caller has the row from; null if not said. */
  readonly source: string | null;
}

/** A detail (分野詳細) of a catalogue. */
export interface CatalogDetail<D extends string = string> extends CatalogName {
  readonly id: D;
  readonly category: CategoryId;
}

/** Which server holds the data of which detail, and when. */
export interface CatalogHolding<S extends string = string, D extends string = string> {
  readonly detail: D;
  readonly server: S;
  /** The row of table 2.5-5; null for a holding of the caller's. */
  readonly row: number | null;
  /** First JST day, `YYYY-MM-DD`; null if it has always held the data. */
  readonly from: string | null;
  /** First JST day on which it no longer holds the data; null if no end is known. */
  readonly until: string | null;
}

/** An item (特定個人情報名) of a catalogue. Other codes exist, and none is refused. */
export interface CatalogItem<D extends string = string> {
  /** The item's code (特定個人情報名コード): `TM` and 14 digits. */
  readonly code: ItemCode;
  /** Its name; null if none was seen in public. */
  readonly name: CatalogName | null;
  /** The details it belongs to; empty if unknown. */
  readonly details: readonly D[];
  /** How well code and details are known; `caller` for an item of the caller's. */
  readonly confidence: {
    readonly code: ItemConfidence | 'caller';
    readonly details: ItemConfidence | 'caller';
  };
  /** Where the row comes from; null if the caller did not say. */
  readonly source: string | null;
}

/**
 * Who holds what: systems, details, holdings and items. Immutable. Either the guideline's
 * ({@link PublishedCatalog}), or made by `extendCatalog`.
 */
export interface Catalog<S extends string = string, D extends string = string> {
  /**
   * The same for catalogues with the same rows. A client refuses a service and a calendar whose
   * catalogues differ.
   */
  readonly fingerprint: string;
  readonly servers: readonly CatalogServer<S>[];
  readonly details: readonly CatalogDetail<D>[];
  /** In the order of table 2.5-5, then as added. */
  readonly holdings: readonly CatalogHolding<S, D>[];
  readonly items: readonly CatalogItem<D>[];
}

/** The catalogue of guideline v2.2: 13 systems, 18 details, and the codes seen in public. */
export type PublishedCatalog = Catalog<ServerId, DetailId>;

/** The id of a server of a catalogue. */
export type ServerIdOf<C extends Catalog> = C['servers'][number]['id'];

/** The id of a detail of a catalogue. */
export type DetailIdOf<C extends Catalog> = C['details'][number]['id'];

const BRAND = Symbol.for('myna-selfinfo.catalog');

/** The rows of a catalogue. */
export type CatalogRows<S extends string = string, D extends string = string> = Omit<
  Catalog<S, D>,
  'fingerprint'
>;

/** Freezes the rows of a catalogue and marks it as checked, for every copy of this package. */
export function sealCatalog<S extends string, D extends string>(
  fingerprint: string,
  rows: CatalogRows<S, D>,
): Catalog<S, D> {
  const catalog: Catalog<S, D> = {
    fingerprint,
    servers: frozen(rows.servers),
    details: frozen(rows.details),
    holdings: frozen(rows.holdings),
    items: frozen(rows.items),
  };
  Object.defineProperty(catalog, BRAND, { value: true });
  return Object.freeze(catalog);
}

function frozen<T extends object>(rows: readonly T[]): readonly T[] {
  for (const row of rows) {
    Object.freeze(row);
    for (const value of Object.values(row)) Object.freeze(value);
  }
  return Object.freeze([...rows]);
}

/** The catalogue of guideline v2.2. It is used wherever no other catalogue is given. */
export const publishedCatalog: PublishedCatalog = sealCatalog('v2.2', {
  servers: servers.map(({ id, ja, en, holder, role, table, row }) => ({
    ...{ id, ja, en, holder, role },
    hours: 'table',
    source: `v2.2, ${table}, ${row}`,
  })),
  details,
  holdings: holdings.map((holding) => ({ ...holding, from: null, until: null })),
  items: itemRows,
});

/** Checks that a value is a catalogue, of any copy of this package. Default: the guideline's. */
export function checkCatalog<C extends Catalog>(value: C | undefined, path: string): C;
export function checkCatalog(value: Catalog | undefined, path: string): Catalog {
  // One object for the published catalogue, so that its calendars share what they compute.
  if (value === undefined) return publishedCatalog;
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND))
    return value.fingerprint === publishedCatalog.fingerprint ? publishedCatalog : value;
  throw new TypeError(`${path} must be what extendCatalog returned.`);
}
