import { describe, expect, it } from 'vitest';
import { readStrictJson } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { STUB_PROCESS } from '../kit/stub.js';
import { ASKED, CANARY, expectSilent, openBroken, reasonOf } from '../query/codecs.js';

const record = { holder: '千代田区', fields: { 異動日: '2020-01-01' }, extras: {} };
const item = { code: 'household', status: 'present', records: [record], missing: [], extras: {} };
const good = { processId: STUB_PROCESS, status: 'done', items: [item], extras: {} };
const withItem = (part: object) => ({ ...good, items: [{ ...item, ...part }] });
const withRecord = (part: object) => withItem({ records: [{ ...record, ...part }] });
const withField = (value: unknown) => withRecord({ fields: { 額: value } });
const missing = (...list: unknown[]) => withItem({ missing: list });

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
const circular: unknown[] = [];
circular.push([circular]);
const shared = Array.from({ length: 30 }).reduce<unknown>((inner) => [inner, inner], []);
const MEBIBYTE = 'x'.repeat(1024 * 1024);
const gapped = (value: unknown) => Object.assign([], { 0: value, 2: value });
const hostile = () => {
  throw new Error(CANARY);
};
/** A list of 2^31 elements that allocates none. */
const endless = () => {
  const list: unknown[] = [];
  list.length = 2 ** 31;
  return list;
};

const bad: [string, unknown][] = [
  ['nothing', undefined],
  ['a text', CANARY],
  ['a list', [good]],
  ['an instance of a class', Object.assign(new (class Result {})(), good)],
  ['a proxy', new Proxy(good, {})],
  ['a member of another name', { ...good, [CANARY]: CANARY }],
  ['a getter', Object.defineProperty({ ...good }, 'status', { get: hostile })],
  ['no items', { status: 'done', extras: {} }],
  ['no extras', { status: 'done', items: [] }],
  ['items that are null', { ...good, items: null }],
  ['items in an object', { ...good, items: { 0: item, length: 1 } }],
  ['a gap in its items', { ...good, items: gapped(item) }],
  ['a member beside its items', { ...good, items: Object.assign([item], { [CANARY]: 1 }) }],
  ['items in a proxy of 2^31', { ...good, items: new Proxy(endless(), {}) }],
  ['2^31 items', { ...good, items: endless() }],
  ['100,001 items', { ...good, items: Array.from({ length: 100_001 }, () => item) }],
  ['2^31 elements in a field', withField(endless())],
  ['an unknown status', { ...good, status: CANARY }],
  ['an inherited status', { ...good, status: 'constructor' }],
  ['a status of an item', { ...good, status: 'present' }],
  ['a process id that is a number', { ...good, processId: 1 }],
  ['an empty process id', { ...good, processId: '' }],
  ['a process id of 1,025 characters', { ...good, processId: 'p'.repeat(1_025) }],
  ['an empty cursor', { ...good, cursor: '' }],
  ['a cursor of 4,097 characters', { ...good, cursor: 'c'.repeat(4_097) }],
  ['a cursor that is null', { ...good, cursor: null }],
  ['a retryAt that is NaN', { ...good, status: 'running', retryAt: Number.NaN }],
  ['a retryAt that is infinite', { ...good, status: 'running', retryAt: Number.POSITIVE_INFINITY }],
  ['a retryAt in seconds', { ...good, status: 'running', retryAt: 1_796_000_000 }],
  ['a retryAt after the year 9999', { running: true, retryAt: 253_402_300_800_000 }],
  ['a retryAt that is a Date', { running: true, retryAt: new Date() }],
  ['running that is not true', { running: 1 }],
  ['running beside a status', { ...good, running: true }],
  ['an item that is null', { ...good, items: [null] }],
  ['an item without a code', withItem({ code: undefined })],
  ['an item code of half a surrogate pair', withItem({ code: 'a\udfff' })],
  ['an unknown status of an item', withItem({ status: 'done' })],
  ['an item with another member', withItem({ record_list: [] })],
  ['an item without records', withItem({ records: undefined })],
  ['a failure that is not a text', withItem({ status: 'failed', failure: 1 })],
  ['a holder without a server', missing({ until: null })],
  ['a holder without until', missing({ server: CANARY })],
  ['a holder with a day that does not exist', missing({ server: 'a', until: '2026-02-30' })],
  ['a holder with an instant without offset', missing({ server: 'a', until: '2026-12-01T10:00' })],
  ['a record without a holder', withRecord({ holder: undefined })],
  ['a record with an empty date', withRecord({ asOf: '' })],
  ['a record with another member', withRecord({ [CANARY]: 1 })],
  ['fields that are a list', withRecord({ fields: [1] })],
  ['fields that are a Map', withRecord({ fields: new Map([['額', 1]]) })],
  ['a mark for a field that is not there', withRecord({ inexact: ['額'] })],
  ['a mark for an inherited field', withRecord({ inexact: ['toString'] })],
  ['a function in a field', withField(() => CANARY)],
  ['a symbol in a field', withField(Symbol(CANARY))],
  ['a BigInt in a field', withField(1n)],
  ['NaN in a field', withField(Number.NaN)],
  ['-Infinity in a field', withField({ a: [Number.NEGATIVE_INFINITY] })],
  ['a Date in a field', withField(new Date())],
  ['a RegExp in a field', withField(/a/)],
  ['bytes in a field', withField(new Uint8Array(2))],
  ['a boxed text in a field', withField(new String(CANARY))],
  ['a promise in a field', withField(Promise.resolve(CANARY))],
  ['undefined in a list of a field', withField([undefined])],
  ['a gap in a list of a field', withField(gapped(1))],
  ['half a surrogate pair in a field', withField('a\ud800b')],
  ['half a surrogate pair in a name', withField({ 'a\ud800': 1 })],
  [
    'a getter in a field',
    withField(Object.defineProperty({}, 'a', { get: hostile, enumerable: true })),
  ],
  ['a symbol as a name', withField({ [Symbol(CANARY)]: 1 })],
  ['__proto__ in a field', withField(JSON.parse('{"__proto__":{"a":1}}'))],
  ['a proxy in a field', withField(new Proxy({}, { ownKeys: hostile }))],
  ['a field that contains itself', withField(circular)],
  ['a field of 59 levels', withField(nested(59))],
  ['extras of 63 levels', { ...good, extras: { a: nested(63) } }],
  ['2^30 values by sharing', withField(shared)],
  ['1,000,001 values', withField(Array.from({ length: 1_000_001 }, () => 1))],
  [
    '1,000,001 names',
    withField(Object.fromEntries(Array.from({ length: 1_000_001 }, (_, n) => [n, 1]))),
  ],
  ['17 MiB of text', withField('x'.repeat(17 * 1024 * 1024))],
  ['4 GiB of text by sharing', withField(Array.from({ length: 4_096 }, () => MEBIBYTE))],
  ['17 MiB of names', withField({ ['x'.repeat(17 * 1024 * 1024)]: 1 })],
  ['Infinity in the extras of an item', withItem({ extras: { a: Number.POSITIVE_INFINITY } })],
  ['a Date in the extras of a record', withRecord({ extras: { a: new Date() } })],
];

const failure = {
  code: 'codec_failed',
  stage: 'result',
  effect: 'none',
  safe: true,
};

async function submitted(options: Parameters<typeof openBroken>[1] = {}) {
  const opened = openBroken('decodeResult', options);
  const retrieval = await opened.client.submit(await opened.consent(), ASKED);
  return { ...opened, retrieval };
}

describe('a result of a codec', () => {
  it.each(bad)(
    'with %s is refused, and a corrected codec collects the answer',
    async (_, value) => {
      const { client, broken, retrieval } = await submitted();
      broken.output = () => value;
      const error = expectSilent(await errorOf(() => client.collect(retrieval, { once: true })));
      expect([facts(error), error.path]).toEqual([
        failure,
        'environment.profile.codec.decodeResult',
      ]);
      expect(error.retrieval).toEqual(retrieval);
      delete broken.output;
      expectStatus(await client.collect(retrieval), 'ready');
    },
  );

  it('is refused with the place and the rule, in both languages', async () => {
    const { client, broken, retrieval } = await submitted();
    const reasons: string[] = [];
    for (const value of [
      { ...good, items: [item, { ...item, status: CANARY }] },
      withRecord({ fields: { [CANARY]: [{ [CANARY]: () => CANARY }] } }),
      withRecord({ fields: { [CANARY]: circular } }),
      { running: true, retryAt: 1 },
      withField('x'.repeat(17 * 1024 * 1024)),
      { ...good, status: '' },
    ]) {
      broken.output = () => value;
      const error = expectSilent(await errorOf(() => client.collect(retrieval, { once: true })));
      reasons.push(reasonOf(error));
      expect(error.messageJa).toMatch(/^environment\.profile\.codec\.decodeResult から.*[ぁ-ん]/);
    }
    expect(reasons).toEqual([
      'items[1].status must be one of present, nothing-on-record, not-covered, unavailable, failed.',
      'items[0].records[0].fields holds a value that JSON cannot represent, such as a function, a Date, NaN or a lone surrogate.',
      'items[0].records[0].fields is nested deeper than 64 levels, or is circular.',
      'retryAt must be epoch milliseconds, from the year 2000 to 9999.',
      'It holds more than 16777216 characters, with all pages.',
      'status must be one of accepted, running, busy, done, session-lost, failed, blocked.',
    ]);
  });

  it('is a copy: what the codec changes later changes no answer', async () => {
    const { client, broken, retrieval } = await submitted();
    const fields = { 異動日: '2020-01-01', list: [1, { deep: 'a' }], zero: -0, left: undefined };
    const extras = { note: ['b'] };
    const items = [{ ...item, records: [{ ...record, fields, extras }] }];
    broken.output = () => {
      const result = { ...good, items };
      // After the value was read, and before the answer is handed out.
      queueMicrotask(() => queueMicrotask(() => setImmediate(spoil)));
      return result;
    };
    const spoil = () => {
      fields.list.length = 0;
      fields.異動日 = CANARY;
      extras.note.push(CANARY);
      items.length = 0;
    };
    const { answer } = expectStatus(await client.collect(retrieval), 'ready');
    spoil();
    const { household } = answer.items;
    expect(expectStatus(household, 'present').reveal()).toEqual([
      { holder: '千代田区', fields: { 異動日: '2020-01-01', list: [1, { deep: 'a' }], zero: 0 } },
    ]);
    expect(household.extras.reveal()).toEqual({ records: [{ note: ['b'] }] });
  });

  it('may have 64 levels, a null for what is not known, and no process id', async () => {
    const { client, broken, retrieval } = await submitted();
    broken.output = () => ({
      status: 'done',
      items: [
        {
          ...item,
          records: [{ ...record, fields: { 額: nested(58) } }],
          missing: [
            { server: 'a', until: '2026-12-01T10:00:00Z' },
            { server: 'b', until: null },
          ],
        },
      ],
      extras: {},
    });
    const { answer } = expectStatus(await client.collect(retrieval), 'ready');
    const household = expectStatus(answer.items.household, 'present');
    expect(household.missing).toEqual([
      { server: 'a', until: '2026-12-01T19:00:00+09:00' },
      { server: 'b', until: null },
    ]);
  });

  it.each<[string, (fields: Record<string, unknown>) => object, string | undefined]>([
    ['the fields of the body', (fields) => ({ fields }), '額'],
    ['a part of the body in new fields', (fields) => ({ fields: { 内訳: fields.内訳 } }), '内訳'],
    ['new fields with marks', (fields) => ({ fields: { 額: fields.額 }, inexact: ['額'] }), '額'],
    ['new fields without marks', (fields) => ({ fields: { 額: fields.額 } }), undefined],
  ])('with %s keeps a number that is inexact from being taken for text', async (_, part, field) => {
    const { client, broken, retrieval } = await submitted();
    broken.output = async () => {
      const fields = (await readStrictJson(
        Buffer.from('{"額":9007199254740993,"内訳":{"a":[9007199254740993]}}'),
      )) as Record<string, unknown>;
      return withRecord(part(fields));
    };
    const { answer } = expectStatus(await client.collect(retrieval), 'ready');
    const { household } = answer.items;
    if (field === undefined) expectStatus(household, 'present');
    else {
      const failed = expectStatus(household, 'failed');
      expect([failed.code, failed.path]).toEqual(['number_inexact', `records[0].fields.${field}`]);
    }
  });

  it('that is running is asked again at its own time, and never before half a second', async () => {
    const { client, broken, retrieval, clock } = await submitted();
    const retryAt = clock.now() + 7_000;
    broken.output = () => ({ running: true, retryAt });
    const pending = expectStatus(await client.collect(retrieval, { once: true }), 'pending');
    expect(Date.parse(pending.retryAt)).toBe(retryAt);
    broken.output = () => ({ running: true, retryAt: Date.parse('2001-01-01T00:00:00Z') });
    const soon = expectStatus(await client.collect(retrieval, { once: true }), 'pending');
    expect(Date.parse(soon.retryAt)).toBe(clock.now() + 500);
  });

  it('of 100,000 records lets other work run', async () => {
    const { client, broken, retrieval } = await submitted();
    const records = Array.from({ length: 100_000 }, () => record);
    let turns = 0;
    let over = false;
    const count = () => {
      turns++;
      if (!over) setImmediate(count);
    };
    broken.output = () => {
      setImmediate(count);
      return withItem({ records: [...records.slice(1), null] });
    };
    const error = await errorOf(() => client.collect(retrieval, { once: true }));
    over = true;
    expect(reasonOf(error)).toMatch(/^items\[0\]\.records\[99999\] must be a plain object/);
    expect(turns).toBeGreaterThan(20);
  });

  it('of another process is discarded', async () => {
    const { client, broken, retrieval } = await submitted();
    broken.output = () => ({ ...good, processId: 'another' });
    const { code } = await errorOf(() => client.collect(retrieval, { once: true }));
    expect(code).toBe('process_mismatch');
  });
});

describe('readStrictJson', () => {
  const text = (bytes: number) => Buffer.from(`"${'x'.repeat(bytes - 2)}"`);

  it('reads up to 16 MiB, as a body may have, and refuses a byte more', async () => {
    expect(await readStrictJson(text(16_777_216))).toHaveLength(16_777_214);
    const error = await errorOf(() => readStrictJson(text(16_777_217)));
    expect(error.code).toBe('response_invalid');
    expect(error.message).toContain('too large');
  });
});
