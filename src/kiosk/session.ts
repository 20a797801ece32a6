import { randomUUID } from 'node:crypto';
import { waitBy } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkMethods, checkText } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import { type ConsentTerms, termsOf } from '../oauth/consent.js';
import { type Answer, buildAnswer } from '../query/answer.js';
import type { CardProof, CardRefusal, KioskStep, KioskTransaction } from './authorizer.js';
import { checkOptions, entryOf, type KioskOptions, type OfferedService } from './options.js';
import { type CardCertificate, isCertificate, isSignature } from './reader.js';
import {
  type KioskAction,
  type KioskCause,
  type KioskEnd,
  type KioskMenuEntry,
  type KioskOutcome,
  type KioskPart,
  type KioskState,
  kioskActions,
} from './states.js';

/**
 * One citizen at a kiosk. The actions may be taken out of the object; each one returns at once, and
 * what comes of it is told to `onEvent`.
 */
export interface KioskSession {
  /** Where it stands. */
  readonly state: KioskState;
  /** Resolves once it is over; never rejects. */
  readonly ended: Promise<KioskEnd>;
  /**
   * Presses the button of figure 3.3-1. @throws SelfInfoError `kiosk_action_refused`;
   * `outside_calendar`; `invalid_option` for a calendar or clock that fails.
   */
  begin(): void;
  /**
   * Chooses a service of the menu by its id.
   *
   * @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`; `invalid_option` for an id
   * that is not on the menu, or a calendar or clock that fails.
   */
  choose(id: string): void;
  /**
   * Returns to the menu. @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`;
   * `invalid_option` for a calendar or clock that fails.
   */
  back(): void;
  /**
   * Agrees to the consent that is shown, the first or the second.
   *
   * @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`; `invalid_option` for a
   * calendar or clock that fails.
   */
  agree(): void;
  /** Refuses the consent that is shown. @throws SelfInfoError `kiosk_action_refused`. */
  refuse(): void;
  /**
   * Hands a PIN to the card, and to nobody else: it is kept nowhere.
   *
   * @param pin - four digits; another form is refused here and costs no try.
   * @throws SelfInfoError `kiosk_action_refused`; `invalid_option`; TypeError for a wrong type.
   */
  enterPin(pin: string): void;
  /** Ends the session from wherever it stands; once its outcome is decided it does nothing. */
  cancel(): void;
}

/** How long a card may take to come out. */
const EJECT_MS = 10_000;
const refusals = {
  expired: 'certificate-expired',
  revoked: 'certificate-revoked',
  'not-accepted': 'certificate-refused',
} as const satisfies Record<CardRefusal, KioskOutcome['status']>;

/** Ends a piece of work by an outcome instead of a result. */
class Ending {
  constructor(
    readonly outcome: KioskOutcome,
    readonly cause: KioskCause,
  ) {}
}

/**
 * The work of a state: comes to what is to happen next, which happens only if the session still
 * stands there.
 */
type Job = (signal: AbortSignal) => Promise<() => void>;

/**
 * Starts a session for one citizen, at the button of figure 3.3-1: menu, first consent, card and
 * PIN, PIN for the fetch, second consent, card out (guideline 3.3).
 *
 * However it ends, the reader's `eject` is called, and what was fetched is either provided after
 * two consents or discarded. A machine serves one session at a time.
 *
 * @param options - services, authorizer, reader, calendar, clock, `idleMs`, `onEvent`.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `unknown_item`,
 * `inquiry_not_registered`, `latest_not_declared`, naming the option; TypeError for a wrong type.
 * @example
 * ```ts
 * import { defineService, latest } from 'myna-selfinfo';
 * import { type CardReader, createKioskSession, type KioskAuthorizer } from 'myna-selfinfo/kiosk';
 * const service = defineService({
 *   name: '住宅ローンサービスへの所得情報の提出',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * async function serve(authorizer: KioskAuthorizer, reader: CardReader) {
 *   const services = [{ id: 'SP12345678_AB1234', service, inquiry: latest() }];
 *   const session = createKioskSession({ services, authorizer, reader, onEvent: ({ state }) => console.log(state.at) });
 *   session.begin();
 *   const { outcome } = await session.ended;
 *   return outcome.status === 'provided' ? outcome.answer : undefined;
 * }
 * ```
 */
export function createKioskSession(options: KioskOptions): KioskSession {
  const { services, authorizer, reader, currentCalendar, clock, idleMs, onEvent } =
    checkOptions(options);
  let state: KioskState = Object.freeze({ at: 'start' });
  /** Aborts with the state it was made for. */
  let stay = new AbortController();
  /** Who is waited for, so that a failure has a name. */
  let awaited: KioskPart = 'reader';
  let chosen: OfferedService | undefined;
  let terms: ConsentTerms | undefined;
  let transaction: KioskTransaction | undefined;
  let certificate: Uint8Array | undefined;
  let challenge: Uint8Array | undefined;
  let answer: Answer | undefined;
  /** Settles when the slot will take no card in any more: with whether one is inside. */
  let slot: Promise<boolean> = Promise.resolve(false);
  let stopListening: () => void = () => {};
  let tellEnd: (end: KioskEnd) => void = () => {};
  const ended = new Promise<KioskEnd>((resolve) => {
    tellEnd = resolve;
  });
  idleAt(state);

  function refuseUnless(action: KioskAction): void {
    const allowed: readonly KioskAction[] = kioskActions[state.at];
    if (!allowed.includes(action))
      throw new SelfInfoError('kiosk_action_refused', { path: action });
  }

  /** Goes to a state and tells of it; false when the listener has led away from it already. */
  function enter(next: KioskState, cause: KioskCause): boolean {
    const from = state.at;
    stay.abort();
    stay = new AbortController();
    state = Object.freeze(next);
    if (!isDecided(state)) idleAt(state);
    // The card must come out all the same.
    const failed = () => {
      if (!isDecided(state)) end({ status: 'failed', part: 'listener' }, 'failed');
    };
    try {
      const told: unknown = onEvent?.(
        Object.freeze({ time: formatInstant(clock.now()), cause, from, state: next }),
      );
      Promise.resolve(told).catch(failed);
    } catch {
      if (state === next) failed();
    }
    return state === next;
  }

  function idleAt(at: KioskState): void {
    waitBy(clock, idleMs, stay.signal).then(
      () => {
        if (state !== at) return;
        if (waitsForCitizen(at)) end({ status: 'idle' }, 'idle');
        else end({ status: 'failed', part: awaited }, 'failed');
      },
      () => {},
    );
  }

  /**
   * Asks reader or authorizer for something; what comes after the session has moved on is dropped.
   */
  async function ask<T>(part: KioskPart, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    awaited = part;
    const value = await call();
    signal.throwIfAborted();
    return value;
  }

  /**
   * Runs what a state is there for, then what comes of it unless the session has moved on, and ends
   * the session when either fails.
   */
  async function work(at: KioskState, job: Job): Promise<void> {
    try {
      const next = await job(stay.signal);
      // Between the last check of the signal and here there was a turn, in which the session may
      // have ended.
      if (state === at) next();
    } catch (reason) {
      if (state !== at) return;
      if (reason instanceof Ending) end(reason.outcome, reason.cause);
      else end({ status: 'failed', part: awaited }, 'failed');
    }
  }

  function go(next: KioskState, cause: KioskCause, job: Job): void {
    if (enter(next, cause)) void work(next, job);
  }

  function menu(cause: KioskCause): void {
    const calendar = currentCalendar();
    const entries = Object.freeze(
      services.map((service) => entryOf(service, calendar, clock.now())),
    );
    chosen = undefined;
    enter({ at: 'menu', services: entries }, cause);
  }

  function choose(id: string): void {
    const wanted = services.find((service) => service.id === id);
    if (wanted === undefined)
      throw new SelfInfoError('invalid_option', {
        path: 'id',
        expected: { en: 'It is not on the menu.', ja: 'メニューにありません。' },
      });
    const service = entryOf(wanted, currentCalendar(), clock.now());
    chosen = wanted;
    enter(
      { at: service.availability.state === 'closed' ? 'unavailable' : 'first-consent', service },
      'choose',
    );
  }

  function agreeToFetch(offered: OfferedService): void {
    // The citizen may have read for a while.
    const service = entryOf(offered, currentCalendar(), clock.now());
    if (service.availability.state === 'closed') {
      enter({ at: 'unavailable', service }, 'agree');
      return;
    }
    const agreed = termsOf(offered.service, offered.id, randomUUID(), clock.now());
    terms = agreed;
    go({ at: 'connecting', service }, 'agree', async (signal) => {
      const opened = await ask('authorizer', signal, async () => {
        const begun = await authorizer.begin(offered.requestOf(agreed), signal);
        checkMethods(begun, 'transaction', [
          'challenge',
          'identify',
          'fetch',
          'provide',
          'discard',
        ]);
        // Too late: nobody else would ever close it. Otherwise whatever ends the session from now
        // on does.
        if (signal.aborted) await discard(begun);
        else transaction = begun;
        return begun;
      });
      return () => insert(service, opened);
    });
  }

  function insert(service: KioskMenuEntry, opened: KioskTransaction): void {
    go({ at: 'card-in', service }, 'connected', async (signal) => {
      await ask('reader', signal, async () => {
        stopListening = reader.onRemoved(() => {
          if (holdsCard(state)) end({ status: 'card-removed' }, 'card-removed');
        });
        const held = reader.insert(signal);
        slot = held.then(
          () => true,
          () => false,
        );
        await held;
      });
      return () => {
        slot = Promise.resolve(false);
        readCard(service, opened);
      };
    });
  }

  function readCard(service: KioskMenuEntry, opened: KioskTransaction): void {
    go({ at: 'reading-card', service }, 'card-held', async (signal) => {
      const card = await read(signal);
      const shown = Uint8Array.from(card.certificate);
      const asked = await challengeFor('identity', opened, shown, signal);
      return () => {
        certificate = shown;
        challenge = asked;
        enter(
          { at: 'identity-pin', service, triesLeft: card.triesLeft, wrongPin: false },
          'card-read',
        );
      };
    });
  }

  async function read(signal: AbortSignal): Promise<CardCertificate> {
    const card = await ask('reader', signal, () => reader.readCertificate(signal));
    if (!isCertificate(card)) throw new TypeError('The reader gave no certificate.');
    if (card.triesLeft === 0) throw new Ending({ status: 'card-locked' }, 'card-locked');
    return card;
  }

  async function challengeFor(
    step: KioskStep,
    opened: KioskTransaction,
    shown: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const judged = await ask('authorizer', signal, () =>
      opened.challenge(step, Uint8Array.from(shown), signal),
    );
    if (judged.status === 'refused') throw refusedCard(judged.reason);
    if (judged.status !== 'challenge' || !(judged.challenge instanceof Uint8Array))
      throw new TypeError('The authorizer gave no challenge.');
    return judged.challenge;
  }

  /** What the card makes of the PIN: a proof, or how many tries a wrong one leaves. */
  async function prove(pin: string, signal: AbortSignal): Promise<CardProof | number> {
    const shown = certificate;
    const bytes = challenge;
    if (shown === undefined || bytes === undefined)
      throw new TypeError('There is nothing to sign.');
    // Before the PIN is shown to it: a PIN is for the card that was read first (note 5).
    const card = await read(signal);
    if (Buffer.compare(card.certificate, shown) !== 0)
      throw new Ending({ status: 'card-swapped' }, 'card-swapped');
    const made = await ask('reader', signal, () =>
      reader.sign(Uint8Array.from(bytes), pin, signal),
    );
    if (!isSignature(made)) throw new TypeError('The reader gave no signature.');
    if (made.status === 'locked' || (made.status === 'wrong-pin' && made.triesLeft === 0))
      throw new Ending({ status: 'card-locked' }, 'card-locked');
    if (made.status === 'signed')
      return { certificate: Uint8Array.from(shown), signature: made.signature };
    return made.triesLeft;
  }

  function checkIdentity(
    at: Extract<KioskState, { at: 'identity-pin' }>,
    opened: KioskTransaction,
    pin: string,
  ): void {
    const { service } = at;
    go({ at: 'identity-check', service }, 'enterPin', async (signal) => {
      const proof = await prove(pin, signal);
      if (typeof proof === 'number')
        return () => enter({ ...at, triesLeft: proof, wrongPin: true }, 'wrong-pin');
      const judged = await ask('authorizer', signal, () => opened.identify(proof, signal));
      if (judged.status === 'refused') throw refusedCard(judged.reason);
      if (judged.status !== 'identified')
        throw new TypeError('The authorizer did not say who it is.');
      const asked = await challengeFor('fetch', opened, proof.certificate, signal);
      const { triesLeft } = await read(signal);
      return () => {
        challenge = asked;
        enter({ at: 'fetch-pin', service, triesLeft, wrongPin: false }, 'identified');
      };
    });
  }

  function fetch(
    at: Extract<KioskState, { at: 'fetch-pin' }>,
    opened: KioskTransaction,
    offered: OfferedService,
    agreed: ConsentTerms,
    pin: string,
  ): void {
    const { service } = at;
    go({ at: 'fetching', service }, 'enterPin', async (signal) => {
      const proof = await prove(pin, signal);
      if (typeof proof === 'number')
        return () => enter({ ...at, triesLeft: proof, wrongPin: true }, 'wrong-pin');
      const judged = await ask('authorizer', signal, () => opened.fetch(proof, signal));
      if (judged.status === 'refused') throw refusedCard(judged.reason);
      if (judged.status !== 'fetched') throw new TypeError('The authorizer fetched nothing.');
      const built = await ask('authorizer', signal, () =>
        buildAnswer(offered.service, agreed, offered.inquiries, judged.result, clock),
      );
      return () => {
        answer = built;
        enter({ at: 'second-consent', service, terms: agreed }, 'fetched');
      };
    });
  }

  function provide(service: KioskMenuEntry, opened: KioskTransaction, fetched: Answer): void {
    go({ at: 'providing', service }, 'agree', async (signal) => {
      await ask('authorizer', signal, () => opened.provide(signal));
      return () => end({ status: 'provided', answer: fetched }, 'provided');
    });
  }

  function end(outcome: KioskOutcome, cause: KioskCause): void {
    const opened = transaction;
    const listening = stopListening;
    const shutting = slot;
    transaction = undefined;
    certificate = undefined;
    challenge = undefined;
    answer = undefined;
    terms = undefined;
    stopListening = () => {};
    enter({ at: 'card-out', outcome: Object.freeze(outcome) }, cause);
    try {
      listening();
    } catch {
      // It listens on, and nothing it tells counts any more.
    }
    const discarded =
      opened === undefined || outcome.status === 'provided' ? Promise.resolve() : discard(opened);
    void finish(outcome, cardOut(shutting), discarded);
  }

  /** Gives the card back, and once more when the slot had drawn one in after all. */
  async function cardOut(shutting: Promise<boolean>): Promise<void> {
    await reader.eject();
    if (await shutting) await reader.eject();
  }

  async function finish(
    outcome: KioskOutcome,
    out: Promise<void>,
    discarded: Promise<void>,
  ): Promise<void> {
    let returned = false;
    const done = out.then(
      () => {
        returned = true;
      },
      () => {},
    );
    const waiting = new AbortController();
    const tooLong = waitBy(clock, EJECT_MS, waiting.signal).catch(() => {});
    await Promise.race([Promise.all([done, discarded]), tooLong]);
    waiting.abort();
    const last: KioskEnd = { at: returned ? 'ended' : 'attendant-needed', outcome };
    enter(last, returned ? 'card-returned' : 'card-stuck');
    tellEnd(last);
  }

  const session: KioskSession = {
    get state() {
      return state;
    },
    ended,
    begin() {
      refuseUnless('begin');
      menu('begin');
    },
    choose(id) {
      refuseUnless('choose');
      checkText(id, 'id');
      choose(id);
    },
    back() {
      refuseUnless('back');
      menu('back');
    },
    agree() {
      refuseUnless('agree');
      if (state.at === 'first-consent' && chosen) agreeToFetch(chosen);
      else if (state.at === 'second-consent' && transaction && answer)
        provide(state.service, transaction, answer);
    },
    refuse() {
      refuseUnless('refuse');
      end(
        { status: 'refused', consent: state.at === 'second-consent' ? 'second' : 'first' },
        'refuse',
      );
    },
    enterPin(pin) {
      refuseUnless('enterPin');
      checkPin(pin);
      if (state.at === 'identity-pin' && transaction) checkIdentity(state, transaction, pin);
      else if (state.at === 'fetch-pin' && transaction && chosen && terms)
        fetch(state, transaction, chosen, terms, pin);
    },
    cancel() {
      if (!isDecided(state)) end({ status: 'cancelled' }, 'cancel');
    },
  };
  return Object.freeze(session);
}

async function discard(opened: KioskTransaction): Promise<void> {
  try {
    await opened.discard();
  } catch {
    // What this process held of it is gone; the portal's own deadline takes care of the rest.
  }
}

function refusedCard(reason: CardRefusal): Ending {
  if (!Object.hasOwn(refusals, reason)) throw new TypeError('The authorizer gave no known reason.');
  return new Ending({ status: refusals[reason] }, 'card-refused');
}

function checkPin(pin: unknown): asserts pin is string {
  if (typeof pin !== 'string') throw new TypeError('pin must be a string.');
  if (!/^\d{4}$/.test(pin))
    throw new SelfInfoError('invalid_option', {
      path: 'pin',
      expected: { en: 'Four digits.', ja: '数字4桁で入力してください。' },
    });
}

/** How it came out is settled. */
function isDecided({ at }: KioskState): boolean {
  return at === 'card-out' || at === 'ended' || at === 'attendant-needed';
}

/** A state that the citizen leads out of, and no machine. */
function waitsForCitizen({ at }: KioskState): boolean {
  return at === 'card-in' || kioskActions[at].length > 1;
}

/** A card is inside, and must stay there. */
function holdsCard({ at }: KioskState): boolean {
  return [
    'reading-card',
    'identity-pin',
    'identity-check',
    'fetch-pin',
    'fetching',
    'second-consent',
    'providing',
  ].includes(at);
}
