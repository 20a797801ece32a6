import { describe, expect, it } from 'vitest';
import {
  type KioskOutcome,
  type KioskState,
  kioskErrors,
  kioskErrorsOf,
} from '../../src/kiosk/index.js';

const numbersOf = (state: object) => kioskErrorsOf(state as KioskState).map(({ number }) => number);

describe('the error numbers of the kiosk', () => {
  it('are frozen: a number that was published keeps its meaning', () => {
    expect(Object.keys(kioskErrors)).toEqual([
      'K-101',
      'K-201',
      'K-202',
      'K-203',
      'K-204',
      'K-205',
      'K-206',
      'K-301',
      'K-302',
      'K-303',
      'K-401',
      'K-402',
      'K-403',
      'K-501',
    ]);
    expect(Object.isFrozen(kioskErrors) && Object.isFrozen(kioskErrors['K-101'].citizen)).toBe(
      true,
    );
  });

  it.each<[KioskOutcome['status'], object, string[]]>([
    ['provided', {}, []],
    ['refused', {}, []],
    ['cancelled', {}, []],
    ['idle', {}, ['K-101']],
    ['card-locked', {}, ['K-201']],
    ['certificate-expired', {}, ['K-202']],
    ['certificate-revoked', {}, ['K-203']],
    ['certificate-refused', {}, ['K-204']],
    ['card-removed', {}, ['K-205']],
    ['card-swapped', {}, ['K-206']],
    ['failed', { part: 'reader' }, ['K-301']],
    ['failed', { part: 'authorizer' }, ['K-302']],
    ['failed', { part: 'listener' }, ['K-303']],
  ])('give %s %j the numbers %j', (status, detail, numbers) => {
    expect(numbersOf({ at: 'ended', cardHeld: false, outcome: { status, ...detail } })).toEqual(
      numbers,
    );
  });

  it('give the reason of the end first, then what happened to the card', () => {
    const outcome = { status: 'idle' };
    expect(numbersOf({ at: 'card-forgotten', cardHeld: true, outcome })).toEqual([
      'K-101',
      'K-401',
    ]);
    expect(numbersOf({ at: 'card-jammed', cardHeld: true, outcome })).toEqual(['K-101', 'K-402']);
    expect(numbersOf({ at: 'card-jammed', cardHeld: false, outcome })).toEqual(['K-101', 'K-403']);
  });

  it('give a closed service a number, and the screens on the way none', () => {
    expect(numbersOf({ at: 'unavailable' })).toEqual(['K-501']);
    expect(numbersOf({ at: 'menu', services: [] })).toEqual([]);
  });

  it('tell the citizen that nothing was provided, wherever a session ends without it', () => {
    for (const { number, citizen } of Object.values(kioskErrors).filter(
      ({ number }) => number < 'K-4',
    )) {
      expect([number, citizen.ja]).toEqual([number, expect.stringContaining('提供していません')]);
      expect([number, citizen.en]).toEqual([
        number,
        expect.stringContaining('Nothing was provided'),
      ]);
    }
  });
});
