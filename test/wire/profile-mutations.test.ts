import { assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sandboxEnvironment } from '../../src/index.js';
import { changed, site } from '../client/valid-options.js';
import { anyText } from '../kit/any-text.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf, refusal } from '../kit/refusals.js';

const base = changedProfile({ numbers: 'text', codec: changedCodec({}) });
const make = (profile: unknown) => () => sandboxEnvironment({ ...site, profile } as never);

/** Lists every member of a profile, at any depth, as a path with its value. */
function membersOf(value: unknown, path = ''): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [[at, inner] as const, ...membersOf(inner, at)];
  });
}

const members = membersOf(base);
const isOptional = (path: string) =>
  path === 'numbers' ||
  /^codec\.confidence\./.test(path) ||
  /^codec\.(decodeRefusal|sign|decodeNotice|encodeAcknowledge)$/.test(path);
const isParameters = (path: string) => /Parameters\.value$/.test(path);

const kindOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
const samples: readonly unknown[] = [
  null,
  true,
  7,
  Number.NaN,
  'text',
  [],
  ['text'],
  { text: 'text' },
  Symbol('text'),
  7n,
  () => 'text',
  new Date(0),
];

/** Whether a sample is an allowed value, or another fault than a wrong type. */
const isAllowed = (path: string, value: unknown, sample: unknown) =>
  kindOf(value) === kindOf(sample) ||
  // These may be null or a text.
  (/^(headers\.\w+|oauth\.scope|acknowledgement)\.value$/.test(path) &&
    ['null', 'string'].includes(kindOf(sample)));

describe('each single member of a wire profile', () => {
  it('is listed here: groups, entries, values, confidences and functions', () => {
    // 18 fields with value and confidence make 54 members alone.
    expect(members.filter(([path]) => path.startsWith('fields.'))).toHaveLength(54);
    expect(members.map(([path]) => path)).toEqual(
      expect.arrayContaining(['id', 'oauth', 'paths.token.confidence', 'codec.encodePoll']),
    );
    expect(make(base)().profile.id).toBe('changed-1');
  });

  it.each(members.filter(([path]) => !isOptional(path)))(
    'is missed if it is left out: %s',
    (path) => {
      const missing = ['missing_option', `options.profile.${path}`];
      expect(refusal(make(changed(base, path, undefined)))).toEqual(missing);
    },
  );

  it.each(members.filter(([path]) => isOptional(path)))('may be left out: %s', (path) => {
    expect(make(changed(base, path, undefined))().profile.id).toBe('changed-1');
  });

  it.each(members)(
    'is refused under a misspelt name, which is corrected: %s',
    async (path, value) => {
      const [, parent, key = ''] = /^(.*?)([^.]+)$/.exec(path) ?? [];
      const misspelt = `${parent}${key.slice(0, 1)}${key.slice(2, 3)}${key.slice(1, 2)}${key.slice(3)}x`;
      const renamed = changed(changed(base, path, undefined), misspelt, value);
      expect(refusal(make(renamed))).toEqual(['unknown_option', `options.profile.${misspelt}`]);
      // One letter in three may be wrong.
      if (key.length >= 6)
        expect((await errorOf(make(renamed))).message).toContain(`Did you mean ${key}?`);
    },
  );

  it.each(members)('is refused with a value of another type: %s', (path, value) => {
    const wrong = samples.filter((sample) => !isAllowed(path, value, sample));
    expect(wrong.length).toBeGreaterThan(5);
    for (const sample of wrong) {
      const [code, at] = refusal(make(changed(base, path, sample)));
      expect([code, at]).toEqual(['invalid_option', `options.profile.${path}`]);
    }
  });

  it.each(members.filter(([path, value]) => kindOf(value) === 'object' && !isParameters(path)))(
    'is refused with one member more: %s',
    (path) => {
      for (const key of ['more', '', 'toString', '__proto__', 'a.b']) {
        const more = { ...(members.find(([at]) => at === path)?.[1] as object) };
        Object.defineProperty(more, key, { value: undefined, enumerable: true });
        expect(refusal(make(changed(base, path, more)))).toEqual([
          'unknown_option',
          `options.profile.${path}.${key}`,
        ]);
      }
    },
  );
});

describe('any text in a wire profile', () => {
  const texts = members.filter(
    ([path, value]) => typeof value === 'string' && !path.endsWith('.confidence'),
  );

  it('is kept as it is, or refused at its path without being shown', () => {
    assert(
      property(constantFrom(...texts.map(([path]) => path)), anyText(12), (path, text) => {
        const profile = changed(base, path, text);
        try {
          const [group = '', ...rest] = path.split('.');
          const kept = rest.reduce(
            (value: unknown, key) => Reflect.get(value as object, key),
            Reflect.get(make(profile)().profile, group),
          );
          expect(kept).toBe(text);
        } catch (error) {
          const { path: at, code } = error as { path?: string; code?: string };
          expect(code).toBe('invalid_option');
          expect([
            `options.profile.${path}`,
            `options.profile.${path.replace(/\.value$/, '')}`,
          ]).toContain(at);
        }
      }),
    );
  });
});
