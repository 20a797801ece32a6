import { describe, expect, it } from 'vitest';
import {
  latest,
  publicCodec,
  publicProfile,
  sandboxEnvironment,
  type WireCodec,
  type WireProfile,
} from '../../src/index.js';
import { changed, site } from '../client/valid-options.js';
import { grantOf } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { refusal } from '../kit/refusals.js';
import { comeBack, type StubOptions } from '../kit/stub.js';

/** Returns the pin that a retrieval of a profile carries. */
async function pinOf(profile: WireProfile, options: StubOptions = {}): Promise<string> {
  const { client, complete, callback } = await comeBack({
    ...options,
    profile,
    // Any path of the profile is served by the same answers.
    answers: {},
  });
  const grant = grantOf(await complete(callback));
  return (await client.submit(grant, { household: latest() })).pin;
}

describe('the pin of a profile', () => {
  it('is its id and a SHA-256 in base64url', async () => {
    expect(await pinOf(changedProfile({}, 'our-1'))).toMatch(/^our-1:[\w-]{43}$/);
    expect(await pinOf(publicProfile)).toMatch(/^public-2026-11:[\w-]{43}$/);
  });

  it('does not depend on the order of keys and deviations, times and confidences', async () => {
    const { fields, oauth } = publicProfile;
    const deviations = (...value: typeof oauth.deviations.value) =>
      changedProfile({ oauth: { ...oauth, deviations: { value, confidence: 'unknown' } } });
    const pin = await pinOf(changedProfile({}));
    for (const same of [
      changedProfile({ fields: Object.fromEntries(Object.entries(fields).toReversed()) as never }),
      changed(changedProfile({}), 'timing.resultMs.value', 1_000_000),
      changed(changedProfile({}), 'fields.items.confidence', 'specification'),
      changed(changedProfile({}), 'headers.requestId.value', 'x-request-id'),
      changed(changedProfile({}), 'oauth.scope.value', 'a'),
      changedProfile({ codec: { ...changedCodec({}), version: 'public-1' } }),
    ])
      expect(await pinOf(same)).toBe(pin);
    expect(await pinOf(deviations('token-characters', 'expires-in-text'))).toBe(
      await pinOf(deviations('expires-in-text', 'token-characters')),
    );
  });

  it.each<[string, unknown]>([
    ['id', 'changed-2'],
    ['paths.authorization.value', '/other'],
    ['fields.holder.value', 'other'],
    ['methods.range.value', 'other'],
    ['itemStatuses.failed.value', 'other'],
    ['processStatuses.busy.value', 'other'],
    ['oauth.deviations.value', ['token-characters']],
    ['codec.version', 'other'],
    ['completion.value', 'immediate'],
    ['numbers', 'text'],
  ])('is another one with another %s', async (path, value) => {
    expect(await pinOf(changed(changedProfile({}), path, value))).not.toBe(
      await pinOf(changedProfile({})),
    );
  });

  it('is another one where two words are exchanged', async () => {
    const { present } = publicProfile.itemStatuses;
    const exchanged = {
      ...publicProfile.itemStatuses,
      present: publicProfile.itemStatuses['nothing-on-record'],
      'nothing-on-record': present,
    };
    // A portal that uses the other words answers with an error or wrongly: only the pin counts here.
    expect(await pinOf(changedProfile({ itemStatuses: exchanged }))).not.toBe(
      await pinOf(changedProfile({})),
    );
  });

  it('is another one at another issuer, and the first one again back there', async () => {
    const profile = changedProfile({});
    const first = await pinOf(profile);
    expect(await pinOf(profile, { issuer: 'https://other.example' })).not.toBe(first);
    expect(await pinOf(profile)).toBe(first);
  });
});

const make = (options: object) => () => sandboxEnvironment({ ...site, ...options } as never);
const swapped = changed(publicProfile, 'itemStatuses.failed.value', 'SWAPPED') as WireProfile;

describe('the id of a profile', () => {
  it.each<[string, unknown]>([
    ['paths.request.value', '/other'],
    ['fields.items.value', 'other'],
    ['methods.range.value', 'other'],
    ['itemStatuses.failed.value', 'other'],
    ['processStatuses.busy.value', 'other'],
    ['oauth.deviations.value', ['token-characters']],
    ['oauth.responseMode.value', 'form_post'],
    ['codec.version', 'other'],
    ['completion.value', 'immediate'],
    ['numbers', 'text'],
  ])('cannot be that of publicProfile with another %s', (path, value) => {
    const profile = changed(publicProfile, path, value);
    expect(refusal(make({ profile }))).toEqual(['invalid_profile', 'options.profile.id']);
    expect(refusal(make({ otherProfiles: [changedProfile({}), profile] }))).toEqual([
      'invalid_profile',
      'options.otherProfiles[1].id',
    ]);
    expect(refusal(make({ legacyProfile: profile }))).toEqual([
      'invalid_profile',
      'options.legacyProfile.id',
    ]);
    expect(make({ profile: changed(profile, 'id', 'own-1') })().profile.id).toBe('own-1');
  });

  it('can be that of publicProfile where only times, confidences and the like differ', () => {
    const profile = changed(publicProfile, 'timing.pollMs.value', 9_000);
    expect(make({ profile })().profile.timing.pollMs.value).toBe(9_000);
  });

  it('cannot be that of another profile of the environment that reads otherwise', () => {
    const [before, after] = [changedProfile({}, 'our-1'), { ...swapped, id: 'our-1' }];
    expect(refusal(make({ profile: after, otherProfiles: [before] }))).toEqual([
      'invalid_profile',
      'options.otherProfiles[0].id',
    ]);
    expect(refusal(make({ otherProfiles: [before], legacyProfile: after }))).toEqual([
      'invalid_profile',
      'options.legacyProfile.id',
    ]);
    expect(
      make({
        profile: { ...after, id: 'our-2' },
        otherProfiles: [before, publicProfile],
      })().otherProfiles.map(({ id }) => id),
    ).toEqual(['our-1', 'public-2026-11']);
  });

  it('may occur twice with the same pin', () => {
    const profile = changedProfile({});
    const environment = make({
      profile,
      otherProfiles: [profile, { ...profile }],
      legacyProfile: profile,
    })();
    expect(environment.otherProfiles).toHaveLength(2);
  });
});

describe('the version of a codec', () => {
  const sign = () => ({ headers: {} });
  const withCodec = (codec: Partial<WireCodec>) =>
    changedProfile({ codec: { ...publicCodec, ...codec } });

  it.each<[string, Partial<WireCodec>]>([
    ['another function', { decodeResult: (...given) => publicCodec.decodeResult(...given) }],
    ['a function more', { sign }],
    ['a function less', { decodeNotice: undefined as never }],
  ])('cannot be that of publicCodec with %s', (_, codec) => {
    expect(refusal(make({ profile: withCodec(codec) }))).toEqual([
      'invalid_option',
      'options.profile.codec.version',
    ]);
    expect(make({ profile: withCodec({ ...codec, version: 'our-1' }) })().profile.id).toBe(
      'changed-1',
    );
  });

  it('can be that of publicCodec where only confidences differ', () => {
    const profile = withCodec({ confidence: { encodeRequest: 'specification' } });
    expect(make({ profile })().profile.codec.version).toBe('public-1');
  });
});
