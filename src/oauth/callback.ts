import { createHash, timingSafeEqual } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { has } from '../foundation/own.js';
import { sharedEntry, sharedState } from '../foundation/shared-state.js';
import { threw } from '../foundation/thrown.js';
import { knownCode } from '../net/refusals.js';
import { type Environment, isEnvironment } from '../wire/environment.js';
import {
  type CallbackCode,
  type CallbackParameters,
  type CallbackRequest,
  parseCallback,
} from './callback-request.js';
import { oauth4webapi } from './oauth4webapi.js';

declare const validCallback: unique symbol;

interface CallbackState {
  readonly code: string;
  spent: boolean;
}

const CALLBACKS = 'callbacks.1';

/**
 * A callback whose state, issuer and shape were validated. It holds the code, allows one exchange,
 * and prints nothing.
 */
export class ValidCallback {
  declare readonly [validCallback]: true;

  /** @internal */
  constructor(code: string) {
    sharedState<CallbackState>(CALLBACKS).set(this, { code, spent: false });
  }

  /** @internal Returns whether a value is a valid callback, of any copy of this package. */
  static isOne(value: unknown): value is ValidCallback {
    return sharedEntry(CALLBACKS, value) !== undefined;
  }

  /** @internal */
  static codeOf(callback: ValidCallback): string {
    return stateOf(callback).code;
  }

  /**
   * @internal Claims the code, which a client uses once (RFC 6749, 4.1.2). Returns how to give it
   * back when nothing was sent.
   */
  static claim(callback: ValidCallback): () => void {
    const state = stateOf(callback);
    if (state.spent) throw rejected('replayed');
    state.spent = true;
    return () => {
      state.spent = false;
    };
  }
}

function stateOf(callback: ValidCallback): CallbackState {
  return sharedState<CallbackState>(CALLBACKS).get(callback) as CallbackState;
}

/** What the portal said in the callback. */
export type CallbackVerdict =
  | { readonly valid: ValidCallback }
  | { readonly declined: true }
  | { readonly refused: CallbackCode; readonly at: 'callback' | 'authorize' };

const LONGEST_CODE = 4_096;

/** Validates a callback whose state is known, in this order: issuer, error, code. */
export async function validateCallbackParameters(
  environment: Environment,
  { parameters, otherFlow }: CallbackParameters,
): Promise<CallbackVerdict> {
  const oauth = await oauth4webapi();
  if (new Set(parameters.keys()).size < parameters.size)
    return { refused: 'duplicate_parameter', at: 'callback' };
  const issuer = parameters.get('iss');
  const issuerRequired = mustHaveIssuer(environment, parameters);
  if (issuer === null ? issuerRequired : issuer !== environment.issuer)
    return { refused: 'issuer_mismatch', at: 'callback' };
  try {
    const server = {
      issuer: environment.issuer,
      authorization_response_iss_parameter_supported: issuerRequired,
    };
    const validated = oauth.validateAuthResponse(
      server,
      { client_id: environment.clientId },
      parameters,
      parameters.get('state') ?? oauth.expectNoState,
    );
    const code = validated.get('code') ?? '';
    if (otherFlow || validated.has('error') || !isCode(code))
      return { refused: 'invalid_response', at: 'callback' };
    return { valid: new ValidCallback(code) };
  } catch (error) {
    // Only the code of the error is read: the rest may quote the callback.
    if (
      error instanceof oauth.OperationProcessingError ||
      error instanceof oauth.UnsupportedOperationError
    )
      return { refused: 'invalid_response', at: 'callback' };
    if (!(error instanceof oauth.AuthorizationResponseError))
      throw new SelfInfoError('internal_error', {
        stage: 'callback',
        effect: 'none',
        expected: threw(error),
      });
    if (error.error === 'access_denied') return { declined: true };
    return {
      refused: knownCode(error.error, environment.profile.errorCodes.value),
      at: 'authorize',
    };
  }
}

/** An error without `iss` is harmless where the profile names that deviation: it has no code. */
function mustHaveIssuer({ profile: { oauth } }: Environment, parameters: URLSearchParams): boolean {
  const mayLackIssuer =
    oauth.deviations.value.includes('issuer-missing-on-error') &&
    parameters.has('error') &&
    !parameters.has('code');
  return oauth.issuerInCallback.value && !mayLackIssuer;
}

/**
 * Requires a code of visible characters and spaces (RFC 6749, 4.1.2 and A.11). A callback with
 * neither code nor error is invalid.
 */
function isCode(code: string): boolean {
  return code.length <= LONGEST_CODE && /^[\x20-\x7e]+$/.test(code);
}

/** Compares two secrets in a time that does not depend on how many characters agree. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Validates a callback against the state of this browser. Use it to run the steps yourself. What it
 * returns can be exchanged once.
 *
 * @param environment - the environment that the callback must come from.
 * @param request - the callback.
 * @param options - `state`: the value that `buildConsentUrl` received, kept with the browser's
 * session; it is valid for one callback.
 * @throws SelfInfoError `consent_declined` when the citizen declined; `callback_rejected` with the
 * reason as `upstream.code`.
 * @example
 * ```ts
 * import { type Environment, validateCallback } from 'myna-selfinfo';
 * async function callback(environment: Environment, request: Request, state: string) {
 *   return validateCallback(environment, request, { state });
 * }
 * ```
 */
export async function validateCallback(
  environment: Environment,
  request: CallbackRequest,
  options: { readonly state: string },
): Promise<ValidCallback> {
  if (!isEnvironment(environment))
    throw new SelfInfoError('invalid_environment', { path: 'environment' });
  options = readKeys(options, 'options', { state: true } satisfies Record<
    keyof typeof options,
    true
  >);
  checkText(options.state, 'options.state');
  const read = await parseCallback(request, [environment.profile.oauth.responseMode.value]);
  if (has(read, 'refused')) throw rejected(read.refused);
  if (!read.isStateUnicode) throw rejected('invalid_response');
  if (!sameSecret(read.parameters.get('state') ?? '', options.state))
    throw rejected('state_mismatch');
  const verdict = await validateCallbackParameters(environment, read);
  if (has(verdict, 'declined')) throw new SelfInfoError('consent_declined');
  if (has(verdict, 'refused')) throw rejected(verdict.refused);
  return verdict.valid;
}

function rejected(code: CallbackCode): SelfInfoError {
  return new SelfInfoError('callback_rejected', { upstream: { code } });
}
