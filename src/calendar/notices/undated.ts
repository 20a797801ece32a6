import type { Effect } from './effects.js';
import { evidenceOf } from './evidence.js';
import type { NoticeProblems } from './notice-problems.js';
import type { Passage } from './passages.js';
import type { Period } from './periods.js';
import { isCalledOff, isExtension, isRecurring, pointsElsewhere, refersBack } from './phrases.js';

/** A stop as read so far: later passages may extend it or call it off. */
export interface Draft {
  readonly passages: readonly Passage[];
  readonly effects: readonly Effect[];
  /** The passages that state its scope. */
  readonly scopes: readonly Passage[];
  /** Whether a day of the period has no hours. */
  readonly lacksHours: boolean;
  period: Period;
  extension?: Passage;
}

/**
 * Assigns the passages that may say that something fails, without a date, to a stop of this notice,
 * or reports them. Returns the stops that no passage calls off.
 */
export function parseUndated(
  section: readonly Passage[],
  found: readonly Draft[],
  understood: ReadonlySet<Passage>,
  problems: NoticeProblems,
): readonly Draft[] {
  const rest = section.filter(
    (passage) => passage.mentionsOutage && !understood.has(passage) && !problems.has(passage),
  );
  const calling = rest.filter(({ plain }) => isCalledOff(plain));
  problems.add(calling, 'called_off');
  const drafts = withoutCalledOff(section, found, calling, problems);
  const end = drafts.at(-1)?.passages.at(-1)?.end ?? -1;
  const blocks = new Set(drafts.flatMap(({ passages }) => passages.map(({ block }) => block)));
  const stopping = new Set(drafts.flatMap(({ effects }) => effects.map(({ target }) => target)));
  const stopsAll =
    stopping.has('all') || [...stopping].some((target) => typeof target === 'object');
  let begun = 0;
  for (const passage of rest) {
    while (begun < drafts.length && startOf(drafts[begun] as Draft) < passage.start) begun++;
    const before = drafts[begun - 1];
    if (passage.tooLong) problems.add([passage], 'too_long');
    else if (denies(passage)) problems.add([passage], 'not_an_outage');
    else if (before && isExtension(passage.plain)) {
      before.period = { ...before.period, approximate: true };
      problems.add([passage], 'extension_unclear');
    } else {
      const { known, unknown } = passage.systems;
      const near =
        passage.start < end || blocks.has(passage.block) || (before && refersBack(passage));
      const same =
        !unknown && (stopsAll || [...known].every((system) => stopping.has(system as 'all')));
      if (!near || !same || pointsElsewhere(passage))
        problems.add([passage], isRecurring(passage.plain) ? 'recurring' : 'period_missing');
    }
  }
  return drafts;
}

function denies({ marked }: Passage): boolean {
  const { denied, stop } = evidenceOf(marked);
  return denied && stop === 'no';
}

/**
 * Drops what is called off: the periods of the passage directly above, or the only one above that
 * 「本メンテナンス」 can mean. Nothing is called off forward.
 */
function withoutCalledOff(
  section: readonly Passage[],
  drafts: readonly Draft[],
  calling: readonly Passage[],
  problems: NoticeProblems,
): readonly Draft[] {
  if (calling.length === 0) return drafts;
  const places = new Map(section.map((passage, index) => [passage, index]));
  const dropped = new Set<Draft>();
  for (const passage of calling) {
    const directlyAbove = section[(places.get(passage) as number) - 1];
    const above = drafts.filter((draft) => startOf(draft) < passage.start);
    const direct = above.filter(({ passages }) => passages.at(-1) === directlyAbove);
    if (direct.length > 0 && directlyAbove?.block === passage.block)
      for (const draft of direct) dropped.add(draft);
    else if (above.length === 1 && drafts.length === 1) dropped.add(above[0] as Draft);
  }
  for (const { passages, period } of dropped) problems.add(passages, 'called_off', period);
  return drafts.filter((draft) => !dropped.has(draft));
}

const startOf = (draft: Draft): number => (draft.passages[0] as Passage).start;
