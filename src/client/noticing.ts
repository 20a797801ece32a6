import type { Environment } from '../wire/environment.js';
import { profilesOf } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';

/** Returns the profiles of an environment whose portal sends notices. */
export function noticingProfiles(environment: Environment): readonly WireProfile[] {
  return [...new Set(profilesOf(environment))].filter(acceptsNotices);
}

/** Returns whether notices are received under a profile. */
export function acceptsNotices({ notices, codec }: WireProfile): boolean {
  return notices.value !== 'none' && codec.decodeNotice !== undefined;
}
