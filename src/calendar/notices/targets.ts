import type { ServerId } from '../../catalog/servers.js';
import { isCourtesy, isExclusion, isNoOutage, isTargetLabel, type Passage } from './passages.js';

/** The systems that a period is about, and the passages that also name others. */
export interface FoundTargets {
  readonly targets: readonly (ServerId | 'all')[];
  readonly doubtful: readonly Passage[];
}

/**
 * Finds which systems the periods of one notice are about: those named beside the period, else
 * those of a label (対象：) for it, else those named last above it, else those named below it in the
 * same block; a notice that names none is about the whole service.
 */
export class TargetFinder {
  readonly #section: readonly Passage[];
  readonly #periods: ReadonlySet<Passage>;
  readonly #places: ReadonlyMap<Passage, number>;
  /**
   * For each place the nearest passage above it that names a system, and the nearest label from it
   * on.
   */
  readonly #above: (Passage | undefined)[] = [];
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
    // A notice puts its labels either before or behind its periods.
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

  /** The targets of a period that these passages hold. */
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
    // Named together with a period of its own, further up: whether it still holds here cannot be
    // told.
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
