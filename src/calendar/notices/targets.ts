import type { ServerId } from '../../catalog/servers.js';
import type { Passage } from './passages.js';
import { isCourtesy, isExclusion, isNoOutage, isTargetLabel } from './phrases.js';

/** The systems that stop in a period, and the passages that also name other systems. */
export interface FoundTargets {
  readonly targets: readonly (ServerId | 'all')[];
  readonly doubtful: readonly Passage[];
}

/**
 * Finds the systems that stop in the periods of one notice. The first match counts:
 *
 * 1. systems named beside the period
 * 2. systems of a label for it (対象：)
 * 3. systems named last above it
 * 4. systems named below it in the same block
 * 5. the whole service, if the notice names no system
 */
export class TargetFinder {
  readonly #section: readonly Passage[];
  readonly #periods: ReadonlySet<Passage>;
  readonly #places: ReadonlyMap<Passage, number>;
  /** For each index, the nearest passage above it that names a system. */
  readonly #above: (Passage | undefined)[] = [];
  /** For each index, the nearest label from there on. */
  readonly #labels: (Passage | undefined)[] = [];

  /** @param periods - the passages in which a period starts. */
  constructor(section: readonly Passage[], periods: ReadonlySet<Passage>) {
    this.#section = section;
    this.#periods = periods;
    this.#places = new Map(section.map((passage, index) => [passage, index]));
    let above: Passage | undefined;
    let started = false;
    let labelFirst = false;
    for (const [index, passage] of section.entries()) {
      this.#above.push(above);
      started ||= periods.has(passage);
      if (!namesSome(passage)) continue;
      above = passage;
      if (!started && this.#isLabelled(index)) labelFirst = true;
    }
    // A notice puts its labels either before or after its periods.
    let label: Passage | undefined;
    for (let index = section.length - 1; index >= 0 && !labelFirst; index--) {
      if (namesSome(section[index] as Passage) && this.#isLabelled(index)) label = section[index];
      this.#labels[index] = label;
    }
  }

  #isLabelled(index: number): boolean {
    const [passage, before] = [this.#section[index] as Passage, this.#section[index - 1]];
    if (this.#periods.has(passage)) return false;
    return (
      isTargetLabel(passage) ||
      (before !== undefined && isTargetLabel(before) && !namesSome(before))
    );
  }

  /** Returns the targets of the period in these passages. */
  find(passages: readonly Passage[]): FoundTargets | 'unknown_system' | 'target_unclear' {
    const own = passages.filter(
      (passage) => passage.systems.known.size > 0 || passage.systems.unknown,
    );
    if (own.length > 0) return targetsIn(own);
    const first = passages[0] as Passage;
    const place = this.#places.get(first) as number;
    const label = this.#labels[place];
    if (label) return targetsIn([label]);
    const above = this.#above[place];
    // The system was named with another period further up, so it may no longer apply here.
    if (above)
      return this.#periods.has(above) && above.block !== first.block
        ? 'target_unclear'
        : targetsIn([above]);
    const below = this.#below(passages.at(-1) as Passage);
    return below ? targetsIn([below]) : { targets: ['all'], doubtful: [] };
  }

  #below(last: Passage): Passage | undefined {
    for (
      let index = (this.#places.get(last) ?? this.#section.length) + 1;
      index < this.#section.length;
      index++
    ) {
      const passage = this.#section[index] as Passage;
      if (passage.block !== last.block || this.#periods.has(passage)) return undefined;
      if (namesSome(passage)) return passage;
    }
    return undefined;
  }
}

function namesSome(passage: Passage): boolean {
  const { known, unknown } = passage.systems;
  return (
    (known.size > 0 || unknown) &&
    !isCourtesy(passage) &&
    !isNoOutage(passage) &&
    !isExclusion(passage)
  );
}

function targetsIn(passages: readonly Passage[]): FoundTargets | 'unknown_system' {
  const known = new Set(passages.flatMap((passage) => [...passage.systems.known]));
  if (known.size === 0) return 'unknown_system';
  return {
    targets: known.has('all') ? ['all'] : [...known],
    doubtful: passages.filter((passage) => passage.systems.unknown),
  };
}
