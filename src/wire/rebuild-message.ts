import { types } from 'node:util';
import { isWellFormed } from '../foundation/options.js';
import type { WireMessage } from './codec.js';
import { dataAt, fault, keysOf, readObject } from './codec-value.js';
import type { WireProfileData } from './data.js';

/** In characters, with the query. */
const LONGEST_PATH = 8_192;
const MOST_HEADERS = 64;
/** In characters: all names and values of a message together. */
const LONGEST_HEADERS = 16_384;
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;

const MESSAGE = { method: true, path: true, headers: true, body: true } as const satisfies Record<
  keyof WireMessage,
  true
>;
const METHODS = { GET: true, POST: true, PUT: true, DELETE: true } as const satisfies Record<
  WireMessage['method'],
  true
>;

/** Copies what `encodeRequest` and the like returned. */
export function rebuildMessage(value: unknown, profile: WireProfileData): WireMessage {
  const { method, path, headers, body } = readObject(value, '', MESSAGE);
  if (typeof method !== 'string' || !Object.hasOwn(METHODS, method))
    throw fault(
      'method',
      'must be GET, POST, PUT or DELETE.',
      'が GET、POST、PUT、DELETE のいずれでもありません。',
    );
  if (method === 'GET' && body !== undefined)
    throw fault('body', 'must be left out for GET.', 'は GET では指定できません。');
  return {
    method: method as WireMessage['method'],
    path: pathAt(path),
    headers: headers === undefined ? {} : headersAt(headers, {}, profile),
    ...(body !== undefined && { body: bodyAt(body) }),
  };
}

/** Copies what `sign` returned: headers that the message does not have yet. */
export function rebuildSignature(
  value: unknown,
  present: Readonly<Record<string, string>>,
  profile: WireProfileData,
): Readonly<Record<string, string>> {
  return headersAt(readObject(value, '', { headers: true }).headers, present, profile);
}

function pathAt(value: unknown): string {
  if (typeof value === 'string' && value.length <= LONGEST_PATH && isInside(value)) return value;
  throw fault(
    'path',
    `must start with one /, stay below the base path, and have at most ${LONGEST_PATH} ASCII characters, all allowed in a URL.`,
    `は、1つの / で始まり、ベースパスの配下にとどまる、URL で使用できる ${LONGEST_PATH} 文字以下の ASCII 文字列で指定してください。`,
  );
}

/**
 * Returns whether a path stays below that of the base URL for every server on the way, and whether
 * a URL leaves it as it is.
 */
function isInside(path: string): boolean {
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[\\#]|%(?![0-9a-f]{2})/i.test(path)) return false;
  const base = '/base';
  const url = new URL(`https://api.invalid${base}${path}`);
  if (url.pathname + url.search !== base + path) return false;
  // Some servers decode twice.
  let [folders = ''] = path.split('?', 1);
  for (let before = ''; before !== folders; ) {
    if (escapes(folders)) return false;
    before = folders;
    folders = before.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return true;
}

/**
 * Returns whether a path has a segment that is empty or of dots, also before a path parameter, a
 * control character, or a byte by which some decoders write a dot or a slash (0xC0, 0xC1).
 */
function escapes(folders: string): boolean {
  return (
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for.
    /[\x00-\x1f\x7f\xc0\xc1]/.test(folders) ||
    folders
      .split(/[/\\]/)
      .some((segment, index, { length }) =>
        segment === '' ? index > 0 && index < length - 1 : /^\.{1,2}(;|$)/.test(segment),
      )
  );
}

/** Headers that this package or the connection sets. */
const OWNED =
  /^(authorization|host|content-length|connection|transfer-encoding|cookie|accept-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*)$/;

function headersAt(
  value: unknown,
  present: Readonly<Record<string, string>>,
  profile: WireProfileData,
): Readonly<Record<string, string>> {
  const names = keysOf(value, 'headers');
  const headers: Record<string, string> = {};
  const idHeader = profile.headers.requestId.value?.toLowerCase();
  let size = 0;
  for (const [index, name] of names.entries()) {
    const where = `headers[${index}]`;
    const text = dataAt(value as object, name, where);
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || !isHeaderValue(text))
      throw fault(
        where,
        'must have a token as name and a value without line breaks, control characters and outer blanks.',
        'の名前がトークンではないか、値に改行、制御文字、前後の空白のいずれかがあります。',
      );
    const lower = name.toLowerCase();
    if (OWNED.test(lower) || lower === idHeader)
      throw fault(
        where,
        'is a header that this package sets.',
        'はこのパッケージが設定するヘッダーです。',
      );
    if (Object.hasOwn(headers, lower) || Object.hasOwn(present, lower))
      throw fault(where, 'repeats a header of the message.', 'と同じヘッダーがすでにあります。');
    size += name.length + text.length;
    headers[lower] = text;
  }
  if (names.length <= MOST_HEADERS && size <= LONGEST_HEADERS) return headers;
  throw fault(
    'headers',
    `must not hold more than ${MOST_HEADERS} headers or ${LONGEST_HEADERS} characters.`,
    `は ${MOST_HEADERS} 個以下、合計 ${LONGEST_HEADERS} 文字以下にしてください。`,
  );
}

function isHeaderValue(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= LONGEST_HEADERS &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value) &&
    !/^[\t ]|[\t ]$/.test(value)
  );
}

/** Copies a body: what is sent must not change when the codec changes its bytes. */
function bodyAt(value: unknown): string | Uint8Array {
  const body = typeof value === 'string' ? textAt(value) : bytesAt(value);
  if (body !== undefined) return body;
  throw fault(
    'body',
    'must be a well-formed text or a Uint8Array of at most 16 MiB.',
    'が 16 MiB 以下の正しい文字列または Uint8Array ではありません。',
  );
}

function textAt(value: string): string | undefined {
  const fits = value.length <= LONGEST_BODY_BYTES && Buffer.byteLength(value) <= LONGEST_BODY_BYTES;
  return fits && isWellFormed(value) ? value : undefined;
}

function bytesAt(value: unknown): Uint8Array | undefined {
  if (!types.isUint8Array(value)) return undefined;
  try {
    // Not `value.byteLength`, which an object can hide behind a property of its own.
    if (byteLengthOf.call(value) > LONGEST_BODY_BYTES) return undefined;
    const copy = new Uint8Array(value);
    // Another thread may have enlarged shared memory in between.
    return copy.byteLength <= LONGEST_BODY_BYTES ? copy : undefined;
  } catch {
    // The memory was transferred, or has become too small.
    return undefined;
  }
}

const { get: byteLengthOf = () => Number.NaN } =
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'byteLength') ?? {};
