import { type Expected, invalidOption } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { isSpaceName, spacePath } from '../wire/environment.js';
import type { App } from './app.js';
import type { Origins } from './context.js';
import { toNamedSpace } from './control/place.js';
import type { Reach } from './control/reach.js';
import { detach } from './fault-effects.js';
import { checkOptions, SANDBOX_KEYS } from './options.js';
import { Refusal } from './portal/refusals.js';
import { jsonRefusal } from './refusal-response.js';
import { branch, createSpace, movable, type Space } from './space.js';
import type { Sandbox, SandboxOptions } from './types.js';

/**
 * Creates an imitation of the portal inside the process, without sockets and files.
 *
 * @param options - registrations, personas, faults, clock, calendar, profile, codec.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * `unknown_detail`, `unknown_server`, `not_a_holder` or `latest_not_declared`, with the path of the
 * option; `invalid_option` with a list if several options are wrong; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createVirtualClock, defineService } from 'myna-selfinfo';
 * import { createSandbox } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const sandbox = createSandbox({
 *   registrations: [
 *     { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
 *   ],
 *   clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
 * });
 * ```
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  options = readKeys(options, 'options', SANDBOX_KEYS);
  return buildSandbox(options, {
    browserUrl: 'https://portal.sandbox.invalid',
    apiUrl: 'https://api.sandbox.invalid',
  }).sandbox;
}

/** A sandbox, and its app for a server that can break connections. */
export interface BuiltSandbox {
  readonly sandbox: Sandbox;
  readonly app: App;
  /** Drops the notices that wait. */
  readonly end: () => void;
}

/** Builds a sandbox for given origins. */
export function buildSandbox(
  options: SandboxOptions,
  origins: Origins,
  reach?: Reach,
): BuiltSandbox {
  const checked = checkOptions(options);
  const { clock, seed } = checked;
  const closed = new AbortController();
  const common = { options: checked, reach, lifetime: closed.signal };
  const root = createSpace({ ...common, origins, seed, clock: movable(clock) });
  const spaces = createSpaces((name) => {
    const path = spacePath(name, 'name');
    return createSpace({
      ...common,
      origins: { browserUrl: origins.browserUrl + path, apiUrl: origins.apiUrl + path },
      seed: seed && `${seed}${path}`,
      clock: branch(clock, root.sandbox.clock.now()),
    });
  });
  const { browserUrl, apiUrl } = origins;
  const controlled = reach?.controlToken === undefined ? [browserUrl] : [browserUrl, apiUrl];
  const app: App = async (request, peer) => {
    try {
      const moved = toNamedSpace(request, controlled);
      const name = spaceOf(new URL(moved.url).pathname);
      const space = name === undefined ? root : spaces.open(name);
      if (space === undefined) throw new Refusal('too_many_spaces');
      return await space.app(moved, peer);
    } catch (refusal) {
      if (refusal instanceof Refusal) return { response: jsonRefusal(refusal) };
      throw refusal;
    }
  };
  const sandbox: Sandbox = {
    ...root.sandbox,
    fetch: async (request, peer) => detach(await app(request, peer), request.signal),
    space(name) {
      spacePath(name, 'name');
      const space = spaces.open(name);
      if (space === undefined) throw invalidOption('name', TOO_MANY);
      return { ...space.sandbox, space: sandbox.space };
    },
  };
  return { sandbox, app, end: () => closed.abort() };
}

/** Returns the space that a path is in; undefined for none, and for a name that no space has. */
function spaceOf(pathname: string): string | undefined {
  const [, s, name = ''] = pathname.split('/', 3);
  return s === 's' && isSpaceName(name) ? name : undefined;
}

// Tests name spaces, for instance after each test case. A program that names a new one for every
// call must not fill the memory.
const MOST_SPACES = 10_000;

const TOO_MANY: Expected = {
  en: `This sandbox has ${MOST_SPACES} spaces already. Use one of them.`,
  ja: `スペースはすでに${MOST_SPACES}個あります。既存のスペースを使ってください。`,
};

/** Keeps spaces by name. `open` returns undefined for a new name when there are too many. */
function createSpaces(create: (name: string) => Space) {
  const spaces = new Map<string, Space>();
  return {
    open(name: string): Space | undefined {
      const known = spaces.get(name);
      if (known !== undefined || spaces.size === MOST_SPACES) return known;
      const space = create(name);
      spaces.set(name, space);
      return space;
    },
  };
}
