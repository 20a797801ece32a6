import type { Catalog, CatalogHolding } from '../../catalog/catalog.js';
import { detailRow, holdingsOf, serverRow } from '../../catalog/lookup.js';
import { dayOf, dayStart, formatDay, parseDay } from '../../foundation/time.js';
import { informationOn } from '../citizen-texts.js';
import type { Cause, CauseFacts, CauseSource } from '../results.js';
import { FROM_MS, type Text, TO_MS } from '../rules.js';
import { notWithin, withinSpan } from './any-of.js';
import { type CauseFinder, causesFrom, Schedule } from './schedule.js';
import { CLOSED, type SpanMs } from './timeline.js';

/** Returns when a holding holds, for one that does not hold throughout. */
export function spanOfHolding({ from, until }: CatalogHolding): SpanMs | undefined {
  if (from === null && until === null) return undefined;
  return {
    startMs: from === null ? FROM_MS : dayStart(parseDay(from, 'from')),
    endMs: until === null ? TO_MS : dayStart(parseDay(until, 'until')),
  };
}

/** Returns the schedule of a detail at a server that holds its data only within a span. */
export function heldOnlyWithin(schedule: Schedule, span: SpanMs, facts: CauseFacts): Schedule {
  return new Schedule(withinSpan(schedule.timeline, span, CLOSED), [
    ...findersWithin(schedule.finders, span),
    causesFrom(facts, notWithin(span)),
  ]);
}

/** Returns finders of the causes within a span only. A cause keeps its own start and end. */
export function findersWithin(
  finders: readonly CauseFinder[],
  span: SpanMs | undefined,
): readonly CauseFinder[] {
  if (span === undefined) return finders;
  const inside = <T extends Cause>(within: SpanMs, find: (part: SpanMs) => readonly T[]): T[] => {
    const startMs = Math.max(within.startMs, span.startMs);
    const endMs = Math.min(within.endMs, span.endMs);
    return startMs < endMs ? [...find({ startMs, endMs })] : [];
  };
  return finders.map(
    (finder): CauseFinder => ({
      causesWithin: (within) => inside(within, (part) => finder.causesWithin(part)),
      ...(finder.undoneWithin && {
        undoneWithin: (within) => inside(within, (part) => finder.undoneWithin?.(part) ?? []),
      }),
    }),
  );
}

/** Returns the facts of the cause that the holders of a detail are in different states. */
export function differingHolders(id: string, catalog: Catalog): CauseFacts {
  const detail = detailRow(id, catalog);
  const row = holdingsOf(id, catalog)[0]?.row ?? null;
  return holderFacts(
    { detail: id, server: null },
    { rule: 'depends-on-holder', state: 'uncertain', certainty: 'depends-on-holder' },
    row === null
      ? CALLERS
      : Object.freeze({
          kind: 'guideline',
          guideline: 'v2.2',
          table: '2.5-5',
          row,
          reading: true,
          note: Object.freeze({
            ja: '表2.5-5で複数のサーバが保有する分野詳細について、サーバごとの状態が異なる間は不確定と解釈。',
            en: 'Our reading: while the servers that table 2.5-5 names for a detail are in different states, the answer is uncertain.',
          }),
        }),
    {
      ja: `「${detail.ja}」の情報を保有するサーバは利用者により異なり、サーバごとに稼働状況が異なります。`,
      en: `Which server holds the data (${detail.en}) depends on the person, and the servers are in different states.`,
    },
    {
      ja: `${informationOn(detail.ja)}は、保有する機関によっては取得できないことがあります。`,
      en: `The information (${detail.en}) may not be available, depending on which office holds it.`,
    },
  );
}

/** Returns the facts of the cause that a server, or any server, does not hold a detail's data. */
export function notHeld(id: string, server: string | null, catalog: Catalog): CauseFacts {
  const detail = detailRow(id, catalog);
  const row = server === null ? undefined : serverRow(server, catalog);
  return holderFacts(
    { detail: id, server },
    { rule: 'not-held', state: 'closed', certainty: 'stated' },
    CALLERS,
    row
      ? {
          ja: `${row.ja}は、この期間「${detail.ja}」の情報を保有していません。`,
          en: `${row.en}: does not hold the data (${detail.en}) at this time.`,
        }
      : {
          ja: `この期間に「${detail.ja}」の情報を保有する機関はありません。`,
          en: `No server holds the data (${detail.en}) at this time.`,
        },
    row
      ? {
          ja: `${row.holder.ja}は、${informationOn(detail.ja)}を保有していません。`,
          en: `${row.holder.en} does not hold the information (${detail.en}).`,
        }
      : {
          ja: `${informationOn(detail.ja)}を保有する機関はありません。`,
          en: `No office holds the information (${detail.en}).`,
        },
  );
}

// Only a caller's holding has days, or no row.
const CALLERS: CauseSource = Object.freeze({
  kind: 'host',
  from: formatDay(dayOf(FROM_MS)),
  source: null,
});

function holderFacts(
  whose: Pick<CauseFacts, 'detail' | 'server'>,
  rule: Pick<CauseFacts, 'rule' | 'state' | 'certainty'>,
  source: CauseSource,
  text: Text,
  citizenText: Text,
): CauseFacts {
  return Object.freeze({
    ...whose,
    item: null,
    kind: 'holder',
    limit: null,
    name: null,
    ...rule,
    source,
    text: Object.freeze(text),
    citizenText: Object.freeze(citizenText),
  });
}
