import type { Confidence, WireProfileData } from './data.js';
import type { WireProcess, WireRequest, WireResult, WireRunning } from './messages.js';

/** An HTTP request as a codec writes it. This package adds `authorization` and the transport. */
export interface WireMessage {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path below the origin of the API, with its query: it starts with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as UTF-8. GET has no body. */
  readonly body?: string | Uint8Array;
}

/** A message as it is about to be sent, for a signature. */
export interface FinalMessage {
  readonly method: WireMessage['method'];
  /** The URL that the message goes to, with its query. */
  readonly url: string;
  /** All headers of the message, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An HTTP response as a codec reads it. */
export interface WireReply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
  /**
   * Decodes the body as text. Default: the charset of the Content-Type, or else UTF-8.
   *
   * @throws SelfInfoError `response_invalid` for bytes that are not of this charset.
   */
  text(charset?: string): Promise<string>;
  /**
   * Parses the body as JSON, more strictly than `JSON.parse`: see {@link readStrictJson}.
   *
   * @throws SelfInfoError `response_invalid`.
   */
  json(): Promise<unknown>;
}

/** The context of a message: what a codec function gets in addition to it. */
export interface WireContext {
  /** The data of the profile that the codec belongs to. */
  readonly profile: WireProfileData;
  readonly clientId: string;
  /** The id of this HTTP message, a UUID. A repeated poll has another one. */
  readonly requestId: string;
  /** Epoch milliseconds by the client's clock. */
  readonly now: number;
  /** The process that is polled, acknowledged, or answered. */
  readonly processId?: string;
  /** The item codes of the request, or of the process. */
  readonly codes: readonly string[];
  /** Attempt number within this step, starting at 1. */
  readonly attempt: number;
}

/** A completion notice of the portal (IF001-05, inferred) as it arrived. */
export interface WireNotice {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
  /** Reads the body as strict JSON. */
  json(): Promise<unknown>;
}

/** The step that a message belongs to. */
export type WireStage = 'request' | 'result' | 'acknowledge';

/** The functions of a codec. */
export type CodecFunction =
  | 'encodeRequest'
  | 'decodeProcess'
  | 'encodePoll'
  | 'decodeResult'
  | 'decodeRefusal'
  | 'sign'
  | 'decodeNotice'
  | 'encodeAcknowledge';

/**
 * Functions that write HTTP messages and read the responses. They cover what the data of a profile
 * cannot express. Each may return a promise, which must settle within ten seconds by the client's
 * clock.
 *
 * An exception of a function is never passed on, because it may contain its input: the error is
 * `codec_failed`. What a function returns is copied and validated.
 */
export interface WireCodec {
  /**
   * The version of the functions, as a part of the pin. Change it when a function writes or reads
   * the same message in another way. Keep it when you only fix a function that threw, so that the
   * fixed codec reads the responses stored so far.
   */
  readonly version: string;
  /**
   * How well each function is known. Production requires `specification` or `public-official` for
   * each function, except those that the data of the profile switches off.
   */
  readonly confidence: Readonly<Partial<Record<CodecFunction, Confidence>>>;
  /** Returns the message of a request (IF001-04). */
  encodeRequest(request: WireRequest, context: WireContext): WireMessage | Promise<WireMessage>;
  /** Reads the response to a request. */
  decodeProcess(reply: WireReply, context: WireContext): WireProcess | Promise<WireProcess>;
  /** Returns the message that asks for the result of a process (IF001-06), or for its next page. */
  encodePoll(
    processId: string,
    context: WireContext,
    cursor?: string,
  ): WireMessage | Promise<WireMessage>;
  /** Reads the response to a poll. */
  decodeResult(
    reply: WireReply,
    context: WireContext,
  ): WireResult | WireRunning | Promise<WireResult | WireRunning>;
  /**
   * Returns the machine code of a refusal, or undefined if the response is not a refusal. Called
   * with every response of any status, before it is decoded.
   */
  decodeRefusal?(
    reply: WireReply,
    stage: WireStage,
    context: WireContext,
  ): { readonly code: string } | undefined | Promise<{ readonly code: string } | undefined>;
  /** Returns headers to add to a finished message. A repeated poll is signed again. */
  sign?(
    message: FinalMessage,
    context: WireContext,
  ):
    | { readonly headers: Readonly<Record<string, string>> }
    | Promise<{ readonly headers: Readonly<Record<string, string>> }>;
  /** Authenticates a notice, and returns its process id. Throws if the notice is not authentic. */
  decodeNotice?(
    notice: WireNotice,
    context: WireContext,
  ): { readonly processId: string } | Promise<{ readonly processId: string }>;
  /** Returns the message that confirms that the answer of a process is stored. */
  encodeAcknowledge?(processId: string, context: WireContext): WireMessage | Promise<WireMessage>;
}
