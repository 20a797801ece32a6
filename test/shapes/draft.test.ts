import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { publicCodec, sandboxEnvironment, type WireProfile } from '../../src/index.js';
import { createShapeRecorder, draftProfile } from '../../src/shapes/index.js';
import { loan } from '../kit/loan.js';
import { type Change, everyStep, recordJourneys } from './planted.js';

const known = { service: loan, profile: everyStep };

/** Returns the profile that a draft exports. */
function profileOf(draft: string): WireProfile {
  const { outputText } = ts.transpileModule(draft, {
    compilerOptions: { module: ts.ModuleKind.CommonJS },
  });
  const exported: { draftedProfile?: WireProfile } = {};
  new Function('exports', 'require', outputText)(exported, () => ({ publicCodec }));
  return exported.draftedProfile as WireProfile;
}

const draftOf = async (change?: Change) => draftProfile(await recordJourneys(change), known, 'en');

describe('a draft of a profile', () => {
  it('is a valid profile that has the values of the given one where nothing differs', async () => {
    const profile = profileOf(await draftOf());
    const { id, ...rest } = profile;
    const { id: _, ...before } = everyStep;
    expect([id, rest]).toEqual(['every-step-1-draft', before]);
    const { profile: checked } = sandboxEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://localhost', apiUrl: 'https://localhost' },
      issuer: 'https://localhost',
      profile,
    });
    expect(checked.id).toBe(id);
  });

  it('says of each entry whether the recording shows it', async () => {
    const draft = await draftOf();
    expect(draft).toMatch(/processId: .*\/\/ as recorded$/m);
    expect(draft).toMatch(/items: .*\/\/ the recording does not show it$/m);
    expect(draft).toMatch(/pollMs: .*\/\/ the recording does not show it$/m);
    expect(draftProfile(createShapeRecorder(known).recording(), known, 'en')).not.toContain(
      '// as recorded',
    );
  });

  it.each<[string, Change, (profile: WireProfile) => unknown, unknown]>([
    [
      'another spelling of a name',
      { at: 'request', json: ({ process_id }) => ({ processId: process_id }) },
      ({ fields }) => fields.processId,
      { value: 'processId', confidence: 'public-second-hand' },
    ],
    [
      'a token without its type',
      { at: 'token', json: ({ token_type: _, ...rest }) => rest },
      ({ oauth }) => oauth.deviations.value,
      ['token-type-missing'],
    ],
    [
      'a lifetime as text',
      { at: 'token', json: (body) => ({ ...body, expires_in: '3600' }) },
      ({ oauth }) => oauth.deviations.value,
      ['expires-in-text'],
    ],
    [
      'a token with other characters',
      { at: 'token', json: (body) => ({ ...body, access_token: 'a:b' }) },
      ({ oauth }) => oauth.deviations.value,
      ['token-characters'],
    ],
    [
      'a compressed body',
      { at: 'result', headers: { 'content-encoding': 'br' } },
      ({ contentCoding }) => contentCoding.value,
      'br',
    ],
  ])('has what was recorded of %s', async (_, change, entryOf, expected) => {
    expect(entryOf(profileOf(await draftOf(change)))).toEqual(expected);
  });

  it('marks an entry that the recording denies without showing another value', async () => {
    const draft = await draftOf({
      at: 'result',
      json: (body) => ({ ...body, process_status: 'canary' }),
    });
    expect(draft).toMatch(/done: .*\/\/ differs from the recording: check it$/m);
    expect(draft).toContain('//   result 200 body.process_status: an unknown word: lower 4-7');
    expect(draft).not.toContain('canary');
  });
});
