import { afterAll, describe, expect, it } from 'vitest';
import { createRetrievalQueue } from '../../src/bullmq/index.js';
import { checkQueueOptions, checkWorkerOptions } from '../../src/bullmq/options.js';
import { systemClock } from '../../src/index.js';
import { openBank } from '../kit/loan.js';
import { refusalOf, typeErrorOf } from '../kit/refusals.js';

describe('options of a retrieval queue', () => {
  const { client } = openBank();
  afterAll(() => client.close());
  const good = () => ({
    connection: { port: 6379 },
    client,
    vault: { put: () => undefined, has: () => undefined },
    rate: { max: 1, perMs: 1 },
  });

  it.each<[object, string, string]>([
    [{ connection: undefined }, 'missing_option', 'options.connection'],
    [{ client: undefined }, 'missing_option', 'options.client'],
    [{ vault: undefined }, 'missing_option', 'options.vault'],
    [{ rate: undefined }, 'missing_option', 'options.rate'],
    [{ rate: { max: 1 } }, 'missing_option', 'options.rate.perMs'],
    [{ rate: { max: 0, perMs: 1 } }, 'invalid_option', 'options.rate.max'],
    [{ rate: { max: 1, perMs: 1, per: 2 } }, 'unknown_option', 'options.rate.per'],
    [{ name: 'a:b' }, 'invalid_option', 'options.name'],
    [{ prefix: 'a b' }, 'invalid_option', 'options.prefix'],
    [{ timeoutMs: 0 }, 'invalid_option', 'options.timeoutMs'],
    [{ queue: 'a' }, 'unknown_option', 'options.queue'],
    [{ connection: { keyPrefix: 'a:' } }, 'invalid_option', 'options.connection.keyPrefix'],
  ])('%o throws %s and names %s', async (change, code, path) => {
    expect(await refusalOf(() => createRetrievalQueue({ ...good(), ...change } as never))).toEqual([
      code,
      path,
    ]);
  });

  it.each<[object, string]>([
    [{ connection: 'redis://127.0.0.1' }, 'options.connection must be an object or a function.'],
    [{ client: {} }, 'options.client must have a method availability.'],
    [{ vault: {} }, 'options.vault must have a method put.'],
    [{ rate: 5 }, 'options.rate must be an object.'],
    [{ onEvent: 1 }, 'options.onEvent must be a function.'],
    [{ clock: {} }, 'options.clock must have a method now.'],
  ])('%o throws a TypeError that names the option', async (change, message) => {
    expect(await typeErrorOf(() => createRetrievalQueue({ ...good(), ...change } as never))).toBe(
      message,
    );
  });

  it('have defaults for name, prefix, timeout and clock', () => {
    expect(checkQueueOptions(good() as never)).toMatchObject({
      name: 'retrievals',
      prefix: '{myna-selfinfo}',
      timeoutMs: 2_000,
      clock: systemClock,
    });
  });
});

describe('options of a worker', () => {
  it('have defaults for concurrency, deadline and lock', () => {
    expect(checkWorkerOptions({})).toEqual({
      concurrency: 10,
      deadlineMs: 10_000,
      lockMs: 30_000,
    });
  });

  it.each<[object, string, string]>([
    [{ concurrency: 0 }, 'invalid_option', 'options.concurrency'],
    [{ deadlineMs: 0.5 }, 'invalid_option', 'options.deadlineMs'],
    [{ lockMs: 99 }, 'invalid_option', 'options.lockMs'],
    [{ rate: 1 }, 'unknown_option', 'options.rate'],
  ])('%o throws %s and names %s', async (options, code, path) => {
    expect(await refusalOf(() => checkWorkerOptions(options))).toEqual([code, path]);
  });
});
