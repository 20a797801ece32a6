import type { Clock } from '../foundation/clock.js';
import { type DeadlineOptions, deadline } from '../foundation/deadline.js';
import type { Effect } from '../foundation/error-facts.js';
import { type Expected, ownResponseError, SelfInfoError } from '../foundation/errors.js';
import type { CodecFunction, WireStage } from '../wire/codec.js';
import { CodecFault } from '../wire/codec-value.js';
import type { WireProfile } from '../wire/profile.js';
import { publicCodec } from '../wire/public-codec.js';

const CODEC_MS = 10_000;

/** What bounds a call of a codec, and what a failure of it means. */
export interface CodecBounds {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly stage: WireStage;
  /** What the step has done at the portal when the codec fails. */
  readonly effect: Effect;
}

/** Returns whether a function of a profile's codec is the public one, which can be trusted. */
export function isPublic({ codec }: WireProfile, name: CodecFunction): boolean {
  return codec[name] === publicCodec[name];
}

/**
 * Calls a function of a codec, and copies and checks what it returns. Hides what it throws, which
 * may quote its input.
 *
 * @param rebuild - copies and checks. Its signal aborts once the call has ended.
 * @throws SelfInfoError `codec_failed`; `response_invalid` of this package's own readers; `aborted`.
 */
export async function callCodec<T>(
  profile: WireProfile,
  name: CodecFunction,
  { clock, signal, stage, effect }: CodecBounds,
  work: () => unknown,
  rebuild: (value: unknown, signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const failed = (expected: Expected) =>
    new SelfInfoError('codec_failed', {
      path: `environment.profile.codec.${name}`,
      stage,
      effect,
      expected,
      retry: { safe: effect === 'none' },
    });
  // What is not even valid may come from a gateway, which says nothing about the request.
  const invalid = { stage, effect: effect === 'applied' ? 'unknown' : effect } as const;
  const aborted = () =>
    new SelfInfoError('aborted', { stage, effect, retry: { safe: effect === 'none' } });
  const called = async () => {
    try {
      // Boxed, since returning a thenable from here would call it again.
      return { value: await work() };
    } catch (error) {
      // Nothing is read from the error, which may be a proxy that throws.
      throw signal?.aborted ? aborted() : (ownResponseError(error, invalid) ?? failed(THREW));
    }
  };
  // The public codec needs neither a timer nor a copy.
  if (isPublic(profile, name)) return (await called()).value as T;
  const options: DeadlineOptions = {
    clock,
    limitMs: CODEC_MS,
    signals: signal ? [signal] : [],
    timedOut: () => failed(TOO_LONG),
    aborted,
  };
  return deadline(options, async (race) => {
    const { value } = await called();
    try {
      return await rebuild(value, race.signal);
    } catch (error) {
      throw failed(error instanceof CodecFault ? error.expected : UNREADABLE);
    }
  });
}

const TOO_LONG: Expected = {
  en: 'It took more than ten seconds.',
  ja: '10秒以内に終わりませんでした。',
};
const THREW: Expected = { en: 'It threw.', ja: '例外が発生しました。' };
const UNREADABLE: Expected = { en: 'It cannot be read.', ja: '戻り値を読み取れません。' };
