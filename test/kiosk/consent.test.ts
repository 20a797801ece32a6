import { describe, expect, it } from 'vitest';
import { agree, refuse } from '../../src/kiosk/consent.js';
import type { KioskRequest } from '../../src/kiosk/index.js';
import { chooseService } from '../../src/kiosk/menu.js';
import { end, enter } from '../../src/kiosk/transitions.js';
import { loanEntry, type Opened, openContext, trail } from './context.js';
import { LOAN_ID, never, PENSION_ID, SUNDAY, settle } from './kiosk.js';

describe('agree', () => {
  it('opens the transaction of the first consent, then the slot', async () => {
    const requests: KioskRequest[] = [];
    const opened: Opened = openContext({
      reader: { insert: () => never() },
      options: {
        authorizer: {
          async begin(request) {
            requests.push(request);
            return opened.transaction;
          },
        },
      },
    });
    const { context } = opened;
    chooseService(context, LOAN_ID);
    agree(context);
    expect(context.state.at).toBe('connecting');
    await settle();
    expect([context.state.at, context.transaction]).toEqual(['card-in', opened.transaction]);
    expect(requests).toEqual([
      {
        transactionId: expect.stringMatching(/^[\da-f-]{36}$/),
        serviceId: LOAN_ID,
        items: [{ code: 'TM00000000000002', inquiry: { method: 'latest' } }],
        consentedAt: '2026-12-01T10:00:00+09:00',
      },
    ]);
    expect(context.terms?.transactionId).toBe(requests[0]?.transactionId);
  });

  it('shows a service that has closed meanwhile as unavailable', () => {
    const { context, clock } = openContext();
    chooseService(context, PENSION_ID);
    clock.set(SUNDAY);
    agree(context);
    expect(context.state.at).toBe('unavailable');
  });

  it('discards a transaction that opens after the session has ended', async () => {
    let open = () => {};
    const opened: Opened = openContext({
      options: {
        authorizer: {
          begin: () =>
            new Promise((resolve) => {
              open = () => resolve(opened.transaction);
            }),
        },
      },
    });
    const { context, calls } = opened;
    chooseService(context, LOAN_ID);
    agree(context);
    end(context, { status: 'cancelled' }, 'cancel');
    open();
    await settle();
    expect([calls, context.transaction]).toEqual([['eject', 'discard'], undefined]);
  });

  it('reports the second consent and ends with the answer', async () => {
    const { context, calls, events, transaction } = openContext();
    const answer = { terms: {}, items: {} } as never;
    Object.assign(context, { transaction, answer });
    const service = loanEntry(context);
    enter(context, { at: 'second-consent', service, terms: {} as never }, 'fetched');
    agree(context);
    expect((await context.ended).outcome).toEqual({
      status: 'provided',
      answer,
      receipt: expect.any(Function),
    });
    expect(calls).toEqual(['provide', 'eject', 'awaitTaken']);
    expect(trail(events).slice(1)).toEqual([
      'second-consent -agree-> providing',
      'providing -provided-> card-out',
      'card-out -card-returned-> take-card',
      'take-card -card-taken-> ended',
    ]);
  });
});

describe('refuse', () => {
  it.each([
    ['first-consent', 'first'],
    ['second-consent', 'second'],
  ] as const)('ends the session at %s as refused with the %s consent', async (at, consent) => {
    const { context } = openContext();
    enter(context, { at, service: loanEntry(context), terms: {} as never }, 'choose');
    refuse(context);
    expect((await context.ended).outcome).toEqual({ status: 'refused', consent });
  });
});
