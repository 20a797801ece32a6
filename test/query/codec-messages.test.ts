import { describe, expect, it } from 'vitest';
import type { CodecFunction } from '../../src/index.js';
import { errorOf } from '../kit/refusals.js';
import { ASKED, CANARY, expectSilent, openBroken, reasonOf } from './codecs.js';

const record = { holder: '千代田区', fields: {}, extras: {} };
const item = { code: 'household', status: 'present', records: [record], missing: [], extras: {} };
const result = { status: 'done', items: [item], extras: {} };
const { extras: _, ...bareItem } = item;
const { fields: __, ...bareRecord } = record;

/** What a function returns by mistake, and what the developer reads. */
const mistakes: [CodecFunction, string, unknown, string, string][] = [
  [
    'encodeRequest',
    'nothing',
    undefined,
    'It must be an object.',
    '戻り値がオブジェクトではありません。',
  ],
  [
    'decodeResult',
    'a list',
    [CANARY],
    'It must be an object.',
    '戻り値がオブジェクトではありません。',
  ],
  [
    'encodeRequest',
    'a misspelt member',
    { method: 'GET', path: '/', header: CANARY },
    'It has a member other than method, path, headers, body.',
    '戻り値に method、path、headers、body 以外のメンバーがあります。',
  ],
  [
    'sign',
    'bare headers',
    { 'x-signature': CANARY },
    'It has a member other than headers.',
    '戻り値に headers 以外のメンバーがあります。',
  ],
  [
    'sign',
    'no headers',
    {},
    'headers is missing. It must be an object, such as {}.',
    'headers がありません。{} などのオブジェクトを指定してください。',
  ],
  [
    'decodeRefusal',
    'null',
    null,
    'It must be an object with code, or undefined for a response that refuses nothing.',
    '戻り値は、code を持つオブジェクトか、拒否でない応答では undefined にしてください。',
  ],
  [
    'decodeProcess',
    'a text as processIds',
    { processIds: CANARY },
    'processIds must be a list with one id, or an object with the item codes of each id.',
    'processIds は、ID が1つの配列か、ID ごとに項目コードの配列を持つオブジェクトで指定してください。',
  ],
  [
    'decodeResult',
    'an item without extras',
    { ...result, items: [bareItem] },
    'items[0].extras is missing. It must be an object, such as {}.',
    'items[0].extras がありません。{} などのオブジェクトを指定してください。',
  ],
  [
    'decodeResult',
    'a record without fields',
    { ...result, items: [{ ...item, records: [bareRecord] }] },
    'items[0].records[0].fields is missing. It must be an object, such as {}.',
    'items[0].records[0].fields がありません。{} などのオブジェクトを指定してください。',
  ],
  [
    'decodeResult',
    'extras that are a text',
    { ...result, extras: CANARY },
    'extras must be an object.',
    'extras がオブジェクトではありません。',
  ],
  [
    'decodeResult',
    'extras of a class',
    { ...result, extras: new Map() },
    'extras must be a plain object, not a proxy or an instance of a class.',
    'extras がプレーンオブジェクトではありません（Proxy やクラスのインスタンスは使用できません）。',
  ],
];

describe('the message about a codec', () => {
  it.each(mistakes)(
    'whose %s returns %s says what is wrong, in both languages',
    async (name, _what, output, en, ja) => {
      const { client, consent, broken } = openBroken(name);
      broken.output = () => output;
      const error = expectSilent(await errorOf(async () => client.query(await consent(), ASKED)));
      expect(reasonOf(error)).toBe(en);
      expect(error.messageJa).toBe(
        `environment.profile.codec.${name} から使用できる値が得られませんでした。${ja}`,
      );
    },
  );
});
