import { describe, expect, it } from 'vitest';
import { type Calendar, createCalendar } from '../../src/calendar/index.js';
import { latest, pointInTime } from '../../src/index.js';
import {
  createKioskSession,
  createVirtualClock,
  type KioskOptions,
  type KioskSession,
} from '../../src/kiosk/index.js';
import { errorOf } from '../kit/refusals.js';
import { BANK, LOAN_ID, loan, NOW, never, openMachine, services, walkTo } from './kiosk.js';

const whole = (): KioskOptions => ({
  services,
  authorizer: { begin: () => never() },
  reader: openMachine().reader,
  clock: createVirtualClock(NOW),
});
const explode = (): never => {
  throw new Error('canary');
};
const offered = { id: LOAN_ID, provider: BANK, service: loan, inquiry: latest() };

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
      { services: [{ ...offered, id: undefined }] },
      'missing_option',
      'options.services[0].id',
    ],
    [
      'an id without a service',
      { services: [{ ...offered, service: undefined }] },
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
      'an unknown item',
      { services: [{ ...offered, inquiry: { other: latest() } }] },
      'unknown_item',
      'options.services[0].inquiry.other',
    ],
    [
      'a service without a provider',
      { services: [{ ...offered, provider: undefined }] },
      'missing_option',
      'options.services[0].provider',
    ],
    ['no time at all', { idleMs: 0 }, 'invalid_option', 'options.idleMs'],
    [
      'no time in a state',
      { idleMs: { 'fetch-pin': 0 } },
      'invalid_option',
      'options.idleMs.fetch-pin',
    ],
    [
      'a time of a state that has none',
      { idleMs: { start: 1 } },
      'unknown_option',
      'options.idleMs.start',
    ],
    ['a warning after the end', { warnMs: -1 }, 'invalid_option', 'options.warnMs'],
    ['an empty terminal id', { terminalId: ' ' }, 'invalid_option', 'options.terminalId'],
  ])('reject %s', (_, change, code, path) => {
    expect(() => createKioskSession({ ...whole(), ...change })).toThrow(
      expect.objectContaining({ code, path }),
    );
  });

  it.each<[string, object, string]>([
    ['services', { services: {} }, 'options.services must be a list.'],
    [
      'a service not made by defineService',
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

  it('begin throws when the clock is outside the calendar, and leaves the state unchanged', () => {
    const { session } = openMachine({ now: '1990-01-01T10:00:00+09:00' });
    expect(() => session.begin()).toThrow(expect.objectContaining({ code: 'outside_calendar' }));
    expect(session.state.at).toBe('start');
  });

  it.each<[string, () => Calendar]>([
    ['throws', explode],
    ['is not a calendar', () => 'canary' as never],
    ['throws when it is asked', () => ({ ...createCalendar(), status: explode })],
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
