import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import {
  call,
  fields,
  inquiry,
  paths,
  refused,
  registration,
  request,
  send,
  tokenFor,
} from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const income = inquiry('TM00000000000002', 'latest');

describe('the request endpoint', () => {
  it('returns a process id', async () => {
    const { status, body } = await request(sandbox, await tokenFor(sandbox, 'hanako'), income);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([fields.processId.value]);
  });

  it('accepts one request per consent', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    await request(sandbox, token, income);
    expect(await request(sandbox, token, income)).toMatchObject(refused(409, 'consent_used'));
  });

  it('does not use the consent up for a refused request', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    expect((await request(sandbox, token, inquiry('TM00000000000089', 'latest'))).status).toBe(403);
    expect((await request(sandbox, token, income)).status).toBe(200);
  });

  it.each([
    [
      'for an item that is not registered',
      inquiry('TM00000000000089', 'latest'),
      403,
      'item_not_registered',
    ],
    ['for an item by its key', inquiry('income', 'latest'), 403, 'item_not_registered'],
    [
      'by a method that is not registered',
      inquiry('vaccination', 'latest'),
      403,
      'inquiry_not_registered',
    ],
    [
      'for a date with hyphens',
      inquiry('household', 'point-in-time', { at: '2026-04-01' }),
      400,
      'invalid_date',
    ],
    [
      'for a day that does not exist',
      inquiry('household', 'point-in-time', { at: '20260230' }),
      400,
      'invalid_date',
    ],
    ['without a date', inquiry('household', 'point-in-time'), 400, 'invalid_date'],
    [
      'for half a range',
      inquiry('vaccination', 'range', { from: '20260401' }),
      400,
      'invalid_date',
    ],
    [
      'for a year of an era',
      inquiry('vaccination', 'range', { from: '0008', to: '0009' }),
      400,
      'invalid_date',
    ],
    [
      'for a date up to a year',
      inquiry('vaccination', 'range', { from: '20260401', to: '2027' }),
      400,
      'invalid_date',
    ],
    [
      'for a range of twenty years and a day',
      inquiry('vaccination', 'range', { from: '20060401', to: '20260401' }),
      400,
      'range_too_long',
    ],
    [
      'for a range of twenty-one fiscal years',
      inquiry('vaccination', 'range', { from: '2006', to: '2026' }),
      400,
      'range_too_long',
    ],
    [
      'for a range that ends before it starts',
      inquiry('vaccination', 'range', { from: '20260401', to: '20260331' }),
      400,
      'range_reversed',
    ],
    [
      'for the latest at a date',
      inquiry('household', 'latest', { at: '20260401' }),
      400,
      'invalid_request',
    ],
    ['with an unknown field', { ...income, limit: 1 }, 400, 'invalid_request'],
    ['with an unknown method', { ...income, [fields.method.value]: 'ALL' }, 400, 'invalid_request'],
  ])('refuses a request %s', async (_, entry, status, error) => {
    expect(await request(sandbox, await tokenFor(sandbox, 'hanako'), entry)).toMatchObject(
      refused(status, error),
    );
  });

  it.each([
    ['days', '20060401', '20260331'],
    ['fiscal years', '2006', '2025'],
  ])('accepts a range of twenty years, given in %s', async (_, from, to) => {
    expect(
      (
        await request(
          sandbox,
          await tokenFor(sandbox, 'hanako'),
          inquiry('vaccination', 'range', { from, to }),
        )
      ).status,
    ).toBe(200);
  });

  it.each([
    ['an empty object', {}],
    ['an empty list', { [fields.items.value]: [] }],
    ['a list', [income]],
    ['null', null],
    ['a number for an item', { [fields.items.value]: [1] }],
    ['an item twice', { [fields.items.value]: [income, income] }],
    ['an unknown field beside the items', { [fields.items.value]: [income], more: true }],
  ])('refuses a body of %s', async (_, body) => {
    expect(
      await call(sandbox, paths.request.value, await tokenFor(sandbox, 'hanako'), body),
    ).toMatchObject(refused(400, 'invalid_request'));
  });

  it.each([
    ['no token', {}, 'Bearer'],
    ['another scheme', { authorization: 'Basic eDp5' }, 'Bearer'],
    ['two tokens', { authorization: 'Bearer a, Bearer b' }, 'Bearer'],
    ['an invented token', { authorization: 'Bearer a' }, 'Bearer error="invalid_token"'],
  ])('refuses a call with %s by a challenge', async (_, headers, challenge) => {
    const answered = await send(sandbox, paths.request.value, {
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
    expect(answered).toMatchObject(refused(401, 'invalid_token'));
    expect(answered.headers.get('www-authenticate')?.startsWith(challenge)).toBe(true);
  });

  it('refuses a call once the token has expired', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    clock.advance(7_200_000);
    expect(await request(sandbox, token, income)).toMatchObject(refused(401, 'invalid_token'));
  });
});
