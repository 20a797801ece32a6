import { array, enum as enumOf, int, iso, json, optional, partialRecord, record, strictObject, string } from 'zod';
import { type DetailId, details, holdersOf, type ServerId, servers } from '../catalog/index.js';
import { SelfInfoError } from '../errors.js';

/** A record that a server holds about a persona. Dates are JST days `YYYY-MM-DD`. */
export interface PersonaRecord {
  /** The server that answers for the holder: one that holds the detail by table 2.5-5. */
  readonly server: ServerId;
  /** The holder's name as it appears in the answer. */
  readonly holder: string;
  /** The day the record speaks of; it decides the latest one where the registered field is absent, and is its whole validity where nothing below is given. */
  readonly asOf?: string | undefined;
  /** Valid from this day on. */
  readonly from?: string | undefined;
  /** Valid up to this day, included. Default: still valid. */
  readonly to?: string | undefined;
  /** The fiscal year it belongs to. */
  readonly fiscalYear?: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields beside the record's own that no profile knows. */
  readonly extras?: Readonly<Record<string, unknown>> | undefined;
}

/** An invented citizen, as data. */
export interface Persona {
  /** Hyphenated. */
  readonly id: string;
  readonly name: string;
  /** `YYYY-MM-DD`, shown on the card. */
  readonly birthDate?: string | undefined;
  /** Four digits. */
  readonly pin: string;
  /** How many polls answer "running" before the result is there. Default: 1. */
  readonly pendingPolls?: number | undefined;
  /** Records by detail; every item code of a detail is answered from the same ones. */
  readonly records: Readonly<Partial<Record<DetailId, readonly PersonaRecord[]>>>;
  /** Fields that no profile knows, added to every item of the answer. */
  readonly itemExtras?: Readonly<Record<string, unknown>> | undefined;
  /** Items that come along without having been asked for. */
  readonly unaskedItems?: readonly { readonly code: string; readonly records: readonly Omit<PersonaRecord, 'server'>[] }[] | undefined;
}

const day = iso.date();
const openFields = record(string(), json());
const recordShape = {
  holder: string().min(1),
  asOf: optional(day),
  from: optional(day),
  to: optional(day),
  fiscalYear: optional(int().min(1900).max(2999)),
  fields: openFields,
  extras: optional(openFields),
};

const personaList = array(
  strictObject({
    id: string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    name: string().min(1),
    birthDate: optional(day),
    pin: string().regex(/^\d{4}$/),
    pendingPolls: optional(int().min(0).max(1_000)),
    records: partialRecord(
      enumOf(details.map((detail) => detail.id)),
      array(strictObject({ ...recordShape, server: enumOf(servers.filter((server) => server.role === 'holder').map((server) => server.id)) })),
    ),
    itemExtras: optional(openFields),
    unaskedItems: optional(array(strictObject({ code: string().min(1), records: array(strictObject(recordShape)) }))),
  }),
).min(1);

/** Checks personas and returns a copy by id, in order; the error names every path that is wrong, and no value. */
export function checkPersonas(value: unknown, path: string): ReadonlyMap<string, Persona> {
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  const parsed = personaList.safeParse(value);
  const problems = parsed.success
    ? findContradictions(parsed.data, path)
    : parsed.error.issues.map((issue) => `${issue.path.reduce<string>((at, key) => at + step(key), path)} (${issue.code})`);
  const [first] = problems;
  if (first === undefined && parsed.success) return new Map(structuredClone(parsed.data).map((persona) => [persona.id, persona]));
  const all = problems.slice(0, 20).join(', ');
  throw new SelfInfoError('invalid_option', {
    path: first?.replace(/ \(.*/, '') ?? path,
    expected: { en: `To be corrected: ${all}.`, ja: `次の箇所を修正してください: ${all}。` },
  });
}

function step(key: PropertyKey): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 60)}`;
}

function findContradictions(personas: readonly Persona[], path: string): string[] {
  const problems: string[] = [];
  for (const [index, { id, records }] of personas.entries()) {
    if (personas.findIndex((other) => other.id === id) !== index) problems.push(`${path}[${index}].id (given twice)`);
    for (const detail of Object.keys(records) as DetailId[]) {
      for (const [at, { server, from, to }] of (records[detail] ?? []).entries()) {
        const place = `${path}[${index}].records.${detail}[${at}]`;
        if (!holdersOf(detail).includes(server)) problems.push(`${place}.server (not a holder of this detail)`);
        if (from !== undefined && to !== undefined && to < from) problems.push(`${place}.to (before from)`);
      }
    }
  }
  return problems;
}
