import { SelfInfoError } from '../foundation/errors.js';
import { checkObject } from '../foundation/options.js';
import { pinOf } from './pin.js';
import type { WireProfile } from './profile.js';
import { copyProfile } from './profile-checks.js';
import { checkPresent } from './profile-values.js';
import { publicProfile } from './public-profile.js';

/** The profiles of an environment. */
export interface ProfileSet {
  readonly profile: WireProfile;
  readonly otherProfiles: readonly WireProfile[];
  readonly legacyProfile: WireProfile | undefined;
}

/** The options with the profiles of an environment, as they came. */
export interface GivenProfiles {
  readonly profile?: unknown;
  readonly otherProfiles?: unknown;
  readonly legacyProfile?: unknown;
}

/**
 * Validates the profiles of an environment and copies them.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_profile`
 * naming the place; TypeError for a wrong type.
 */
export function copyProfiles(
  { profile = publicProfile, otherProfiles = [], legacyProfile }: GivenProfiles,
  issuer: string,
): ProfileSet {
  if (!Array.isArray(otherProfiles))
    throw new TypeError('options.otherProfiles must be a list of profiles.');
  const set: ProfileSet = {
    profile: copyAt(profile, 'options.profile'),
    otherProfiles: Object.freeze(
      Array.from(otherProfiles, (other: unknown, index) =>
        copyAt(other, `options.otherProfiles[${index}]`),
      ),
    ),
    legacyProfile:
      legacyProfile === undefined ? undefined : copyAt(legacyProfile, 'options.legacyProfile'),
  };
  // A profile with the id of the public one must read as it does.
  const pins = new Map([[publicProfile.id, pinOf(issuer, publicProfile)]]);
  for (const [path, one] of placesOf(set)) {
    const pin = pinOf(issuer, one);
    if ((pins.get(one.id) ?? pin) !== pin)
      throw new SelfInfoError('invalid_profile', { path: `${path}.id` });
    pins.set(one.id, pin);
  }
  return set;
}

/** Lists profiles with their places in the options. */
export function placesOf({
  profile,
  otherProfiles,
  legacyProfile,
}: ProfileSet): readonly (readonly [path: string, profile: WireProfile])[] {
  return [
    ['options.profile', profile],
    ...otherProfiles.map((other, index) => [`options.otherProfiles[${index}]`, other] as const),
    ...(legacyProfile ? [['options.legacyProfile', legacyProfile] as const] : []),
  ];
}

function copyAt(value: unknown, path: string): WireProfile {
  checkPresent(value, path);
  checkObject(value, path);
  return copyProfile(value, path);
}
