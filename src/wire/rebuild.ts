import type { Expected } from '../foundation/errors.js';
import type { WireMessage } from './codec.js';
import type { WireProfileData } from './data.js';
import type { WireProcess, WireResult, WireRunning } from './messages.js';

/** Copies what `encodeRequest` and the like returned. */
export function rebuildMessage(value: unknown, _profile: WireProfileData): WireMessage {
  return value as WireMessage;
}

/** Copies what `sign` returned: headers that the message does not have yet. */
export function rebuildSignature(
  value: unknown,
  _headers: Readonly<Record<string, string>>,
  _profile: WireProfileData,
): Readonly<Record<string, string>> {
  return (value as { readonly headers: Readonly<Record<string, string>> }).headers;
}

/** Copies what `decodeProcess` returned. Each code of the request is in exactly one process. */
export function rebuildProcess(
  value: unknown,
  _codes: readonly string[],
  _profile: WireProfileData,
): WireProcess {
  return value as WireProcess;
}

/** Copies what `decodeResult` returned. */
export function rebuildResult(value: unknown, _profile: WireProfileData): WireResult | WireRunning {
  return value as WireResult | WireRunning;
}

/** Copies what `decodeRefusal` returned. */
export function rebuildRefusal(value: unknown): { readonly code: string } | undefined {
  return value as { readonly code: string } | undefined;
}

/** Copies what `decodeNotice` returned. */
export function rebuildNotice(value: unknown): { readonly processId: string } {
  return value as { readonly processId: string };
}

/** What is wrong with what a codec returned. */
export class CodecFault extends Error {
  readonly expected: Expected;

  constructor(expected: Expected) {
    super(expected.en);
    this.expected = expected;
  }
}
