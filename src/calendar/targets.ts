import type { Catalog, DetailIdOf, PublishedCatalog, ServerIdOf } from '../catalog/catalog.js';
import { checkItemCode, type ItemCode } from '../catalog/item-codes.js';
import { checkDetailId, checkServerId, holdersOf } from '../catalog/lookup.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';

/**
 * The target of a question: a detail (分野詳細), a detail at one of its holders, an item of a detail, a
 * server alone, or several of these, of which the worst state counts.
 *
 * An item is asked by its code beside its detail, because announcements may stop one item only. The
 * detail decides the holders. Pass `null` for an item whose code is unknown: it is uncertain while
 * an announced stop may mean it. A detail without `item` ignores stops of single items.
 *
 * A server alone does not say whether a query can be answered: that takes the three common systems
 * and a holder. Guideline section 2.5, table 2.5-5.
 *
 * @example
 * ```ts
 * import type { Target } from 'myna-selfinfo/calendar';
 * const targets: Target[] = [
 *   'local-tax',
 *   'pension@municipal',
 *   { detail: 'public-funds-account', item: 'TM00000000000089' },
 *   { server: 'juki-net' },
 *   { allOf: ['local-tax', 'household'] },
 * ];
 * ```
 */
export type Target<C extends Catalog = PublishedCatalog> =
  | DetailIdOf<C>
  | `${DetailIdOf<C>}@${ServerIdOf<C>}`
  | {
      readonly detail: DetailIdOf<C> | `${DetailIdOf<C>}@${ServerIdOf<C>}`;
      readonly item?: ItemCode | null;
    }
  | { readonly server: ServerIdOf<C> }
  | { readonly allOf: readonly Target<C>[] };

/** A detail as a member of a target, checked. */
export interface DetailMember {
  readonly key: string;
  readonly detail: string;
  readonly holder?: string;
  /** The code of the item; null if it is unknown, absent if the whole detail is meant. */
  readonly item?: ItemCode | null;
}

/** A checked member of a target. Equal members have the same `key`. */
export type TargetMember =
  | DetailMember
  | { readonly key: string; readonly detail?: undefined; readonly server: string };

// Far above any real use. They bound the work that an untrusted target causes, and stop a target
// that contains itself.
const MAX_DEPTH = 16;
const MAX_MEMBERS = 1000;

/**
 * Checks a target and returns its members. Nesting has no meaning, because the worst state of all
 * members counts.
 *
 * @throws SelfInfoError `unknown_detail`, `unknown_server`, `not_a_holder`, `invalid_option`,
 * `unknown_option`; TypeError.
 */
export function membersOf(target: unknown, path: string, catalog: Catalog): TargetMember[] {
  let count = 0;
  const collect = (member: unknown, at: string, depth: number): TargetMember[] => {
    if (typeof member === 'string') return [memberOf(member, at, catalog)];
    if (typeof member !== 'object' || member === null || Array.isArray(member)) {
      throw new TypeError(
        `${at} must be a detail, a detail@server, { detail, item }, { server } or { allOf }.`,
      );
    }
    const given = readKeys(member as unknown, at, {
      detail: true,
      item: true,
      server: true,
      allOf: true,
    });
    if (['detail', 'server', 'allOf'].filter((key) => key in given).length !== 1) {
      throw invalidOption(at, {
        en: 'It must have one of detail, server and allOf.',
        ja: 'detail、server、allOf のうち1つだけを指定してください。',
      });
    }
    if ('detail' in given) return [itemMember(given.detail, given.item, at, catalog)];
    if (given.item !== undefined) throw itemWithoutDetail(`${at}.item`);
    if ('server' in given) return [serverMember(given.server, `${at}.server`, catalog)];
    if (!Array.isArray(given.allOf)) throw new TypeError(`${at}.allOf must be an array.`);
    if (given.allOf.length === 0)
      throw invalidOption(`${at}.allOf`, {
        en: 'It must not be empty.',
        ja: '空の値は指定できません。',
      });
    count += given.allOf.length;
    if (depth === MAX_DEPTH || count > MAX_MEMBERS) {
      throw invalidOption(path, {
        en: `At most ${MAX_DEPTH} levels of allOf and ${MAX_MEMBERS} members.`,
        ja: `allOf の入れ子は ${MAX_DEPTH} 段以内、要素は合計 ${MAX_MEMBERS} 個以内で指定してください。`,
      });
    }
    // Array.from turns holes into undefined, which flatMap would skip.
    return Array.from(given.allOf).flatMap((inner: unknown, index) =>
      collect(inner, `${at}.allOf[${index}]`, depth + 1),
    );
  };
  const found = new Map(collect(target, path, 0).map((each) => [each.key, each]));
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Returns the key of an item of a detail. No detail contains a `#`. */
export function itemKey(detail: string, item: string | null): string {
  return `${detail}#${item ?? ''}`;
}

function itemMember(detail: unknown, item: unknown, path: string, catalog: Catalog): DetailMember {
  if (typeof detail !== 'string') throw new TypeError(`${path}.detail must be a string.`);
  const member = memberOf(detail, `${path}.detail`, catalog);
  if (item === undefined) return member;
  const code = item === null ? null : checkItemCode(item, `${path}.item`);
  return { ...member, key: itemKey(member.key, code), item: code };
}

function itemWithoutDetail(path: string): SelfInfoError {
  return invalidOption(path, {
    en: 'Give the detail as well.',
    ja: 'detail とともに指定してください。',
  });
}

function memberOf(text: string, path: string, catalog: Catalog): DetailMember {
  const at = text.indexOf('@');
  const detail = at < 0 ? text : text.slice(0, at);
  checkDetailId(detail, path, catalog);
  const holders = holdersOf(detail, catalog);
  if (at < 0) return { key: detail, detail };
  const server = text.slice(at + 1);
  checkServerId(server, path, catalog);
  if (!holders.includes(server)) throw new SelfInfoError('not_a_holder', { path });
  return { key: text, detail, holder: server };
}

function serverMember(server: unknown, path: string, catalog: Catalog): TargetMember {
  if (typeof server !== 'string') throw new TypeError(`${path} must be a string.`);
  checkServerId(server, path, catalog);
  // No detail has an empty id, so a key that starts with '@' equals no other key.
  return { key: `@${server}`, server };
}
