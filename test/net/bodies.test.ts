import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Collected,
  defineService,
  latest,
  type OpenRecord,
  type SelfInfoClient,
  type Service,
  type StandardSchema,
} from '../../src/index.js';
import { expectStatus, type Loan, loan, openBank } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { sized } from '../kit/size.js';
import { turnsDuring } from '../kit/turns.js';

/** How many texts the strict parser reads, and how many broken ones. */
const { texts } = sized({ usual: { texts: 100 }, full: { texts: 300 }, soak: { texts: 20_000 } });

/**
 * How many bytes are decoded, characters scanned and records validated before other work gets its
 * turn.
 */
const DECODED = 262_144;
const SLICE = 65_536;
const RECORDS = 50;

const head = (id: string) => `{"process_id":${JSON.stringify(id)},"process_status":"DONE"`;
const recordList = (records: readonly unknown[]) =>
  `,"selfPersonalData":[{"item_code":"TM00000000000002","item_status":"PRESENT","record_list":${JSON.stringify(records)}}]}`;

/**
 * Collects a response whose part after the process status is given, in one piece or in the given
 * chunks.
 */
async function collectorOf<S extends Service = Loan>(service: S = loan as unknown as S) {
  let rest = '}';
  let size = Number.POSITIVE_INFINITY;
  const bank = openBank({
    service: service as never,
    async intercept(request, pass) {
      if (!request.url.endsWith('/result')) return pass(request);
      const { process_id } = (await request.json()) as { process_id: string };
      return new Response(inChunks(Buffer.from(head(process_id) + rest), size), {
        headers: { 'content-type': 'application/json' },
      });
    },
  });
  const client = bank.client as unknown as SelfInfoClient<S>;
  const retrieval = await client.submit(
    (await bank.consent()) as never,
    { income: latest() } as never,
  );
  return (text: string, chunk = Number.POSITIVE_INFINITY): Promise<Collected<S>> => {
    [rest, size] = [text, chunk];
    return client.collect(retrieval);
  };
}

function inChunks(bytes: Buffer, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
      if (at >= bytes.length) controller.close();
    },
  });
}

describe('a response of five megabytes', () => {
  const openLoan = defineService({
    ...loan,
    items: {
      income: {
        detail: 'local-tax',
        code: 'TM00000000000002',
        inquiries: ['latest'],
        latestBy: '課税年度',
      },
    },
  });
  const record = {
    holder_name: 'municipal',
    record_date: '2026-06-01',
    field_values: { 課税年度: '2026', 所得: '円'.repeat(300) },
  };

  it('in one piece is decoded, scanned and validated with turns for other work in between, and completely', async () => {
    const records = Array.from({ length: 5_000 }, (_, index) => ({
      ...record,
      field_values: { ...record.field_values, index },
    }));
    const text = recordList(records);
    const [bytes, characters] = [Buffer.byteLength(text), text.length];
    expect(bytes).toBeGreaterThan(5_000_000);
    const collect = await collectorOf(openLoan);
    const { turns, value } = await turnsDuring(() => collect(text));
    // Each byte decoded, each character scanned, and one turn on both sides of parsing; each record
    // decoded and validated.
    expect(turns).toBeGreaterThanOrEqual(
      Math.floor(bytes / DECODED) + Math.floor(characters / SLICE) + 2 + records.length / RECORDS,
    );
    const revealed = expectStatus(
      expectStatus(value, 'ready').answer.items.income,
      'present',
    ).reveal() as readonly OpenRecord[];
    expect(revealed).toHaveLength(records.length);
    expect(
      revealed.every(
        ({ holder, fields }, index) =>
          holder === 'municipal' && fields.index === index && fields.所得 === '円'.repeat(300),
      ),
    ).toBe(true);
  });

  it('of very small records is validated with turns for other work, by a schema that gets one record after the other', async () => {
    const seen: unknown[] = [];
    const between: number[] = [];
    let turns = 0;
    const validate = (value: unknown) => {
      seen.push((value as OpenRecord).fields.n);
      between.push(turns);
      return { value };
    };
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } };
    const checked = defineService({
      ...loan,
      items: { income: { ...loan.items.income, record: schema } },
    });
    const collect = await collectorOf(checked);
    const count = 20_000;
    const text = recordList(
      Array.from({ length: count }, (_, n) => ({ holder_name: 'a', field_values: { n } })),
    );
    let under = true;
    const counting = (async () => {
      for (; under; turns++) await setImmediate();
    })();
    await collect(text);
    under = false;
    await counting;
    expect(seen).toEqual(Array.from({ length: count }, (_, n) => n));
    // Other work had a turn at least every fifty records.
    expect(new Set(between).size).toBeGreaterThanOrEqual(count / RECORDS - 1);
  });

  it('of small size is read in one go', async () => {
    const collect = await collectorOf(openLoan);
    const small = await turnsDuring(() => collect(recordList([record])));
    expectStatus(small.value, 'ready');
    expect(small.turns).toBeLessThan(10);
  });
});

describe('the limits of a response', () => {
  const refused = async (text: string) => {
    const collect = await collectorOf();
    const error = await errorOf(() => collect(text));
    expect([error.code, error.stage, error.effect, error.retry.safe]).toEqual([
      'response_invalid',
      'result',
      'none',
      false,
    ]);
    expect(JSON.stringify(error)).not.toContain('canary');
    return { path: error.path, message: error.message };
  };
  const record = { holder_name: 'canary', field_values: {} };
  const item = (code: string, more: object) => ({
    item_code: code,
    item_status: 'PRESENT',
    ...more,
  });

  it('are 100,000 records of an item', async () => {
    const { path, message } = await refused(recordList(Array(100_001).fill(record)));
    expect(path).toBe('body.selfPersonalData[0].record_list');
    expect(message).toBe(
      'The response is not valid: body.selfPersonalData[0].record_list must not hold more than 100000 entries.',
    );
    const collect = await collectorOf();
    expectStatus(
      await collect(recordList(Array(100_000).fill({ holder_name: 'a', field_values: {} }))),
      'ready',
    );
  });

  it('are 100,000 items', async () => {
    const items = Array.from({ length: 100_001 }, (_, index) => item(`canary-${index}`, {}));
    expect((await refused(`,"selfPersonalData":${JSON.stringify(items)}}`)).path).toBe(
      'body.selfPersonalData',
    );
  });

  it('are 100,000 missing holders', async () => {
    const missing_holders = Array(100_001).fill({ server_name: 'canary' });
    const items = [item('a', {}), item('b', { missing_holders })];
    expect((await refused(`,"selfPersonalData":${JSON.stringify(items)}}`)).path).toBe(
      'body.selfPersonalData[1].missing_holders',
    );
  });

  it.each([
    ['of a list', (count: number) => `[${'0,'.repeat(count)}0]`],
    ['of empty lists', (count: number) => `[${'[],'.repeat(count / 2)}[]]`],
    ['of empty objects', (count: number) => `[${'{},'.repeat(count / 2)}{}]`],
  ])('are a million values, %s', async (_, filler) => {
    expect((await refused(`,"x":${filler(1_000_000)}}`)).message).toMatch(/too many values/);
    const collect = await collectorOf();
    expectStatus(await collect(`,"x":${filler(900_000)}}`), 'ready');
  });

  it('are 64 levels, of which the response itself is one', async () => {
    const nested = (levels: number) => `,"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect((await refused(nested(64))).message).toMatch(/deeper than 64/);
    const collect = await collectorOf();
    expectStatus(await collect(nested(63)), 'ready');
  });
});

describe('a response that is cut anywhere', () => {
  it('into chunks, within a character or an escape, is read the same', async () => {
    const collect = await collectorOf();
    const text = `,"x":{"番号花子":"\\u756a\\"\\\\ 😀 é","😀":["\\ud83d\\ude00",1.5e-7,null,true]}}`;
    const whole = expectStatus(await collect(text), 'ready').answer.extras.reveal();
    expect(whole).toEqual({ x: { 番号花子: '番"\\ 😀 é', '😀': ['😀', 1.5e-7, null, true] } });
    for (const chunk of [1, 2, 3, 5, 7, 11, 64])
      expect(expectStatus(await collect(text, chunk), 'ready').answer.extras.reveal()).toEqual(
        whole,
      );
  });

  it.each([
    ['a text', '"花\\\\子\\""', '花\\子"'],
    ['a key', '{"花\\u0020子":1}', { '花 子': 1 }],
    ['a character beyond the BMP', '"😀😀😀"', '😀😀😀'],
    ['a number', '[1234567890,-1]', [1234567890, -1]],
    ['an inexact number', '[1234567890123456789,-1]', ['1234567890123456789', -1]],
  ])('by the end of a slice, within %s, is read the same', async (_, json, value) => {
    const collect = await collectorOf();
    const before = `${head('00000000-0000-4000-8000-000000000000')},"f":"","x":`.length;
    for (let shift = -2; shift <= 14; shift++) {
      const text = `,"f":"${'-'.repeat(SLICE - before - shift)}","x":${json}}`;
      expect(expectStatus(await collect(text), 'ready').answer.extras.reveal().x).toEqual(value);
    }
  });

  it('with a duplicate key, on both sides of the end of a slice, is rejected wherever it is cut', async () => {
    const collect = await collectorOf();
    for (const shift of [0, 1, 2, 3, 4, 5, 6, 7, 8, 40]) {
      const text = `,"x":{"key":1,"f":"${'-'.repeat(SLICE - 120 - shift)}","k\\u0065y":2}}`;
      expect((await errorOf(() => collect(text))).message).toMatch(/same key twice/);
    }
  });
});

describe('the strict JSON parser', () => {
  const json = fc.json({ maxDepth: 6, stringUnit: 'grapheme' });

  it('takes an escaped quote as part of its text', async () => {
    const collect = await collectorOf();
    const quoting = await collect(',"x":"\\",\\"b\\":1,\\"b\\":2"}');
    expect(expectStatus(quoting, 'ready').answer.extras.reveal().x).toBe('","b":1,"b":2');
    expect((await errorOf(() => collect(',"x":{"a":"\\"","b":1,"b":2}}'))).message).toMatch(
      /same key twice/,
    );
  });

  it('reads the same as JSON.parse, except for duplicate and forbidden keys', async () => {
    const collect = await collectorOf();
    await fc.assert(
      fc.asyncProperty(json, fc.integer({ min: 1, max: 200 }), async (text, chunk) => {
        const read = await collect(`,"x":${text}}`, chunk).catch(() => undefined);
        if (read === undefined) expect(text).toContain('__proto__');
        else expect(expectStatus(read, 'ready').answer.extras.reveal().x).toEqual(JSON.parse(text));
      }),
      { numRuns: texts },
    );
  });

  it('rejects everything that JSON.parse rejects, under any mutation', async () => {
    const collect = await collectorOf();
    const spoilt = fc
      .tuple(json, fc.nat(), fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '\u0000', ''))
      .map(([text, at, inserted]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + inserted + text.slice(place + (inserted === '' ? 1 : 0));
      });
    await fc.assert(
      fc.asyncProperty(spoilt, async (text) => {
        const whole = `{"x":${text}}`;
        const sane = reads(whole);
        const read = await collect(`,${whole.slice(1)}`).catch((error: unknown) => error);
        if (!sane)
          expect(read).toMatchObject({ code: 'response_invalid', stage: 'result', effect: 'none' });
      }),
      { numRuns: texts },
    );
  });

  function reads(text: string): boolean {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
});
