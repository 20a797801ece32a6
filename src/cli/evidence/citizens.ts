import { randomInt } from 'node:crypto';
import type { RegisteredClient } from '../../sandbox/control/types.js';
import type { Persona, PersonaRecord } from '../../sandbox/personas/persona.js';
import { UsageError } from '../arguments.js';

/** What a case needs of its citizen. */
export interface CitizenFacts {
  /**
   * What the holders have. `two`: records at two holders of one server. `two-servers`: at two
   * servers, the second of which is closed. Default: records at one holder.
   */
  readonly records?: 'none' | 'two' | 'two-servers';
  readonly card?: 'locked' | 'expired';
  readonly status?: 'not-covered' | 'failed';
  /** Whether all holders are closed. */
  readonly closed?: boolean;
  readonly pendingPolls?: number;
  /** Whether the answer has fields and an item that no profile knows. */
  readonly unknown?: boolean;
}

/** An invented citizen whose values occur nowhere else, so that they can be found on pages. */
export interface Citizen {
  readonly persona: Persona;
  /** The unique values of each holder. */
  readonly holders: readonly (readonly string[])[];
  /** The unique values of what was not asked for. */
  readonly unasked: readonly string[];
  /** All values, which a report must not show. */
  readonly values: readonly string[];
}

/** Records to vary, by detail. */
export type Templates = Readonly<Record<string, readonly PersonaRecord[]>>;

/** Returns records to vary: those of the configuration, else those of the sandbox's personas. */
export function templatesFor(
  { items }: RegisteredClient,
  personas: readonly Persona[],
  given: Templates = {},
): Templates {
  const found: Record<string, readonly PersonaRecord[]> = {};
  for (const { detail, holders } of items) {
    const usable = [given, ...personas.map(({ records }) => records)].map((records) =>
      (records[detail] ?? []).filter(({ server }) => holders.includes(server)),
    );
    const first = usable.find((records) => records.length > 0);
    if (first !== undefined) found[detail] = first;
  }
  if (Object.keys(found).length > 0) return found;
  throw new UsageError({
    ja: 'どのペルソナにも、登録した項目の情報がありません。--config の records に指定してください。',
    en: 'no persona has records of a registered item: give them in records of --config.',
  });
}

/** Returns whether some item can be held by two servers. */
export const hasTwoServers = ({ items }: RegisteredClient, templates: Templates): boolean =>
  items.some(({ detail, holders }) => holders.length > 1 && templates[detail] !== undefined);

const drawn = new Set<string>();

/** Draws digits, or letters and digits, that were not drawn before. */
function draw(make: () => string): string {
  for (;;) {
    const text = make();
    if (drawn.has(text)) continue;
    drawn.add(text);
    return text;
  }
}
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const word = () =>
  draw(() => Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join(''));

/** Creates a citizen. */
export function createCitizen(
  id: string,
  client: RegisteredClient,
  templates: Templates,
  facts: CitizenFacts,
): Citizen {
  const name = `証跡 ${word()}`;
  const holders: string[][] = facts.records === 'none' ? [] : [[]];
  if (facts.records === 'two' || facts.records === 'two-servers') holders.push([]);
  const records: Record<string, PersonaRecord[]> = {};
  const closed = new Set<string>();
  for (const { detail, holders: servers } of client.items) {
    if (facts.closed) for (const server of servers) closed.add(server);
    if (records[detail] !== undefined) continue;
    records[detail] = holders.flatMap((values, index) => {
      const [first] = templates[detail] ?? [];
      const other = servers.find((server) => server !== first?.server);
      if (index > 0 && facts.records === 'two-servers') {
        if (other === undefined) return [];
        closed.add(other);
      }
      return vary(templates[detail] ?? [], name, values).map((record) =>
        index > 0 && facts.records === 'two-servers' && other
          ? { ...record, server: other }
          : record,
      );
    });
  }
  const unasked = facts.unknown ? [word()] : [];
  const persona: Persona = {
    ...{ id, name, pin: String(randomInt(1000, 10_000)), records },
    pendingPolls: facts.pendingPolls ?? 0,
    ...(facts.card && { card: facts.card }),
    ...(facts.status && { statuses: statusesOf(client, facts.status) }),
    ...(closed.size > 0 && { closed: [...closed].map((server) => ({ server })) }),
    ...(facts.unknown && {
      itemExtras: { evidence_mark: unasked[0] },
      unaskedItems: [{ code: UNASKED, records: [{ holder: `${unasked[0]}`, fields: {} }] }],
    }),
  };
  return { persona, holders, unasked, values: [name, ...unasked, ...textsOf(records)] };
}

/** An item code that nobody registers. */
const UNASKED = 'TM00000000009999';

function statusesOf({ items }: RegisteredClient, status: 'not-covered' | 'failed') {
  const one = status === 'failed' ? { status, failure: 'holder_error' } : { status };
  return Object.fromEntries(items.map(({ detail }) => [detail, one]));
}

/** Copies records, with a holder and amounts of their own. Adds these to `values`. */
function vary(records: readonly PersonaRecord[], name: string, values: string[]): PersonaRecord[] {
  const holder = `証跡${word()}市`;
  values.push(holder);
  return records.map(({ repeat: _, registeredOn: __, ...record }) => ({
    ...record,
    holder,
    fields: Object.fromEntries(
      Object.entries(record.fields).map(([key, value]) => [key, changed(key, value)]),
    ),
  }));

  function changed(key: string, value: unknown): unknown {
    if (typeof value === 'string') return /氏名|名義/.test(key) ? name : value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 10_000) return value;
    const { length } = String(value);
    const amount = draw(() => String(randomInt(10 ** (length - 1), 10 ** Math.min(length, 14))));
    values.push(amount);
    return Number(amount);
  }
}

/** Returns the texts and numbers of records that a person could be known by. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length > 1 ? [value] : [];
  if (typeof value === 'number') return value > 99 ? [String(value)] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
