import type { KioskAction, KioskCause, KioskPlace, KioskState } from './states.js';

/** Who causes a transition. `session` is any part that fails, the listener included. */
export type KioskActor = 'citizen' | 'reader' | 'authorizer' | 'clock' | 'session';

/** What the machine does in a state, and which states can follow. */
export interface KioskStateRow {
  /** Figure of the guideline, or null. */
  readonly figure: string | null;
  /** Whom the state waits for; null once the session is over. */
  readonly waitsFor: 'citizen' | 'reader' | 'authorizer' | null;
  /** Whether a card is inside and must stay there. */
  readonly holdsCard: boolean;
  /** Whether the outcome is decided. */
  readonly decided: boolean;
  /** What limits the time in the state: the option `idleMs`, ten fixed seconds, or nothing. */
  readonly limit: 'idleMs' | 'ten-seconds' | null;
  /** The states that can follow, by cause. */
  readonly on: Readonly<Partial<Record<KioskCause, readonly KioskPlace[]>>>;
}

/** Description of the machine as plain JSON, for programs in any language. */
export interface KioskMachine {
  /** Raised when a state or cause is removed or changes its meaning. */
  readonly version: number;
  readonly first: KioskPlace;
  /** Defaults of the times, in milliseconds. */
  readonly defaults: { readonly idleMs: number; readonly warnMs: number };
  readonly causes: Readonly<Record<KioskCause, KioskActor>>;
  readonly states: Readonly<Record<KioskPlace, KioskStateRow>>;
}

const causes: KioskMachine['causes'] = {
  begin: 'citizen',
  choose: 'citizen',
  back: 'citizen',
  agree: 'citizen',
  refuse: 'citizen',
  enterPin: 'citizen',
  extend: 'citizen',
  cancel: 'citizen',
  connected: 'authorizer',
  'card-held': 'reader',
  'card-read': 'authorizer',
  'card-refused': 'authorizer',
  'card-removed': 'reader',
  'card-swapped': 'reader',
  'card-locked': 'reader',
  'wrong-pin': 'reader',
  identified: 'authorizer',
  fetched: 'authorizer',
  provided: 'authorizer',
  'idle-soon': 'clock',
  idle: 'clock',
  failed: 'session',
  'slot-empty': 'reader',
  'card-returned': 'reader',
  'card-taken': 'reader',
  'card-kept': 'reader',
  'card-stuck': 'reader',
};

type Follows = KioskStateRow['on'];
const OUT: readonly KioskPlace[] = ['card-out'];
const withCard: Follows = { 'card-removed': OUT };
const withPin: Follows = { 'card-locked': OUT, 'card-swapped': OUT, 'card-refused': OUT };

/** A state before the outcome is decided: the citizen can cancel, and every part can fail. */
function open(
  waitsFor: 'citizen' | 'reader' | 'authorizer',
  figure: string | null,
  on: Follows,
): KioskStateRow {
  const always: Follows = { cancel: OUT, failed: OUT };
  return {
    figure,
    waitsFor,
    holdsCard: on['card-removed'] !== undefined,
    decided: false,
    limit: 'idleMs',
    on: waitsFor === 'citizen' ? { ...on, idle: OUT, ...always } : { ...on, ...always },
  };
}

/** A state after the outcome is decided. */
function decided(
  waitsFor: KioskStateRow['waitsFor'],
  limit: KioskStateRow['limit'],
  on: Follows,
): KioskStateRow {
  return { figure: null, waitsFor, holdsCard: false, decided: true, limit, on };
}

/** Adds the causes that do not leave the state, where the citizen's time is limited. */
function withTime(at: KioskPlace, row: KioskStateRow): KioskStateRow {
  if (row.waitsFor !== 'citizen' || row.limit === null) return row;
  return { ...row, on: { ...row.on, 'idle-soon': [at], extend: [at] } };
}

const rows: KioskMachine['states'] = {
  // The citizen is not there yet, so no time runs.
  start: {
    ...open('citizen', '3.3-1', {}),
    limit: null,
    on: { begin: ['menu'], cancel: OUT },
  },
  menu: open('citizen', '3.3-2', { choose: ['first-consent', 'unavailable'] }),
  unavailable: open('citizen', null, { back: ['menu'] }),
  'first-consent': open('citizen', '3.3-3', {
    agree: ['connecting', 'unavailable'],
    refuse: OUT,
    back: ['menu'],
  }),
  connecting: open('authorizer', null, { connected: ['card-in'] }),
  'card-in': open('citizen', '3.3-4', { 'card-held': ['reading-card'] }),
  'reading-card': open('reader', '3.3-4', {
    'card-read': ['identity-pin'],
    'card-locked': OUT,
    'card-refused': OUT,
    ...withCard,
  }),
  'identity-pin': open('citizen', '3.3-4', { enterPin: ['identity-check'], ...withCard }),
  'identity-check': open('authorizer', null, {
    identified: ['fetch-pin'],
    'wrong-pin': ['identity-pin'],
    ...withPin,
    ...withCard,
  }),
  'fetch-pin': open('citizen', '3.3-5', { enterPin: ['fetching'], ...withCard }),
  fetching: open('authorizer', null, {
    fetched: ['second-consent'],
    'wrong-pin': ['fetch-pin'],
    ...withPin,
    ...withCard,
  }),
  'second-consent': open('citizen', '3.3-6', { agree: ['providing'], refuse: OUT, ...withCard }),
  providing: open('authorizer', null, { provided: OUT, ...withCard }),
  'card-out': decided('reader', 'ten-seconds', {
    'slot-empty': ['ended'],
    'card-returned': ['take-card'],
    'card-stuck': ['card-jammed'],
  }),
  'take-card': {
    ...decided('citizen', 'idleMs', {
      'card-taken': ['ended'],
      idle: ['retracting-card'],
      'card-stuck': ['card-jammed'],
    }),
    figure: '3.3-7',
  },
  'retracting-card': decided('reader', 'ten-seconds', {
    'card-kept': ['card-forgotten'],
    'card-taken': ['ended'],
    'card-stuck': ['card-jammed'],
  }),
  ended: decided(null, null, {}),
  'card-forgotten': decided(null, null, {}),
  'card-jammed': decided(null, null, {}),
};
const states = Object.fromEntries(
  Object.entries(rows).map(([at, row]) => [at, withTime(at as KioskPlace, row)]),
) as KioskMachine['states'];

/**
 * The machine as data: states, causes, who causes them, and times. The session uses the same
 * table. `docs/kiosk-machine.json` holds it for programs in other languages.
 *
 * @example
 * ```ts
 * import { kioskMachine } from 'myna-selfinfo/kiosk';
 * for (const [at, { figure, on }] of Object.entries(kioskMachine.states))
 *   console.log(at, figure ?? '', Object.keys(on).join(' '));
 * ```
 */
export const kioskMachine: KioskMachine = deepFrozen({
  version: 1,
  first: 'start',
  defaults: { idleMs: 60_000, warnMs: 15_000 },
  causes,
  states,
});

/**
 * Actions that each state accepts. Every other action throws `kiosk_action_refused` and changes
 * nothing.
 *
 * Once the outcome is decided, `cancel` is accepted and does nothing: pressing a button late is not
 * an error.
 *
 * @example
 * ```ts
 * import { type KioskState, kioskActions } from 'myna-selfinfo/kiosk';
 * const buttons = (state: KioskState) => kioskActions[state.at];
 * ```
 */
export const kioskActions: Readonly<Record<KioskPlace, readonly KioskAction[]>> = deepFrozen(
  Object.fromEntries(
    Object.entries(states).map(([at, { on }]) => [
      at,
      (Object.keys(causes) as KioskCause[]).filter(
        (cause) => cause === 'cancel' || (causes[cause] === 'citizen' && Object.hasOwn(on, cause)),
      ),
    ]),
  ) as Record<KioskPlace, KioskAction[]>,
);

/** Returns whether the outcome of the session is decided. */
export function isDecided({ at }: Pick<KioskState, 'at'>): boolean {
  return states[at].decided;
}

/** Returns whether only the citizen can move the session on, not the reader or the authorizer. */
export function waitsForCitizen({ at }: Pick<KioskState, 'at'>): boolean {
  return states[at].waitsFor === 'citizen';
}

/** Returns whether a card is inside and must stay there. */
export function holdsCard({ at }: Pick<KioskState, 'at'>): boolean {
  return states[at].holdsCard;
}

function deepFrozen<T extends object>(value: T): T {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) deepFrozen(member);
  return Object.freeze(value);
}
