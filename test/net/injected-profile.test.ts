import { describe, expect, it } from 'vitest';
import { latest, publicProfile, type WireProfile } from '../../src/index.js';
import { expectStatus, grantOf, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { goodAnswers, openStub } from '../kit/stub.js';
import { explode, frozen, travel } from './injected.js';

describe('a misbehaving wire profile', () => {
  const withProfile = (part: Partial<WireProfile>) => ({ profile: { ...publicProfile, ...part } });
  const bodies: [string, () => unknown][] = [
    ['throws', explode],
    ['returns nothing', () => undefined],
    ['returns a value that JSON cannot represent', () => ({ number: 1n })],
  ];

  it.each(bodies)(
    'that %s for a request sends nothing, and leaves the consent unused',
    async (_, encode) => {
      let broken = true;
      const encodeRequest: WireProfile['encodeRequest'] = (...given) =>
        broken ? encode() : publicProfile.encodeRequest(...given);
      const { client, begin, calls } = openStub(withProfile({ encodeRequest }));
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      const { code, path, effect, message, messageJa } = await errorOf(() =>
        client.submit(grant, latest()),
      );
      expect([code, path, effect]).toEqual([
        'invalid_option',
        'environment.profile.encodeRequest',
        'none',
      ]);
      expect(message).toContain('It must return a value that JSON can represent.');
      expect(messageJa).toContain('JSON で表せる値を返してください。');
      expect(calls).toEqual(['token']);
      broken = false;
      expectStatus(await client.query(grant, latest()), 'ready');
    },
  );

  it.each(bodies)(
    'that %s for a poll sends nothing, and leaves the retrieval collectable',
    async (_, encodePoll) => {
      const { path, retrieval } = await errorOf(() =>
        travel('result', explode, withProfile({ encodePoll })),
      );
      expect([path, retrieval === undefined]).toEqual(['environment.profile.encodePoll', false]);
    },
  );

  it.each<[string, () => never]>([
    ['throws', explode],
    ['returns nothing', () => undefined as never],
    ['returns a result without items', () => ({ processId: 'x', status: 'done' }) as never],
    [
      'throws a frozen SelfInfoError',
      () => {
        throw frozen;
      },
    ],
  ])('that %s makes the result invalid, without effect', async (_, decodeResult) => {
    const { code, stage, effect, message, messageJa } = await errorOf(() =>
      travel('result', () => Response.json(goodAnswers.result), withProfile({ decodeResult })),
    );
    expect([code, stage, effect]).toEqual(['response_invalid', 'result', 'none']);
    expect(message).toBe('The response is not valid: the profile cannot decode it.');
    expect(messageJa).toContain('プロファイルでデコードできません。');
  });

  it.each<[string, unknown]>([
    ['of no characters', ''],
    ['that is not a text', 5],
    ['in a list', ['p']],
    ['of 1,025 characters', 'x'.repeat(1_025)],
  ])(
    'that returns a process id %s makes the response invalid, and the consent counts as used',
    async (_, id) => {
      const { client, begin, calls } = openStub(withProfile({ decodeProcess: () => id as string }));
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      const { code, stage, effect, message, messageJa } = await errorOf(() =>
        client.submit(grant, latest()),
      );
      expect([code, stage, effect]).toEqual(['response_invalid', 'request', 'unknown']);
      expect(message).toBe(
        'The response is not valid: its process id is not a text of at most 1024 characters.',
      );
      expect(messageJa).toContain('処理IDが 1024 文字以下の文字列ではありません。');
      expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
      expect(calls).toEqual(['token', 'request']);
    },
  );
});
