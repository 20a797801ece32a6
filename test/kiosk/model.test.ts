import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import {
  type CardReader,
  createKioskSession,
  createVirtualClock,
  type KioskAuthorizer,
  type KioskEvent,
  type KioskOutcome,
  type KioskSession,
  type KioskTransaction,
  kioskMachine,
} from '../../src/kiosk/index.js';
import { sized } from '../kit/size.js';
import { LOAN_ID, NOW, never, PIN, services } from './kiosk.js';

const { runs } = sized({
  usual: { runs: 1_000 },
  full: { runs: 10_000 },
  soak: { runs: 1_000_000 },
});

/**
 * Behaviour of a part when it is called: usually well. Otherwise it throws, rejects, hangs, returns
 * nonsense, or resolves too late.
 */
const manners = ['well', 'throws', 'rejects', 'hangs', 'nonsense', 'late', 'refuses'] as const;
type Manner = (typeof manners)[number];
const commands = [
  'forward',
  'begin',
  'choose',
  'back',
  'agree',
  'refuse',
  'wrongPin',
  'cancel',
  'removed',
  'swap',
  'late',
  'wait',
  'listener',
  'extend',
] as const;
type Command = (typeof commands)[number];

const calendar = createCalendar();
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Opens a cheap kiosk whose parts behave as `mannerOf` says, call by call. */
function openWorld(mannerOf: () => Manner) {
  const clock = createVirtualClock(NOW);
  const late: (() => void)[] = [];
  const removalListeners: (() => void)[] = [];
  const events: KioskEvent[] = [];
  const seen = {
    ejects: 0,
    agreedFirst: 0,
    agreedSecond: 0,
    begun: 0,
    closed: 0,
    provided: 0,
    fetched: 0,
  };
  let card = 1;
  let throwNext = false;

  function behave<T>(
    well: () => T,
    refused: () => unknown = well,
    nonsense: () => unknown = () => undefined,
  ): Promise<T> {
    switch (mannerOf()) {
      case 'well':
        return Promise.resolve(well());
      case 'throws':
        throw new Error('broken');
      case 'rejects':
        return Promise.reject(new Error('broken'));
      case 'hangs':
        return never();
      case 'nonsense':
        return Promise.resolve(nonsense() as T);
      case 'refuses':
        return Promise.resolve(refused() as T);
      case 'late':
        return new Promise((resolve) => late.push(() => resolve(well())));
    }
  }

  const reader: CardReader = {
    insert: () => behave(() => undefined),
    readCertificate: () =>
      behave(
        () => ({ certificate: Uint8Array.of(card), triesLeft: 3 }),
        () => ({ certificate: Uint8Array.of(card), triesLeft: 0 }),
      ),
    sign: (_, pin) =>
      behave(
        () =>
          pin === PIN
            ? { status: 'signed', signature: Uint8Array.of(card) }
            : { status: 'wrong-pin', triesLeft: 2 },
        () => ({ status: 'locked' }),
      ),
    eject() {
      seen.ejects++;
      return behave(() => undefined);
    },
    awaitTaken: () => behave(() => undefined),
    retract: () =>
      behave(
        () => true,
        () => false,
      ),
    onRemoved(listener) {
      removalListeners.push(listener);
      return () => {};
    },
  };
  const refusal = () => ({ status: 'refused', reason: 'revoked' });
  const authorizer: KioskAuthorizer = {
    begin: () =>
      behave(() => {
        seen.begun++;
        return openTransaction();
      }),
  };
  const provided = () => {
    seen.provided++;
  };
  function openTransaction(): KioskTransaction {
    let over = false;
    return {
      challenge: () =>
        behave(() => ({ status: 'challenge', challenge: Uint8Array.of(7) }), refusal),
      identify: () => behave(() => ({ status: 'identified' }), refusal),
      fetch: () =>
        behave(() => {
          seen.fetched++;
          return {
            status: 'fetched',
            result: { processId: 'p', status: 'done', items: [], extras: {} },
          };
        }, refusal),
      // It resolves to nothing, so there is no nonsense to return.
      provide: () => behave(provided, provided, provided),
      discard() {
        if (!over) seen.closed++;
        over = true;
        return behave(() => undefined);
      },
    };
  }
  const session = createKioskSession({
    services,
    authorizer,
    reader,
    calendar,
    clock,
    onEvent(event) {
      events.push(event);
      if (!throwNext) return;
      throwNext = false;
      throw new Error('listener');
    },
  });
  const forward: Partial<Record<KioskSession['state']['at'], () => void>> = {
    start: session.begin,
    menu: () => session.choose(LOAN_ID),
    'first-consent': () => act.agree(),
    'identity-pin': () => session.enterPin(PIN),
    'fetch-pin': () => session.enterPin(PIN),
    'second-consent': () => act.agree(),
  };
  const act: Readonly<Record<Command, () => void>> = {
    forward: () => forward[session.state.at]?.(),
    begin: session.begin,
    choose: () => session.choose(LOAN_ID),
    back: session.back,
    agree() {
      const { at } = session.state;
      session.agree();
      if (at === 'first-consent') seen.agreedFirst++;
      else seen.agreedSecond++;
    },
    refuse: session.refuse,
    wrongPin: () => session.enterPin('0000'),
    cancel: session.cancel,
    extend: session.extend,
    removed() {
      for (const notify of removalListeners) notify();
    },
    swap() {
      card++;
    },
    late: () => late.shift()?.(),
    wait: () => clock.advance(60_000),
    listener() {
      throwNext = true;
    },
  };
  return { session, clock, seen, events, late, act };
}

const manner = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Manner>('well') },
  { weight: 1, arbitrary: fc.constantFrom(...manners) },
);
const command = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Command>('forward') },
  { weight: 4, arbitrary: fc.constantFrom(...commands) },
);
const step = fc.tuple(
  command,
  fc.integer({ min: 0, max: 9 }).map((number) => number > 0),
);

describe('a kiosk session under random events', () => {
  it.each<[string, Command, KioskOutcome['status'][]]>([
    ['cancelled', 'cancel', ['cancelled']],
    // Where the session has moved on meanwhile, its time starts again.
    ['out of time', 'wait', ['cancelled', 'failed', 'idle']],
  ])(
    'ends when it is %s at any turn of its promises, and discards the transaction that it opened',
    async (_, command, ways) => {
      const ends = new Set<string>();
      for (let turns = 0; !ends.has('provided'); turns++) {
        const { session, seen, events, act } = openWorld(() => 'well');
        for (let count = 0; count < turns; count++) {
          act.forward();
          await undefined;
        }
        act[command]();
        act[command]();
        await turn();
        session.cancel();
        await turn();
        const { outcome } = await session.ended;
        ends.add(outcome.status);
        const last = events.slice(-3).map(({ state }) => state.at);
        expect(last.slice(last.indexOf('card-out'))).toEqual(
          last.includes('take-card') ? ['card-out', 'take-card', 'ended'] : ['card-out', 'ended'],
        );
        expect([seen.closed, seen.provided]).toEqual(
          outcome.status === 'provided' ? [0, 1] : [seen.begun, expect.any(Number)],
        );
      }
      expect([...ends].sort()).toEqual([...ways, 'provided'].sort());
    },
  );

  it('ejects the card, and either provides after two consents or discards', async () => {
    const ways = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 24 }),
        fc.array(manner, { minLength: 1, maxLength: 16 }),
        async (steps, sequence) => {
          let call = 0;
          const world = openWorld(() => sequence[call++ % sequence.length] ?? 'well');
          const { session, clock, seen, late } = world;
          for (const [name, settles] of steps) {
            const before = session.state;
            try {
              world.act[name]();
            } catch (error) {
              expect(error).toMatchObject({ code: 'kiosk_action_refused' });
              expect(session.state).toBe(before);
            }
            if (settles) await turn();
          }
          session.cancel();
          // Neither eject nor the citizen nor retract may respond.
          for (const ms of [0, 10_000, 60_000, 10_000]) {
            clock.advance(ms);
            await turn();
            await turn();
          }
          const end = await session.ended;
          // Late results change nothing any more.
          for (const notify of late.splice(0)) notify();
          await turn();
          clock.advance(3_600_000);
          await turn();
          expect(session.state).toBe(end);
          expect(seen.ejects).toBeGreaterThanOrEqual(1);
          const { outcome } = end;
          ways.set(outcome.status, (ways.get(outcome.status) ?? 0) + 1);
          expect('answer' in outcome).toBe(outcome.status === 'provided');
          if (outcome.status === 'provided') {
            expect([
              seen.agreedFirst > 0,
              seen.agreedSecond,
              seen.provided,
              seen.fetched,
              seen.closed,
            ]).toEqual([true, 1, 1, 1, 0]);
          } else {
            expect(seen.closed).toBe(seen.begun);
          }
          // Each event follows the previous one, none comes twice, and none comes after the end.
          for (const [index, { from, cause, state }] of world.events.entries()) {
            expect(from).toBe(index === 0 ? 'start' : world.events[index - 1]?.state.at);
            expect(kioskMachine.states[from].on[cause]).toContain(state.at);
          }
          expect(
            world.events.filter(({ state }) => kioskMachine.states[state.at].waitsFor === null),
          ).toHaveLength(1);
        },
      ),
      { numRuns: runs },
    );
    // Every outcome occurred.
    expect([...ways.keys()].sort()).toEqual(
      [
        'cancelled',
        'card-locked',
        'card-removed',
        'card-swapped',
        'certificate-revoked',
        'failed',
        'idle',
        'provided',
        'refused',
      ].sort(),
    );
  });
});
