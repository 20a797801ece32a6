import { fingerprint } from '../foundation/fingerprint.js';
import { readKeys } from '../foundation/options.js';
import {
  type Catalog,
  type CatalogHolding,
  type CatalogName,
  type CatalogRows,
  publishedCatalog,
  sealCatalog,
} from './catalog.js';
import type { CategoryId, DetailId } from './details.js';
import { readDetails, readItems, readServers } from './extension-rows.js';
import type { ItemCode } from './item-codes.js';
import type { ServerId } from './servers.js';

/**
 * A system that the guideline's tables do not list. Its hours are unknown, so everything it holds
 * is `uncertain`, until a calendar gets a row for it (`createCalendar({ servers })`).
 */
export interface AddedServer {
  /** Lower-case words joined by hyphens, at most 60 characters. */
  readonly id: string;
  /** The system's name in Japanese. */
  readonly ja: string;
  /** Its name in English. Default: the holder's. */
  readonly en?: string;
  /** The holder of the data, by the name that citizens know. */
  readonly holder: CatalogName;
  readonly hours: 'unknown';
  /** Where the facts come from. It is named in the causes. */
  readonly source?: string;
  readonly redefines?: undefined;
}

/** A system of the guideline's tables with other names, or whose hours are no longer known. */
export interface RedefinedServer extends Omit<AddedServer, 'hours' | 'redefines'> {
  /** Default: the hours of the guideline's tables. */
  readonly hours?: 'unknown';
  /** Says that the row of the guideline's tables is replaced on purpose. */
  readonly redefines: true;
}

/** A server that holds the data of a detail, always or between two days. */
export type AddedHolder<S extends string = string> =
  | S
  | {
      readonly server: S;
      /** First JST day, `YYYY-MM-DD`. Default: always. */
      readonly from?: string;
      /** First JST day on which it no longer holds the data. Default: no end. */
      readonly until?: string;
    };

/** A detail (分野詳細), and who holds its data. */
export interface AddedDetail<S extends string = string> extends CatalogName {
  /** Lower-case words joined by hyphens, at most 60 characters. */
  readonly id: string;
  readonly category: CategoryId;
  /** Servers of the guideline or of this extension, at most 20. */
  readonly holders: readonly AddedHolder<S>[];
  /** Says that the row of table 2.5-5 is replaced on purpose, with all its holders. */
  readonly redefines?: true;
}

/** An item (特定個人情報名). */
export interface AddedItem<D extends string = string> {
  /** The item's code (特定個人情報名コード): `TM` and 14 digits. */
  readonly code: ItemCode;
  /** Its name in Japanese. */
  readonly ja: string;
  /** Its name in English. Default: that of its first detail. */
  readonly en?: string;
  /** The details it belongs to. */
  readonly details: readonly D[];
  /** Where the facts come from. */
  readonly source?: string;
  /** Says that a code seen in public is replaced on purpose. */
  readonly redefines?: true;
}

/** What {@link extendCatalog} adds to the guideline's catalogue. Plain JSON is accepted. */
export interface CatalogExtension {
  readonly servers?: readonly (AddedServer | RedefinedServer)[];
  readonly details?: readonly AddedDetail[];
  readonly items?: readonly AddedItem[];
}

type IdsIn<L> = L extends readonly { readonly id: infer I extends string }[] ? I : never;
type ListOf<E, K extends string> = K extends keyof E ? NonNullable<E[K]> : never;

/** The servers of an extended catalogue. */
type Servers<E> = ServerId | IdsIn<ListOf<E, 'servers'>>;
/** The details of an extended catalogue. */
type Details<E> = DetailId | IdsIn<ListOf<E, 'details'>>;

/** Checks at compile time that every holder and every detail that an extension names exists. */
export interface CheckedExtension<E> {
  readonly details?: readonly AddedDetail<Servers<E>>[];
  readonly items?: readonly AddedItem<Details<E>>[];
}

/** The catalogue that an extension makes. */
export type ExtendedCatalog<E> = Catalog<Servers<E>, Details<E>>;

/**
 * Adds servers, details and items to the guideline's catalogue, for what exists and table 2.5-5
 * does not name. Give the catalogue to `defineService`, `createCalendar`, `parseNotices` and the
 * sandbox; the client and the vault take it from the service.
 *
 * @param extension - the rows to add. A row with the id of a published one needs `redefines`.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `unknown_server`,
 * `unknown_detail`, `invalid_date`, `range_reversed`, naming the place, e.g.
 * `extension.details[0].holders[1]`; TypeError for a wrong JavaScript type.
 * @example
 * ```ts
 * import { createCalendar, extendCatalog } from 'myna-selfinfo/calendar';
 * const catalog = extendCatalog({
 *   servers: [
 *     {
 *       id: 'moj-family-register',
 *       ja: '法務省の戸籍情報',
 *       holder: { ja: '法務省', en: 'Ministry of Justice' },
 *       hours: 'unknown',
 *     },
 *   ],
 *   details: [
 *     {
 *       id: 'family-register',
 *       ja: '戸籍',
 *       en: 'family register',
 *       category: 'household',
 *       holders: ['moj-family-register'],
 *     },
 *   ],
 *   items: [{ code: 'TM00000000000108', ja: '戸籍関係情報', details: ['family-register'] }],
 * });
 * const calendar = createCalendar({}, catalog);
 * console.log(calendar.status('family-register', '2026-12-03T12:00+09:00').state); // uncertain
 * ```
 */
export function extendCatalog<const E extends CatalogExtension>(
  extension: E & CheckedExtension<E>,
): ExtendedCatalog<E>;
export function extendCatalog(extension: CatalogExtension): Catalog {
  const given = readKeys(extension, 'extension', {
    servers: true,
    details: true,
    items: true,
  } satisfies Record<keyof CatalogExtension, true>);
  const servers = readServers(given.servers ?? [], 'extension.servers');
  const known = replaced(publishedCatalog.servers, servers, ({ id }) => id);
  const details = readDetails(given.details ?? [], 'extension.details', { servers: known });
  const allDetails = replaced(
    publishedCatalog.details,
    details.map(({ detail }) => detail),
    ({ id }) => id,
  );
  const items = readItems(given.items ?? [], 'extension.items', { details: allDetails });
  const rows: CatalogRows = {
    servers: known,
    details: allDetails,
    holdings: [
      ...publishedCatalog.holdings.filter(
        (holding) => !details.some(({ detail }) => detail.id === holding.detail),
      ),
      ...details.flatMap(({ holdings }): readonly CatalogHolding[] => holdings),
    ],
    items: replaced(publishedCatalog.items, items, ({ code }) => code),
  };
  const added = [servers, details, items].flat().map((row) => JSON.stringify(row));
  // The order of the rows makes no difference, and the published rows are those of every copy.
  return added.length === 0
    ? publishedCatalog
    : sealCatalog(`v2.2+${fingerprint(added.sort().join('\n'))}`, rows);
}

/** Returns rows with those of the same key replaced where they stand, and the others added. */
function replaced<T>(rows: readonly T[], added: readonly T[], keyOf: (row: T) => string): T[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  for (const row of added) byKey.set(keyOf(row), row);
  return [...byKey.values()];
}
