import { own } from '../foundation/own.js';
import type { Service } from '../service/service.js';
import type { StandardSchema } from '../service/spec.js';
import type { WireProfile } from '../wire/profile.js';
import { PATTERNS } from './patterns.js';
import { issuesOf, schemaFields } from './schemas.js';
import type { ObjectShape, ValueShape } from './shape.js';
import type { Report } from './walk.js';

/** Compares the fields of the records of each item with its `latestBy` and its record schema. */
export function compareItems(
  body: ValueShape,
  { fields }: WireProfile,
  service: Service,
  report: Report,
): void {
  const list = `body.${fields.selfPersonalData.value}`;
  const items = member(body, fields.selfPersonalData.value)?.list?.by ?? {};
  for (const [key, item] of Object.entries(items)) {
    const spec = own(service.items, key);
    if (spec === undefined) {
      report('item', `${list}[]`, { entry: 'items' });
      continue;
    }
    const entry = `items.${key}`;
    const { value: values } = fields.values;
    const place = `${list}[].${fields.records.value}[].${values}`;
    const records = member(item, fields.records.value)?.list?.of;
    const found = records && member(records, values)?.object;
    if (!found) continue;
    const { latestBy, record } = spec;
    if (latestBy !== undefined && own(found.members, latestBy)?.always !== true)
      report('latest-missing', `${place}.${latestBy}`, { entry });
    if (record)
      compareFields(found, record, (kind, path, facts) =>
        report(kind, `${place}.${path}`, { entry, ...facts }),
      );
  }
}

function member({ object }: ValueShape, name: string): ValueShape | undefined {
  return object && own(object.members, name)?.shape;
}

function compareFields({ members }: ObjectShape, schema: StandardSchema, report: Report): void {
  const read = new Set(schemaFields(schema).flatMap(([first]) => first ?? []));
  // A schema that reads nothing by name accepts anything.
  if (read.size === 0) return;
  for (const name of read)
    if (!own(members, name) && issuesAt(schema, name, undefined)) report('schema-missing', name);
  for (const [name, { shape }] of Object.entries(members)) {
    if (!read.has(name)) report('schema-unknown', name);
    else for (const seen of refused(schema, name, shape)) report('schema-refused', name, { seen });
  }
}

/** Returns whether a schema finds a problem at a field with this value. */
function issuesAt(schema: StandardSchema, name: string, value: unknown): boolean {
  const fields = value === undefined ? {} : { [name]: value };
  return issuesOf(schema, fields)?.some(([first]) => first === name) ?? false;
}

/** Invented values of each type, and of each pattern of texts. */
const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  null: [null],
  boolean: [true, false],
  integer: [0, 1, 26, 2026, 202606, 1_000_000, 20260601],
  decimal: [0.5, 12.5],
  list: [[]],
  object: [{}],
  empty: [''],
  YYYY: ['2026'],
  YYYYMM: ['202606'],
  YYYYMMDD: ['20260601'],
  'YYYY-MM': ['2026-06'],
  'YYYY-MM-DD': ['2026-06-01'],
  'YYYY/MM/DD': ['2026/06/01'],
  YYYYMMDDhhmmss: ['20260601090000'],
  'date-time': ['2026-06-01T09:00:00'],
  'date-time+offset': ['2026-06-01T09:00:00+09:00', '2026-06-01T00:00:00Z'],
  'era-date': ['令和8年6月1日', 'R08.06.01', '令和8年'],
  digits: ['1', '12', '123', '12345', '1234567', '0123456789', '123456789012'],
  number: ['1.5', '-1', '1,000'],
  text: ['あ', 'サンプル', 'A', 'Ab', 'a', '1'],
};

/**
 * Returns the types and patterns of a field that its schema refuses. Tries invented values, and says
 * nothing where the schema refuses all of them, such as those of an enumeration.
 */
function refused(schema: StandardSchema, name: string, shape: ValueShape): readonly string[] {
  const refuses = (sample: string) =>
    (own(SAMPLES, sample) ?? SAMPLES.text ?? []).every((value) => issuesAt(schema, name, value));
  const accepts = Object.keys(SAMPLES).some((sample) => sample !== 'null' && !refuses(sample));
  if (!accepts) return [];
  const { text = {} } = shape;
  return [
    ...TYPES.filter((type) => own(shape, type) !== undefined),
    ...PATTERNS.filter((pattern) => own(text, pattern) !== undefined),
  ].filter(refuses);
}

const TYPES = ['null', 'boolean', 'integer', 'decimal', 'list', 'object'] as const;
