import { type Clock, defineService, type Instant, latest } from '../../src/index.js';
import type { KioskAuthorizer, KioskTransaction } from '../../src/kiosk/index.js';
import {
  type CardReader,
  createKioskSession,
  createSimulatedReader,
  createVirtualClock,
  type KioskEvent,
  type KioskOptions,
  type KioskSession,
  type SimulatedReader,
  type VirtualClock,
} from '../../src/kiosk/index.js';
import { createSandboxKiosk, localTaxRecord, type SandboxKiosk } from '../../src/sandbox/index.js';

export const LOAN_ID = 'SP12345678_AB1234';
export const PENSION_ID = 'SP12345678_AB5678';
/** A Tuesday on which every server of both services is open. */
export const NOW = '2026-12-01T10:00:00+09:00';
/** A Sunday on which the pension service is closed; it opens on Monday at 8:00. */
export const SUNDAY = '2026-12-06T10:00:00+09:00';
export const PIN = '1234';
export const BANK = 'みほん銀行株式会社';

export const loan = defineService({
  name: '住宅ローンサービスへの所得情報の提出',
  purpose: { id: 'housing-loan', text: '住宅ローンの審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
  },
});
const pension = defineService({
  name: '老後資金相談サービスへの年金情報の提出',
  purpose: { id: 'life-plan', text: '老後資金の相談のため' },
  retention: { days: 7 },
  items: {
    pension: {
      detail: 'pension',
      holders: ['pension-service'],
      inquiries: ['latest'],
      latestBy: '改定日',
    },
  },
});
export const services = [
  { id: LOAN_ID, provider: BANK, service: loan, inquiry: latest() },
  { id: PENSION_ID, provider: BANK, service: pension, inquiry: latest() },
] as const;

/** Waits until everything has happened that needs no clock. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Replaces steps of the transaction. */
export function altered(
  authorizer: KioskAuthorizer,
  change: (transaction: KioskTransaction) => Partial<KioskTransaction>,
): KioskAuthorizer {
  return {
    async begin(request, signal) {
      const transaction = await authorizer.begin(request, signal);
      return { ...transaction, ...change(transaction) };
    },
  };
}

export const never = <T>(): Promise<T> => new Promise(() => {});

export interface Machine {
  readonly session: KioskSession;
  readonly reader: SimulatedReader;
  readonly kiosk: SandboxKiosk;
  readonly clock: VirtualClock;
  readonly events: KioskEvent[];
  /** The steps at the authorizer, in order. */
  readonly steps: () => string[];
  readonly ejects: () => number;
  /** Makes the reader report a removal, whether or not a card is inside. */
  readonly tellRemoved: () => void;
}

export interface MachineOptions
  extends Partial<Omit<KioskOptions, 'reader' | 'authorizer' | 'clock'>> {
  readonly now?: Instant;
  /** Whether the citizen takes the ejected card at once. Default: true. */
  readonly takesAtOnce?: boolean;
  /** Replaces the wait of the session's clock. Default: that of a virtual clock. */
  readonly wait?: Clock['wait'];
  /** Breaks the reader. */
  readonly reader?: (simulated: SimulatedReader) => Partial<CardReader>;
  /** Breaks the authorizer. */
  readonly authorizer?: (sandbox: KioskAuthorizer) => KioskAuthorizer;
}

/** Opens a kiosk over the sandbox and the simulated reader, on one virtual clock. */
export function openMachine({
  now = NOW,
  takesAtOnce = true,
  wait,
  reader: breakReader,
  authorizer: breakAuthorizer,
  ...options
}: MachineOptions = {}): Machine {
  const clock = createVirtualClock(now);
  const kiosk = createSandboxKiosk({
    registrations: services.map(({ id, service }) => ({
      clientId: id,
      redirectUris: ['https://loan.example/callback'],
      service,
    })),
    clock,
  });
  const reader = createSimulatedReader({ takesAtOnce });
  const events: KioskEvent[] = [];
  let ejects = 0;
  const listeners: (() => void)[] = [];
  const whole: CardReader = { ...reader, ...breakReader?.(reader) };
  const session = createKioskSession({
    services,
    authorizer: breakAuthorizer?.(kiosk.authorizer) ?? kiosk.authorizer,
    reader: {
      ...whole,
      eject() {
        ejects++;
        return whole.eject();
      },
      onRemoved(listener) {
        listeners.push(listener);
        return whole.onRemoved(listener);
      },
    },
    clock: wait ? { now: clock.now, wait } : clock,
    ...options,
    onEvent(event) {
      events.push(event);
      return options.onEvent?.(event);
    },
  });
  return {
    session,
    reader,
    kiosk,
    clock,
    events,
    steps: () => kiosk.log.map(({ step }) => step),
    ejects: () => ejects,
    tellRemoved: () => {
      for (const notify of listeners) notify();
    },
  };
}

/** The states in which the session waits for the citizen, in the order of the figures. */
export const SCREENS = [
  'start',
  'menu',
  'first-consent',
  'card-in',
  'identity-pin',
  'fetch-pin',
  'second-consent',
] as const;
export type Screen = (typeof SCREENS)[number];

/** The action that leads on from each screen. */
export const onward: Readonly<Record<Screen, (machine: Machine) => void>> = {
  start: ({ session }) => session.begin(),
  menu: ({ session }) => session.choose(LOAN_ID),
  'first-consent': ({ session }) => session.agree(),
  'card-in': ({ reader, kiosk }) => reader.present(kiosk.card('hanako')),
  'identity-pin': ({ session }) => session.enterPin(PIN),
  'fetch-pin': ({ session }) => session.enterPin(PIN),
  'second-consent': ({ session }) => session.agree(),
};

/** Leads hanako to a screen, or to the end. */
export async function walkTo(machine: Machine, screen?: Screen): Promise<void> {
  for (const step of SCREENS) {
    if (step === screen) return;
    onward[step](machine);
    await settle();
  }
}
