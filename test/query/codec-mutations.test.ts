import { describe, expect, it } from 'vitest';
import { latest, publicCodec, range, type WireCodec, type WireReply } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { CANARY, openBroken } from './codecs.js';

const ASKED = { household: range('2025-01-01', '2026-01-01'), shots: latest() };

/** Changes everything that an object holds, as far as it can be changed. */
function vandalise(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > 6) return;
  if (value instanceof Uint8Array) return void value.fill(0x78);
  for (const key of Reflect.ownKeys(value).filter((name) => name !== 'length')) {
    vandalise(Object.getOwnPropertyDescriptor(value, key)?.value, depth + 1);
    if (typeof Reflect.get(value, key) !== 'function') Reflect.set(value, key, CANARY);
  }
  if (Array.isArray(value)) Reflect.set(value, 'length', 0);
}

function spoil(reply: WireReply): void {
  reply.body.fill(0x78);
  Reflect.set(reply, 'status', 500);
  Reflect.set(reply.headers, 'get', () => CANARY);
  Reflect.set(reply, 'json', () => CANARY);
}

const vandal: Partial<WireCodec> = {
  async encodeRequest(request, context) {
    const message = await publicCodec.encodeRequest(request, context);
    vandalise(request);
    vandalise({ ...context, profile: undefined });
    vandalise(context.codes);
    return message;
  },
  sign(message, { codes }) {
    const signature = Buffer.from(message.body).toString('base64');
    vandalise(message);
    return { headers: { 'x-signature': signature, 'x-codes': `${codes}` } };
  },
  async decodeRefusal(reply) {
    spoil(reply);
    return undefined;
  },
  async decodeProcess(reply, context) {
    const read = await publicCodec.decodeProcess(reply, context);
    spoil(reply);
    vandalise(context.codes);
    return read;
  },
  async encodePoll(id, context, cursor) {
    const message = await publicCodec.encodePoll(id, context, cursor);
    vandalise(context.codes);
    return message;
  },
  async decodeResult(reply, context) {
    const text = reply.text();
    reply.body.fill(0x78);
    expect(await text).toContain('household');
    const read = await publicCodec.decodeResult(reply, context);
    spoil(reply);
    return read;
  },
};

describe('a codec that changes what it gets', () => {
  it('changes nothing of what is sent, stored and answered', async () => {
    const record = async (request: Request) => [
      request.method,
      request.url,
      // The code, the verifier and the signature of the honest codec differ.
      { ...Object.fromEntries(request.headers), 'x-signature': '' },
      request.url.endsWith('/token') ? '' : await request.clone().text(),
    ];
    const journey = async (codec: Partial<WireCodec>) => {
      const sent: Promise<unknown>[] = [];
      const { client, consent } = openBroken('encodeAcknowledge', {
        codec,
        onRequest: (request) => void sent.push(record(request)),
      });
      const { id } = await client.submit(await consent(), ASKED);
      const retrieval = await client.recall(id);
      if (retrieval === undefined) throw new Error('nothing is stored');
      const { answer } = expectStatus(await client.collect(retrieval), 'ready');
      const { inquiries, codes } = retrieval;
      const records = expectStatus(answer.items.household, 'present').reveal();
      return [await Promise.all(sent), inquiries, codes, records];
    };
    const honest = await journey({
      sign: (_, { codes }) => ({ headers: { 'x-signature': 'a', 'x-codes': `${codes}` } }),
    });
    expect(await journey(vandal)).toEqual(honest);
    expect(JSON.stringify(honest)).toContain('2020-01-01');
  });

  it('signs the bytes that are sent', async () => {
    const sent: Request[] = [];
    const { client, consent } = openBroken('encodeAcknowledge', {
      codec: {
        ...vandal,
        async encodeRequest(request, context) {
          const { body, ...message } = await publicCodec.encodeRequest(request, context);
          const bytes = Buffer.from(`${body}`);
          // It keeps the bytes and changes them while they are signed.
          queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => bytes.fill(0x78))));
          setImmediate(() => bytes.fill(0x78));
          return { ...message, body: bytes };
        },
        async sign(message) {
          await new Promise(setImmediate);
          return { headers: { 'x-signature': Buffer.from(message.body).toString('base64') } };
        },
      },
      onRequest: (request) => void sent.push(request.clone()),
    });
    await client.submit(await consent(), ASKED);
    const request = sent[1] as Request;
    const body = await request.text();
    expect(Buffer.from(request.headers.get('x-signature') ?? '', 'base64').toString()).toBe(body);
    expect(JSON.parse(body).inquiry_items).toHaveLength(2);
  });
});
