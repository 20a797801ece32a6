import { createHash } from 'node:crypto';
import { own } from '../foundation/own.js';
import type { Names } from './data.js';
import type { WireProfile } from './profile.js';

/** The last pin of each profile. Profiles of an environment do not change. */
const pins = new WeakMap<WireProfile, { readonly issuer: string; readonly pin: string }>();

/** Returns the pin of a profile at an issuer: its id, and a digest of all that affects reading. */
export function pinOf(issuer: string, profile: WireProfile): string {
  const known = pins.get(profile);
  if (known?.issuer === issuer) return known.pin;
  const digest = createHash('sha256').update(readingOf(issuer, profile)).digest('base64url');
  const pin = `${profile.id}:${digest}`;
  pins.set(profile, { issuer, pin });
  return pin;
}

/**
 * Returns a text that is the same for two profiles exactly if they read and write the same. Times
 * and confidences are left out: they change nothing about the meaning of a message.
 */
function readingOf(issuer: string, profile: WireProfile): string {
  const { paths, fields, methods, itemStatuses, processStatuses, oauth, codec } = profile;
  return JSON.stringify([
    issuer,
    codec.version,
    profile.completion.value,
    own(profile, 'numbers') ?? 'exact',
    oauth.responseMode.value,
    oauth.deviations.value.toSorted(),
    ...[paths, fields, methods, itemStatuses, processStatuses].map((names) => sorted(names)),
  ]);
}

function sorted(names: Names<string>): readonly (readonly [string, string])[] {
  return Object.entries(names)
    .map(([key, { value }]) => [key, value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What a pin is looked up in. */
interface KnownProfiles {
  readonly issuer: string;
  readonly profile: WireProfile;
  readonly otherProfiles: readonly WireProfile[];
  readonly legacyProfile: WireProfile | undefined;
}

/** Returns all profiles of an environment, the current one first. */
export function profilesOf({
  profile,
  otherProfiles,
  legacyProfile,
}: Omit<KnownProfiles, 'issuer'>): readonly WireProfile[] {
  return [profile, ...otherProfiles, ...(legacyProfile ? [legacyProfile] : [])];
}

/** Returns the profile that a pin names, or undefined if the environment does not have it. */
export function findProfile(known: KnownProfiles, pin: string): WireProfile | undefined {
  return profilesOf(known).find((profile) => pinOf(known.issuer, profile) === pin);
}

/** Returns the pin for entries without one; undefined if there is no `legacyProfile`. */
export function legacyPinOf({ issuer, legacyProfile }: KnownProfiles): string | undefined {
  return legacyProfile && pinOf(issuer, legacyProfile);
}
