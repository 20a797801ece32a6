import { describe, expect, it } from 'vitest';
import { looseObject, object, string } from 'zod';
import { defineService, latest, type Service, type ServiceSpec } from '../../src/index.js';
import { expectStatus, loan, openBank } from '../kit/loan.js';
import { rejectElsewhere } from '../kit/other-realm.js';
import { thrownBy } from '../kit/refusals.js';

describe('the record schema of an item', () => {
  const household = (record: ServiceSpec['items'][string]['record']) =>
    defineService({
      ...loan,
      items: {
        household: {
          detail: 'household',
          inquiries: ['latest'],
          latestBy: '異動日',
          ...(record && { record }),
        },
      },
    }) as Service;

  async function ask(service: Service) {
    const { client, consent, onProgress } = openBank({ service });
    const { answer } = expectStatus(
      await client.query(await consent(), { household: latest() } as never, { onProgress }),
      'ready',
    );
    return answer.items.household as NonNullable<typeof answer.items.household>;
  }

  it('supplies its output, and omitted fields stay available as extras', async () => {
    const service = defineService({
      ...loan,
      items: {
        household: {
          detail: 'household',
          inquiries: ['latest'],
          latestBy: '異動日',
          record: object({ fields: object({ 続柄: string() }) }).transform(({ fields }) => ({
            fields,
            head: fields.続柄 === '世帯主',
          })),
        },
      },
    });
    const { client, consent, onProgress } = openBank({ service });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const item = expectStatus(answer.items.household, 'present');
    const [first] = item.reveal();
    expect(first?.head).toBe(true);
    expect(first?.fields).toEqual({ 続柄: '世帯主' });
    expect(item.extras.reveal()).toEqual({
      records: [
        {
          異動日: '2026-05-17',
          異動事由: '婚姻による世帯合併',
          世帯主氏名: '番号 花子',
          世帯員数: 2,
        },
      ],
    });
  });

  it('fails an invalid item with the path, never the value, and keeps the original record', async () => {
    const item = expectStatus(
      await ask(
        household(
          looseObject({
            fields: looseObject({ 世帯主氏名: string().max(2, '番号 花子 is too long') }),
          }),
        ),
      ),
      'failed',
    );
    expect([item.code, item.path]).toEqual(['record_invalid', 'records[0].fields.世帯主氏名']);
    const { records } = item.extras.reveal() as { records: { fields: Record<string, unknown> }[] };
    expect(records[0]?.fields.世帯主氏名).toBe('番号 花子');
  });

  it('fails only its own item when it throws', async () => {
    const broken = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate(value: unknown): unknown {
          throw new Error(`cannot read ${JSON.stringify(value)}`);
        },
      },
    };
    const item = expectStatus(await ask(household(broken)), 'failed');
    expect([item.code, item.path]).toEqual(['record_invalid', 'records[0]']);
  });

  it('throws a TypeError with the retrieval when it is asynchronous', async () => {
    const thenable = Object.fromEntries([['then', () => {}]]);
    for (const validate of [
      async (value: unknown) => ({ value }),
      async () => Promise.reject(new Error('later')),
      rejectElsewhere,
      () => thenable,
    ]) {
      const service = household({ '~standard': { version: 1, vendor: 'test', validate } });
      const error = await thrownBy(() => ask(service));
      expect(error).toBeInstanceOf(TypeError);
      // A program without the mistake can still collect the answer.
      expect(error).toMatchObject({
        message: "An item's record must be a synchronous Standard Schema.",
        retrieval: { v: 2 },
      });
    }
  });
});
