import { describe, expect, it } from 'vitest';
import { type KioskPlace, type KioskState, kioskActions } from '../../src/kiosk/index.js';
import { holdsCard, isDecided, waitsForCitizen } from '../../src/kiosk/machine.js';

const placesWhere = (is: (state: KioskState) => boolean) =>
  (Object.keys(kioskActions) as KioskPlace[]).filter((at) => is({ at } as KioskState));

describe('the states of a kiosk session', () => {
  it('are decided once the card is on its way out', () => {
    expect(placesWhere(isDecided)).toEqual([
      'card-out',
      'take-card',
      'retracting-card',
      'ended',
      'card-forgotten',
      'card-jammed',
    ]);
  });

  it('wait for the citizen where an action or a card comes next', () => {
    expect(placesWhere(waitsForCitizen)).toEqual([
      'start',
      'menu',
      'unavailable',
      'first-consent',
      'card-in',
      'identity-pin',
      'fetch-pin',
      'second-consent',
      'take-card',
    ]);
  });

  it('hold the card from reading it to providing', () => {
    expect(placesWhere(holdsCard)).toEqual([
      'reading-card',
      'identity-pin',
      'identity-check',
      'fetch-pin',
      'fetching',
      'second-consent',
      'providing',
    ]);
  });
});
