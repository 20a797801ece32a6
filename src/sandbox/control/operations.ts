import { array, coerce, enum as enumOf, int, optional, strictObject, string, union } from 'zod';
import { type Catalog, publishedCatalog } from '../../catalog/catalog.js';
import { isSelfInfoError } from '../../foundation/errors.js';
import { ONCE } from '../../foundation/own.js';
import { formatInstant } from '../../foundation/time.js';
import { faultSchema } from '../faults.js';
import { checks, querySchema, steps } from '../journal.js';
import { personaSchema, recordSchema } from '../personas/persona.js';
import { Refusal } from '../portal/refusals.js';
import { checked } from '../problems.js';
import type { Operation, OperationInput } from './operation.js';
import { ruleSchema } from './rule.js';
import { newsOperations, registrationOperations } from './setup-operations.js';
import type { SandboxControl } from './types.js';

const instant = string().meta({ format: 'date-time' });
const entrySchema = strictObject({
  seq: int(),
  at: instant,
  step: enumOf(steps),
  outcome: enumOf(['accepted', 'refused']),
  checked: array(enumOf(checks)),
  code: optional(string()),
  reason: optional(string()),
  reasonJa: optional(string()),
  fault: optional(string()),
  clientId: optional(string()),
});
const planned = union(
  faultSchema.options.map((fault) => fault.extend({ id: string(), hits: int() })),
);
const nothing = strictObject({});
const time = strictObject({ now: instant, epochMs: int() });
const journalQuery = querySchema.extend({
  after: optional(coerce.number().int().min(0)),
  count: optional(coerce.number().int().min(1).max(10_000)),
  waitMs: optional(coerce.number().int().min(0).max(600_000)),
});

/** Returns the operations of a sandbox whose personas have records in a catalogue. */
export function operationsOf(catalog: Catalog = publishedCatalog): readonly Operation[] {
  return [
    ...personaOperations(catalog),
    ...faultOperations,
    ...registrationOperations(catalog),
    ...newsOperations(catalog),
    ...consentOperations,
    ...timeOperations,
  ];
}

function personaOperations(catalog: Catalog): readonly Operation[] {
  const persona = personaSchema(catalog);
  const records = array(recordSchema(catalog));
  const one = '/personas/{id}';
  return [
    {
      ...{ id: 'listPersonas', method: 'GET', path: '/personas', response: array(persona) },
      summary: 'Returns the personas.',
      run: ({ control }) => control.listPersonas(),
    },
    {
      ...{ id: 'putPersona', method: 'PUT', path: one, body: persona, response: persona },
      summary: 'Adds a persona, or replaces the one with this id.',
      run: ({ control, path, body }) => control.putPersona({ ...Object(body), id: path.id }),
    },
    {
      ...{ id: 'putRecords', method: 'PUT', path: `${one}/records/{detail}`, body: records },
      ...{ summary: 'Replaces the records of a persona about a detail.', response: persona },
      run: ({ control, path, body }) => control.putRecords(path.id ?? '', path.detail ?? '', body),
    },
    {
      ...{ id: 'deletePersona', method: 'DELETE', path: one, summary: 'Removes a persona.' },
      run: ({ control, path }) => control.deletePersona(path.id ?? ''),
    },
  ];
}

const faultOperations: readonly Operation[] = [
  {
    ...{ id: 'listFaults', method: 'GET', path: '/faults', response: array(planned) },
    summary: 'Returns the faults, in the order in which they are asked.',
    run: ({ control }) => control.listFaults(),
  },
  {
    ...{ id: 'addFault', method: 'POST', path: '/faults', body: faultSchema, response: planned },
    summary: 'Adds a fault.',
    run: ({ control, body }) => control.addFault(body),
  },
  {
    ...{ id: 'deleteFault', method: 'DELETE', path: '/faults/{id}', summary: 'Removes a fault.' },
    run: ({ control, path }) => control.deleteFault(path.id ?? ''),
  },
];

const consentOperations: readonly Operation[] = [
  {
    ...{ id: 'getRule', method: 'GET', path: '/rule', response: ruleSchema },
    summary: 'Returns how consents are given without a page.',
    run({ control }) {
      const rule = control.getRule();
      if (rule === undefined) throw new Refusal('control_none');
      return rule;
    },
  },
  {
    ...{ id: 'putRule', method: 'PUT', path: '/rule', body: ruleSchema, response: ruleSchema },
    summary: 'Gives every consent from now on without a page.',
    run({ control, body }) {
      control.putRule(body);
      return control.getRule();
    },
  },
  {
    ...{ id: 'deleteRule', method: 'DELETE', path: '/rule' },
    summary: 'Lets a person consent on the pages again.',
    run: ({ control }) => control.putRule(undefined),
  },
  {
    ...{ id: 'readJournal', method: 'GET', path: '/journal', query: journalQuery },
    ...{ summary: 'Returns entries of the journal. With waitMs, waits for `count` of them.' },
    response: array(entrySchema),
    run: ({ control, query, signal }) => readJournal(control, query, signal),
  },
];

const timeOperations: readonly Operation[] = [
  {
    ...{ id: 'getClock', method: 'GET', path: '/clock', response: time },
    summary: 'Returns the time.',
    run: ({ clock }) => timeOf(clock),
  },
  {
    ...{ id: 'moveClock', method: 'POST', path: '/clock', response: time },
    ...{ summary: 'Sets the clock, or moves it forward.' },
    body: union([strictObject({ set: instant }), strictObject({ advanceMs: int().min(0) })]),
    run: ({ clock, body }) => moveClock(clock, body),
  },
  {
    ...{ id: 'reset', method: 'POST', path: '/reset', body: nothing },
    summary: 'Puts everything back to how it began.',
    run({ control, body }) {
      checked((problems) => problems.parse(nothing, body, 'body'));
      control.reset();
    },
  },
];

async function readJournal(
  control: SandboxControl,
  given: OperationInput['query'],
  signal: AbortSignal,
) {
  const { count = 1, waitMs, ...query } = journalQuery.parse(given);
  if (waitMs === undefined) return control.readJournal(query);
  // Not AbortSignal.timeout: combined with another signal it may be collected before it fires.
  const enough = new AbortController();
  const end = () => enough.abort();
  const timer = setTimeout(end, waitMs);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, ONCE);
  try {
    return await control.waitForJournal(query, { count, signal: enough.signal });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
    return control.readJournal(query);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

function timeOf(clock: OperationInput['clock']) {
  const now = clock.now();
  return { now: formatInstant(now), epochMs: now };
}

/** The end of the year 9999: later instants have no common format. */
const LAST_MS = Date.UTC(9999, 11, 31);

function moveClock(clock: OperationInput['clock'], order: unknown) {
  const [[name, value] = [], ...more] =
    typeof order === 'object' && order !== null ? Object.entries(order) : [];
  if (more.length > 0) throw new Refusal('clock_order_invalid');
  try {
    if (name === 'set' && typeof value === 'string') clock.set(value);
    else if (name === 'advanceMs' && typeof value === 'number' && clock.now() + value <= LAST_MS)
      clock.advance(value);
    else throw new Refusal('clock_order_invalid');
  } catch (error) {
    throw isSelfInfoError(error) ? new Refusal('clock_order_invalid') : error;
  }
  return timeOf(clock);
}
