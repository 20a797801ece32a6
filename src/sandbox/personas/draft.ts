import type { Catalog } from '../../catalog/catalog.js';
import { ownData } from '../../foundation/own.js';
import {
  contradictionsOf,
  type Persona,
  type PersonaItemStatus,
  type PersonaRecord,
  recordSchema,
} from './persona.js';

/** How the value of a field is written; `absent`: the record does not have the field. */
export const kinds = ['text', 'number', 'null', 'json', 'absent'] as const;
export type FieldKind = (typeof kinds)[number];

/** What is answered about a detail. `failed` is possible only for a persona that has it already. */
export type AnswerKind = 'records' | 'none' | 'not-covered' | 'failed';

/** The parts of a record beside its fields, as they are typed. */
export const parts = [
  'server',
  'holder',
  'fiscalYear',
  'asOf',
  'from',
  'to',
  'registeredOn',
] as const;
export type Part = (typeof parts)[number];

/** A field as it is typed. */
export interface DraftField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly text: string;
}

/** A record as it is typed. */
export interface DraftRecord {
  /** The record that it began as. What the editor does not show stays as it is there. */
  readonly base: PersonaRecord;
  readonly leftOut: boolean;
  readonly parts: Readonly<Record<Part, string>>;
  readonly fields: readonly DraftField[];
  /** Further fields, as a JSON object. */
  readonly more: string;
}

/** What is to be answered about a detail, as it is typed. */
export interface DraftDetail {
  readonly id: string;
  readonly answer: AnswerKind;
  /** The answers to choose from. */
  readonly answers: readonly AnswerKind[];
  /** Undefined: there are too many to edit, and they stay as they are. */
  readonly records: readonly DraftRecord[] | undefined;
}

/** An answer that a person writes: every detail that a service asks for. */
export type Draft = readonly DraftDetail[];

/** What is wrong with a place of a draft. */
export type DraftProblem =
  | 'too_long'
  | 'number'
  | 'null'
  | 'json'
  | 'more'
  | 'holder'
  | 'server'
  | 'year'
  | 'day'
  | 'order';

/** What replaces a part of a persona's answer, by detail. */
export type Edits = ReadonlyMap<
  string,
  { readonly records: readonly PersonaRecord[]; readonly status: PersonaItemStatus | undefined }
>;

/** The most records of a detail that can be edited. */
export const MOST_RECORDS = 20;
const MOST_FIELDS = 40;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;
/** The longest text of a place, in UTF-16 units. */
export const LONGEST_TEXT = 1_000;

/** Returns the name of a place of a draft: the answer of a detail, or a part of one of its records. */
export function placeOf(detail: number, record?: number, part?: string): string {
  return [`d${detail}`, ...(record === undefined ? [] : [`r${record}`, part])].join('-');
}

/** Returns what a persona would answer, ready to be edited. */
export function draftOf({ records, statuses = {} }: Persona, details: readonly string[]): Draft {
  return details.map((id) => {
    const { [id]: held = [] } = records;
    const { [id]: settled } = statuses;
    return {
      id,
      answer: settled?.status ?? (held.length === 0 ? 'none' : 'records'),
      answers: [
        ...(['records', 'none', 'not-covered'] as const),
        ...(settled?.status === 'failed' ? (['failed'] as const) : []),
      ],
      records: held.length > MOST_RECORDS ? undefined : held.map(draftRecord),
    };
  });
}

/** Returns a record, ready to be edited. */
function draftRecord(base: PersonaRecord): DraftRecord {
  return {
    base,
    leftOut: false,
    parts: Object.fromEntries(parts.map((part) => [part, String(base[part] ?? '')])) as Record<
      Part,
      string
    >,
    fields: Object.entries(base.fields)
      .slice(0, MOST_FIELDS)
      .map(([name, value]) => draftField(name, value))
      .filter(({ text }) => text.length <= LONGEST_TEXT),
    more: '',
  };
}

function draftField(name: string, value: unknown): DraftField {
  if (value === null) return { name, kind: 'null', text: '' };
  if (typeof value === 'number' && PLAIN_NUMBER.test(String(value)))
    return { name, kind: 'number', text: String(value) };
  // A field of one line cannot hold control characters.
  if (typeof value === 'string' && !/\p{C}/u.test(value))
    return { name, kind: 'text', text: value };
  return { name, kind: 'json', text: JSON.stringify(value) };
}

/** Returns a draft with what was typed on its page. */
export function readDraft(draft: Draft, typed: ReadonlyMap<string, string>): Draft {
  return draft.map((detail, index) => ({
    ...detail,
    answer: oneOf(detail.answers, typed.get(placeOf(index)), detail.answer),
    records: detail.records?.map((record, at) => {
      const read = (part: string, before: string) => typed.get(placeOf(index, at, part)) ?? before;
      return {
        ...record,
        leftOut: typed.has(placeOf(index, at, 'out')),
        parts: Object.fromEntries(
          parts.map((part) => [part, read(part, record.parts[part])]),
        ) as Record<Part, string>,
        fields: record.fields.map(({ name, kind, text }, field) => ({
          name,
          kind: oneOf(kinds, read(`k${field}`, kind), kind),
          text: read(`f${field}`, text),
        })),
        more: read('more', record.more),
      };
    }),
  }));
}

function oneOf<T extends string>(known: readonly T[], typed: string | undefined, before: T): T {
  return known.find((value) => value === typed) ?? before;
}

/** Returns a draft with one more record of a detail: a copy of its last one, or of a sample. */
export function addRecord(draft: Draft, at: number, sample: PersonaRecord): Draft {
  return draft.map((detail, index) => {
    const { records = [] } = detail;
    if (index !== at || records.length === MOST_RECORDS) return detail;
    const last = records.at(-1) ?? draftRecord(sample);
    const { repeat: _, ...base } = last.base;
    return {
      ...detail,
      answer: 'records',
      records: [...records, { ...last, base, leftOut: false }],
    };
  });
}

/** Returns what a draft answers, and what is wrong with it, by place. It counts only without problems. */
export function settleDraft(
  draft: Draft,
  persona: Persona,
  catalog: Catalog,
): { readonly edits: Edits; readonly problems: ReadonlyMap<string, DraftProblem> } {
  const problems = new Map<string, DraftProblem>();
  const edits = draft.map(({ id, answer, records }, index) => {
    const { [id]: before = [] } = persona.records;
    const settled = records?.flatMap((record, at) =>
      answer !== 'records' || record.leftOut
        ? []
        : [
            settleRecord(record, id, catalog, (part, problem) =>
              problems.set(placeOf(index, at, part), problem),
            ),
          ],
    );
    const kept = answer === 'records' ? (settled ?? before) : answer === 'none' ? [] : before;
    const status =
      answer === 'not-covered'
        ? ({ status: answer } as const)
        : answer === 'failed'
          ? persona.statuses?.[id]
          : undefined;
    return [id, { records: kept, status }] as const;
  });
  return { edits: new Map(edits), problems };
}

const PROBLEM_OF: Readonly<Record<Part, DraftProblem>> = {
  server: 'server',
  holder: 'holder',
  fiscalYear: 'year',
  asOf: 'day',
  from: 'day',
  to: 'day',
  registeredOn: 'day',
};

function settleRecord(
  draft: DraftRecord,
  detail: string,
  catalog: Catalog,
  add: (part: string, problem: DraftProblem) => void,
): PersonaRecord {
  const found = new Map<string, DraftProblem>();
  const { repeat, extras } = draft.base;
  const record = {
    ...(repeat !== undefined && { repeat }),
    ...(extras !== undefined && { extras }),
    ...Object.fromEntries(
      parts.flatMap((part) => {
        const text = part === 'holder' ? draft.parts[part] : tidy(draft.parts[part]);
        const isMissing = text === '' && part !== 'holder' && part !== 'server';
        return isMissing ? [] : [[part, part === 'fiscalYear' ? Number(text) : text]];
      }),
    ),
    fields: fieldsOf(draft, found),
  } as PersonaRecord;
  const { error } = recordSchema(catalog).safeParse(ownData(record));
  for (const { path } of error?.issues ?? []) {
    const part = parts.find((known) => known === path[0]);
    found.set(part ?? 'more', part === undefined ? 'more' : PROBLEM_OF[part]);
  }
  for (const [part] of error === undefined ? contradictionsOf(record, detail, catalog) : [])
    found.set(part, part === 'to' ? 'order' : 'server');
  for (const part of parts)
    if (draft.parts[part].length > LONGEST_TEXT) found.set(part, 'too_long');
  // In the order of the page.
  for (const part of [...parts, ...draft.fields.map((_, at) => `f${at}`), 'more']) {
    const problem = found.get(part);
    if (problem !== undefined) add(part, problem);
  }
  return record;
}

/** Returns the fields of a record: those that are shown as typed, others as they were, and further ones. */
function fieldsOf(
  { base, fields, more }: DraftRecord,
  found: Map<string, DraftProblem>,
): PersonaRecord['fields'] {
  const values = new Map(Object.entries(base.fields));
  for (const [at, field] of fields.entries()) {
    const settled = settleField(field);
    if (settled === undefined) found.set(`f${at}`, problemOf(field));
    else if (field.kind === 'absent') values.delete(field.name);
    else values.set(field.name, settled.value);
  }
  const further = objectOf(more);
  if (further === undefined) found.set('more', more.length > LONGEST_TEXT ? 'too_long' : 'more');
  return Object.fromEntries([...values, ...Object.entries(further ?? {})]);
}

/** Returns the value of a field; undefined if its text cannot be one. An absent one has none. */
function settleField({ kind, text }: DraftField): { readonly value: unknown } | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  if (kind === 'absent') return { value: undefined };
  if (kind === 'text') return { value: text };
  if (kind === 'null') return tidy(text) === '' ? { value: null } : undefined;
  if (kind === 'json') return jsonOf(text);
  const digits = tidy(text).replaceAll(',', '');
  const value = Number(digits);
  const isExact = Number.isSafeInteger(value) || digits.includes('.');
  return PLAIN_NUMBER.test(digits) && isExact ? { value } : undefined;
}

function problemOf({ kind, text }: DraftField): DraftProblem {
  if (text.length > LONGEST_TEXT) return 'too_long';
  return kind === 'number' || kind === 'null' ? kind : 'json';
}

function objectOf(text: string): object | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  if (tidy(text) === '') return {};
  const { value } = jsonOf(text) ?? {};
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: ownData(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/** Removes blanks around a text, and makes full-width digits and signs narrow. */
function tidy(text: string): string {
  return text.normalize('NFKC').trim();
}

/** Returns a persona with edits to its answer. */
export function withEdits(persona: Persona, edits: Edits | undefined): Persona {
  if (edits === undefined) return persona;
  const statuses = { ...persona.statuses };
  for (const [id, { status }] of edits) {
    if (status === undefined) delete statuses[id];
    else statuses[id] = status;
  }
  const records = Object.fromEntries([...edits].map(([id, edit]) => [id, edit.records]));
  return ownData({ ...persona, records: { ...persona.records, ...records }, statuses }) as Persona;
}
