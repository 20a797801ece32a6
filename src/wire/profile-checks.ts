import { own } from '../foundation/own.js';
import type { Confidence, ProfileEntry } from './data.js';
import type { WireProfile } from './profile.js';
import { publicProfile } from './public-profile.js';

/**
 * Lists the entries of a profile that the interface specification has not confirmed, as paths such
 * as `paths.request`.
 */
export function unverifiedEntries(profile: WireProfile): readonly string[] {
  const confirmed: readonly unknown[] = ['specification', 'public-official'] satisfies Confidence[];
  return entriesOf(profile).flatMap(({ path, entry }) =>
    confirmed.includes(own(entry, 'confidence')) ? [] : [path],
  );
}

/**
 * Lists the entries of a profile that are missing, or whose value has another type than in the
 * public profile.
 */
export function malformedEntries(profile: WireProfile): readonly string[] {
  return entriesOf(profile).flatMap(({ path, entry, model }) =>
    isOfKind(own(entry, 'value'), model.value) ? [] : [path],
  );
}

/**
 * Field names that share one object of an answer or a request. If two of them were equal, the codec
 * would read one as the other.
 */
const SIBLING_FIELDS = [
  ['processId', 'processStatus', 'selfPersonalData'],
  ['itemCode', 'itemStatus', 'records', 'missing', 'failure'],
  ['holder', 'asOf', 'values'],
  ['missingServer', 'missingUntil'],
  ['itemCode', 'method', 'at'],
  ['itemCode', 'method', 'from', 'to'],
] as const satisfies readonly (readonly (keyof WireProfile['fields'])[])[];

/**
 * Lists the entries of a well-formed profile that have the value of another entry although the two
 * must differ, each with that other entry.
 */
export function ambiguousEntries(
  profile: WireProfile,
): readonly (readonly [path: string, other: string])[] {
  const words = (['methods', 'itemStatuses', 'processStatuses'] as const).map((place) =>
    Object.keys(publicProfile[place]).map((name) => `${place}.${name}`),
  );
  const values = new Map(entriesOf(profile).map(({ path, entry }) => [path, entry.value]));
  return [
    ...SIBLING_FIELDS.map((names) => names.map((name) => `fields.${name}`)),
    ...words,
  ].flatMap((group) =>
    group.flatMap((path, index) =>
      group
        .slice(0, index)
        .flatMap((other) =>
          values.get(other) === values.get(path) ? [[path, other] as const] : [],
        ),
    ),
  );
}

/** Where the public profile has null, another one may have a text. */
function isOfKind(value: unknown, model: unknown): boolean {
  return kindOf(value) === kindOf(model) || (model === null && typeof value === 'string');
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

interface FoundEntry {
  readonly path: string;
  readonly entry: Partial<ProfileEntry<unknown>>;
  readonly model: ProfileEntry<unknown>;
}

/**
 * Finds every entry of the public profile in another profile. An entry that is left out there is
 * found too, as an empty object.
 */
function entriesOf(profile: WireProfile): readonly FoundEntry[] {
  const found: FoundEntry[] = [];
  visit(publicProfile, profile, '');
  return found;
  function visit(model: unknown, value: unknown, path: string) {
    if (typeof model !== 'object' || model === null) return;
    const entry: object = Object(value);
    if (Object.hasOwn(model, 'confidence'))
      found.push({ path, entry, model: model as ProfileEntry<unknown> });
    else
      for (const [key, inner] of Object.entries(model))
        visit(inner, own(entry, key), path === '' ? key : `${path}.${key}`);
  }
}
