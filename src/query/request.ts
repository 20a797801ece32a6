import { invalidResponse, isSelfInfoError, ofCall } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import type { CallBounds, HttpReply } from '../net/http.js';
import type { Inquiry } from '../service/inquiry.js';
import type { WireResult } from '../wire/messages.js';
import { rebuildProcess } from '../wire/rebuild.js';
import { callCodec, isPublic } from './codec-call.js';
import {
  checkAccepted,
  contextOf,
  effectOf,
  openReply,
  prepare,
  type ReadContext,
  type ReadyMessage,
  send,
  type WireSession,
} from './exchange.js';
import type { ItemCodes } from './inquiries.js';

const LONGEST_PROCESS_ID = 1_024;

/** A process at the portal, and the item codes that it answers. */
export interface Process {
  readonly id: string;
  readonly codes: readonly string[];
}

/** What the portal said to a request: the processes to poll, or at once the answer. */
export type Accepted = { readonly processes: readonly Process[] } | { readonly result: WireResult };

/** Prepares the one request that a grant allows. Sends nothing. */
export function prepareRequest(
  session: WireSession,
  inquiries: Readonly<Record<string, Inquiry>>,
  codes: ItemCodes,
  signal: AbortSignal,
): Promise<ReadyMessage> {
  const items = Object.entries(inquiries).map(([key, inquiry]) => ({
    code: codes[key] as string,
    inquiry,
  }));
  const facts = { stage: 'request', codes: Object.values(codes), attempt: 1 } as const;
  return prepare(
    session,
    'encodeRequest',
    facts,
    (context) => session.profile.codec.encodeRequest({ items }, context),
    signal,
  );
}

/** The response to a request as it is stored before a codec reads it. */
export interface StoredReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** base64url */
  readonly body: string;
  /** The id of the request, and when it was encoded (epoch milliseconds). */
  readonly requestId: string;
  readonly at: number;
}

/** Returns a response in the form in which it is stored. */
function toStoredReply(
  { status, fields, body }: HttpReply,
  { context }: ReadyMessage,
): StoredReply {
  const { 'set-cookie': _, ...headers } = fields();
  return {
    status,
    headers,
    body: Buffer.concat(body).toString('base64url'),
    requestId: context.requestId,
    at: context.now,
  };
}

/** Returns a stored response, in the context in which its request was sent. */
export function fromStoredReply(
  session: Pick<WireSession, 'profile' | 'clientId' | 'clock'>,
  { status, headers, body, requestId, at }: StoredReply,
  codes: readonly string[],
  signal: AbortSignal,
): ReadContext {
  return {
    profile: session.profile,
    context: contextOf(session, { codes, attempt: 1 }, requestId, at),
    reply: {
      status,
      header: (name) => (Object.hasOwn(headers, name) ? (headers[name] ?? null) : null),
      body: [new Uint8Array(Buffer.from(body, 'base64url'))],
    },
    bounds: {
      clock: session.clock,
      signal,
      stage: 'request',
      effect: effectOf('request', status),
    },
  };
}

/**
 * Reads the response to a request.
 *
 * @throws SelfInfoError of a refusal; `codec_failed`, `response_invalid`, `aborted`.
 */
export function readAccepted(read: ReadContext): Promise<Accepted> {
  return ofCall(read.context.requestId, () => readProcesses(read));
}

async function readProcesses(read: ReadContext): Promise<Accepted> {
  const { profile, context, bounds } = read;
  await checkAccepted(read);
  const { codes } = context;
  const process = await callCodec(
    profile,
    'decodeProcess',
    bounds,
    () => profile.codec.decodeProcess(openReply(read), context),
    (value, signal) => rebuildProcess(value, codes, profile, signal),
  );
  if (Object.hasOwn(process, 'result')) return process as Accepted;
  const { processIds } = process as Extract<typeof process, { processIds: unknown }>;
  const processes: readonly Process[] = Array.isArray(processIds)
    ? processIds.map((id: string) => ({ id, codes }))
    : Object.entries(processIds).map(([id, part]) => ({ id, codes: part as readonly string[] }));
  for (const { id } of processes) checkProcessId(id);
  return { processes };
}

/** What the portal said to a request, in the form in which it is stored. */
export type StoredAccepted =
  | { readonly processes: readonly Process[] }
  | { readonly reply: StoredReply };

/** Keeps what collecting an answer needs. */
export interface Keeper {
  /** Stores it; called once the portal has responded. */
  keep(accepted: StoredAccepted): Promise<void>;
  /** Deletes it again, because the portal has accepted nothing. */
  drop(): Promise<void>;
}

/**
 * Sends a request, once, and reads its response. A codec of the caller reads it only after it was
 * stored, so that the answer can still be collected if the codec fails.
 *
 * @throws SelfInfoError of the connection, of a refusal, of the keeper; once the response is kept,
 * `codec_failed`, `response_invalid`, `aborted`.
 */
export async function requestProcesses(
  session: WireSession,
  ready: ReadyMessage,
  bounds: CallBounds & { readonly signal: AbortSignal },
  keeper: Keeper,
): Promise<StoredAccepted> {
  const reply = await send(session, ready, bounds);
  const effect = effectOf('request', reply.status);
  const read: ReadContext = {
    profile: session.profile,
    context: ready.context,
    reply,
    bounds: { clock: session.clock, signal: bounds.signal, stage: 'request', effect },
  };
  const isOurs = isPublic(session.profile, 'decodeProcess') && !session.profile.codec.decodeRefusal;
  if (!isOurs) await keeper.keep({ reply: toStoredReply(reply, ready) });
  let accepted: Accepted;
  try {
    accepted = await readAccepted(read);
  } catch (error) {
    if (isRefusal(error)) {
      if (!isOurs) await keeper.drop();
    } else if (isOurs) {
      await keeper.keep({ reply: toStoredReply(reply, ready) });
    }
    throw error;
  }
  const stored = has(accepted, 'processes') ? accepted : { reply: toStoredReply(reply, ready) };
  if (isOurs) await keeper.keep(stored);
  return stored;
}

function isRefusal(error: unknown): boolean {
  return isSelfInfoError(error) && error.upstream !== undefined;
}

/** Returns whether a value is an id that can be stored and sent back with a poll. */
export function isProcessId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_PROCESS_ID;
}

function checkProcessId(id: unknown): void {
  if (isProcessId(id)) return;
  throw invalidResponse(
    {
      en: `its process id is not a text of at most ${LONGEST_PROCESS_ID} characters.`,
      ja: `処理IDが ${LONGEST_PROCESS_ID} 文字以下の文字列ではありません。`,
    },
    { stage: 'request', effect: 'unknown' },
  );
}
