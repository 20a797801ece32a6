import { inspect } from 'node:util';
import { expect } from 'vitest';
import {
  type CodecFunction,
  isSelfInfoError,
  latest,
  type Progress,
  publicCodec,
  type SelfInfoError,
  type WireCodec,
} from '../../src/index.js';
import { grantOf, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { hide } from '../kit/register.js';
import { openStub, type StubOptions } from '../kit/stub.js';

/** A text that no message, event or store key may show. */
export const CANARY = hide('text of a codec', 'canary-of-a-codec-0123456789');

export const ASKED = { household: latest() };

type Data = Parameters<typeof changedProfile>[0];

/** What one function of a codec returns in place of its result; undefined while it works. */
export interface Broken {
  output?: () => unknown;
}

/**
 * Returns a stub with a codec of the caller: copies of the public functions, of which one can be
 * broken and corrected.
 */
export function openBroken(
  name: CodecFunction,
  options: StubOptions & { readonly data?: Data; readonly codec?: Partial<WireCodec> } = {},
) {
  const { data = {}, codec = {}, ...rest } = options;
  const broken: Broken = {};
  const own: Partial<WireCodec> = {
    encodeRequest: (...given) => publicCodec.encodeRequest(...given),
    decodeProcess: (...given) => publicCodec.decodeProcess(...given),
    encodePoll: (...given) => publicCodec.encodePoll(...given),
    decodeResult: (...given) => publicCodec.decodeResult(...given),
    sign: () => ({ headers: {} }),
    decodeRefusal: () => undefined,
    ...codec,
  };
  const works = own[name] as (...given: unknown[]) => unknown;
  const functions = {
    ...own,
    [name]: (...given: unknown[]) => (broken.output ?? (() => works(...given)))(),
  };
  const profile = changedProfile({ ...data, codec: changedCodec(functions) });
  const stub = openStub({ ...rest, profile });
  const consent = async () =>
    grantOf(
      await stub.client.completeConsent((await stub.begin()).callback, {
        sessionBinding: SESSION,
      }),
    );
  // A wait between two polls ends at once.
  const onProgress = ({ retryAt }: Progress) =>
    stub.clock.advance(Math.max(0, Date.parse(retryAt) - stub.clock.now()));
  return { ...stub, broken, consent, profile, onProgress };
}

/** Checks that an error shows nothing of a codec, and returns it. */
export function expectSilent(error: unknown): SelfInfoError {
  if (!isSelfInfoError(error)) throw error;
  const shown = `${inspect(error, { depth: 8 })}${JSON.stringify(error)}${error.messageJa}`;
  expect(shown).not.toMatch(/canary/);
  expect(error.cause).toBeUndefined();
  return error;
}

/** Returns what is said of a failure, in English, without the sentence about the function. */
export const reasonOf = ({ message }: SelfInfoError): string =>
  message.replace(/^.*did not return a usable value\. /, '');
