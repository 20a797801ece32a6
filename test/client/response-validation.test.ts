import { describe, expect, it } from 'vitest';
import { answerAt, expectStatus, openBank } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { asked, polls, submitted } from './submitted.js';

describe('the validation of responses', () => {
  it.each<[string, (id: string) => unknown, string]>([
    [
      'an unknown status',
      (id) => ({ process_id: id, process_status: 'SLEEPING' }),
      'body.process_status',
    ],
    ['a missing status', (id) => ({ process_id: id }), 'body.process_status'],
    ['a missing process id', () => ({ process_status: 'DONE' }), 'body.process_id'],
    [
      'data that is not a list',
      (id) => ({ process_id: id, process_status: 'DONE', selfPersonalData: {} }),
      'body.selfPersonalData',
    ],
    [
      'an item without a code',
      (id) => ({ process_id: id, process_status: 'DONE', selfPersonalData: [{}] }),
      'body.selfPersonalData[0].item_code',
    ],
    [
      'a record without fields',
      (id) => ({
        process_id: id,
        process_status: 'DONE',
        selfPersonalData: [
          { item_code: 'TM', item_status: 'PRESENT', record_list: [{ holder_name: 'a' }] },
        ],
      }),
      'body.selfPersonalData[0].record_list[0].field_values',
    ],
    [
      'an invalid closing time',
      (id) => ({
        process_id: id,
        process_status: 'DONE',
        selfPersonalData: [
          {
            item_code: 'TM',
            item_status: 'UNAVAILABLE',
            missing_holders: [{ server_name: 'a', closed_until: 'monday' }],
          },
        ],
      }),
      'body.selfPersonalData[0].missing_holders[0].closed_until',
    ],
    ['a list as the body', () => [], 'body'],
  ])('refuses %s and names the path', async (_, body, path) => {
    const odd = answerAt('/result', async (request) =>
      Response.json(body(((await request.json()) as { process_id: string }).process_id)),
    );
    const { client, consent } = openBank(odd);
    const grant = await consent();
    const error = await errorOf(() => client.query(grant, asked));
    expect({ ...facts(error), path: error.path }).toEqual({
      code: 'response_invalid',
      stage: 'result',
      effect: 'none',
      safe: false,
      path,
    });
    expect(error.message).toContain(`The response is not valid: ${path} `);
  });

  it('refuses an item that occurs twice', async () => {
    const item = { item_code: 'TM00000000000002', item_status: 'NOTHING_ON_RECORD' };
    const twice = answerAt('/result', async (request) =>
      Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [item, item],
      }),
    );
    const { client, consent } = openBank(twice);
    expect(facts(await errorOf(async () => client.query(await consent(), asked)))).toEqual({
      code: 'response_invalid',
      stage: 'result',
      effect: 'none',
      safe: false,
    });
  });

  it('refuses the result of another process', async () => {
    const other = answerAt('/result', () =>
      Response.json({ process_id: 'another', process_status: 'DONE', selfPersonalData: [] }),
    );
    const { client, consent } = openBank(other);
    const error = await errorOf(async () => client.query(await consent(), asked));
    expect(facts(error)).toEqual({
      code: 'process_mismatch',
      stage: 'result',
      effect: 'none',
      safe: false,
    });
  });

  it.each<[string, unknown]>([
    ['a missing process id', {}],
    ['an empty process id', { process_id: '' }],
    ['a numeric process id', { process_id: 5 }],
    ['a list as the body', []],
    ['null as the body', null],
  ])('refuses a response to the request with %s: effect unknown, grant used', async (_, body) => {
    const { client, consent } = openBank(answerAt('/request', () => Response.json(body)));
    const grant = await consent();
    expect(facts(await errorOf(() => client.submit(grant, asked)))).toEqual({
      code: 'response_invalid',
      stage: 'request',
      effect: 'unknown',
      safe: false,
    });
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
  });
});

describe('a process id', () => {
  it.each([
    ['oversized', 'x'.repeat(1_025)],
    ['a list', ['p']],
    ['an object', { id: 'p' }],
    ['a number', 5],
    ['true', true],
    ['empty', ''],
    ['null', null],
  ])(
    'is refused in the response to a request when it is %s: effect unknown, grant used, no poll',
    async (_, process_id) => {
      const { client, consent, calls } = openBank(
        answerAt('/request', () => Response.json({ process_id })),
      );
      const grant = await consent();
      const error = await errorOf(() => client.query(grant, asked));
      expect([error.code, error.stage, error.effect]).toEqual([
        'response_invalid',
        'request',
        'unknown',
      ]);
      expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
      expect(calls).toEqual(['/oauth/token', '/request']);
    },
  );

  it.each<[string, (id: string) => unknown, string]>([
    ['that of another process', () => 'another', 'process_mismatch'],
    ['in upper case', (id) => id.toUpperCase(), 'process_mismatch'],
    ['followed by a space', (id) => `${id} `, 'process_mismatch'],
    ['in a list', (id) => [id], 'response_invalid'],
    ['missing', () => undefined, 'response_invalid'],
    ['a number', () => 5, 'response_invalid'],
  ])('is refused in a result of any status when it is %s', async (_, change, code) => {
    for (const process_status of ['DONE', 'ACCEPTED', 'CAPACITY_OVER', 'FUNCTION_ERROR']) {
      const { intercept } = answerAt('/result', async (request) => {
        const { process_id } = (await request.json()) as { process_id: string };
        return Response.json({
          process_id: change(`${process_id}`),
          process_status,
          selfPersonalData: [],
        });
      });
      const { client, retrieval, calls } = await submitted({ intercept });
      const error = await errorOf(() => client.collect(retrieval));
      expect(facts(error)).toEqual({ code, stage: 'result', effect: 'none', safe: false });
      expect(polls(calls)).toBe(1);
    }
  });

  it('of 1,024 characters is accepted', async () => {
    const process_id = 'x'.repeat(1_024);
    const { client, consent } = openBank({
      intercept: async (request, pass) =>
        request.url.endsWith('/oauth/token')
          ? pass(request)
          : Response.json({ process_id, process_status: 'DONE', selfPersonalData: [] }),
    });
    expectStatus(await client.query(await consent(), asked), 'ready');
  });
});
