import { describe, expect, it } from 'vitest';
import { chooseService, showMenu } from '../../src/kiosk/menu.js';
import { openContext } from './context.js';
import { LOAN_ID, PENSION_ID, SUNDAY } from './kiosk.js';

describe('showMenu', () => {
  it('enters the menu with every service and forgets the choice', () => {
    const { context } = openContext();
    [context.chosen] = context.services;
    showMenu(context, 'back');
    const { state } = context;
    if (state.at !== 'menu') throw new Error(state.at);
    expect(state.services.map(({ id, availability }) => [id, availability.state])).toEqual([
      [LOAN_ID, 'open'],
      [PENSION_ID, 'open'],
    ]);
    expect(context.chosen).toBeUndefined();
  });
});

describe('chooseService', () => {
  it('shows the first consent for an open service', () => {
    const { context } = openContext();
    chooseService(context, LOAN_ID);
    expect(context.state).toMatchObject({ at: 'first-consent', service: { id: LOAN_ID } });
    expect(context.chosen).toBe(context.services[0]);
  });

  it('shows a closed service as unavailable', () => {
    const { context, clock } = openContext();
    clock.set(SUNDAY);
    chooseService(context, PENSION_ID);
    expect(context.state.at).toBe('unavailable');
  });

  it.each([
    ['SP00000000_XX0000', 'invalid_option'],
    ['', 'invalid_option'],
    [undefined as never, 'missing_option'],
  ])('rejects the id %j with %s', (id, code) => {
    const { context } = openContext();
    expect(() => chooseService(context, id)).toThrow(expect.objectContaining({ code, path: 'id' }));
    expect(context.state.at).toBe('start');
  });
});
