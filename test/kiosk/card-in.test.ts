import { describe, expect, it } from 'vitest';
import { insertCard } from '../../src/kiosk/card.js';
import { end } from '../../src/kiosk/transitions.js';
import { CERTIFICATE, CHALLENGE, loanEntry, type Opened, openContext, trail } from './context.js';
import { never, settle } from './kiosk.js';

const insert = ({ context, transaction }: Opened) =>
  insertCard(context, loanEntry(context), transaction);

describe('insertCard', () => {
  it('reads the card, requests the challenge and asks for the first PIN', async () => {
    const opened = openContext();
    const { context, events, calls } = opened;
    insert(opened);
    await settle();
    expect(trail(events)).toEqual([
      'start -connected-> card-in',
      'card-in -card-held-> reading-card',
      'reading-card -card-read-> identity-pin',
    ]);
    expect(context.state).toMatchObject({ triesLeft: 3, wrongPin: false });
    expect([context.certificate, context.challenge]).toEqual([CERTIFICATE, CHALLENGE]);
    expect(calls).toEqual(['onRemoved', 'insert', 'readCertificate', 'challenge']);
    expect(await context.slot).toBe(false);
  });

  it('keeps a copy of the certificate that the reader cannot change', async () => {
    const certificate = Uint8Array.of(5);
    const opened = openContext({
      reader: { readCertificate: async () => ({ certificate, triesLeft: 3 }) },
    });
    insert(opened);
    await settle();
    certificate[0] = 6;
    expect(opened.context.certificate).toEqual(Uint8Array.of(5));
  });

  it('ends as card-removed when the reader reports a removal while it holds the card', async () => {
    let remove = () => {};
    const opened = openContext({
      reader: {
        onRemoved(listener) {
          remove = listener;
          return () => {};
        },
        insert: () => never(),
      },
    });
    insert(opened);
    remove();
    expect(opened.context.state.at).toBe('card-in');
    const reading = openContext({
      reader: {
        onRemoved(listener) {
          remove = listener;
          return () => {};
        },
      },
    });
    insert(reading);
    await settle();
    remove();
    expect((await reading.context.ended).outcome).toEqual({ status: 'card-removed' });
  });

  it('ejects twice when the slot draws a card in after the session has ended', async () => {
    let drawIn = () => {};
    const opened = openContext({
      reader: {
        insert: () =>
          new Promise((resolve) => {
            drawIn = resolve;
          }),
      },
    });
    insert(opened);
    end(opened.context, { status: 'cancelled' }, 'cancel');
    drawIn();
    expect((await opened.context.ended).at).toBe('ended');
    expect(opened.calls.filter((name) => name === 'eject')).toHaveLength(2);
  });
});
