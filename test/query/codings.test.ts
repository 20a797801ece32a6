import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { publicCodec } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { goodAnswers } from '../kit/stub.js';
import { ASKED, openBroken } from './codecs.js';

const result = Buffer.from(JSON.stringify(goodAnswers.result));
const coded = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const;
const codings = Object.keys(coded) as (keyof typeof coded)[];

/** Polls once or more under a profile with a coding; the codec takes 202 and 204 for running. */
async function ask(declared: (typeof codings)[number] | 'identity', responses: Response[]) {
  const asked: (string | null)[] = [];
  const { client, consent, onProgress } = openBroken('sign', {
    data: { contentCoding: { value: declared, confidence: 'specification' } },
    codec: {
      decodeResult: async (reply, context) =>
        reply.status === 200 ? publicCodec.decodeResult(reply, context) : { running: true },
    },
    answers: { result: () => responses.shift() ?? new Response(null, { status: 500 }) },
    onRequest: ({ headers }) => asked.push(headers.get('accept-encoding')),
  });
  return { asked, collected: await client.query(await consent(), ASKED, { onProgress }) };
}

const json = (body: Uint8Array, coding: string) =>
  new Response(body, {
    headers: { 'content-type': 'application/json', 'content-encoding': coding },
  });

describe('the coding of a profile', () => {
  it.each(codings)('%s is asked for and undone', async (coding) => {
    const { asked, collected } = await ask(coding, [json(coded[coding](result), coding)]);
    const { items } = expectStatus(collected, 'ready').answer;
    expectStatus(items.household, 'present');
    expect(asked.at(-1)).toBe(coding);
  });

  it.each(codings.flatMap((coding) => [202, 204].map((status) => [coding, status] as const)))(
    '%s may stand over the missing body of a %i',
    async (coding, status) => {
      const none = new Response(null, { status, headers: { 'content-encoding': coding } });
      const { collected } = await ask(coding, [none, json(coded[coding](result), coding)]);
      expectStatus(collected, 'ready');
    },
  );

  it.each(codings)('%s is refused where no coding is declared', async (coding) => {
    const error = await errorOf(() => ask('identity', [json(coded[coding](result), coding)]));
    expect([error.code, error.stage, error.effect]).toEqual(['response_invalid', 'result', 'none']);
  });

  it.each(codings)('%s is refused where its body breaks off', async (coding) => {
    const error = await errorOf(() =>
      ask(coding, [json(coded[coding](result).subarray(0, -9), coding)]),
    );
    expect(error.code).toBe('response_invalid');
  });

  it.each(codings)('%s is refused above 16 MiB, however small it came', async (coding) => {
    const bomb = coded[coding](Buffer.alloc(17 * 1_048_576, ' '));
    const error = await errorOf(() => ask(coding, [json(bomb, coding)]));
    expect(error.message).toContain('its body is too large');
  });
});
