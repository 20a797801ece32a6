import { evidenceOf } from './evidence.js';
import type { Passage } from './passages.js';
import { isCourtesy, isExclusion, isTargetLabel } from './phrases.js';
import { type NamedSystems, namesAny } from './systems.js';

/** The passage near a period that names something, and what it names. */
export interface FoundNames {
  readonly passage: Passage;
  readonly systems: NamedSystems;
}

/**
 * Finds what the notice around a period names. The first match counts:
 *
 * 1. systems of a label for it (対象：)
 * 2. systems named last above it
 * 3. systems named below it in the same block
 * 4. the API of its heading
 */
export class TargetFinder {
  readonly #section: readonly Passage[];
  readonly #periods: ReadonlySet<Passage>;
  readonly #places: ReadonlyMap<Passage, number>;
  readonly #api: Passage | undefined;
  readonly #isOfHolders: (passage: Passage) => boolean;
  /** For each index, the nearest passage above it that names a system. */
  readonly #above: (Passage | undefined)[] = [];
  /** For each index, the nearest label from there on. */
  readonly #labels: (Passage | undefined)[] = [];

  /**
   * @param periods - the passages in which a period starts.
   * @param api - the heading that names the API.
   * @param isOfHolders - whether a passage is a label for holders, which narrow the stop of others.
   */
  constructor(
    section: readonly Passage[],
    periods: ReadonlySet<Passage>,
    api: Passage | undefined,
    isOfHolders: (passage: Passage) => boolean,
  ) {
    this.#section = section;
    this.#isOfHolders = isOfHolders;
    this.#periods = periods;
    this.#api = api;
    this.#places = new Map(section.map((passage, index) => [passage, index]));
    let above: Passage | undefined;
    let started = false;
    let labelFirst = false;
    let dataFirst = false;
    for (const [index, passage] of section.entries()) {
      this.#above.push(above);
      started ||= periods.has(passage);
      if (!this.#namesSome(passage)) continue;
      const system = namesSystem(passage);
      // A line of data below a period is its scope, not that of the next period.
      const ofPeriodAbove = started && !dataFirst && section[index - 1]?.block === passage.block;
      if (system || !(periods.has(passage) || ofPeriodAbove)) above = passage;
      if (!started) dataFirst ||= !system;
      if (!started && this.#isLabelled(index)) labelFirst = true;
    }
    // A notice puts its labels either before or after its periods.
    let label: Passage | undefined;
    for (let index = section.length - 1; index >= 0 && !labelFirst; index--) {
      if (this.#namesSome(section[index] as Passage) && this.#isLabelled(index))
        label = section[index];
      this.#labels[index] = label;
    }
  }

  #namesSome(passage: Passage): boolean {
    return namesSome(passage) && !this.#isOfHolders(passage);
  }

  #isLabelled(index: number): boolean {
    const [passage, before] = [this.#section[index] as Passage, this.#section[index - 1]];
    // Labels of data only narrow, and are read as scopes.
    if (this.#periods.has(passage) || !namesSystem(passage)) return false;
    return (
      isTargetLabel(passage) ||
      (before !== undefined && isTargetLabel(before) && !this.#namesSome(before))
    );
  }

  /** Returns what is named around the period in these passages. */
  around(passages: readonly Passage[]): FoundNames | 'nothing' | 'unclear' {
    const first = passages[0] as Passage;
    const place = this.#places.get(first) as number;
    const label = this.#labels[place];
    if (label) return { passage: label, systems: label.systems };
    const above = this.#above[place];
    // The system was named with another period further up, so it may no longer apply here.
    if (above && !this.#periods.has(above)) return { passage: above, systems: above.systems };
    // Its data are those of its own period only.
    if (above?.block === first.block)
      return { passage: above, systems: { ...above.systems, ...NO_PARTS } };
    const api = this.#api && { passage: this.#api, systems: this.#api.systems };
    if (above) return api ?? 'unclear';
    const below = this.#below(passages.at(-1) as Passage);
    return below ? { passage: below, systems: below.systems } : (api ?? 'nothing');
  }

  #below(last: Passage): Passage | undefined {
    for (
      let index = (this.#places.get(last) ?? this.#section.length) + 1;
      index < this.#section.length;
      index++
    ) {
      const passage = this.#section[index] as Passage;
      if (passage.block !== last.block || this.#periods.has(passage)) return undefined;
      if (this.#namesSome(passage)) return passage;
    }
    return undefined;
  }
}

const NO_PARTS = { parts: [], outside: false, unknownPart: false };

const namesSystem = ({ systems }: Passage): boolean => namesAny({ ...systems, ...NO_PARTS });

function namesSome(passage: Passage): boolean {
  if (!namesAny(passage.systems)) return false;
  if (isCourtesy(passage) || isExclusion(passage)) return false;
  const { stop, runs } = evidenceOf(passage.marked);
  return stop !== 'no' || !runs;
}
