import { describe, expect, it } from 'vitest';
import {
  type KioskAction,
  type KioskPlace,
  type KioskState,
  kioskActions,
} from '../../src/kiosk/index.js';
import {
  altered,
  LOAN_ID,
  type Machine,
  type MachineOptions,
  never,
  onward,
  openMachine,
  PENSION_ID,
  PIN,
  type Screen,
  SUNDAY,
  settle,
  walkTo,
} from './kiosk.js';

/** Every kind of event: the citizen's actions, the card, and the clock. */
type Happening = KioskAction | 'card-pulled' | 'time-passed';

const act: Readonly<Record<Happening, (machine: Machine) => void>> = {
  begin: ({ session }) => session.begin(),
  choose: ({ session }) => session.choose(LOAN_ID),
  back: ({ session }) => session.back(),
  agree: ({ session }) => session.agree(),
  refuse: ({ session }) => session.refuse(),
  enterPin: ({ session }) => session.enterPin(PIN),
  extend: ({ session }) => session.extend(),
  cancel: ({ session }) => session.cancel(),
  'card-pulled': ({ tellRemoved }) => tellRemoved(),
  'time-passed': ({ clock }) => clock.advance(60_000),
};
const happenings = Object.keys(act) as Happening[];

/**
 * How to keep a session in a state: where it does not wait for the citizen, a part never responds.
 */
const stands: Readonly<
  Record<
    KioskPlace,
    {
      readonly options?: MachineOptions;
      readonly screen: Screen;
      readonly last?: readonly Happening[];
    }
  >
> = {
  start: { screen: 'start' },
  menu: { screen: 'menu' },
  unavailable: { options: { now: SUNDAY }, screen: 'menu' },
  'first-consent': { screen: 'first-consent' },
  connecting: {
    options: { authorizer: () => ({ begin: () => never() }) },
    screen: 'first-consent',
    last: ['agree'],
  },
  'card-in': { screen: 'card-in' },
  'reading-card': {
    options: { reader: () => ({ readCertificate: () => never() }) },
    screen: 'identity-pin',
  },
  'identity-pin': { screen: 'identity-pin' },
  'identity-check': {
    options: { authorizer: (sandbox) => altered(sandbox, () => ({ identify: () => never() })) },
    screen: 'identity-pin',
    last: ['enterPin'],
  },
  'fetch-pin': { screen: 'fetch-pin' },
  fetching: {
    options: { authorizer: (sandbox) => altered(sandbox, () => ({ fetch: () => never() })) },
    screen: 'fetch-pin',
    last: ['enterPin'],
  },
  'second-consent': { screen: 'second-consent' },
  providing: {
    options: { authorizer: (sandbox) => altered(sandbox, () => ({ provide: () => never() })) },
    screen: 'second-consent',
    last: ['agree'],
  },
  'card-out': {
    options: { reader: () => ({ eject: () => never() }) },
    screen: 'second-consent',
    last: ['refuse'],
  },
  'take-card': { options: { takesAtOnce: false }, screen: 'second-consent', last: ['refuse'] },
  'retracting-card': {
    options: { takesAtOnce: false, reader: () => ({ retract: () => never() }) },
    screen: 'second-consent',
    last: ['refuse', 'time-passed'],
  },
  ended: { screen: 'second-consent', last: ['refuse'] },
  'card-forgotten': {
    options: { takesAtOnce: false },
    screen: 'second-consent',
    last: ['refuse', 'time-passed'],
  },
  'card-jammed': {
    options: { reader: () => ({ eject: () => Promise.reject(new Error('jammed')) }) },
    screen: 'second-consent',
    last: ['refuse'],
  },
};
const places = Object.keys(stands) as KioskPlace[];

const CANCELLED = 'ended: cancelled';
const IDLE = 'ended: idle';
const REMOVED = 'ended: card-removed';
const READER = 'ended: failed (reader)';
const AUTHORIZER = 'ended: failed (authorizer)';
const REFUSED = 'error';
const STAYS = 'stays';
const EXTENDS = 'stays, with an event';

const nothing = {
  begin: REFUSED,
  choose: REFUSED,
  back: REFUSED,
  agree: REFUSED,
  refuse: REFUSED,
  enterPin: REFUSED,
  extend: REFUSED,
} as const;
const part = { ...nothing, cancel: CANCELLED, 'card-pulled': STAYS } as const;
const early = { ...part, extend: EXTENDS, 'time-passed': IDLE } as const;
const withCard = {
  ...nothing,
  extend: EXTENDS,
  cancel: CANCELLED,
  'card-pulled': REMOVED,
  'time-passed': IDLE,
} as const;
const over = { ...nothing, cancel: STAYS, 'card-pulled': STAYS, 'time-passed': STAYS } as const;

/**
 * Result of every pair, written by hand from figures 3.3-1 to 3.3-7. A part that never responds
 * does so here too.
 */
const table: Readonly<Record<KioskPlace, Readonly<Record<Happening, string>>>> = {
  start: { ...part, begin: 'menu', 'time-passed': STAYS },
  menu: { ...early, choose: 'first-consent' },
  unavailable: { ...early, back: 'menu' },
  'first-consent': { ...early, agree: 'card-in', refuse: 'ended: refused (first)', back: 'menu' },
  connecting: { ...part, 'time-passed': AUTHORIZER },
  'card-in': early,
  'reading-card': { ...withCard, extend: REFUSED, 'time-passed': READER },
  'identity-pin': { ...withCard, enterPin: 'fetch-pin' },
  'identity-check': { ...withCard, extend: REFUSED, 'time-passed': AUTHORIZER },
  'fetch-pin': { ...withCard, enterPin: 'second-consent' },
  fetching: { ...withCard, extend: REFUSED, 'time-passed': AUTHORIZER },
  'second-consent': { ...withCard, agree: 'ended: provided', refuse: 'ended: refused (second)' },
  providing: { ...withCard, extend: REFUSED, 'time-passed': AUTHORIZER },
  'card-out': { ...over, 'time-passed': 'card-jammed: refused (second)' },
  'take-card': {
    ...over,
    extend: EXTENDS,
    'time-passed': 'card-forgotten: refused (second)',
  },
  'retracting-card': { ...over, 'time-passed': 'card-jammed: refused (second)' },
  ended: over,
  'card-forgotten': over,
  'card-jammed': over,
};

function told(state: KioskState): string {
  if (!('outcome' in state)) return state.at;
  const { outcome } = state;
  const detail =
    'part' in outcome ? ` (${outcome.part})` : 'consent' in outcome ? ` (${outcome.consent})` : '';
  return `${state.at}: ${outcome.status}${detail}`;
}

async function standAt(place: KioskPlace): Promise<Machine> {
  const { options, screen, last = [] } = stands[place];
  const machine = openMachine(options);
  await walkTo(machine, screen);
  if (place === 'unavailable') machine.session.choose(PENSION_ID);
  for (const happening of last) {
    act[happening](machine);
    await settle();
  }
  await settle();
  if (machine.session.state.at !== place)
    throw new Error(`stands at ${machine.session.state.at}, not at ${place}`);
  return machine;
}

describe.each(places)('a session at %s', (place) => {
  it.each(happenings)('handles %s as the table says', async (happening) => {
    const machine = await standAt(place);
    const before = machine.session.state;
    const count = machine.events.length;
    const expected = table[place][happening];
    if (expected === REFUSED) {
      expect(() => act[happening](machine)).toThrow(
        expect.objectContaining({ code: 'kiosk_action_refused', path: happening, stage: 'kiosk' }),
      );
    } else {
      act[happening](machine);
    }
    await settle();
    if (expected === REFUSED || expected === STAYS || expected === EXTENDS) {
      expect(machine.session.state).toBe(before);
      expect(machine.events).toHaveLength(expected === EXTENDS ? count + 1 : count);
    } else {
      expect(told(machine.session.state)).toBe(expected);
    }
    // A refused event leaves no trace: the usual way on still works.
    if (expected === REFUSED && place in onward) {
      onward[place as Screen](machine);
      await settle();
      expect(machine.session.state).not.toBe(before);
    }
  });
});

describe('kioskActions', () => {
  it('lists for every state exactly the actions that it accepts', () => {
    const taken = Object.fromEntries(
      places.map((place) => [
        place,
        happenings.filter(
          (happening) => happening in actions && table[place][happening] !== REFUSED,
        ),
      ]),
    );
    expect(taken).toEqual(
      Object.fromEntries(
        places.map((place) => [
          place,
          happenings.filter((happening) =>
            (kioskActions[place] as readonly string[]).includes(happening),
          ),
        ]),
      ),
    );
  });
});

const actions = {
  begin: 0,
  choose: 0,
  back: 0,
  agree: 0,
  refuse: 0,
  enterPin: 0,
  extend: 0,
  cancel: 0,
} satisfies Record<KioskAction, 0>;
