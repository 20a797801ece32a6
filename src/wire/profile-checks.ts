import { type Expected, invalidOption } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import { CODEC_FUNCTIONS, checkCodec, confidence } from './codec-checks.js';
import type { Confidence, Names, OAuthDeviation, ProfileEntry, WireProfileData } from './data.js';
import type { WireProfile } from './profile.js';
import {
  type Check,
  flag,
  group,
  list,
  matching,
  oneOf,
  optional,
  orNull,
  parameters,
  text,
  whole,
} from './profile-values.js';
import { publicProfile } from './public-profile.js';

/** Returns the check of an entry: a value, and how well it is known. */
function entry<T>(value: Check<T>): Check<ProfileEntry<T>> {
  return group<ProfileEntry<T>>({ value, confidence });
}

/** Returns the check of entries with the keys of the public profile. */
function names<K extends string>(model: Names<K>, name = text(200)): Check<Names<K>> {
  const checks = Object.keys(model).map((key) => [key, entry(name)]);
  return group<Names<K>>(Object.fromEntries(checks));
}

// A percent escape of an ASCII character hides a dot or a slash. To some decoders so do the bytes
// 0xC0 and 0xC1. Some servers read `..;x` as `..`.
const path = matching(
  /^(?=\/)(?!.*\/\.{1,2}(?:;[^/]*)?(?:\/|$))(?:\/(?:[\w.~!$&'()*+,;=:@-]|%(?!c[01])[89a-f][0-9a-f])+)*\/?$/i,
  1_000,
  {
    en: 'Use an ASCII path that starts with one /, without host, query, fragment, backslash, empty or dot segments. Percent-encode only characters beyond ASCII.',
    ja: '1つの / で始まる ASCII のパスを指定してください。ホスト、クエリ、フラグメント、バックスラッシュ、空のセグメント、. と .. は使えません。パーセントエンコードできるのは ASCII 以外の文字だけです。',
  },
);

/** Headers that this package, its codec or HTTP itself sets, and those that carry secrets. */
const header = matching(
  /^(?!(?:accept|age|allow|authorization|connection|cookie|date|expect|host|keep-alive|location|origin|referer|retry-after|server|set-cookie|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|www-authenticate)$|(?:accept|content|proxy|sec)-)[\w!#$%&'*+.^`|~-]+$/i,
  100,
  {
    en: 'Use the name of a header (RFC 9110) that neither this package nor HTTP itself sets.',
    ja: 'このパッケージや HTTP が設定しないヘッダーの名前（RFC 9110）を指定してください。',
  },
);

const code = matching(/^[\w.-]+$/, 64, {
  en: 'Use a code of at most 64 letters, digits, dots, hyphens and underscores.',
  ja: '英数字、ピリオド、ハイフン、アンダースコアからなる 64 文字以下のコードを指定してください。',
});

const scope = matching(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, 1_000, {
  en: 'Use scope tokens with one blank between them (RFC 6749, A.4), or null.',
  ja: '空白1つで区切った scope（RFC 6749 A.4）または null を指定してください。',
});

const status = whole((value) => value === 429 || (value >= 500 && value <= 599), {
  en: 'Use 429 or a status from 500 to 599.',
  ja: '429 または 500〜599 のステータスを指定してください。',
});

const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

function duration(longestMs: number): Check<ProfileEntry<number>> {
  return entry(
    whole((value) => value >= 1 && value <= longestMs, {
      en: `Use whole milliseconds from 1 to ${longestMs}.`,
      ja: `1〜${longestMs} の整数（ミリ秒）で指定してください。`,
    }),
  );
}

/** Parameters that this package sets in one of its requests, or that would replace those. */
const OWNED = [
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'redirect_uri'],
  ...['response_type', 'response_mode', 'state', 'code_challenge', 'code_challenge_method'],
  ...['request', 'request_uri', 'grant_type', 'code', 'code_verifier'],
];

const oauth = group<WireProfileData['oauth']>({
  pkce: entry(oneOf({ S256: true })),
  clientAuthentication: entry(
    oneOf({
      tls_client_auth: true,
      self_signed_tls_client_auth: true,
      private_key_jwt: true,
      client_secret_basic: true,
      client_secret_post: true,
    }),
  ),
  pushedAuthorizationRequests: entry(flag),
  issuerInCallback: entry(flag),
  responseMode: entry(oneOf({ query: true, form_post: true })),
  scope: entry(orNull(scope)),
  authorizationParameters: entry(parameters([...OWNED, 'scope'])),
  tokenParameters: entry(parameters(OWNED)),
  deviations: entry(
    list(
      oneOf<OAuthDeviation>({
        'token-type-missing': true,
        'token-characters': true,
        'expires-in-text': true,
        'issuer-missing-on-error': true,
      }),
      true,
    ),
  ),
  pollsAfterTokenExpiry: entry(oneOf({ 'until-refused': true, never: true })),
});

const readProfile = group<WireProfile>(
  {
    id: text(100),
    paths: names(publicProfile.paths, path),
    headers: group<WireProfileData['headers']>({
      requestId: entry(orNull(header)),
      upstreamRequestId: entry(orNull(header)),
    }),
    oauth,
    fields: names(publicProfile.fields),
    methods: names(publicProfile.methods),
    itemStatuses: names(publicProfile.itemStatuses),
    processStatuses: names(publicProfile.processStatuses),
    errorCodes: entry(list(code)),
    untakenCodes: entry(list(code)),
    notAcceptedStatuses: entry(list(status)),
    completion: entry(oneOf({ poll: true, immediate: true })),
    acknowledgement: entry(orNull(path)),
    notices: entry(oneOf({ none: true, unauthenticated: true, signed: true, 'mutual-tls': true })),
    contentCoding: entry(oneOf({ identity: true, gzip: true, deflate: true, br: true })),
    numbers: optional(oneOf({ exact: true, text: true })),
    timing: group<WireProfileData['timing']>({
      pollMs: duration(DAY_MS),
      consentMs: duration(DAY_MS),
      resultMs: duration(31 * DAY_MS),
    }),
    codec: checkCodec,
  },
  // Where a version without codecs had them.
  (key): Expected | undefined =>
    CODEC_FUNCTIONS.some((name) => name === key)
      ? { en: 'Move it into codec.', ja: 'codec の中に移してください。' }
      : undefined,
);

const checked = new WeakSet<WireProfile>([publicProfile]);

/**
 * Validates a profile. Returns a frozen copy, so that later changes to the original have no effect.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option` naming the place.
 */
export function copyProfile(value: unknown, place: string): WireProfile {
  if (checked.has(value as WireProfile)) return value as WireProfile;
  const profile = readProfile(value, place);
  checkDistinct(profile, place);
  checkConsistent(profile, place);
  checked.add(profile);
  return profile;
}

/**
 * Field names that share one object of an answer or a request. If two of them were equal, the codec
 * would read one as the other.
 */
const SIBLING_FIELDS = [
  ['processId', 'processStatus', 'selfPersonalData'],
  ['itemCode', 'itemStatus', 'records', 'missing', 'failure'],
  ['holder', 'asOf', 'values'],
  ['missingServer', 'missingUntil'],
  ['itemCode', 'method', 'at'],
  ['itemCode', 'method', 'from', 'to'],
] as const satisfies readonly (readonly (keyof WireProfile['fields'])[])[];

/** Checks that a profile is not ambiguous. */
function checkDistinct(profile: WireProfile, place: string): void {
  const siblings = [
    ...SIBLING_FIELDS.map((keys) => keys.map((key) => ['fields', key] as const)),
    ...(['methods', 'itemStatuses', 'processStatuses'] as const).map((words) =>
      Object.keys(profile[words]).map((key) => [words, key] as const),
    ),
  ];
  for (const members of siblings) {
    const seen = new Map<string, string>();
    for (const [part, key] of members) {
      const { value } = (profile[part] as Names<string>)[key] as ProfileEntry<string>;
      const other = seen.get(value);
      if (other !== undefined)
        throw invalidOption(`${place}.${part}.${key}`, {
          en: `Use a value that differs from ${other}.`,
          ja: `${other} とは異なる値を指定してください。`,
        });
      seen.set(value, `${part}.${key}`);
    }
  }
}

/** Checks that the entries do not contradict each other. */
function checkConsistent(profile: WireProfile, place: string): void {
  const { codec, acknowledgement, notices, errorCodes, untakenCodes } = profile;
  if (acknowledgement.value !== null && !own(codec, 'encodeAcknowledge'))
    throw invalidOption(`${place}.acknowledgement.value`, needs('codec.encodeAcknowledge', 'null'));
  if (notices.value !== 'none' && !own(codec, 'decodeNotice'))
    throw invalidOption(`${place}.notices.value`, needs('codec.decodeNotice', 'none'));
  const stray = untakenCodes.value.findIndex((value) => !errorCodes.value.includes(value));
  if (stray !== -1)
    throw invalidOption(`${place}.untakenCodes.value[${stray}]`, {
      en: 'Use a code of errorCodes.',
      ja: 'errorCodes にあるコードを指定してください。',
    });
}

function needs(name: string, otherwise: string): Expected {
  return {
    en: `It requires ${name}. Otherwise use ${otherwise}.`,
    ja: `${name} が必要です。なければ ${otherwise} を指定してください。`,
  };
}

const CONFIRMED: readonly unknown[] = ['specification', 'public-official'] satisfies Confidence[];

/**
 * Lists the entries and codec functions of a profile that the interface specification has not
 * confirmed, as paths such as `paths.request` or `codec.confidence.sign`.
 */
export function unverifiedEntries({ codec, ...data }: WireProfile): readonly string[] {
  // The data switches these two off: then they are never called.
  const unused: readonly (string | false)[] = [
    data.notices.value === 'none' && 'decodeNotice',
    data.acknowledgement.value === null && 'encodeAcknowledge',
  ];
  const marks = CODEC_FUNCTIONS.filter(
    (name) => own(codec, name) !== undefined && !unused.includes(name),
  ).map((name) => [`codec.confidence.${name}`, own(codec.confidence, name)] as const);
  return [...entriesOf(data), ...marks].flatMap(([place, mark]) =>
    CONFIRMED.includes(mark) ? [] : [place],
  );
}

function entriesOf(value: object, place = ''): readonly (readonly [string, unknown])[] {
  if (Object.hasOwn(value, 'confidence')) return [[place, own(value, 'confidence')]];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? entriesOf(inner, place === '' ? key : `${place}.${key}`)
      : [],
  );
}
