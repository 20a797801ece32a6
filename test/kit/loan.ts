import {
  type ClientOptions,
  type ConsentOutcome,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  type FetchLike,
  type Grant,
  type Instant,
  type Progress,
  type SelfInfoClient,
  type Service,
  type VirtualClock,
  type WireProfile,
} from '../../src/index.js';
import {
  personas as citizens,
  createSandbox,
  type Fault,
  localTaxRecord,
  type Persona,
  type Sandbox,
} from '../../src/sandbox/index.js';
import { hide, hideIn, hideSent, hideWithin } from './register.js';

export const CLIENT_ID = 'SP12345678_AB1234';
export const REDIRECT_URI = 'https://loan.example/callback';
export const NOTICE_URI = 'https://loan.example/notices';
export const SESSION = hide('session', 'session-of-hanako');
/** A Tuesday on which every server of the loan runs. */
export const NOW = '2026-12-01T10:00:00+09:00';

/** A service whose items all allow all three methods. */
export const loan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
    household: {
      detail: 'household',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '異動日',
    },
    shots: {
      detail: 'vaccination',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '接種日',
    },
  },
});

export type Loan = typeof loan;

export const registrationOf = (service: Service, clientId = CLIENT_ID) => ({
  clientId,
  redirectUris: [REDIRECT_URI],
  service,
});

export interface BankOptions<S extends Service>
  extends Partial<Omit<ClientOptions<S>, 'service' | 'environment' | 'fetch' | 'clock'>> {
  readonly service?: S;
  /** Intercepts the calls between client and sandbox. */
  readonly intercept?: (request: Request, pass: FetchLike) => Promise<Response>;
  readonly now?: Instant;
  readonly personas?: readonly Persona[];
  readonly faults?: readonly Fault[];
  /** The wire profile of both sides. Default: the public one. */
  readonly profile?: WireProfile;
  /** Where the sandbox sends notices. Called with each notice. */
  readonly sendNotice?: (notice: Request) => unknown;
}

/** A client and a sandbox in one process, on one virtual clock. */
export interface Bank<S extends Service> {
  readonly client: SelfInfoClient<S>;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  /** The paths that were called, in order. */
  readonly calls: readonly string[];
  /** Completes the consent of a persona. */
  consent(persona?: string): Promise<Grant<S>>;
  /** Returns the callback that the portal sends for a persona. */
  callback(persona?: string, decision?: 'agree' | 'decline'): Promise<string>;
  /** Moves the clock to the time of the next poll. */
  readonly onProgress: (progress: Progress) => void;
}

export function openBank(options?: BankOptions<Loan>): Bank<Loan>;
export function openBank<S extends Service>(
  options: BankOptions<S> & { readonly service: S },
): Bank<S>;
export function openBank(options: BankOptions<Service> = {}): unknown {
  const {
    service = loan as unknown as Service,
    now = NOW,
    personas,
    faults,
    profile,
    sendNotice,
    intercept = (request, pass) => pass(request),
    ...rest
  } = options;
  const clock = createVirtualClock(now);
  const sandbox = createSandbox({
    registrations: [{ ...registrationOf(service), ...(sendNotice && { noticeUri: NOTICE_URI }) }],
    clock,
    ...(profile && { profile }),
    ...(sendNotice && { sendNotice }),
    ...(personas && { personas }),
    ...(faults && { faults }),
  });
  // Holders and dates of the records may show.
  for (const { name, records, unaskedItems = [] } of personas ?? citizens)
    hideWithin([
      name,
      [...Object.values(records), ...unaskedItems.map((item) => item.records)]
        .flat()
        .map(({ fields, extras }) => [fields, extras]),
    ]);
  const calls: string[] = [];
  const client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    clock,
    store: createMemoryStore({ clock }),
    ...rest,
    fetch(request) {
      hideSent(request);
      calls.push(new URL(request.url).pathname);
      return intercept(request, sandbox.fetch);
    },
  });
  return {
    client,
    sandbox,
    clock,
    calls,
    ...visits(client, sandbox),
    onProgress: ({ retryAt }: Progress) => clock.set(retryAt),
  };
}

/** Returns functions that take a citizen through the consent of any client at any sandbox. */
export function visits<S extends Service>(
  client: SelfInfoClient<S>,
  sandbox: Pick<Sandbox, 'visit'>,
): Pick<Bank<S>, 'callback' | 'consent'> {
  async function callback(persona = 'hanako', decision: 'agree' | 'decline' = 'agree') {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const back = await sandbox.visit(url, { persona, decision });
    hideIn(new URL(back).searchParams);
    return back;
  }
  return {
    callback,
    consent: async (persona) =>
      grantOf(await client.completeConsent(await callback(persona), { sessionBinding: SESSION })),
  };
}

/** Returns the grant of an outcome, which must be granted. */
export function grantOf<S extends Service>(outcome: ConsentOutcome<S>): Grant<S> {
  if (outcome.status !== 'granted') throw new Error(`not granted but ${outcome.status}`);
  return outcome.grant;
}

/**
 * Returns the URL with other parameters. A list sets a parameter several times, and undefined
 * removes it.
 */
export function altered(
  url: string,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    changed.searchParams.delete(name);
    for (const one of value === undefined ? [] : [value].flat())
      changed.searchParams.append(name, one);
  }
  return changed.href;
}

/** Returns a value narrowed to the status that it must have. */
export function expectStatus<T extends { readonly status: string }, K extends T['status']>(
  value: T,
  status: K,
): Extract<T, { readonly status: K }> {
  if (value.status !== status) throw new Error(`not ${status} but ${value.status}`);
  return value as Extract<T, { readonly status: K }>;
}

/** Intercepts the calls to one path and never settles them, even when their signal aborts. */
export function hangAt(path: string) {
  let tell = () => {};
  /** Resolves when such a call has come. */
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const intercept: NonNullable<BankOptions<Service>['intercept']> = (request, pass) => {
    if (new URL(request.url).pathname !== path) return pass(request);
    tell();
    return new Promise(() => {});
  };
  return { reached, intercept };
}

/** Intercepts the calls to one path and answers them. */
export function answerAt(
  path: string,
  answer: (request: Request, pass: FetchLike) => Response | Promise<Response>,
) {
  const intercept: NonNullable<BankOptions<Service>['intercept']> = async (request, pass) =>
    new URL(request.url).pathname === path ? answer(request, pass) : pass(request);
  return { intercept };
}
