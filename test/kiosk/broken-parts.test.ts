import { describe, expect, it } from 'vitest';
import type { KioskTransaction } from '../../src/kiosk/index.js';
import {
  altered,
  type MachineOptions,
  never,
  openMachine,
  PIN,
  type Screen,
  settle,
  walkTo,
} from './kiosk.js';

describe('with a reader, authorizer, listener or clock that misbehaves,', () => {
  const broken = new Error('broken');
  const throws = (): never => {
    throw broken;
  };
  const wrong =
    <T>(value: unknown) =>
    (): Promise<T> =>
      Promise.resolve(value as T);
  const atStep = (step: keyof KioskTransaction, does: () => unknown): MachineOptions => ({
    authorizer: (sandbox) =>
      altered(sandbox, () => ({ [step]: does }) as Partial<KioskTransaction>),
  });

  const brokenParts: readonly [
    name: string,
    options: MachineOptions,
    screen: Screen | undefined,
    part: string,
  ][] = [
    [
      'a listener that cannot be added',
      { reader: () => ({ onRemoved: throws }) },
      'card-in',
      'reader',
    ],
    ['an insert that throws', { reader: () => ({ insert: throws }) }, 'card-in', 'reader'],
    [
      'an insert that returns no promise',
      { reader: () => ({ insert: () => undefined as unknown as Promise<void> }) },
      'card-in',
      'reader',
    ],
    [
      'a certificate read that rejects',
      { reader: () => ({ readCertificate: () => Promise.reject(broken) }) },
      'identity-pin',
      'reader',
    ],
    [
      'a certificate without bytes',
      { reader: () => ({ readCertificate: wrong({ certificate: 'text', triesLeft: 3 }) }) },
      'identity-pin',
      'reader',
    ],
    [
      'an empty certificate',
      {
        reader: () => ({ readCertificate: wrong({ certificate: new Uint8Array(), triesLeft: 3 }) }),
      },
      'identity-pin',
      'reader',
    ],
    [
      'tries that are not a number',
      {
        reader: () => ({
          readCertificate: wrong({ certificate: Uint8Array.of(1), triesLeft: '3' }),
        }),
      },
      'identity-pin',
      'reader',
    ],
    ['a signature that throws', { reader: () => ({ sign: throws }) }, 'fetch-pin', 'reader'],
    [
      'a signature of another status',
      { reader: () => ({ sign: wrong({ status: 'ok' }) }) },
      'fetch-pin',
      'reader',
    ],
    [
      'a signature without bytes',
      { reader: () => ({ sign: wrong({ status: 'signed' }) }) },
      'fetch-pin',
      'reader',
    ],
    [
      'a wrong PIN without tries',
      { reader: () => ({ sign: wrong({ status: 'wrong-pin', triesLeft: -1 }) }) },
      'fetch-pin',
      'reader',
    ],
    ['a begin that throws', { authorizer: () => ({ begin: throws }) }, 'card-in', 'authorizer'],
    [
      'a transaction without methods',
      { authorizer: () => ({ begin: wrong({}) }) },
      'card-in',
      'authorizer',
    ],
    ['a challenge of nothing', atStep('challenge', wrong(undefined)), 'identity-pin', 'authorizer'],
    [
      'a challenge that is text',
      atStep('challenge', wrong({ status: 'challenge', challenge: 'text' })),
      'identity-pin',
      'authorizer',
    ],
    [
      'a refusal without a known reason',
      atStep('challenge', wrong({ status: 'refused', reason: 'toString' })),
      'identity-pin',
      'authorizer',
    ],
    [
      'an identity check of another status',
      atStep('identify', wrong({ status: 'ok' })),
      'fetch-pin',
      'authorizer',
    ],
    [
      'a fetch that rejects',
      atStep('fetch', () => Promise.reject(broken)),
      'second-consent',
      'authorizer',
    ],
    [
      'a fetch of another status',
      atStep('fetch', wrong({ status: 'done' })),
      'second-consent',
      'authorizer',
    ],
    [
      'a fetch without a result',
      atStep('fetch', wrong({ status: 'fetched' })),
      'second-consent',
      'authorizer',
    ],
    ['a provide that throws', atStep('provide', throws), undefined, 'authorizer'],
  ];

  it.each(brokenParts)(
    'the session ends as failed, ejects the card and discards the transaction after %s',
    async (_, options, screen, part) => {
      const machine = openMachine(options);
      await walkTo(machine, screen).catch(() => {});
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
        cardHeld: false,
        outcome: { status: 'failed', part },
      });
      expect(machine.ejects()).toBe(1);
      expect(machine.reader.holds).toBe(false);
      expect(machine.steps().includes('discard')).toBe(machine.steps().includes('begin'));
    },
  );

  it('the session ends as failed and ejects the card when the listener throws', async () => {
    const machine = openMachine({ onEvent: throws });
    machine.session.begin();
    await settle();
    expect(await machine.session.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'failed', part: 'listener' },
    });
    expect(machine.events.map(({ state }) => state.at)).toEqual(['menu', 'card-out', 'ended']);
  });

  it('the session ends as failed and handles the rejection when the listener rejects', async () => {
    const machine = openMachine({
      onEvent: ({ state }) =>
        (state.at === 'fetch-pin' ? Promise.reject(broken) : Promise.resolve()) as never,
    });
    await walkTo(machine, 'fetch-pin');
    expect(await machine.session.ended).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'failed', part: 'listener' },
    });
    expect([machine.ejects(), machine.reader.holds, machine.steps().at(-1)]).toEqual([
      1,
      false,
      'discard',
    ]);
    // Once the outcome is decided, a rejection changes nothing.
    const late = openMachine({
      onEvent: ({ state }) =>
        (state.at === 'card-out' ? Promise.reject(broken) : undefined) as never,
    });
    await walkTo(late);
    expect((await late.session.ended).outcome.status).toBe('provided');
  });

  it('the card comes out although the clock cannot wait', async () => {
    for (const wait of [throws, () => Promise.reject(broken)]) {
      const machine = openMachine({ wait });
      await walkTo(machine, 'second-consent');
      expect(machine.session.state.at).toBe('second-consent');
      machine.session.cancel();
      await settle();
      expect((await machine.session.ended).outcome).toEqual({ status: 'cancelled' });
      expect([machine.ejects(), machine.reader.holds]).toEqual([1, false]);
    }
  });

  it('the card never sees the PIN when the listener cancels on entering the identity check', async () => {
    let signed = 0;
    const machine = openMachine({
      reader: (simulated) => ({
        sign(...given) {
          signed++;
          return simulated.sign(...given);
        },
      }),
      onEvent: ({ state }) => state.at === 'identity-check' && machine.session.cancel(),
    });
    await walkTo(machine, 'identity-pin');
    machine.session.enterPin(PIN);
    await settle();
    expect([await machine.session.ended, signed]).toEqual([
      { at: 'ended', cardHeld: false, outcome: { status: 'cancelled' } },
      0,
    ]);
  });

  it.each<[keyof KioskTransaction, Screen]>([
    ['challenge', 'identity-pin'],
    ['identify', 'fetch-pin'],
    ['fetch', 'second-consent'],
  ])('the signal of a pending %s aborts when the session moves on', async (step, screen) => {
    const signals: AbortSignal[] = [];
    const hang = (...given: unknown[]) => {
      signals.push(given.at(-1) as AbortSignal);
      return never();
    };
    const machine = openMachine(atStep(step, hang as never));
    await walkTo(machine, screen);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    machine.session.cancel();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('the signals of begin, provide and every reader call abort when the session moves on', async () => {
    const signals: Record<string, AbortSignal> = {};
    const hang =
      (name: string) =>
      (...given: unknown[]) => {
        signals[name] = given.at(-1) as AbortSignal;
        return never<never>();
      };
    for (const [name, options, screen] of [
      ['begin', { authorizer: () => ({ begin: hang('begin') }) }, 'card-in'],
      ['provide', atStep('provide', hang('provide')), undefined],
      ['insert', { reader: () => ({ insert: hang('insert') }) }, 'identity-pin'],
      [
        'readCertificate',
        { reader: () => ({ readCertificate: hang('readCertificate') }) },
        'identity-pin',
      ],
      ['sign', { reader: () => ({ sign: hang('sign') }) }, 'fetch-pin'],
    ] as [string, MachineOptions, Screen | undefined][]) {
      const machine = openMachine(options);
      await walkTo(machine, screen);
      expect([name, signals[name]?.aborted]).toEqual([name, false]);
      machine.session.cancel();
      expect([name, signals[name]?.aborted]).toEqual([name, true]);
    }
  });

  it('a transaction that opens after the session has ended is discarded', async () => {
    let open = () => {};
    const machine = openMachine({
      authorizer: (sandbox) => ({
        async begin(request, signal) {
          await new Promise<void>((resolve) => {
            open = resolve;
          });
          return sandbox.begin(request, signal);
        },
      }),
    });
    await walkTo(machine, 'first-consent');
    machine.session.agree();
    machine.session.cancel();
    await settle();
    open();
    await settle();
    expect(machine.steps()).toEqual(['begin', 'discard']);
  });
});
