import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compareShapes, compareWithProfile, type ShapeDifference } from '../../src/shapes/index.js';
import { loan } from '../kit/loan.js';
import { type Change, everyStep, recordJourneys } from './planted.js';

type Json = Record<string, unknown>;
/** Changes each item of an answer. */
const items =
  (change: (item: Json) => Json) =>
  (body: Json): Json =>
    Array.isArray(body.selfPersonalData)
      ? { ...body, selfPersonalData: body.selfPersonalData.map(change) }
      : body;
/** Changes each record of an answer. */
const records = (change: (record: Json) => Json) =>
  items((item) =>
    Array.isArray(item.record_list) ? { ...item, record_list: item.record_list.map(change) } : item,
  );
/** Changes the fields of the records that are of local tax. */
const income = (change: (fields: Json) => Json) =>
  records((record) => {
    const fields = record.field_values as Json;
    return '課税年度' in fields ? { ...record, field_values: change(fields) } : record;
  });
const without = (name: string) => (body: Json) => {
  const { [name]: _, ...rest } = body;
  return rest;
};
const renamed = (name: string, to: string) => (body: Json) =>
  name in body ? { ...without(name)(body), [to]: body[name] } : body;
const always = (name: string, value: unknown) => (body: Json) => ({ ...body, [name]: value });
/** Changes a member where there is one. */
const mapped = (name: string, change: (value: unknown) => unknown) => (body: Json) =>
  name in body ? { ...body, [name]: change(body[name]) } : body;

const ITEM = 'body.selfPersonalData[]';
const RECORD = `${ITEM}.record_list[]`;
const MISSING = `${ITEM}.missing_holders[]`;
const TAX = `${RECORD}.field_values`;

type Found = readonly [kind: ShapeDifference['kind'], place: string, seen?: string];

/** What is planted, the change on the wire, and what the comparison must say. */
const planted: readonly (readonly [string, Change, Found])[] = [
  ['a pushed request with 200', { at: 'consent', status: 200 }, ['status', 'status', '200']],
  [
    'a lifetime of the pushed request as text',
    { at: 'consent', json: mapped('expires_in', String) },
    ['number-as-text', 'body.expires_in'],
  ],
  [
    'a pushed request without its reference',
    { at: 'consent', json: without('request_uri') },
    ['member-missing', 'body.request_uri'],
  ],
  [
    'a reference that is longer than the limit',
    { at: 'consent', json: always('request_uri', `urn:${'x'.repeat(3_000)}`) },
    ['length', 'body.request_uri', '2049-8192'],
  ],
  ['a token with 201', { at: 'token', status: 201 }, ['status', 'status', '201']],
  [
    'a token without its type',
    { at: 'token', json: without('token_type') },
    ['member-missing', 'body.token_type'],
  ],
  [
    'a token of another type',
    { at: 'token', json: always('token_type', 'DPoP') },
    ['word', 'body.token_type', 'mixed 4-7'],
  ],
  [
    'a token with other characters',
    { at: 'token', json: always('access_token', 'a:b|c:d=e') },
    ['pattern', 'body.access_token', 'visible'],
  ],
  [
    'a token that is longer than the limit',
    { at: 'token', json: always('access_token', 'x'.repeat(9_000)) },
    ['length', 'body.access_token', '8193+'],
  ],
  [
    'a lifetime as text',
    { at: 'token', json: mapped('expires_in', String) },
    ['number-as-text', 'body.expires_in'],
  ],
  [
    'a lifetime that is null',
    { at: 'token', json: always('expires_in', null) },
    ['null', 'body.expires_in'],
  ],
  [
    'a further member of the token response',
    { at: 'token', json: always('id_token', 'eyJ.eyJ.x') },
    ['member-unknown', 'body.id_token', 'text'],
  ],
  [
    'a process id in camel case',
    { at: 'request', json: renamed('process_id', 'processId') },
    ['member-respelled', 'body.process_id', 'processId'],
  ],
  [
    'a process id that is a number',
    { at: 'request', json: always('process_id', 4711) },
    ['text-as-number', 'body.process_id'],
  ],
  [
    'a process id that is longer than the limit',
    { at: 'request', json: always('process_id', 'p'.repeat(1_500)) },
    ['length', 'body.process_id', '1025-2048'],
  ],
  [
    'several processes',
    { at: 'request', json: mapped('process_id', (id) => [id, 'p-2']) },
    ['list-for-single', 'body.process_id'],
  ],
  [
    'a process within a response object',
    { at: 'request', json: (body) => ({ response: body }) },
    ['member-moved', 'body.process_id', 'body.response.process_id'],
  ],
  [
    'a list around the body',
    { at: 'request', json: (body) => [body] },
    ['list-for-single', 'body'],
  ],
  ['a redirect', { at: 'request', status: 302 }, ['status', 'status', '302']],
  [
    'XML',
    { at: 'request', text: () => '<r/>', headers: { 'content-type': 'application/xml' } },
    ['media-type', 'headers.content-type', 'application/xml'],
  ],
  [
    'a page of a gateway',
    { at: 'request', status: 502, text: () => '<p>', headers: { 'content-type': 'text/html' } },
    ['media-type', 'headers.content-type', 'text/html'],
  ],
  ['an empty body', { at: 'request', text: () => '' }, ['body', 'body', 'empty']],
  [
    'a body that is cut off',
    { at: 'request', text: () => '{"proc' },
    ['body', 'body', 'unreadable'],
  ],
  [
    'another charset',
    { at: 'result', headers: { 'content-type': 'application/json; charset=Shift_JIS' } },
    ['charset', 'headers.content-type', 'shift_jis'],
  ],
  [
    'a compressed body',
    {
      at: 'result',
      text: (body) => new Uint8Array(gzipSync(body)),
      headers: { 'content-encoding': 'gzip' },
    },
    ['coding', 'headers.content-encoding', 'gzip'],
  ],
  [
    'a member that comes twice',
    { at: 'result', text: (body) => body.replace('{', '{"process_id":"p-0",') },
    ['member-twice', 'body'],
  ],
  [
    'a result without its process id',
    { at: 'result', json: without('process_id') },
    ['member-missing', 'body.process_id'],
  ],
  [
    'another word for a state',
    { at: 'result', json: mapped('process_status', (word) => (word === 'DONE' ? '0' : word)) },
    ['word', 'body.process_status', 'digits 1-3'],
  ],
  [
    'a state as a number',
    { at: 'result', json: mapped('process_status', (word) => (word === 'DONE' ? 9 : word)) },
    ['text-as-number', 'body.process_status'],
  ],
  [
    'a single item instead of a list',
    { at: 'result', json: mapped('selfPersonalData', (list) => (list as unknown[])[0]) },
    ['single-for-list', 'body.selfPersonalData', 'object'],
  ],
  [
    'items one level deeper',
    {
      at: 'result',
      json: mapped('selfPersonalData', (list) => ({ count: 3, items: list })),
    },
    ['single-for-list', 'body.selfPersonalData', 'object'],
  ],
  [
    'a further member of the body',
    { at: 'result', json: always('resultCode', '00') },
    ['member-unknown', 'body.resultCode', 'text'],
  ],
  [
    'another word for the outcome of an item',
    {
      at: 'result',
      json: items(mapped('item_status', (word) => (word === 'PRESENT' ? 'OK' : word))),
    },
    ['word', `${ITEM}.item_status`, 'upper 1-3'],
  ],
  [
    'items without a status when there are records',
    {
      at: 'result',
      json: items((item) => ('record_list' in item ? without('item_status')(item) : item)),
    },
    ['member-sometimes', `${ITEM}.item_status`],
  ],
  [
    'item codes that were not requested',
    { at: 'result', json: items(always('item_code', 'TM99999999999999')) },
    ['item', ITEM],
  ],
  [
    'a single record instead of a list',
    { at: 'result', json: items(mapped('record_list', (list) => (list as unknown[])[0])) },
    ['single-for-list', `${ITEM}.record_list`, 'object'],
  ],
  [
    'the date of a record without hyphens',
    { at: 'result', json: records(mapped('record_date', (d) => String(d).replaceAll('-', ''))) },
    ['pattern', `${RECORD}.record_date`, 'YYYYMMDD'],
  ],
  [
    'the date of a record by era',
    { at: 'result', json: records(mapped('record_date', () => '令和8年6月1日')) },
    ['pattern', `${RECORD}.record_date`, 'era-date'],
  ],
  [
    'a holder that is null',
    { at: 'result', json: records(always('holder_name', null)) },
    ['null', `${RECORD}.holder_name`],
  ],
  [
    'a holder that is an empty text',
    { at: 'result', json: records(always('holder_name', '')) },
    ['pattern', `${RECORD}.holder_name`, 'empty'],
  ],
  [
    'a holder that is an object',
    { at: 'result', json: records(always('holder_name', { code: '131016' })) },
    ['type', `${RECORD}.holder_name`, 'object'],
  ],
  [
    'fields as a list of pairs',
    {
      at: 'result',
      json: records(mapped('field_values', (fields) => Object.entries(fields as Json))),
    },
    ['list-for-single', `${RECORD}.field_values`],
  ],
  [
    'fields beside the record instead of in it',
    {
      at: 'result',
      json: records((record) => ({
        ...without('field_values')(record),
        ...Object(record.field_values),
      })),
    },
    ['member-missing', `${RECORD}.field_values`],
  ],
  [
    'the end of a closure without offset',
    {
      at: 'result',
      json: items(
        mapped('missing_holders', (list) =>
          (list as Json[]).map(always('closed_until', '2027-01-04T08:00:00')),
        ),
      ),
    },
    ['pattern', `${MISSING}.closed_until`, 'date-time'],
  ],
  [
    'a failure that is a sentence',
    { at: 'result', json: items(mapped('failure_code', () => '取得できませんでした。')) },
    ['pattern', `${ITEM}.failure_code`, 'text'],
  ],
  [
    'an amount as text',
    { at: 'result', json: income(mapped('合計所得金額', String)) },
    ['schema-refused', `${TAX}.合計所得金額`, 'digits'],
  ],
  [
    'an amount with a fraction',
    { at: 'result', json: income(mapped('合計所得金額', () => 1.5)) },
    ['schema-refused', `${TAX}.合計所得金額`, 'decimal'],
  ],
  [
    'a field of the schema that never comes',
    { at: 'result', json: income(without('合計所得金額')) },
    ['schema-missing', `${TAX}.合計所得金額`],
  ],
  [
    'a field that the schema does not read',
    { at: 'result', json: income(always('扶養人数', 2)) },
    ['schema-unknown', `${TAX}.{text 4-7}`],
  ],
  [
    'records without the field that decides which is the latest',
    { at: 'result', json: income(without('課税年度')) },
    ['latest-missing', `${TAX}.課税年度`],
  ],
  [
    'a number that JavaScript cannot hold',
    { at: 'result', text: (body) => body.replace('{', '{"total":9007199254740993,') },
    ['inexact-number', 'body.total'],
  ],
  [
    'an amount that JavaScript cannot hold',
    {
      at: 'result',
      text: (body) => body.replace('"合計所得金額":3720000', '"合計所得金額":9007199254740993'),
    },
    ['inexact-number', `${TAX}.合計所得金額`],
  ],
  [
    'an unknown code of a refusal',
    { at: 'result', status: 400, json: () => ({ error: 'E-1234' }) },
    ['word', 'body.error', 'upper 4-7'],
  ],
  [
    'a refusal without a code',
    { at: 'result', status: 500, json: () => ({ message: 'x' }) },
    ['member-missing', 'body.error'],
  ],
  [
    'a time to wait in words',
    { at: 'result', headers: { 'retry-after': 'soon' } },
    ['pattern', 'headers.retry-after', 'lower'],
  ],
  [
    'an acknowledgement that is answered elsewhere',
    { at: 'acknowledge', status: 303 },
    ['status', 'status', '303'],
  ],
];

const compared = async (change?: Change) =>
  compareWithProfile(await recordJourneys(change), { service: loan, profile: everyStep });

describe('a recording of a portal that differs from the profile', () => {
  it('is one of at least forty', () => {
    expect(planted.length).toBeGreaterThan(40);
  });

  it.each(planted)('shows %s at its place, by its kind', async (_, change, [kind, place, seen]) => {
    const { differences } = await compared(change);
    expect(differences).toContainEqual(
      expect.objectContaining({
        step: change.at,
        kind,
        place,
        ...(seen !== undefined && { seen }),
      }),
    );
  });
});

describe('a recording of a portal that does as the profile says', () => {
  it('shows no difference, and names the entries that it does not show', async () => {
    const { differences, unseen } = await compared();
    expect(differences).toEqual([]);
    expect(unseen).toContain('fields.items');
    expect(unseen).toContain('processStatuses.busy');
    expect(unseen).not.toContain('fields.missingUntil');
    expect(unseen).not.toContain('itemStatuses.unavailable');
  });
});

describe('the sandbox as an imitation of a portal that differs', () => {
  // Lengths depend on the citizens, so they are not compared.
  it.each(planted.filter(([, , [kind]]) => kind !== 'length'))('lacks %s', async (_, change) => {
    const [real, imitation] = [await recordJourneys(change), await recordJourneys()];
    const lacking = compareShapes(real, imitation).filter(
      ({ kind, step }) => kind === 'imitation-lacks' && step === change.at,
    );
    const missing = compareShapes(real, imitation).filter(
      ({ kind, step }) => kind === 'imitation-only' && step === change.at,
    );
    expect([...lacking, ...missing]).not.toEqual([]);
  });

  it('has no difference from itself, and says which side has what the other has not', async () => {
    const imitation = await recordJourneys();
    expect(compareShapes(imitation, await recordJourneys())).toEqual([]);
    const real = await recordJourneys({
      at: 'result',
      json: records(renamed('record_date', 'recordDate')),
    });
    expect(compareShapes(real, imitation)).toEqual([
      {
        ...{ kind: 'imitation-lacks', step: 'result', status: 200, seen: 'member' },
        place: `${RECORD}.recordDate`,
      },
      {
        ...{ kind: 'imitation-only', step: 'result', status: 200, seen: 'member' },
        place: `${RECORD}.record_date`,
      },
    ]);
  });
});
