import { describe, expect, it } from 'vitest';
import { type Calendar, createCalendar } from '../../src/calendar/index.js';
import { latest, pointInTime } from '../../src/index.js';
import {
  createKioskSession,
  createVirtualClock,
  type KioskOptions,
  type KioskSession,
  type KioskTransaction,
} from '../../src/kiosk/index.js';
import { createSandboxKiosk, personas } from '../../src/sandbox/index.js';
import { errorOf } from '../kit/refusals.js';
import {
  altered,
  LOAN_ID,
  loan,
  type MachineOptions,
  NOW,
  never,
  openMachine,
  PIN,
  type Stop,
  services,
  settle,
  walkTo,
} from './kiosk.js';

const whole = (): KioskOptions => ({
  services,
  authorizer: { begin: () => never() },
  reader: openMachine().reader,
  clock: createVirtualClock(NOW),
});
const explode = (): never => {
  throw new Error('canary');
};
const offered = { id: LOAN_ID, service: loan, inquiry: latest() };

describe('options of a kiosk session', () => {
  it.each<[string, object, string, string | undefined]>([
    ['an unknown option', { timeout: 1 }, 'unknown_option', 'options.timeout'],
    ['no services', { services: undefined }, 'missing_option', 'options.services'],
    ['an empty menu', { services: [] }, 'invalid_option', 'options.services'],
    [
      'a service twice',
      { services: [offered, offered] },
      'invalid_option',
      'options.services[1].id',
    ],
    [
      'a service without an id',
      { services: [{ service: loan, inquiry: latest() }] },
      'missing_option',
      'options.services[0].id',
    ],
    [
      'an id without a service',
      { services: [{ id: LOAN_ID, inquiry: latest() }] },
      'missing_option',
      'options.services[0].service',
    ],
    [
      'an inquiry that is not registered',
      { services: [{ ...offered, inquiry: pointInTime('2026-04-01') }] },
      'inquiry_not_registered',
      'options.services[0].inquiry (income)',
    ],
    [
      'an item that is none',
      { services: [{ ...offered, inquiry: { other: latest() } }] },
      'unknown_item',
      'options.services[0].inquiry.other',
    ],
    ['no time at all', { idleMs: 0 }, 'invalid_option', 'options.idleMs'],
  ])('reject %s', (_, change, code, path) => {
    expect(() => createKioskSession({ ...whole(), ...change })).toThrow(
      expect.objectContaining({ code, path }),
    );
  });

  it.each<[string, object, string]>([
    ['services', { services: {} }, 'options.services must be a list.'],
    [
      'a home-made service',
      { services: [{ ...offered, service: { ...loan } }] },
      'options.services[0].service must be a service of defineService.',
    ],
    ['an authorizer', { authorizer: {} }, 'options.authorizer must have a method begin.'],
    ['a reader', { reader: { insert() {} } }, 'options.reader must have a method readCertificate.'],
    ['a calendar', { calendar: 'always' }, 'options.calendar must have a method status.'],
    ['a clock', { clock: Date }, 'options.clock must have a method now.'],
    ['a listener', { onEvent: 'log' }, 'options.onEvent must be a function.'],
    ['a time', { idleMs: '60' }, 'options.idleMs must be a number.'],
  ])('reject %s of a wrong type', (_, change, message) => {
    expect(() => createKioskSession({ ...whole(), ...(change as Partial<KioskOptions>) })).toThrow(
      new TypeError(message),
    );
  });

  it('choosing a service that is not on the menu throws and leaves the state unchanged', async () => {
    const machine = openMachine();
    await walkTo(machine, 'menu');
    const { state } = machine.session;
    expect(() => machine.session.choose('SP00000000_XX0000')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'id' }),
    );
    expect(() => machine.session.choose(1 as unknown as string)).toThrow(TypeError);
    expect(machine.session.state).toBe(state);
  });

  it('begin throws when the clock lies outside the calendar, and leaves the state unchanged', () => {
    const { session } = openMachine({ now: '1990-01-01T10:00:00+09:00' });
    expect(() => session.begin()).toThrow(expect.objectContaining({ code: 'outside_calendar' }));
    expect(session.state.at).toBe('start');
  });

  it.each<[string, () => Calendar]>([
    ['throws', explode],
    ['is none', () => 'canary' as never],
    ['throws at a question', () => ({ ...createCalendar(), status: explode })],
  ])(
    'an action throws when the calendar %s, names it, and leaves the state unchanged',
    async (_, calendar) => {
      for (const [at, act] of [
        ['start', ({ begin }: KioskSession) => begin()],
        ['menu', ({ choose }: KioskSession) => choose(LOAN_ID)],
        ['first-consent', ({ agree }: KioskSession) => agree()],
        ['first-consent', ({ back }: KioskSession) => back()],
      ] as const) {
        let isBroken = false;
        const machine = openMachine({ calendar: () => (isBroken ? calendar() : createCalendar()) });
        if (at !== 'start') await walkTo(machine, at);
        const { state } = machine.session;
        isBroken = true;
        const { code, path, message } = await errorOf(() => act(machine.session));
        expect({ code, path }).toEqual({ code: 'invalid_option', path: 'options.calendar' });
        expect(message).not.toContain('canary');
        expect(machine.session.state).toBe(state);
      }
    },
  );
});

describe('reader, authorizer, listener or clock that misbehave', () => {
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

  const spoiled: readonly [
    name: string,
    options: MachineOptions,
    stop: Stop | undefined,
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
      'an insert that is no promise',
      { reader: () => ({ insert: () => undefined as unknown as Promise<void> }) },
      'card-in',
      'reader',
    ],
    [
      'a certificate that rejects',
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
      'tries that are no number',
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

  it.each(spoiled)(
    'the session ends as failed, ejects the card and discards the transaction after %s',
    async (_, options, stop, part) => {
      const machine = openMachine(options);
      await walkTo(machine, stop).catch(() => {});
      await settle();
      expect(await machine.session.ended).toEqual({
        at: 'ended',
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
      { at: 'ended', outcome: { status: 'cancelled' } },
      0,
    ]);
  });

  it.each<[keyof KioskTransaction, Stop]>([
    ['challenge', 'identity-pin'],
    ['identify', 'fetch-pin'],
    ['fetch', 'second-consent'],
  ])('the signal of a pending %s aborts when the session moves on', async (step, stop) => {
    const signals: AbortSignal[] = [];
    const hang = (...given: unknown[]) => {
      signals.push(given.at(-1) as AbortSignal);
      return never();
    };
    const machine = openMachine(atStep(step, hang as never));
    await walkTo(machine, stop);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    machine.session.cancel();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('the signals of begin, provide and every reader call abort when the session moves on', async () => {
    const told: Record<string, AbortSignal> = {};
    const hang =
      (name: string) =>
      (...given: unknown[]) => {
        told[name] = given.at(-1) as AbortSignal;
        return never<never>();
      };
    for (const [name, options, stop] of [
      ['begin', { authorizer: () => ({ begin: hang('begin') }) }, 'card-in'],
      ['provide', atStep('provide', hang('provide')), undefined],
      ['insert', { reader: () => ({ insert: hang('insert') }) }, 'identity-pin'],
      [
        'readCertificate',
        { reader: () => ({ readCertificate: hang('readCertificate') }) },
        'identity-pin',
      ],
      ['sign', { reader: () => ({ sign: hang('sign') }) }, 'fetch-pin'],
    ] as [string, MachineOptions, Stop | undefined][]) {
      const machine = openMachine(options);
      await walkTo(machine, stop);
      expect([name, told[name]?.aborted]).toEqual([name, false]);
      machine.session.cancel();
      expect([name, told[name]?.aborted]).toEqual([name, true]);
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

describe('createSandboxKiosk', () => {
  const registration = {
    clientId: LOAN_ID,
    redirectUris: ['https://loan.example/callback'],
    service: loan,
  };
  const request = {
    transactionId: 't',
    serviceId: LOAN_ID,
    items: [{ code: 'TM00000000000002', inquiry: latest() }],
    consentedAt: NOW,
  };
  const signal = new AbortController().signal;
  const open = () =>
    createSandboxKiosk({ registrations: [registration], clock: createVirtualClock(NOW) });

  it('rejects unknown options, personas and conditions and names them', () => {
    expect(() => createSandboxKiosk({ registrations: [registration], port: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'unknown_option' }),
    );
    expect(() => open().card('nobody')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'persona' }),
    );
    expect(() => open().card('hanako', 'torn' as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'condition' }),
    );
  });

  it.each([
    ['a service it does not know', { serviceId: 'SP00000000_XX0000' }],
    [
      'an item that is not registered',
      { items: [{ code: 'TM00000000000084', inquiry: latest() }] },
    ],
    [
      'an inquiry that is not registered',
      { items: [{ code: 'TM00000000000002', inquiry: pointInTime('2026-04-01') }] },
    ],
  ])('refuses %s', async (_, change) => {
    await expect(open().authorizer.begin({ ...request, ...change }, signal)).rejects.toMatchObject({
      code: 'sandbox_refused',
    });
  });

  it('accepts a signature once, for its step, from the card that was identified', async () => {
    const kiosk = open();
    const [card, other] = [kiosk.card('hanako'), kiosk.card('hanako')];
    const { certificate } = card.read();
    const transaction = await kiosk.authorizer.begin(request, signal);
    const refused = { status: 'refused', reason: 'not-accepted' };
    async function proofFor(step: 'identity' | 'fetch', by = card) {
      const asked = await transaction.challenge(step, by.read().certificate, signal);
      const made = asked.status === 'challenge' ? by.sign(asked.challenge, PIN) : undefined;
      return {
        certificate: by.read().certificate,
        signature: made?.status === 'signed' ? made.signature : new Uint8Array(64),
      };
    }
    expect(await transaction.challenge('fetch', certificate, signal)).toEqual(refused);
    expect(
      await transaction.identify({ certificate, signature: new Uint8Array(64) }, signal),
    ).toEqual(refused);
    const proof = await proofFor('identity');
    expect(await transaction.identify(proof, signal)).toEqual({ status: 'identified' });
    expect(await transaction.identify(proof, signal)).toEqual(refused);
    expect(await transaction.fetch(proof, signal)).toEqual(refused);
    expect(await transaction.fetch(await proofFor('fetch', other), signal)).toEqual(refused);
    await expect(transaction.provide(signal)).rejects.toMatchObject({ code: 'sandbox_refused' });
  });

  it('refuses a certificate that it did not issue', async () => {
    const transaction = await open().authorizer.begin(request, signal);
    for (const certificate of [
      new Uint8Array(),
      Uint8Array.of(46),
      open().card('hanako').read().certificate,
    ]) {
      expect(await transaction.challenge('identity', certificate, signal)).toEqual({
        status: 'refused',
        reason: 'not-accepted',
      });
    }
  });

  it('expires a certificate by its clock', async () => {
    const clock = createVirtualClock(NOW);
    const kiosk = createSandboxKiosk({ registrations: [registration], clock });
    const { certificate } = kiosk.card('hanako').read();
    clock.set('2032-01-01T10:00:00+09:00');
    const transaction = await kiosk.authorizer.begin(request, signal);
    expect(await transaction.challenge('identity', certificate, signal)).toEqual({
      status: 'refused',
      reason: 'expired',
    });
  });

  it('issues to every persona the card of that persona', () => {
    const kiosk = open();
    for (const { id, card } of personas)
      expect(kiosk.card(id).read().triesLeft).toBe(card === 'locked' ? 0 : 3);
  });
});
