import { type Calendar, createCalendar } from '../../calendar/calendar.js';
import type { Catalog } from '../../catalog/catalog.js';
import { type Clock, systemClock } from '../../foundation/clock.js';
import { SelfInfoError } from '../../foundation/errors.js';
import { checkMethods, readKeys } from '../../foundation/options.js';
import type { KioskAuthorizer } from '../../kiosk/authorizer.js';
import { publicProfile } from '../../wire/public-profile.js';
import { checkOneCatalog } from '../one-catalog.js';
import { personas as builtIn } from '../personas/built-in.js';
import { checkPersonas, type Persona } from '../personas/persona.js';
import type { ItemInquiry } from '../portal/answers.js';
import { parseInquiries } from '../portal/inquiries.js';
import { Refusal } from '../portal/refusals.js';
import { Problems } from '../problems.js';
import { type Client, checkRegistrations, type Registration } from '../registrations.js';
import { type CardCondition, createCardIssuer, issueCard, type SandboxCard } from './cards.js';
import { contextOf } from './message.js';
import { type KioskContext, type KioskLogEntry, openTransaction, writeLog } from './transaction.js';

type KioskRequest = Parameters<KioskAuthorizer['begin']>[0];

/** Options of {@link createSandboxKiosk}. */
export interface SandboxKioskOptions {
  /** The registered services, at least one. Their redirect URIs are not used. */
  readonly registrations: readonly Registration[];
  /** The citizens, instead of the built-in `personas`. */
  readonly personas?: readonly Persona[];
  /**
   * The clock by which certificates expire, and servers are open or closed. Default: the system
   * clock.
   */
  readonly clock?: Clock;
  /** When servers run. Default: by their hours alone, with the catalogue of the services. */
  readonly calendar?: Calendar<Catalog>;
}

/** An imitation of the kiosk edition, and the cards for it. */
export interface SandboxKiosk {
  readonly authorizer: KioskAuthorizer;
  /**
   * Issues a card to a persona.
   *
   * @param persona - its id.
   * @param condition - what is wrong with the card. Default: that of the persona.
   * @throws SelfInfoError `invalid_option` for an unknown persona or condition.
   */
  card(persona: string, condition?: CardCondition): SandboxCard;
  /** What happened, oldest first. */
  readonly log: readonly KioskLogEntry[];
}

/**
 * Creates an imitation of the kiosk edition inside the process: it validates cards as strictly as
 * it can, and fetches the records of the personas.
 *
 * The real kiosk edition is not public. The certificates are not X.509: test code that reads real
 * certificates with real ones.
 *
 * @param options - registrations, personas, clock, calendar.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * `unknown_detail`, `unknown_server`, `not_a_holder` or `latest_not_declared`, with the path of the
 * option; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createVirtualClock, defineService, latest } from 'myna-selfinfo';
 * import { createKioskSession, createSimulatedReader } from 'myna-selfinfo/kiosk';
 * import { createSandboxKiosk } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローンサービスへの所得情報の提出',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
 * const kiosk = createSandboxKiosk({
 *   registrations: [
 *     { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
 *   ],
 *   clock,
 * });
 * const reader = createSimulatedReader();
 * reader.present(kiosk.card('hanako'));
 * const provider = 'みほん銀行株式会社';
 * const services = [{ id: 'SP12345678_AB1234', provider, service, inquiry: latest() }];
 * const session = createKioskSession({ services, authorizer: kiosk.authorizer, reader, clock });
 * ```
 */
export function createSandboxKiosk(options: SandboxKioskOptions): SandboxKiosk {
  const { clients, personas, clock, calendar } = checkOptions(options);
  const issuer = createCardIssuer({ personas, clock });
  const context: KioskContext = { issuer, calendar, log: [] };
  return {
    authorizer: { begin: async (request) => begin(context, clients, request) },
    card: (persona, condition) => issueCard(issuer, persona, condition),
    log: context.log,
  };
}

function checkOptions(options: SandboxKioskOptions) {
  options = readKeys(options, 'options', {
    registrations: true,
    personas: true,
    clock: true,
    calendar: true,
  } satisfies Record<keyof SandboxKioskOptions, true>);
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
  const { clock = systemClock, calendar = createCalendar({}, catalog) } = options;
  problems.check(() => checkMethods(clock, 'options.clock', ['now', 'wait']));
  problems.check(() => checkMethods(calendar, 'options.calendar', ['status']));
  problems.throwIfAny();
  return { clients, personas, clock, calendar };
}

async function begin(
  context: KioskContext,
  clients: ReadonlyMap<string, Client>,
  request: KioskRequest,
) {
  const client = clients.get(request.serviceId);
  const inquiries = client && (await registeredInquiries(request, client));
  writeLog(context, 'begin', inquiries ? 'accepted' : 'refused');
  if (inquiries !== undefined) return openTransaction(context, inquiries);
  throw new SelfInfoError('sandbox_refused', {
    expected: {
      en: 'this inquiry is not registered for this service.',
      ja: 'このサービスにこの照会は登録されていません。',
    },
  });
}

/** Returns the inquiries of a request, or undefined if one of them is not registered. */
async function registeredInquiries(
  { items }: KioskRequest,
  client: Client,
): Promise<readonly ItemInquiry[] | undefined> {
  try {
    const context = contextOf(items.map(({ code }) => code));
    const { body } = await publicProfile.codec.encodeRequest({ items }, context);
    return parseInquiries(JSON.parse(String(body)), client, publicProfile);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
