import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { readKeys } from '../foundation/options.js';
import { frozenJson } from '../foundation/plain.js';
import { isService, type Service } from '../service/service.js';
import { checkProfile } from '../wire/environment.js';
import { charsetOf } from '../wire/media-type.js';
import type { WireProfile } from '../wire/profile.js';
import { CHARSETS, CODINGS, TYPES } from './header-values.js';
import { createHints, type Hints } from './hints.js';
import { joinMessages, kindOf } from './merge.js';
import { readBody, TooLarge, textShape } from './read-body.js';
import type {
  MemberShape,
  MessageShape,
  ObjectShape,
  ShapeRecording,
  ShapeStep,
  ValueShape,
} from './shape.js';

/** A response to record. */
export interface ShapeMessage {
  readonly step: ShapeStep;
  /** The HTTP status, 100 to 599. */
  readonly status: number;
  /** The headers, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they came, before any coding is undone. */
  readonly body: Uint8Array;
}

/** Records the shapes of responses. Its functions can be destructured. */
export interface ShapeRecorder {
  /** Adds the shape of a response. Keeps no value, and never throws. */
  record(message: ShapeMessage): void;
  /** Returns what was recorded so far. */
  recording(): ShapeRecording;
}

/** Options of {@link createShapeRecorder}. */
export interface ShapeRecorderOptions {
  /** The profile whose names and words may be kept. Default: `publicProfile`. */
  readonly profile?: WireProfile;
  /**
   * The service whose items, and field names of record schemas, may be kept. Default: none, so that
   * the fields of records are recorded by pattern.
   */
  readonly service?: Service;
  /** Further names of members that may be kept, from the specification. Default: none. */
  readonly names?: readonly string[];
}

/** Reading blocks the process. */
const LONGEST_BODY = 8 * 1024 * 1024;
/** The most kinds of messages. */
const MOST_KINDS = 100;

/**
 * Creates a recorder for the connection check: pass it as `recorder` to `createSelfInfoClient`. It
 * sees every response before a codec reads it, also one that the codec cannot read.
 *
 * @param options - what may be kept: names and words of the profile, of the service, and others.
 * Every other name and word is recorded by its pattern and a band of lengths.
 * @throws SelfInfoError `unknown_option`, those of the profile; TypeError for a wrong type.
 * @example
 * ```ts
 * import { type ClientOptions, createSelfInfoClient } from 'myna-selfinfo';
 * import { createShapeRecorder } from 'myna-selfinfo/shapes';
 * function connect(options: ClientOptions) {
 *   const { service, environment } = options;
 *   const recorder = createShapeRecorder({ service, profile: environment.profile });
 *   return { client: createSelfInfoClient({ ...options, recorder }), recorder };
 * }
 * ```
 */
export function createShapeRecorder(options: ShapeRecorderOptions = {}): ShapeRecorder {
  const given = readKeys(options, 'options', {
    profile: true,
    service: true,
    names: true,
  } satisfies Record<keyof ShapeRecorderOptions, true>);
  const { service, names = [] } = given;
  const profile = checkProfile(given.profile);
  if (service !== undefined && !isService(service))
    throw new TypeError('options.service must be what defineService returned.');
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    throw new TypeError('options.names must be a list of strings.');
  const hints = createHints(profile, service, names);
  const messages = new Map<string, MessageShape>();
  const lost = { failed: 0, surplus: 0 };
  return {
    record(message) {
      try {
        const shape = shapeOf(message, hints);
        const kind = kindOf(shape);
        const before = messages.get(kind);
        if (before) messages.set(kind, joinMessages(before, shape));
        else if (messages.size < MOST_KINDS) messages.set(kind, shape);
        else lost.surplus++;
      } catch {
        // The call goes on. The error could quote the message.
        lost.failed++;
      }
    },
    recording: () =>
      frozenJson({
        v: 1,
        profile: profile.id,
        messages: [...messages.keys()].sort().map((kind) => messages.get(kind) as MessageShape),
        lost,
      }),
  };
}

const oneOf = (list: readonly string[], value: string): string =>
  list.includes(value) ? value : 'other';

function shapeOf({ step, status, headers, body }: ShapeMessage, hints: Hints): MessageShape {
  const type = headers['content-type'];
  const [name = ''] = (type ?? '').split(';');
  const coding = oneOf(CODINGS, (headers['content-encoding'] || 'identity').trim().toLowerCase());
  const read = readShape(body, coding, hints);
  return {
    step,
    status: Number.isInteger(status) && status >= 100 && status <= 599 ? status : 0,
    type: type === undefined ? 'none' : oneOf(TYPES, name.trim().toLowerCase()),
    charset: oneOf(CHARSETS, (charsetOf(type ?? null) ?? 'none').toLowerCase()),
    coding,
    times: 1,
    headers: headerShapes(headers, hints),
    ...read,
  };
}

function headerShapes(headers: ShapeMessage['headers'], hints: Hints): ObjectShape {
  const members: Record<string, MemberShape> = {};
  for (const [name, value] of Object.entries(headers))
    members[hints.write(name)] = { always: true, shape: textShape('', value, hints) };
  return { members };
}

function readShape(
  bytes: Uint8Array,
  coding: string,
  hints: Hints,
): { readonly kind: MessageShape['kind']; readonly body?: ValueShape } {
  if (bytes.byteLength === 0) return { kind: 'empty' };
  if (bytes.byteLength > LONGEST_BODY) return { kind: 'large' };
  try {
    const plain = decoded(bytes, coding);
    return { kind: 'json', body: readBody(UTF8.decode(plain), hints) };
  } catch (error) {
    // Node throws a RangeError for more than `maxOutputLength`.
    const isLarge = error instanceof TooLarge || error instanceof RangeError;
    return { kind: isLarge ? 'large' : 'unreadable' };
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function decoded(bytes: Uint8Array, coding: string): Uint8Array {
  return DECODERS[coding]?.(bytes, { maxOutputLength: LONGEST_BODY }) ?? bytes;
}
