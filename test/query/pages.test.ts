import { describe, expect, it } from 'vitest';
import { latest, type WireItem, type WireResult, type WireRunning } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { ASKED, openBroken, reasonOf } from './codecs.js';

type Output = WireResult | WireRunning;

const TWO = { household: latest(), shots: latest() };

/** An item with a record for each name. */
const item = (code: string, ...names: string[]): WireItem => ({
  code,
  status: 'present',
  records: names.map((name) => ({ holder: '千代田区', fields: { name }, extras: {} })),
  missing: [],
  extras: {},
});
const page = (items: readonly WireItem[], cursor?: string): WireResult => ({
  status: 'done',
  items,
  extras: {},
  ...(cursor !== undefined && { cursor }),
});
const household = (name: string, cursor?: string) => page([item('household', name)], cursor);

/** A client whose polls get these results, one after the other, and which cursors it sends. */
function openPages(results: readonly Output[] | ((poll: number) => Output)) {
  const cursors: (string | undefined)[] = [];
  const at = (poll: number) => (typeof results === 'function' ? results(poll) : results[poll]);
  const stub = openBroken('sign', {
    codec: {
      encodePoll: (processId, { profile }, cursor) => {
        cursors.push(cursor);
        return { method: 'POST', path: profile.paths.result.value, body: processId };
      },
      decodeResult: () => at(cursors.length - 1) as Output,
    },
  });
  const { client, onProgress } = stub;
  const ask = async () => client.query(await stub.consent(), ASKED, { onProgress });
  return { ...stub, cursors, ask };
}

const namesOf = (records: readonly unknown[]) =>
  (records as { fields: { name: string } }[]).map(({ fields }) => fields.name);

describe('an answer in pages', () => {
  it('holds the records of all pages in their order, and each cursor is sent once', async () => {
    const { ask, cursors } = openPages([
      household('a', 'c1'),
      household('b', 'c2'),
      household('c'),
    ]);
    const { answer } = expectStatus(await ask(), 'ready');
    expect(namesOf(expectStatus(answer.items.household, 'present').reveal())).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(cursors).toEqual([undefined, 'c1', 'c2']);
  });

  it.each<[string, readonly Output[]]>([
    ['on the first of two pages', [page([item('household', 'a'), item('household', 'b')], 'c1')]],
    [
      'on the second page',
      [household('a', 'c1'), page([item('household', 'b'), item('household', 'c')])],
    ],
  ])('is refused with an item twice %s, and loses no record', async (_, results) => {
    const { ask } = openPages([...results, household('d')]);
    const error = await errorOf(ask);
    expect(facts(error)).toEqual({
      code: 'response_invalid',
      stage: 'result',
      effect: 'none',
      safe: false,
    });
    expect(error.retrieval).toBeDefined();
  });

  it('is refused where an item has another status on the next page', async () => {
    const next: WireItem = { ...item('household'), status: 'nothing-on-record' };
    const error = await errorOf(openPages([household('a', 'c1'), page([next])]).ask);
    expect(error.message).toContain('its pages contradict each other');
  });

  it('is refused with a cursor that was there before', async () => {
    const { ask, cursors } = openPages([
      household('a', 'c1'),
      household('b', 'c2'),
      household('c', 'c1'),
    ]);
    expect((await errorOf(ask)).message).toContain('the same page twice');
    expect(cursors).toHaveLength(3);
  });

  it.each([
    [1_000, 'ready'],
    [1_001, 'response_invalid'],
  ])('of %i pages is %s', async (count, outcome) => {
    const { ask, cursors } = openPages((poll) =>
      household('a', poll + 1 < count ? `c${poll}` : undefined),
    );
    const found = await ask().catch(({ code }) => ({ status: code }));
    expect(found.status).toBe(outcome);
    expect(cursors).toHaveLength(1_000);
  });

  it.each<[string, (poll: number) => Output, number]>([
    // 16 MiB, and three pages of 6 MiB.
    [
      'more than 16777216 characters',
      (poll) => household('x'.repeat(6 * 1_048_576), `c${poll}`),
      3,
    ],
    // A million values: each record has at least its place in the list.
    [
      'more than 1000000 values',
      (poll) => page([item('household', ...Array<string>(60_000).fill('a'))], `c${poll}`),
      6,
    ],
  ])('of %s is refused, however small its pages are', async (limit, results, most) => {
    const { ask, cursors } = openPages(results);
    const error = await errorOf(ask);
    expect(error.code).toBe('codec_failed');
    expect(reasonOf(error)).toContain(limit);
    expect(cursors.length).toBeLessThanOrEqual(most);
    expect(error.retrieval).toBeDefined();
  });

  it('of more than 16 MiB on the wire is refused, also by its last page', async () => {
    const body = 'x'.repeat(9 * 1_048_576);
    let polls = 0;
    const { client, consent } = openBroken('sign', {
      codec: { decodeResult: () => household('a', ++polls < 2 ? 'c' : undefined) },
      answers: { result: () => new Response(body) },
    });
    const error = await errorOf(async () => client.query(await consent(), ASKED));
    expect(error.code).toBe('response_invalid');
    expect(error.message).toContain('too much data');
  });

  it('starts again at its first page when a later one is not ready yet', async () => {
    const { ask, cursors } = openPages([
      household('a', 'c1'),
      { running: true },
      household('a', 'c1'),
      household('b'),
    ]);
    const { answer } = expectStatus(await ask(), 'ready');
    expect(namesOf(expectStatus(answer.items.household, 'present').reveal())).toEqual(['a', 'b']);
    expect(cursors).toEqual([undefined, 'c1', undefined, 'c1']);
  });

  it.each([
    ['busy', 'unavailable'],
    ['session-lost', 'failed'],
  ] as const)('of which a later page is %s is %s', async (status, outcome) => {
    const { ask } = openPages([household('a', 'c1'), { status, items: [], extras: {} }]);
    expectStatus(await ask(), outcome);
  });

  it('is discarded when a later page belongs to another process', async () => {
    const { ask } = openPages([
      household('a', 'c1'),
      { ...household('b'), processId: 'of-somebody-else' },
    ]);
    expect((await errorOf(ask)).code).toBe('process_mismatch');
  });
});

/** A client whose request has the processes `p` and `q`, and which are polled. */
function openTwo(results: Readonly<Record<'p' | 'q', (poll: number) => Output>>) {
  const polls = { p: 0, q: 0 };
  const stub = openBroken('sign', {
    codec: {
      decodeProcess: () => ({ processIds: { p: ['household'], q: ['vaccination'] } }),
      decodeResult(_, { processId }) {
        const id = processId as 'p' | 'q';
        return results[id](polls[id]++);
      },
    },
  });
  const { client, onProgress } = stub;
  const ask = async () => client.query(await stub.consent(), TWO, { onProgress });
  return { ...stub, polls, ask };
}

const vaccination = () => page([{ ...item('vaccination'), status: 'nothing-on-record' }]);
const ended = (status: WireResult['status']) => () => ({ status, items: [], extras: {} });

describe('an answer of several processes', () => {
  it('is whole once all have ended, and an ended one is not polled again', async () => {
    const { ask, polls } = openTwo({
      p: () => household('a'),
      q: (poll) => (poll < 2 ? { running: true } : vaccination()),
    });
    const { items } = expectStatus(await ask(), 'ready').answer;
    expectStatus(items.household, 'present');
    expectStatus(items.shots, 'nothing-on-record');
    expect(polls).toEqual({ p: 1, q: 3 });
  });

  it('fails the items of a failed process, and keeps those of the others', async () => {
    const { ask } = openTwo({ p: () => household('a'), q: ended('session-lost') });
    const { items } = expectStatus(await ask(), 'ready').answer;
    expectStatus(items.household, 'present');
    expect(expectStatus(items.shots, 'failed').code).toBe('session-lost');
  });

  it('fails as a whole where every process has failed', async () => {
    const { ask } = openTwo({ p: ended('failed'), q: ended('blocked') });
    expect(facts(expectStatus(await ask(), 'failed').error)).toEqual({
      code: 'upstream_failed',
      stage: 'result',
      effect: 'applied',
      safe: false,
    });
  });

  it('is unavailable while one process is busy', async () => {
    expectStatus(await openTwo({ p: () => household('a'), q: ended('busy') }).ask(), 'unavailable');
  });

  it.each<[string, () => Output]>([
    ['is done without the item', () => page([])],
    ['has failed', ended('failed')],
    ['answers it too', vaccination],
  ])('is refused where one process answers an item of another that %s', async (_, q) => {
    const { ask } = openTwo({
      p: () => page([item('household', 'a'), item('vaccination', 'b')]),
      q,
    });
    const error = await errorOf(ask);
    expect([error.code, error.stage]).toEqual(['response_invalid', 'result']);
    expect(error.retrieval).toBeDefined();
  });

  it('is refused where all processes together hold more than 16777216 characters', async () => {
    const long = 'x'.repeat(9 * 1_048_576);
    const { ask } = openTwo({
      p: () => household(long),
      q: () => page([item('vaccination', long)]),
    });
    expect((await errorOf(ask)).code).toBe('codec_failed');
  });

  it('counts the pages of a process that goes on once', async () => {
    const long = 'x'.repeat(9 * 1_048_576);
    // The first page is read three times: what it held before is not kept.
    const { ask } = openTwo({
      p: (poll) =>
        poll % 2 === 0 ? household(long, 'c') : poll < 5 ? { running: true } : household('b'),
      q: vaccination,
    });
    const { items } = expectStatus(await ask(), 'ready').answer;
    expect(expectStatus(items.household, 'present').reveal()).toHaveLength(2);
  });
});
