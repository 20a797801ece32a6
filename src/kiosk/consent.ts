import { randomUUID } from 'node:crypto';
import { checkMethods } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import { type ConsentTerms, termsOf } from '../oauth/terms.js';
import type { Answer } from '../query/answer.js';
import type { KioskTransaction } from './authorizer.js';
import { insertCard } from './card.js';
import { discardTransaction } from './card-out.js';
import type { SessionContext } from './context.js';
import { menuEntryOf } from './menu.js';
import type { OfferedService } from './options.js';
import { writeReceipt } from './receipt.js';
import type { KioskState } from './states.js';
import { end, enter } from './transitions.js';
import { callPart, enterAndWork } from './work.js';

/** Accepts the consent that the screen shows, the first or the second. */
export function agree(context: SessionContext): void {
  const { state, chosen, transaction, answer } = context;
  if (state.at === 'first-consent' && chosen) agreeToFetch(context, chosen);
  else if (state.at === 'second-consent' && transaction && answer)
    provide(context, state, transaction, answer);
}

/** Refuses the consent that the screen shows, and ends the session. */
export function refuse(context: SessionContext): void {
  const consent = context.state.at === 'second-consent' ? 'second' : 'first';
  end(context, { status: 'refused', consent }, 'refuse');
}

/** Opens a transaction at the portal, then the slot for the card (figure 3.3-4). */
function agreeToFetch(context: SessionContext, chosen: OfferedService): void {
  const { clock } = context;
  // The citizen may have read for a while, so check the calendar again.
  const service = menuEntryOf(chosen, context.currentCalendar(), clock.now());
  if (service.availability.state === 'closed') {
    enter(context, { at: 'unavailable', service }, 'agree');
    return;
  }
  const terms = termsOf(chosen.service, chosen.id, randomUUID(), clock.now());
  context.terms = terms;
  context.transactionId = terms.transactionId;
  enterAndWork(context, { at: 'connecting', service }, 'agree', async (signal) => {
    const transaction = await callPart(context, 'authorizer', signal, () =>
      openTransaction(context, chosen, terms, signal),
    );
    return () => insertCard(context, service, transaction);
  });
}

async function openTransaction(
  context: SessionContext,
  chosen: OfferedService,
  terms: ConsentTerms,
  signal: AbortSignal,
): Promise<KioskTransaction> {
  const transaction = await context.authorizer.begin(chosen.requestOf(terms), signal);
  checkMethods(transaction, 'transaction', [
    'challenge',
    'identify',
    'fetch',
    'provide',
    'discard',
  ]);
  // A session that is already over would never close it. Otherwise the end of the session does.
  if (signal.aborted) await discardTransaction(transaction);
  else context.transaction = transaction;
  return transaction;
}

/** Reports the second consent to the portal, then ends the session with the answer. */
function provide(
  context: SessionContext,
  { service, terms }: Extract<KioskState, { readonly at: 'second-consent' }>,
  transaction: KioskTransaction,
  answer: Answer,
): void {
  const { clock, terminalId } = context;
  enterAndWork(context, { at: 'providing', service }, 'agree', async (signal) => {
    await callPart(context, 'authorizer', signal, () => transaction.provide(signal));
    const providedAt = formatInstant(clock.now());
    const receipt = () => writeReceipt({ service, terms, answer, providedAt, terminalId });
    return () => end(context, { status: 'provided', answer, receipt }, 'provided');
  });
}
