import { agree, refuse } from './consent.js';
import { createContext } from './context.js';
import { isDecided } from './machine.js';
import { chooseService, showMenu } from './menu.js';
import { checkOptions, type KioskOptions } from './options.js';
import { enterPin } from './pin.js';
import type { KioskEnd, KioskState } from './states.js';
import { end, extend, requireAction } from './transitions.js';

/**
 * Session of one citizen at a kiosk. The actions work without the object, so they can be passed on
 * as functions. Each one returns at once; its effects arrive at `onEvent`.
 */
export interface KioskSession {
  /** The current state. */
  readonly state: KioskState;
  /** Resolves once the session is over and the card is taken or kept; never rejects. */
  readonly ended: Promise<KioskEnd>;
  /**
   * Presses the button of figure 3.3-1.
   *
   * @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`; `invalid_option` for a
   * calendar or clock that fails.
   */
  begin(): void;
  /**
   * Chooses a service of the menu by its id.
   *
   * @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`; `invalid_option` for an id
   * that is not on the menu, or a calendar or clock that fails; TypeError for a wrong type.
   */
  choose(id: string): void;
  /**
   * Returns to the menu.
   *
   * @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`; `invalid_option` for a
   * calendar or clock that fails.
   */
  back(): void;
  /**
   * Accepts the consent that the screen shows, the first or the second.
   *
   * @throws SelfInfoError `kiosk_action_refused`; `outside_calendar`; `invalid_option` for a
   * calendar or clock that fails.
   */
  agree(): void;
  /**
   * Refuses the consent that the screen shows, which ends the session.
   *
   * @throws SelfInfoError `kiosk_action_refused`.
   */
  refuse(): void;
  /**
   * Passes a PIN to the card and nowhere else. The session does not keep it.
   *
   * @param pin - four digits; any other form is rejected here and costs no try.
   * @throws SelfInfoError `kiosk_action_refused`; `invalid_option`; TypeError for a wrong type.
   */
  enterPin(pin: string): void;
  /**
   * Starts the time of the current state again (延長), as often as the citizen wishes.
   *
   * @throws SelfInfoError `kiosk_action_refused`.
   */
  extend(): void;
  /** Ends the session from any state. Does nothing once the outcome is decided. */
  cancel(): void;
}

/**
 * Starts a session for one citizen, at the button of figure 3.3-1: menu, first consent, card and
 * PIN, PIN for the fetch, second consent, card out (guideline 3.3).
 *
 * The machine must take the card in, so that it cannot be swapped between identity check and fetch
 * (guideline 3.3, note 5).
 *
 * Every end calls the reader's `eject`. What was fetched is either provided after two consents or
 * discarded. A kiosk serves one session at a time.
 *
 * @param options - services, authorizer, reader, calendar, clock, `terminalId`, `idleMs`, `warnMs`,
 * `onEvent`.
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
 *   const provider = 'みほん銀行株式会社';
 *   const services = [{ id: 'SP12345678_AB1234', provider, service, inquiry: latest() }];
 *   const session = createKioskSession({
 *     services,
 *     authorizer,
 *     reader,
 *     onEvent: ({ state }) => console.log(state.at),
 *   });
 *   session.begin();
 *   const { outcome } = await session.ended;
 *   return outcome.status === 'provided' ? outcome.answer : undefined;
 * }
 * ```
 */
export function createKioskSession(options: KioskOptions): KioskSession {
  const context = createContext(checkOptions(options));
  const session: KioskSession = {
    get state() {
      return context.state;
    },
    ended: context.ended,
    begin() {
      requireAction(context, 'begin');
      showMenu(context, 'begin');
    },
    choose(id) {
      requireAction(context, 'choose');
      chooseService(context, id);
    },
    back() {
      requireAction(context, 'back');
      showMenu(context, 'back');
    },
    agree() {
      requireAction(context, 'agree');
      agree(context);
    },
    refuse() {
      requireAction(context, 'refuse');
      refuse(context);
    },
    enterPin(pin) {
      requireAction(context, 'enterPin');
      enterPin(context, pin);
    },
    extend() {
      requireAction(context, 'extend');
      extend(context);
    },
    cancel() {
      if (!isDecided(context.state)) end(context, { status: 'cancelled' }, 'cancel');
    },
  };
  return Object.freeze(session);
}
