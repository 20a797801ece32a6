import { randomUUID } from 'node:crypto';
import type { Clock } from '../foundation/clock.js';
import type { Effect } from '../foundation/error-facts.js';
import { invalidResponse, type SelfInfoError } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import {
  type ApiConnection,
  type Call,
  type CallBounds,
  type HttpReply,
  pathUnder,
} from '../net/http.js';
import { BODY_BYTES } from '../net/limits.js';
import { messageIds } from '../net/message-ids.js';
import { refusal, refusalByCode } from '../net/refusals.js';
import type { CodecFunction, WireContext, WireMessage, WireReply } from '../wire/codec.js';
import { isJson } from '../wire/media-type.js';
import type { WireProfile } from '../wire/profile.js';
import { rebuildRefusal } from '../wire/rebuild.js';
import { rebuildMessage, rebuildSignature } from '../wire/rebuild-message.js';
import { createReply, type ReceivedReply } from '../wire/reply.js';
import { type CodecBounds, callCodec, isPublic } from './codec-call.js';

/** The steps whose messages a codec writes. */
type Stage = CodecBounds['stage'];

/** What every message of one consent needs. */
export interface WireSession {
  readonly profile: WireProfile;
  readonly clientId: string;
  /** The origin and base path of the API, for signatures. */
  readonly apiUrl: string;
  readonly connection: ApiConnection;
  readonly token: string;
  readonly clock: Clock;
}

/** What a message is about: its step, the item codes, the process, and how often it was tried. */
export type MessageFacts = Pick<WireContext, 'codes' | 'attempt' | 'processId'> & {
  readonly stage: Stage;
};

/** A message that is ready to be sent, with the context in which its response is read. */
export interface ReadyMessage {
  readonly call: Call;
  readonly context: WireContext;
}

/**
 * Encodes, completes and signs a message. Sends nothing, so a failure has no effect.
 *
 * @throws SelfInfoError `codec_failed`, `aborted`.
 */
export async function prepare(
  session: WireSession,
  name: CodecFunction,
  facts: MessageFacts,
  encode: (context: WireContext) => unknown,
  signal?: AbortSignal,
): Promise<ReadyMessage> {
  const { profile, clock } = session;
  const context = contextOf(session, facts, randomUUID(), clock.now());
  const bounds = { clock, signal, stage: facts.stage, effect: 'none' } as const;
  const written = await callCodec(
    profile,
    name,
    bounds,
    () => encode(context),
    (value) => rebuildMessage(value, profile),
  );
  const message = { ...written, headers: completeHeaders(session, written, context) };
  const headers = { ...message.headers, ...(await signatureOf(session, message, context, bounds)) };
  const { method, path, body } = message;
  return { call: callOf(profile, facts.stage, { method, path, headers, body }, context), context };
}

/** The context that a codec gets with a message or with its response. */
export function contextOf(
  { profile, clientId }: Pick<WireSession, 'profile' | 'clientId'>,
  { codes, attempt, processId }: Omit<MessageFacts, 'stage'>,
  requestId: string,
  now: number,
): WireContext {
  return Object.freeze({
    profile,
    clientId,
    requestId,
    now,
    // A copy: the codec must not change what this package goes on with.
    codes: Object.freeze([...codes]),
    attempt,
    ...(processId !== undefined && { processId }),
  });
}

function completeHeaders(
  { profile, token }: WireSession,
  { headers }: WireMessage,
  { requestId }: WireContext,
): Readonly<Record<string, string>> {
  return {
    ...headers,
    'accept-encoding': profile.contentCoding.value,
    ...messageIds(profile, requestId).headers,
    authorization: `Bearer ${token}`,
  };
}

async function signatureOf(
  { profile, apiUrl }: WireSession,
  { method, path, headers = {}, body = '' }: WireMessage,
  context: WireContext,
  bounds: CodecBounds,
): Promise<Readonly<Record<string, string>>> {
  if (profile.codec.sign === undefined) return {};
  const final = Object.freeze({
    method,
    url: new URL(pathUnder(apiUrl, path), apiUrl).href,
    headers: Object.freeze({ ...headers }),
    // A copy: what is signed must not change what is sent.
    body: new Uint8Array(Buffer.from(body)),
  });
  return callCodec(
    profile,
    'sign',
    bounds,
    () => profile.codec.sign?.(final, context),
    (value) => rebuildSignature(value, headers, profile),
  );
}

function callOf(
  profile: WireProfile,
  stage: Stage,
  { body, ...message }: Omit<Call, 'stage' | 'body'> & { readonly body: WireMessage['body'] },
  { requestId }: WireContext,
): Call {
  const { contentCoding, completion } = profile;
  const { headers: _, ...ids } = messageIds(profile, requestId);
  const coding = contentCoding.value;
  const holdsAnswer = stage === 'request' && completion.value === 'immediate';
  return {
    stage,
    ...message,
    ...(body !== undefined && { body }),
    ...(coding !== 'identity' && { coding }),
    ...(holdsAnswer && { longestBody: BODY_BYTES.result }),
    ...ids,
  };
}

/** Sends a message, once. */
export function send(
  { connection }: WireSession,
  { call }: ReadyMessage,
  bounds: CallBounds,
): Promise<HttpReply> {
  return connection.exchange(call, bounds);
}

/** A response, in the context of its message. */
export interface ReadContext {
  readonly profile: WireProfile;
  readonly context: WireContext;
  readonly reply: ReceivedReply & Pick<Partial<HttpReply>, 'retryAt' | 'upstreamRequestId'>;
  readonly bounds: CodecBounds;
}

/** Wraps a response for the functions of a codec. */
export function openReply({ profile, reply, bounds }: ReadContext): WireReply {
  return createReply(reply, own(profile, 'numbers') ?? 'exact', bounds.signal);
}

/**
 * Reads a response that must be a success.
 *
 * @throws SelfInfoError of a refusal, by its status or by what `decodeRefusal` says.
 */
export async function checkAccepted(read: ReadContext): Promise<void> {
  const { profile, context, reply, bounds } = read;
  const { codec } = profile;
  const { status } = reply;
  const refused =
    codec.decodeRefusal &&
    (await callCodec(
      profile,
      'decodeRefusal',
      bounds,
      () => codec.decodeRefusal?.(openReply(read), bounds.stage, context),
      rebuildRefusal,
    ));
  if (refused)
    throw refusalByCode(
      reply,
      bounds.stage,
      refused.code,
      profile.errorCodes.value,
      profile.untakenCodes.value,
    );
  // 303 tells a codec where the answer is. The public one does not read it.
  const readsRedirect =
    status === 303 && bounds.stage !== 'acknowledge' && !isPublic(profile, decoderOf(bounds.stage));
  if ((status >= 200 && status <= 299) || readsRedirect) return;
  if (status === 303)
    throw invalidResponse(
      { en: 'redirects are not followed.', ja: 'リダイレクトは受け付けません。' },
      { stage: bounds.stage, effect: bounds.effect },
    );
  throw await refusalByStatus(read);
}

function decoderOf(stage: Stage): CodecFunction {
  return stage === 'request' ? 'decodeProcess' : 'decodeResult';
}

async function refusalByStatus(read: ReadContext): Promise<SelfInfoError> {
  const { profile, reply, bounds } = read;
  const isRequest = bounds.stage === 'request';
  const json = isJson(reply.header('content-type'))
    ? await openReply(read)
        .json()
        .catch(() => undefined)
    : undefined;
  return refusal(
    { ...reply, json, retryAt: reply.retryAt },
    bounds.stage,
    profile.errorCodes.value,
    isRequest ? [...profile.notAcceptedStatuses.value, ...profile.untakenCodes.value] : [],
  );
}

/** What a failure to read a response means: a success may have used up the consent. */
export function effectOf(stage: Stage, status: number): Effect {
  if (stage !== 'request') return 'none';
  return status >= 200 && status <= 299 ? 'applied' : 'unknown';
}
