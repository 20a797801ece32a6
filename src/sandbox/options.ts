import { createCalendar } from '../calendar/calendar.js';
import { systemClock } from '../foundation/clock.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkFunction, checkText } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { checkProfile } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import { publicProfile } from '../wire/public-profile.js';
import { checkFaults } from './faults.js';
import { checkOneCatalog } from './one-catalog.js';
import { personas as builtIn } from './personas/built-in.js';
import { checkPersonas } from './personas/persona.js';
import { Problems } from './problems.js';
import { checkRegistrations } from './registrations.js';
import type { SandboxOptions } from './types.js';

/** The option keys of every sandbox. */
export const SANDBOX_KEYS = {
  registrations: true,
  personas: true,
  faults: true,
  clock: true,
  seed: true,
  calendar: true,
  profile: true,
  sendNotice: true,
  codec: true,
} as const satisfies Record<keyof SandboxOptions, true>;

/** The checked options of a sandbox. */
export type CheckedOptions = ReturnType<typeof checkOptions>;

/** Checks the options of a sandbox, and lists everything that is wrong with them. */
export function checkOptions(given: SandboxOptions) {
  const options = ownBag(given);
  const problems = new Problems();
  const { registrations } = options;
  const catalog = checkOneCatalog(registrations, options.calendar, problems);
  const clients = checkRegistrations(registrations, 'options.registrations', problems, catalog);
  const personas = checkPersonas(
    options.personas ?? builtIn,
    'options.personas',
    problems,
    catalog,
  );
  const faults = checkFaults(options.faults ?? [], 'options.faults', problems);
  const {
    clock = systemClock,
    calendar = createCalendar({}, catalog),
    codec,
    seed,
    sendNotice,
  } = options;
  problems.check(() => checkFunction(sendNotice, 'options.sendNotice'));
  problems.check(() => checkFunction(codec, 'options.codec'));
  problems.check(() => seed === undefined || checkText(seed, 'options.seed'));
  problems.check(() => requireMethods(clock, 'options.clock', ['now', 'wait']));
  problems.check(() => requireMethods(calendar, 'options.calendar', ['status']));
  const profile = problems.check(() => copyProfile(options.profile)) ?? publicProfile;
  problems.throwIfAny();
  return { catalog, clients, personas, faults, clock, seed, calendar, profile, codec, sendNotice };
}

/** Checks a profile. The paths below the API must differ, since each is a route of the sandbox. */
function copyProfile(given: WireProfile | undefined): WireProfile {
  const profile = checkProfile(given);
  const { authorization: _, ...paths } = profile.paths;
  const seen = new Map<string | null, string>();
  for (const [name, { value }] of [
    ...Object.entries(paths).map(([key, entry]) => [`paths.${key}`, entry] as const),
    ['acknowledgement', profile.acknowledgement] as const,
  ]) {
    const other = seen.get(value);
    if (other !== undefined)
      throw invalidOption(`options.profile.${name}.value`, {
        en: `Use a path that differs from ${other}.`,
        ja: `${other} とは異なるパスを指定してください。`,
      });
    seen.set(value, name);
  }
  return profile;
}

function requireMethods(value: unknown, path: string, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${path} must be an object.`);
  for (const name of names) {
    const method: unknown = Reflect.get(value, name);
    if (method === undefined)
      throw new SelfInfoError('missing_option', { path: `${path}.${name}` });
    checkFunction(method, `${path}.${name}`);
  }
}
