import { readKeys } from '../foundation/options.js';
import { own } from '../foundation/own.js';
import { isService, type Service } from '../service/service.js';
import { checkProfile } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import { compareItems } from './compare-items.js';
import type { ShapeDifference } from './difference.js';
import { type Expected, type ExpectedMessage, expectedOf, REFUSAL } from './expected.js';
import { readRecording } from './read-recording.js';
import { type MessageShape, type ShapeRecording, STEPS, type ValueShape } from './shape.js';
import { compareValue, type Report } from './walk.js';

/** Options of {@link compareWithProfile}. */
export interface CompareOptions {
  /** The profile to compare with. Default: `publicProfile`. */
  readonly profile?: WireProfile;
  /** The service whose record schemas to compare with. Default: none. */
  readonly service?: Service;
}

/** What a comparison with a profile found. */
export interface ProfileComparison {
  readonly differences: readonly ShapeDifference[];
  /** Entries of the profile, such as `fields.asOf`, that the recording neither shows nor denies. */
  readonly unseen: readonly string[];
}

/**
 * Compares a recording with what `publicCodec` expects under a profile, and with the record schemas
 * of a service.
 *
 * @param recording - what a recorder returned, or the same from a file.
 * @param options - profile and service: those that the recorder had.
 * @throws SelfInfoError `invalid_option` for another recording; `unknown_option`, those of the
 * profile; TypeError for a wrong type.
 * @example
 * ```ts
 * import { compareWithProfile, type ShapeRecording } from 'myna-selfinfo/shapes';
 * function differ(recording: ShapeRecording) {
 *   return compareWithProfile(recording).differences.map(({ kind, place }) => [kind, place]);
 * }
 * ```
 */
export function compareWithProfile(
  recording: ShapeRecording,
  options: CompareOptions = {},
): ProfileComparison {
  const { messages } = readRecording(recording, 'recording');
  const given = readKeys(options, 'options', { profile: true, service: true } satisfies Record<
    keyof CompareOptions,
    true
  >);
  const profile = checkProfile(given.profile);
  const { service } = given;
  if (service !== undefined && !isService(service))
    throw new TypeError('options.service must be what defineService returned.');
  const expected = expectedOf(profile);
  const differences: ShapeDifference[] = [];
  for (const message of messages) {
    const { step, status } = message;
    const report: Report = (kind, place, facts = {}) => {
      const found = { kind, step, status, place, ...facts };
      // Two charsets of one step, for instance, are two messages.
      if (!differences.some((one) => JSON.stringify(one) === JSON.stringify(found)))
        differences.push(found);
    };
    compareMessage(message, expected[step], profile, report);
    if (service && step === 'result' && expected.result.isSuccess(status) && message.body)
      compareItems(message.body, profile, service, report);
  }
  return { differences, unseen: unseenEntries(messages, profile, differences) };
}

function compareMessage(
  message: MessageShape,
  { isSuccess, statuses, success }: ExpectedMessage,
  profile: WireProfile,
  report: Report,
): void {
  const { step, status, headers } = message;
  const isRefusal = status >= 400 && !isSuccess(status);
  if (!isSuccess(status) && !isRefusal)
    report('status', 'status', { seen: String(status), expected: statuses || '-' });
  compareHeaders(headers.members, profile, report);
  const body = isRefusal ? REFUSAL : success;
  if (body) compareBody(message, body, profile, report);
  else if (step === 'acknowledge' && profile.acknowledgement.value === null)
    report('status', 'status', { seen: String(status), expected: '-', entry: 'acknowledgement' });
}

function compareHeaders(
  headers: MessageShape['headers']['members'],
  { headers: { upstreamRequestId } }: WireProfile,
  report: Report,
): void {
  const retry = own(headers, 'retry-after');
  if (retry) compareValue(retry.shape, RETRY, 'headers.retry-after', report);
  const name = upstreamRequestId.value?.toLowerCase();
  if (name === undefined) return;
  const entry = 'headers.upstreamRequestId';
  const place = `headers.${name}`;
  const found = own(headers, name);
  if (found === undefined) {
    report('header-missing', place, { entry });
    return;
  }
  if (!found.always) report('member-sometimes', place, { entry, expected: '100%' });
  compareValue(found.shape, { ...UPSTREAM_ID, entry }, place, report);
}

const RETRY: Expected = { text: { patterns: ['digits', 'YYYY', 'http-date'] } };
const UPSTREAM_ID: Expected = {
  text: {
    patterns: [
      ...(['uuid', 'digits', 'upper', 'lower', 'mixed', 'TM+digits{14}', 'YYYYMMDD'] as const),
      ...(['YYYY', 'YYYYMM', 'YYYY-MM', 'YYYY-MM-DD', 'YYYYMMDDhhmmss', 'boolean'] as const),
    ],
    longest: 64,
  },
};

function compareBody(
  { step, status, type, charset, coding, kind, body }: MessageShape,
  expected: Expected,
  { contentCoding }: WireProfile,
  report: Report,
): void {
  const isCoded = step !== 'consent' && step !== 'token';
  const codings = ['identity', ...(isCoded ? [contentCoding.value] : [])];
  if (!codings.includes(coding))
    report('coding', 'headers.content-encoding', {
      entry: 'contentCoding',
      seen: coding,
      expected: codings.at(-1) ?? '',
    });
  if (type !== 'application/json')
    report('media-type', 'headers.content-type', { seen: type, expected: 'application/json' });
  if (!['none', 'utf-8', 'utf8'].includes(charset))
    report('charset', 'headers.content-type', { seen: charset, expected: 'utf-8' });
  if (body) compareValue(body, expected, 'body', report);
  // Where the media type says something else, no JSON is expected. The status of a failure says
  // enough.
  else if (type === 'application/json' || (status < 400 && kind !== 'unreadable'))
    report('body', 'body', { seen: kind, expected: 'json' });
}

/** Returns the entries about responses that no message shows, and those about requests. */
function unseenEntries(
  messages: readonly MessageShape[],
  profile: WireProfile,
  differences: readonly ShapeDifference[],
): readonly string[] {
  const names = new Set<string>();
  const words = new Set<string>();
  for (const { body } of messages) if (body) collect(body, '');
  const succeeded = STEPS.filter((step) =>
    messages.some((message) => message.step === step && message.status < 300),
  );
  const answered: Readonly<Record<string, boolean>> = {
    'paths.pushedAuthorization': succeeded.includes('consent'),
    'paths.token': succeeded.includes('token'),
    'paths.request': succeeded.includes('request'),
    'paths.result': succeeded.includes('result'),
    'paths.authorization': false,
  };
  const denied = differences.map(({ entry }) => entry);
  const entries = [
    ...Object.keys(answered).filter((place) => !own(answered, place)),
    ...Object.entries(profile.fields).map(([key, { value }]) => [`fields.${key}`, value] as const),
    ...Object.keys(profile.methods).map((key) => `methods.${key}`),
    ...(['itemStatuses', 'processStatuses'] as const).flatMap((part) =>
      Object.keys(profile[part]).map((key) => [`${part}.${key}`, `${part} ${key}`] as const),
    ),
  ];
  return entries.flatMap((entry) => {
    if (typeof entry === 'string') return entry;
    const [place, sought] = entry;
    return names.has(sought) || words.has(sought) || denied.includes(place) ? [] : place;
  });

  function collect(shape: ValueShape, name: string): void {
    const part =
      name === profile.fields.itemStatus.value
        ? 'itemStatuses'
        : name === profile.fields.processStatus.value
          ? 'processStatuses'
          : undefined;
    for (const word of part ? (shape.words ?? []) : []) words.add(`${part} ${word}`);
    if (shape.list) collect(shape.list.of, name);
    for (const [key, member] of Object.entries(shape.object?.members ?? {})) {
      names.add(key);
      collect(member.shape, key);
    }
  }
}
