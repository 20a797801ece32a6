import type { Calendar } from '../calendar/calendar.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Clock, VirtualClock } from '../foundation/clock.js';
import type { Environment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import type { Peer } from './app.js';
import type { SandboxCodec } from './codec.js';
import type { SandboxControl } from './control/types.js';
import type { Fault } from './faults.js';
import type { JournalEntry } from './journal.js';
import type { Persona } from './personas/persona.js';
import type { Registration } from './registrations.js';
import type { VisitOptions } from './visit.js';

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** The registered services, at least one. */
  readonly registrations: readonly Registration[];
  /** The citizens, instead of the built-in `personas`. */
  readonly personas?: readonly Persona[];
  /**
   * Faults to inject. If several match a call, the first one counts. Default: none.
   */
  readonly faults?: readonly Fault[];
  /**
   * The clock by which codes, tokens and results expire, and servers are open or closed. Default:
   * the system clock.
   */
  readonly clock?: Clock;
  /**
   * Makes every id, code and token, and the choice of calls by `share`, the same in each run that
   * does the same steps in the same order. Such tokens can be guessed. Certificates and free ports
   * differ all the same. Default: random.
   */
  readonly seed?: string;
  /**
   * When servers run. Registrations that are data, not services of `defineService`, may name what its
   * catalogue has. Default: by their hours alone, with the catalogue of the services.
   */
  readonly calendar?: Calendar<Catalog>;
  /**
   * The portal's profile: the sandbox speaks the JSON of `publicCodec`, with the paths, names and
   * words of this profile. Write it separately from the client's. Default: `publicProfile`.
   */
  readonly profile?: WireProfile;
  /**
   * Sends a notice to the `noticeUri` of a registration. What it throws or rejects with is ignored.
   * Default: `startSandbox` sends it by HTTP, `createSandbox` sends none.
   */
  readonly sendNotice?: (request: Request) => unknown;
  /**
   * Translates between that JSON and the messages of a wire that differs in more than names.
   * Default: none.
   */
  readonly codec?: SandboxCodec;
}

/** Options of the environment and the connection of a client. */
export interface SandboxClientOptions {
  /**
   * The client's profile, used as it is. If both sides have the same profile, no test finds a word
   * under the wrong state. Default: the profile of the sandbox, with the client authentication and
   * the pushed requests of the registration.
   */
  readonly profile?: WireProfile;
}

/** An imitation of the portal inside the process. Its functions can be destructured. */
export interface Sandbox {
  /**
   * Answers a request to one of the two origins. `peer` replaces what a TLS connection would say.
   *
   * @throws SelfInfoError `invalid_credential` when `peer.clientCertificate` is not a certificate.
   */
  fetch(request: Request, peer?: Peer): Promise<Response>;
  /**
   * Walks a persona through the consent pages. Returns the URL of the callback, which may carry an
   * error. Only the options say who consents and how: the rule of the space and a `login_hint` are
   * ignored.
   *
   * @throws SelfInfoError `sandbox_refused` when the pages lead to no callback, e.g. after a wrong
   * PIN, or when the callback is a POST (`form_post`): use `visitRequest`; `invalid_option` for an
   * unknown persona.
   */
  visit(url: string | URL, options: VisitOptions): Promise<string>;
  /**
   * Walks a persona through the consent pages like `visit`, in any response mode. Returns the
   * callback as a request for `completeConsent`: a GET, or a POST under `form_post`.
   *
   * @throws SelfInfoError as `visit`.
   */
  visitRequest(url: string | URL, options: VisitOptions): Promise<Request>;
  /**
   * Returns the environment of a registered client. Default: the first one, with the profile of the
   * sandbox.
   *
   * @throws SelfInfoError `invalid_option` for an unknown id; for the profile of the options as
   * `sandboxEnvironment`.
   */
  environment(clientId?: string, options?: SandboxClientOptions): Environment;
  /**
   * The clock of the options. Any other than a virtual clock is wrapped, so that it can be moved as
   * well.
   */
  readonly clock: VirtualClock;
  /**
   * Returns a space of this sandbox: a portal of its own below the path `/s/NAME` of both origins,
   * with the registrations of this one. Personas, faults, journal and clock start as they did here,
   * and nothing that happens in one space can be seen in another. Each name is made once.
   *
   * @param name - 1 to 64 letters, digits, `.`, `_` or `-`, of which the first is a letter or digit.
   * @throws SelfInfoError `invalid_option`.
   */
  space(name: string): Sandbox;
  /** Reads and changes what this sandbox, or this space, does. */
  readonly control: SandboxControl;
  /** What happened, oldest first. Contains no secrets and no personal data. */
  readonly journal: readonly JournalEntry[];
}
