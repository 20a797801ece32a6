import {
  type CodecFunction,
  publicCodec,
  publicProfile,
  type WireCodec,
  type WireProfile,
} from '../../src/index.js';

/** Returns the public profile with changes, and with the new id that they need. */
export const changedProfile = (
  changes: Partial<Omit<WireProfile, 'id'>>,
  id = 'changed-1',
): WireProfile => ({ ...publicProfile, ...changes, id });

type OAuthValues = {
  readonly [K in keyof WireProfile['oauth']]?: WireProfile['oauth'][K]['value'];
};

/** Returns the public profile with other OAuth settings and a new id. */
export const oauthProfile = (values: OAuthValues, id?: string): WireProfile =>
  changedProfile(
    {
      oauth: {
        ...publicProfile.oauth,
        ...Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            name,
            { value, confidence: 'specification' },
          ]),
        ),
      },
    },
    id,
  );

/** Returns the public codec with other functions and its own version. */
export const changedCodec = (
  functions: Partial<Pick<WireCodec, CodecFunction>>,
  version = 'changed-1',
): WireCodec => ({ ...publicCodec, ...functions, version });

/** Returns a profile with every entry and every function confirmed by the specification. */
export function confirmProfile({ codec, ...data }: WireProfile): WireProfile {
  const functions = Object.keys(codec).filter(
    (key) => typeof Reflect.get(codec, key) === 'function',
  );
  return {
    ...(confirm(data) as Omit<WireProfile, 'codec'>),
    codec: {
      ...codec,
      confidence: Object.fromEntries(functions.map((name) => [name, 'specification'])),
    },
  };
}

function confirm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('confidence' in value) return { ...value, confidence: 'specification' };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, confirm(inner)]));
}
