import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import {
  compareWithProfile,
  createShapeRecorder,
  joinRecordings,
  type ShapeMessage,
  type ShapeRecording,
} from '../../src/shapes/index.js';
import { expectStatus, loan, openBank } from '../kit/loan.js';
import { refusal, typeErrorOf } from '../kit/refusals.js';

const message = (body: string | Uint8Array, rest: Partial<ShapeMessage> = {}): ShapeMessage => ({
  step: 'result',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? Buffer.from(body) : body,
  ...rest,
});

/** Returns the recording of messages. */
function recordingOf(...messages: readonly ShapeMessage[]): ShapeRecording {
  const recorder = createShapeRecorder({ service: loan });
  for (const one of messages) recorder.record(one);
  return recorder.recording();
}

const bodyOf = (...texts: readonly string[]) =>
  recordingOf(...texts.map((text) => message(text))).messages[0]?.body;

describe('the shape of a body', () => {
  it('has types, patterns and bands of lengths, but no text and no number', () => {
    expect(bodyOf('{"process_id":"p-1","total":12,"amount":1.5,"valid":true,"note":null}')).toEqual(
      {
        object: {
          members: {
            process_id: { always: true, shape: { text: { lower: ['1-3'] } } },
            total: { always: true, shape: { integer: ['1-3'] } },
            amount: { always: true, shape: { decimal: ['1-3'] } },
            valid: { always: true, shape: { boolean: true } },
            note: { always: true, shape: { null: true } },
          },
        },
      },
    );
  });

  it('is joined over messages, and says which members come only sometimes', () => {
    expect(bodyOf('{"total":1}', '{"total":"12345","note":[1,2]}')).toEqual({
      object: {
        members: {
          note: {
            always: false,
            shape: { list: { counts: ['2-9'], of: { integer: ['1-3'] } } },
          },
          total: { always: true, shape: { integer: ['1-3'], text: { digits: ['4-7'] } } },
        },
      },
    });
  });

  it.each([
    ['2026', 'YYYY'],
    ['202606', 'YYYYMM'],
    ['20260601', 'YYYYMMDD'],
    ['2026-06-01', 'YYYY-MM-DD'],
    ['2026/06/01', 'YYYY/MM/DD'],
    ['2026-06-01T09:00:00+09:00', 'date-time+offset'],
    ['令和8年6月1日', 'era-date'],
    ['R8.6.1', 'era-date'],
    ['TM00000000000002', 'TM+digits{14}'],
    ['00000000000002', 'digits'],
    ['1,234', 'number'],
    ['ABC_01', 'upper'],
    ['サンプル', 'kana'],
    ['ｻﾝﾌﾟﾙ', 'half-width-kana'],
    ['１２３', 'full-width'],
    ['サンプル市', 'text'],
  ])('names the pattern of %s', (text, pattern) => {
    expect(Object.keys(bodyOf(JSON.stringify(text))?.text ?? {})).toEqual([pattern]);
  });

  it('keeps the words of the profile by their keys, and of other words the pattern', () => {
    const members = (word: string) =>
      bodyOf(`{"process_status":"${word}"}`)?.object?.members.process_status?.shape;
    expect(members('DONE')).toEqual({ words: ['done'] });
    expect(members('FINISHED')).toEqual({ text: { upper: ['8-15'] } });
  });

  it('keeps names of profile, schema and interfaces, and of other names the pattern', () => {
    const names = [
      ...['process_id', 'processID', '課税年度', '給与収入金額', 'resultCode', 'error_list'],
      ...['花子', 'hanako', '19870321', 'TM00000000000002', 'resultHanako', '__proto__'],
    ];
    const body = bodyOf(`{${names.map((name) => `"${name}":1`).join(',')}}`);
    expect(Object.keys(body?.object?.members ?? {})).toEqual([
      ...['process_id', 'processID', '課税年度', '給与収入金額', 'resultCode', 'error_list'],
      ...['{text 1-3}', '{lower 4-7}', '{YYYYMMDD 8-15}', '{TM+digits{14} 16-31}'],
      ...['{mixed 8-15}'],
    ]);
  });

  it('shows what the client refuses: a member twice, a number that is inexact', () => {
    expect(bodyOf('{"total":9007199254740993,"total":1}')?.object).toMatchObject({
      twice: true,
      members: { total: { shape: { inexact: true } } },
    });
  });

  it('ends at twenty levels', () => {
    expect(JSON.stringify(bodyOf('['.repeat(60) + ']'.repeat(60)))).toContain('"deeper":true');
  });
});

describe('a message', () => {
  it.each([
    ['empty', message('')],
    ['unreadable', message('<html>')],
    ['unreadable', message('{"process_id":')],
    ['unreadable', message(Buffer.from([0xff, 0xfe]))],
    ['unreadable', message('x', { headers: { 'content-encoding': 'gzip' } })],
    ['large', message(`[${'1,'.repeat(400_000)}1]`)],
    ['large', message('['.repeat(10_000))],
    ['json', message(gzipSync('{}'), { headers: { 'content-encoding': 'gzip' } })],
    ['json', message(deflateSync('{}'), { headers: { 'content-encoding': 'deflate' } })],
  ])('is recorded as %s', (kind, one) => {
    expect(recordingOf(one).messages).toMatchObject([{ kind, times: 1 }]);
  });

  it('has its media type, charset and coding from lists', () => {
    const type = 'application/vnd.hanako+json; charset=hanako';
    const headers = { 'content-type': type, 'content-encoding': 'hanako' };
    expect(recordingOf(message('{}', { headers })).messages).toMatchObject([
      { type: 'other', charset: 'other', coding: 'other' },
    ]);
  });
});

describe('a recorder', () => {
  it('is bounded, and says how many messages it left out', () => {
    const recorder = createShapeRecorder();
    for (let status = 100; status < 300; status++) recorder.record(message('{}', { status }));
    const { messages, lost } = recorder.recording();
    expect([messages.length, lost]).toEqual([100, { failed: 0, surplus: 100 }]);
  });

  it('does not grow with names that it has not seen', () => {
    const body = JSON.stringify(
      Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`名前${at}`, at])),
    );
    expect(JSON.stringify(recordingOf(message(body))).length).toBeLessThan(2_000);
  });

  it('counts a message that it cannot record, and goes on', () => {
    const recorder = createShapeRecorder();
    recorder.record(undefined as never);
    recorder.record(message('{}'));
    expect(recorder.recording()).toMatchObject({
      messages: [{ times: 1 }],
      lost: { failed: 1, surplus: 0 },
    });
  });

  it('returns frozen JSON that comparing and joining accept again', () => {
    const recording = recordingOf(message('{"process_id":"p"}'));
    expect(Object.isFrozen(recording.messages)).toBe(true);
    const read = JSON.parse(JSON.stringify(recording));
    expect(read).toEqual(recording);
    expect(joinRecordings([read, recording]).messages).toMatchObject([{ times: 2 }]);
  });

  it.each([
    ['recording', []],
    ['recording.v', { v: 2 }],
    [
      'recording.messages[0]',
      { v: 1, profile: 'p', messages: [{}], lost: { failed: 0, surplus: 0 } },
    ],
  ])('is not taken for another %s', (path, recording) => {
    expect(refusal(() => compareWithProfile(recording as never))).toEqual(['invalid_option', path]);
  });

  it('refuses unknown options', async () => {
    expect(refusal(() => createShapeRecorder({ profil: 1 } as never))).toEqual([
      'unknown_option',
      'options.profil',
    ]);
    expect(await typeErrorOf(() => createShapeRecorder({ names: [1] } as never))).toMatch(
      'options.names',
    );
  });
});

describe('a client with a recorder', () => {
  it('goes on when the recorder throws or rejects', async () => {
    for (const record of [
      () => {
        throw new Error('the recorder is broken');
      },
      () => Promise.reject(new Error('the recorder is broken')) as never,
    ]) {
      const { client, consent, onProgress } = openBank({ recorder: { record } });
      const result = await client.query(await consent(), latest(), { onProgress });
      expectStatus(result, 'ready');
      await client.close();
    }
  });

  it('refuses one that cannot record', async () => {
    expect(await typeErrorOf(() => openBank({ recorder: {} as never }))).toMatch(
      'options.recorder must have a method record',
    );
  });

  it('records an answer that its codec cannot read', async () => {
    const recorder = createShapeRecorder({ service: loan });
    const { client, consent } = openBank({
      recorder,
      intercept: async (request, pass) =>
        request.url.endsWith('/request') ? new Response('<r/>') : pass(request),
    });
    await expect(client.query(await consent(), latest())).rejects.toMatchObject({
      code: 'response_invalid',
    });
    expect(recorder.recording().messages).toContainEqual(
      expect.objectContaining({ step: 'request', type: 'text/plain', kind: 'unreadable' }),
    );
  });
});
