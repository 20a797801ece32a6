import { member } from '../foundation/own.js';
import { formOf, ShapeError } from './request-shapes.js';

/** The longest query or form of a callback, in characters or bytes. */
export const LONGEST_CALLBACK = 8_192;

/** A body that cannot be the form of a callback. */
export class FormFault extends Error {
  readonly code: 'callback_too_large' | 'invalid_response';

  constructor(code: FormFault['code']) {
    super(code);
    this.code = code;
  }
}

/**
 * Reads the body of a request as the text of a form.
 *
 * @throws FormFault for a body that is too large, is not UTF-8, or breaks off; ShapeError for a
 * request without a body that can be read.
 */
export async function readFormBody(request: object): Promise<string> {
  const body = member(request, 'body');
  if (typeof body === 'string')
    return member(request, 'isBase64Encoded') === true ? fromBase64(body) : limited(body);
  if (ArrayBuffer.isView(body))
    return decode(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (member(request, 'bodyUsed') === true)
    throw new ShapeError(
      'request.body was read already: pass the request before anything reads it, or { method, url, headers, body }.',
    );
  if (typeof member(request, 'arrayBuffer') === 'function') return readStream(body);
  // An event of API Gateway without a body.
  if (body === null) return '';
  if (typeof body === 'object') {
    const form = formOf(body);
    if (form === 'nested') throw new FormFault('invalid_response');
    if (form !== undefined) return limited(form);
  }
  throw new ShapeError(
    'request.body must be the form of the callback: its text, its bytes, or an object of its fields. Read the body first, and pass { method, url, headers, body }.',
  );
}

function limited(form: string): string {
  if (form.length > LONGEST_CALLBACK) throw new FormFault('callback_too_large');
  return form;
}

function fromBase64(body: string): string {
  // Base64 is longer than what it encodes by a third.
  if (body.length > 2 * LONGEST_CALLBACK) throw new FormFault('callback_too_large');
  return decode(Buffer.from(body, 'base64'));
}

function decode(bytes: Uint8Array): string {
  if (bytes.byteLength > LONGEST_CALLBACK) throw new FormFault('callback_too_large');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormFault('invalid_response');
  }
}

/** Reads the body of a `Request` as far as it may go. */
async function readStream(stream: unknown): Promise<string> {
  if (stream === null || stream === undefined) return '';
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read().catch(() => {
      // The rest of a parameter may be missing.
      throw new FormFault('invalid_response');
    });
    if (done) return decode(Buffer.concat(chunks));
    size += value.byteLength;
    if (size > LONGEST_CALLBACK) {
      await reader.cancel().catch(() => undefined);
      throw new FormFault('callback_too_large');
    }
    chunks.push(value);
  }
}
