import type { Catalog } from '../../catalog/catalog.js';
import type { ItemCode } from '../../catalog/item-codes.js';
import { detailRow, itemRow } from '../../catalog/lookup.js';
import { has } from '../../foundation/own.js';
import { itemFacts, unidentifiedFacts } from '../announcement-facts.js';
import type { CheckedAnnouncement } from '../announcements.js';
import type { CauseFacts } from '../results.js';
import { itemKey } from '../targets.js';
import { AnnouncementLayer } from './announcement-layer.js';
import { LoweringLayer } from './lowering-layer.js';
import type { CauseFinder } from './schedule.js';
import { CLOSED, type Timeline, UNCERTAIN } from './timeline.js';

/** What announcements add to the schedule of a holder for one detail or item. */
export interface Layers {
  readonly timelines: readonly Timeline[];
  readonly finders: readonly CauseFinder[];
}

type List = readonly CheckedAnnouncement[];
const NONE: List = [];

/**
 * The announcements by scope. Those for `all` and for a server belong to the schedules of the
 * servers. Those for a detail or an item only lower what the servers leave open.
 */
export class Scopes {
  readonly #servers = new Map<string, CheckedAnnouncement[]>();
  readonly #details = new Map<string, CheckedAnnouncement[]>();
  readonly #items = new Map<ItemCode, CheckedAnnouncement[]>();
  readonly #all: CheckedAnnouncement[] = [];
  readonly #catalog: Catalog;
  readonly #layers = new Map<string, Layers>();

  constructor(announcements: List, catalog: Catalog) {
    this.#catalog = catalog;
    for (const announced of announcements) {
      const { target } = announced;
      if (target === 'all') this.#all.push(announced);
      else if (typeof target === 'string') add(this.#servers, target, announced);
      else if (has(target, 'detail')) add(this.#details, target.detail, announced);
      else add(this.#items, target.item, announced);
    }
  }

  /** The announcements about the whole service. */
  get toAll(): List {
    return this.#all;
  }

  /** Returns the announcements about one server alone. */
  toServer(server: string): List {
    return this.#servers.get(server) ?? NONE;
  }

  /** Returns whether an announcement names an item. */
  isNamed(item: unknown): item is ItemCode {
    return this.#items.has(item as ItemCode);
  }

  /** Returns what is announced for a detail, and an item of it, at one of its holders. */
  layersFor(detail: string, server: string, item: ItemCode | null | undefined): Layers[] {
    const found: (Layers | undefined)[] = [
      this.#layersOf(detail, server, this.#details.get(detail)),
    ];
    if (item)
      found.push(
        this.#layersOf(itemKey(detail, item), server, this.#items.get(item), (facts) =>
          itemFacts(facts, detailRow(detail, this.#catalog), this.#catalog),
        ),
      );
    if (item === null)
      for (const [code, list] of this.#items) {
        if (itemRow(code, this.#catalog)?.details.includes(detail) === false) continue;
        const key = itemKey(itemKey(detail, null), code);
        found.push(
          this.#layersOf(key, server, list, (facts) =>
            unidentifiedFacts(facts, detailRow(detail, this.#catalog)),
          ),
        );
      }
    return found.filter((layers) => layers !== undefined);
  }

  #layersOf(
    key: string,
    server: string,
    list: List = NONE,
    factsOf: (facts: CauseFacts) => CauseFacts = (facts) => facts,
  ): Layers | undefined {
    if (list.length === 0) return undefined;
    const opening = this.toServer(server).filter(isOpening);
    // Holders share the layers of a detail, unless one of them is announced to run.
    const place = opening.length === 0 ? key : `${server} ${key}`;
    let layers = this.#layers.get(place);
    if (!layers) {
      const own = list.map((announced) => ({
        ...announced,
        facts: announced.facts && factsOf(announced.facts),
      }));
      layers = layersOf(own, [...this.#all.filter(isOpening), ...opening]);
      this.#layers.set(place, layers);
    }
    return layers;
  }
}

function add<K>(map: Map<K, CheckedAnnouncement[]>, key: K, announced: CheckedAnnouncement): void {
  const list = map.get(key);
  if (list) list.push(announced);
  else map.set(key, [announced]);
}

function layersOf(own: List, opening: List): Layers {
  const lowering = new LoweringLayer(own.filter(isLowering));
  const timelines = lowering.uncertain ? [lowering.uncertain] : [];
  const closing = own.find(({ state }) => state === 'closed');
  if (!closing) return { timelines, finders: lowering.finders };
  const state = closing.facts?.state === 'closed' ? CLOSED : UNCERTAIN;
  const layer = new AnnouncementLayer([...own, ...opening].filter(isSettling), state);
  return { timelines: [layer.closed, ...timelines], finders: [layer, ...lowering.finders] };
}

/** Returns whether an announcement contradicts others: it closes or opens without limit. */
export function isSettling({ state, limit }: CheckedAnnouncement): boolean {
  return limit === null && (state === 'closed' || state === 'open');
}

/** Returns whether an announcement only lowers a state. */
export function isLowering({ state }: CheckedAnnouncement): boolean {
  return state === 'uncertain' || state === 'slow';
}

function isOpening(announced: CheckedAnnouncement): boolean {
  return announced.state === 'open' && isSettling(announced);
}
