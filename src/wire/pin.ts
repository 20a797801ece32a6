import type { WireProfile } from './profile.js';

/** Returns the pin of a profile at an issuer: its id, and a digest of what decides how it reads. */
export function pinOf(_issuer: string, profile: WireProfile): string {
  return profile.id;
}

/** What a pin is looked up in. */
interface KnownProfiles {
  readonly issuer: string;
  readonly profile: WireProfile;
  readonly otherProfiles: readonly WireProfile[];
  readonly legacyProfile: WireProfile | undefined;
}

/** Returns the profile that a pin names, or undefined if the environment does not have it. */
export function findProfile(
  { issuer, profile, otherProfiles, legacyProfile }: KnownProfiles,
  pin: string,
): WireProfile | undefined {
  return [profile, ...otherProfiles, ...(legacyProfile ? [legacyProfile] : [])].find(
    (known) => pinOf(issuer, known) === pin,
  );
}

/** Returns the pin of what began before there were pins; undefined where no profile is named. */
export function legacyPinOf({ issuer, legacyProfile }: KnownProfiles): string | undefined {
  return legacyProfile && pinOf(issuer, legacyProfile);
}
