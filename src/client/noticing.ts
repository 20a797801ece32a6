import type { Environment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';

/** Returns the profiles of an environment whose portal sends notices. */
export function noticingProfiles({
  profile,
  otherProfiles,
  legacyProfile,
}: Environment): readonly WireProfile[] {
  const known = new Set([profile, ...otherProfiles, ...(legacyProfile ? [legacyProfile] : [])]);
  return [...known].filter(acceptsNotices);
}

/** Returns whether notices are received under a profile. */
export function acceptsNotices({ notices, codec }: WireProfile): boolean {
  return notices.value !== 'none' && codec.decodeNotice !== undefined;
}
