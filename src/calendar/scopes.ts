import type { Catalog, DetailIdOf, PublishedCatalog, ServerIdOf } from '../catalog/catalog.js';
import type { ItemCode } from '../catalog/item-codes.js';

/**
 * What an announcement is about, from wide to narrow: the whole service (all 13 systems), one
 * server, a detail (分野詳細), or an item (特定個人情報) by its code, whether the catalogue has it or not.
 *
 * - `{ detail }` reaches the detail, the detail at each holder, and each item of it. A server asked
 *   alone is untouched.
 * - `{ item }` reaches targets with this code, and, as `uncertain`, those whose code is unknown.
 */
export type AnnouncementTarget<C extends Catalog = PublishedCatalog> =
  | 'all'
  | ServerIdOf<C>
  | { readonly detail: DetailIdOf<C> }
  | { readonly item: ItemCode };

/**
 * Whom an announced stop concerns, if not everybody: only those who have never fetched
 * (初回利用時), only some holders (一部の取得先), or a scope in words that nobody could place.
 */
export type AnnouncementLimit = 'first-use' | 'some-sources' | 'unknown-scope';
