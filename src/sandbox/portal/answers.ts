import type { Calendar } from '../../calendar/calendar.js';
import type { Catalog } from '../../catalog/catalog.js';
import { isItemCode } from '../../catalog/item-codes.js';
import { has } from '../../foundation/own.js';
import { dayOf, formatDay, formatInstant } from '../../foundation/time.js';
import type { WireProfile } from '../../wire/profile.js';
import type {
  Persona,
  PersonaItemStatus,
  PersonaRecord,
  UnaskedRecord,
} from '../personas/persona.js';
import type { ClientItem } from '../registrations.js';

/** The first and the last day, inclusive, as `YYYY-MM-DD`. */
export interface DayRange {
  readonly first: string;
  readonly last: string;
}

/** An item and its inquiry: the days it is about, or the latest record by a field. */
export interface ItemInquiry {
  readonly item: ClientItem;
  readonly days: DayRange | { readonly latestBy: string };
}

/** Returns the items of the answer as they go over the wire, fixed at the time of the request. */
export function settleAnswer(
  inquiries: readonly ItemInquiry[],
  persona: Persona,
  calendar: Pick<Calendar<Catalog>, 'status'>,
  nowMs: number,
  profile: WireProfile,
): unknown {
  const items = inquiries.map(({ item, days }) => ({
    ...persona.itemExtras,
    ...settleItem(item, days, persona, calendar, nowMs, profile),
  }));
  const unasked = (persona.unaskedItems ?? []).map(({ code, records }) => ({
    ...persona.itemExtras,
    ...encodeItem(code, records, [], profile),
  }));
  return [...items, ...unasked];
}

function settleItem(
  item: ClientItem,
  days: ItemInquiry['days'],
  persona: Persona,
  calendar: Pick<Calendar<Catalog>, 'status'>,
  nowMs: number,
  profile: WireProfile,
): object {
  const settled = persona.statuses?.[item.detail];
  if (settled !== undefined) return encodeStatus(item.code, settled, profile);
  const today = formatDay(dayOf(nowMs));
  const records = (persona.records[item.detail] ?? [])
    .filter((record) => item.holders.includes(record.server))
    // A record that is not registered yet leaves no trace.
    .filter((record) => (record.registeredOn ?? today) <= today);
  const involved =
    records.length === 0 ? item.holders : [...new Set(records.map((record) => record.server))];
  const missing = involved.flatMap(
    (server) => closedFor(persona, server) ?? closedHolder(item, server, calendar, nowMs),
  );
  const closed = missing.map((holder) => holder.server);
  // No server holds a record: one running server is enough to say so.
  if (records.length === 0)
    return encodeItem(item.code, [], closed.length === involved.length ? missing : [], profile);
  return encodeItem(
    item.code,
    select(
      records.filter((record) => !closed.includes(record.server)),
      days,
    ),
    missing,
    profile,
  );
}

interface Missing {
  readonly server: string;
  readonly until: string | null;
}

function closedFor({ closed = [] }: Persona, server: string): readonly Missing[] | undefined {
  const outage = closed.find((candidate) => candidate.server === server);
  return outage && [{ server, until: outage.until ?? null }];
}

/** Counts a server of uncertain state as running. */
function closedHolder(
  { detail, code }: Pick<ClientItem, 'detail' | 'code'>,
  server: string,
  calendar: Pick<Calendar<Catalog>, 'status'>,
  nowMs: number,
): readonly Missing[] {
  const item = isItemCode(code) ? code : null;
  const target = { detail: `${detail}@${server}`, item } as const;
  const { state, nextOpeningMs } = calendar.status(target, nowMs);
  return state === 'closed'
    ? [{ server, until: nextOpeningMs === null ? null : formatInstant(nextOpeningMs) }]
    : [];
}

function select(
  records: readonly PersonaRecord[],
  days: ItemInquiry['days'],
): readonly PersonaRecord[] {
  if (has(days, 'first')) {
    return records.filter((record) => {
      const validity = validityOf(record);
      return validity.first <= days.last && days.first <= validity.last;
    });
  }
  const rank = (record: PersonaRecord) => record.fields[days.latestBy] ?? record.asOf ?? '';
  const greatest = records.map(rank).reduce((a, b) => (isGreater(b, a) ? b : a), '');
  return records.filter((record) => !isGreater(greatest, rank(record)));
}

function isGreater(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a > b : String(a) > String(b);
}

function validityOf({ fiscalYear, from, to, asOf }: PersonaRecord): DayRange {
  if (fiscalYear !== undefined)
    return { first: `${fiscalYear}-04-01`, last: `${fiscalYear + 1}-03-31` };
  if (from === undefined && to === undefined && asOf !== undefined)
    return { first: asOf, last: asOf };
  return { first: from ?? '0000-01-01', last: to ?? '9999-12-31' };
}

function encodeStatus(
  code: string,
  settled: PersonaItemStatus,
  { fields, itemStatuses }: WireProfile,
): object {
  return {
    [fields.itemCode.value]: code,
    [fields.itemStatus.value]: itemStatuses[settled.status].value,
    ...(settled.status === 'failed' && { [fields.failure.value]: settled.failure }),
  };
}

/**
 * Encodes an item. While a holder is missing, finding nothing at the others does not mean nothing
 * on record.
 */
function encodeItem(
  code: string,
  records: readonly (UnaskedRecord & Pick<Partial<PersonaRecord>, 'repeat'>)[],
  missing: readonly Missing[],
  { fields, itemStatuses }: WireProfile,
): object {
  const status =
    records.length > 0
      ? itemStatuses.present
      : missing.length > 0
        ? itemStatuses.unavailable
        : itemStatuses['nothing-on-record'];
  return {
    [fields.itemCode.value]: code,
    [fields.itemStatus.value]: status.value,
    ...(records.length > 0 && {
      [fields.records.value]: records.flatMap((record) =>
        // The same object many times, so that it needs memory only when it is written out.
        Array<object>(record.repeat ?? 1).fill({
          ...record.extras,
          [fields.holder.value]: record.holder,
          ...(record.asOf !== undefined && { [fields.asOf.value]: record.asOf }),
          [fields.values.value]: record.fields,
        }),
      ),
    }),
    ...(missing.length > 0 && {
      [fields.missing.value]: missing.map(({ server, until }) => ({
        [fields.missingServer.value]: server,
        [fields.missingUntil.value]: until,
      })),
    }),
  };
}
