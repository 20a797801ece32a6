import type { Clock } from '../foundation/clock.js';
import { ofCall } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import type { ApiConnection, CallBounds } from '../net/http.js';
import type { Environment } from '../wire/environment.js';
import { findProfile } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';
import { checkAccepted, prepare, type ReadContext, send, type WireSession } from './exchange.js';
import { acceptedOf, openSession } from './polling.js';
import type { Process } from './request.js';
import type { ProcessSecret } from './secret.js';
import type { Retrieval } from './types.js';

/** Returns whether the portal wants to be told that the data of a retrieval is safe. */
export function wantsAcknowledgement(environment: Environment, { pin }: Retrieval): boolean {
  const profile = findProfile(environment, pin);
  return profile !== undefined && canAcknowledge(profile);
}

const GONE = 410;

function canAcknowledge({ acknowledgement, codec }: WireProfile): boolean {
  return acknowledgement.value !== null && codec.encodeAcknowledge !== undefined;
}

/**
 * Tells the portal that the data of each process is safe. Sends nothing where the profile has no
 * acknowledgement. Can be repeated.
 *
 * @throws SelfInfoError `profile_unknown` and `codec_failed` before anything is sent; of a refusal,
 * of the connection; `aborted`.
 */
export async function sendAcknowledgements(
  environment: Environment,
  connection: ApiConnection,
  secret: ProcessSecret,
  clock: Clock,
  bounds: CallBounds & { readonly signal: AbortSignal },
): Promise<void> {
  const session = openSession(environment, connection, secret, clock);
  if (!canAcknowledge(session.profile)) return;
  const accepted = await acceptedOf(session, secret, bounds.signal);
  // An answer that came with the response to the request has no process.
  if (has(accepted, 'result')) return;
  for (const process of accepted.processes) await acknowledgeProcess(session, process, bounds);
}

async function acknowledgeProcess(
  session: WireSession,
  { id, codes }: Process,
  bounds: CallBounds & { readonly signal: AbortSignal },
): Promise<void> {
  const { profile, clock } = session;
  const facts = { stage: 'acknowledge', codes, attempt: 1, processId: id } as const;
  const ready = await prepare(
    session,
    'encodeAcknowledge',
    facts,
    (context) => profile.codec.encodeAcknowledge?.(id, context),
    bounds.signal,
  );
  const reply = await send(session, ready, bounds);
  // Gone: the portal has deleted the result, perhaps after a message whose response was lost.
  if (reply.status === GONE) return;
  const read: ReadContext = {
    profile,
    context: ready.context,
    reply,
    bounds: { clock, signal: bounds.signal, stage: 'acknowledge', effect: 'none' },
  };
  await ofCall(ready.context.requestId, () => checkAccepted(read));
}
