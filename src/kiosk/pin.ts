import { invalidOption } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import type { ConsentTerms } from '../oauth/terms.js';
import { buildAnswer } from '../query/answer.js';
import { codesOf } from '../query/inquiries.js';
import { createBudget } from '../wire/codec-value.js';
import type { WireResult } from '../wire/messages.js';
import { rebuildResult } from '../wire/rebuild.js';
import type { KioskTransaction } from './authorizer.js';
import type { SessionContext } from './context.js';
import type { OfferedService } from './options.js';
import { cardRefused, readCertificate, requestChallenge, signChallenge } from './proof.js';
import type { KioskState } from './states.js';
import { enter } from './transitions.js';
import { callPart, enterAndWork } from './work.js';

type PinState<At extends 'identity-pin' | 'fetch-pin'> = Extract<KioskState, { readonly at: At }>;

/** Passes a PIN to the step that the screen asks it for. */
export function enterPin(context: SessionContext, pin: string): void {
  checkPin(pin);
  const { state, transaction, chosen, terms } = context;
  if (state.at === 'identity-pin' && transaction) checkIdentity(context, state, transaction, pin);
  else if (state.at === 'fetch-pin' && transaction && chosen && terms)
    fetchInformation(context, state, { transaction, chosen, terms }, pin);
}

/** Checks that a PIN has four digits. */
function checkPin(pin: unknown): asserts pin is string {
  if (typeof pin !== 'string') throw new TypeError('pin must be a string.');
  if (!/^\d{4}$/.test(pin))
    throw invalidOption('pin', {
      en: 'It must have four digits.',
      ja: '数字4桁で入力してください。',
    });
}

/** Signs with the first PIN and checks the identity, then asks for the PIN of the fetch. */
function checkIdentity(
  context: SessionContext,
  state: PinState<'identity-pin'>,
  transaction: KioskTransaction,
  pin: string,
): void {
  const { service } = state;
  enterAndWork(context, { at: 'identity-check', service }, 'enterPin', async (signal) => {
    const proof = await signChallenge(context, pin, signal);
    if (typeof proof === 'number') return () => askAgain(context, state, proof);
    const response = await callPart(context, 'authorizer', signal, () =>
      transaction.identify(proof, signal),
    );
    if (response.status === 'refused') throw cardRefused(response.reason);
    if (response.status !== 'identified')
      throw new TypeError('The authorizer did not confirm the identity.');
    const { certificate } = proof;
    const challenge = await requestChallenge(context, 'fetch', transaction, certificate, signal);
    const { triesLeft } = await readCertificate(context, signal);
    return () => {
      context.challenge = challenge;
      enter(context, { at: 'fetch-pin', service, triesLeft, wrongPin: false }, 'identified');
    };
  });
}

/** What a fetch needs beside card and PIN. */
interface AgreedFetch {
  readonly transaction: KioskTransaction;
  readonly chosen: OfferedService;
  readonly terms: ConsentTerms;
}

/** Signs with the second PIN and fetches the information, then asks for the second consent. */
function fetchInformation(
  context: SessionContext,
  state: PinState<'fetch-pin'>,
  { transaction, chosen, terms }: AgreedFetch,
  pin: string,
): void {
  const { service } = state;
  enterAndWork(context, { at: 'fetching', service }, 'enterPin', async (signal) => {
    const proof = await signChallenge(context, pin, signal);
    if (typeof proof === 'number') return () => askAgain(context, state, proof);
    const response = await callPart(context, 'authorizer', signal, () =>
      transaction.fetch(proof, signal),
    );
    if (response.status === 'refused') throw cardRefused(response.reason);
    if (response.status !== 'fetched') throw new TypeError('The authorizer fetched nothing.');
    const { service: offered, inquiries } = chosen;
    const asked = { inquiries, codes: codesOf(offered, inquiries) };
    const answer = await callPart(context, 'authorizer', signal, async () => {
      const result = await readFetched(response.result, signal);
      return buildAnswer(offered, terms, asked, result, context.clock);
    });
    return () => {
      context.answer = answer;
      enter(context, { at: 'second-consent', service, terms }, 'fetched');
    };
  });
}

/** Copies and checks what an authorizer fetched, as the client does with the output of a codec. */
async function readFetched(value: unknown, signal: AbortSignal): Promise<WireResult> {
  const result = await rebuildResult(value, createBudget(), signal);
  if (has(result, 'status') && result.status === 'done' && !has(result, 'cursor')) return result;
  throw new TypeError('The authorizer did not fetch a complete result.');
}

function askAgain(
  context: SessionContext,
  state: PinState<'identity-pin' | 'fetch-pin'>,
  triesLeft: number,
): void {
  enter(context, { ...state, triesLeft, wrongPin: true }, 'wrong-pin');
}
