import {
  array,
  discriminatedUnion,
  enum as enumOf,
  int,
  iso,
  json,
  literal,
  optional,
  partialRecord,
  record,
  strictObject,
  string,
} from 'zod';
import { type Catalog, publishedCatalog } from '../../catalog/catalog.js';
import { holdersOf } from '../../catalog/lookup.js';
import { type Expected, invalidOption } from '../../foundation/errors.js';
import { checkText } from '../../foundation/options.js';
import type { Problems } from '../problems.js';

/** A record that a server holds about a persona. Dates are JST days `YYYY-MM-DD`. */
export interface PersonaRecord {
  /** The server that answers for the holder: one that holds the detail. */
  readonly server: string;
  /** The holder's name as it appears in the answer. */
  readonly holder: string;
  /**
   * The day that the record describes. It decides which record is the latest if the registered
   * field is missing. It is the whole validity if `from`, `to` and `fiscalYear` are missing.
   */
  readonly asOf?: string | undefined;
  /** The first day of the validity. Default: no first day. */
  readonly from?: string | undefined;
  /** The last day of the validity, inclusive. Default: still valid. */
  readonly to?: string | undefined;
  /** The fiscal year it belongs to. */
  readonly fiscalYear?: number | undefined;
  /**
   * Late registration (反映待ち): the holder has the record from this day on, by the sandbox's clock.
   * Default: always.
   */
  readonly registeredOn?: string | undefined;
  /**
   * How often the record appears in the answer. For large answers: the repetitions are written only
   * when the answer is sent. Default: once.
   */
  readonly repeat?: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields beside those of the record, unknown to every profile. */
  readonly extras?: Readonly<Record<string, unknown>> | undefined;
}

/** A record of an item that was not requested: no server is involved. */
export type UnaskedRecord = Omit<PersonaRecord, 'server' | 'registeredOn' | 'repeat'>;

/**
 * Why a detail has no records although its holders run: not covered, or failed with a machine code.
 */
export type PersonaItemStatus =
  | { readonly status: 'not-covered' }
  | { readonly status: 'failed'; readonly failure: string };

/** An invented citizen, as data. */
export interface Persona {
  /** Lower-case letters and digits, joined by hyphens. */
  readonly id: string;
  readonly name: string;
  /** `YYYY-MM-DD`, shown on the card. */
  readonly birthDate?: string | undefined;
  /** Four digits. */
  readonly pin: string;
  /**
   * What is wrong with the card: locked, or its user certificate (利用者証明用電子証明書) has expired.
   * Default: nothing.
   */
  readonly card?: 'locked' | 'expired' | undefined;
  /** How many polls return "running" before the result is ready. Default: 1. */
  readonly pendingPolls?: number | undefined;
  /** Records by detail. All item codes of a detail share them. */
  readonly records: { readonly [detail: string]: readonly PersonaRecord[] };
  /** Details that have this status, independent of their records. */
  readonly statuses?: { readonly [detail: string]: PersonaItemStatus } | undefined;
  /**
   * Servers that are closed for this citizen, independent of the calendar. `until`: ISO 8601 with
   * offset, if known.
   */
  readonly closed?:
    | readonly { readonly server: string; readonly until?: string | undefined }[]
    | undefined;
  /** Fields unknown to every profile, added to every item of the answer. */
  readonly itemExtras?: Readonly<Record<string, unknown>> | undefined;
  /** Items in the answer that were not requested. */
  readonly unaskedItems?:
    | readonly { readonly code: string; readonly records: readonly UnaskedRecord[] }[]
    | undefined;
}

const day = iso.date();
/** Any JSON. */
export const anyJson = json();
const openFields = record(string(), anyJson);
const contentShape = {
  holder: string().min(1),
  asOf: optional(day),
  from: optional(day),
  to: optional(day),
  fiscalYear: optional(int().min(1900).max(2999)),
  fields: openFields,
  extras: optional(openFields),
};
const recordShape = {
  ...contentShape,
  registeredOn: optional(day),
  repeat: optional(int().min(1).max(100_000)),
};

const publishedPersona = createSchema(publishedCatalog);

/** Returns the schema of a persona whose records are in a catalogue. */
export function personaSchema(catalog: Catalog) {
  return catalog === publishedCatalog ? publishedPersona : createSchema(catalog);
}

/** Returns the schema of a record of a catalogue. */
export function recordSchema({ servers }: Catalog) {
  const holders = servers.filter(({ role }) => role === 'holder').map(({ id }) => id);
  return strictObject({ ...recordShape, server: enumOf(holders) });
}

function createSchema(catalog: Catalog) {
  const detailId = enumOf(catalog.details.map(({ id }) => id));
  const record = recordSchema(catalog);
  const holderId = record.shape.server;
  return strictObject({
    id: string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    name: string().min(1),
    birthDate: optional(day),
    pin: string().regex(/^\d{4}$/),
    card: optional(enumOf(['locked', 'expired'])),
    pendingPolls: optional(int().min(0).max(1_000)),
    records: partialRecord(detailId, array(record)),
    statuses: optional(
      partialRecord(
        detailId,
        discriminatedUnion('status', [
          strictObject({ status: literal('not-covered') }),
          strictObject({ status: literal('failed'), failure: string().regex(/^[\w.-]{1,64}$/) }),
        ]),
      ),
    ),
    closed: optional(
      array(strictObject({ server: holderId, until: optional(iso.datetime({ offset: true })) })),
    ),
    itemExtras: optional(openFields),
    unaskedItems: optional(
      array(strictObject({ code: string().min(1), records: array(strictObject(contentShape)) })),
    ),
  });
}

/** Returns the persona with an id. */
export function findPersona(
  personas: ReadonlyMap<string, Persona>,
  id: unknown,
  path: string,
): Persona {
  checkText(id, path);
  const persona = personas.get(id);
  if (persona !== undefined) return persona;
  const known = [...personas.keys()];
  throw invalidOption(path, {
    en: `It must be one of ${known.join(', ')}.`,
    ja: `${known.join('、')} のいずれかを指定してください。`,
  });
}

/** Checks personas and returns a copy by id, in order. Adds every problem with its path. */
export function checkPersonas(
  value: unknown,
  path: string,
  problems: Problems,
  catalog: Catalog = publishedCatalog,
): ReadonlyMap<string, Persona> {
  const schema = array(personaSchema(catalog)).min(1);
  const personas = (problems.parseList(schema, value, path) ?? []) as readonly Persona[];
  for (const [index, persona] of personas.entries()) {
    if (personas.findIndex(({ id }) => id === persona.id) !== index)
      problems.add(`${path}[${index}].id`, TWICE);
    addContradictions(persona, `${path}[${index}]`, catalog, problems);
  }
  return new Map(personas.map((persona) => [persona.id, persona]));
}

/** Checks one persona and returns a copy. Adds every problem with its path. */
export function checkPersona(
  value: unknown,
  path: string,
  problems: Problems,
  catalog: Catalog,
): Persona | undefined {
  const persona = problems.parse(personaSchema(catalog), value, path) as Persona | undefined;
  if (persona !== undefined) addContradictions(persona, path, catalog, problems);
  return persona;
}

const TWICE: Expected = { en: 'It is listed twice.', ja: '同じ値が2回指定されています。' };
const REVERSED: Expected = { en: 'It is before from.', ja: 'from より前の日付です。' };
const holdersReason = (holders: readonly string[]): Expected => ({
  en: `This detail is held by ${holders.join(', ')} only.`,
  ja: `この分野詳細を保有するのは ${holders.join('、')} だけです。`,
});

function addContradictions(
  { records }: Persona,
  path: string,
  catalog: Catalog,
  problems: Problems,
): void {
  for (const detail of Object.keys(records)) {
    for (const [at, record] of (records[detail] ?? []).entries())
      for (const [part, reason] of contradictionsOf(record, detail, catalog))
        problems.add(`${path}.records.${detail}[${at}].${part}`, reason);
  }
}

/** Returns the parts of a record that contradict its detail or another part, and why. */
export function contradictionsOf(
  { server, from, to }: PersonaRecord,
  detail: string,
  catalog: Catalog,
): readonly (readonly [part: 'server' | 'to', reason: Expected])[] {
  const holders = holdersOf(detail, catalog);
  return [
    ...(holders.includes(server) ? [] : [['server', holdersReason(holders)] as const]),
    ...(from !== undefined && to !== undefined && to < from ? [['to', REVERSED] as const] : []),
  ];
}
