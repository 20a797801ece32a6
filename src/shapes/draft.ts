import type { Language } from '../foundation/language.js';
import { own } from '../foundation/own.js';
import type { OAuthDeviation, ProfileEntry } from '../wire/data.js';
import { checkProfile } from '../wire/environment.js';
import { type CompareOptions, compareWithProfile } from './compare-profile.js';
import { describeDifferences, type ShapeDifference } from './difference.js';
import type { ShapeRecording } from './shape.js';

const TEXTS = {
  ja: {
    head: `// 接続試験の記録から作成した通信プロファイルの下書き。
// 記録から分かるのは応答の形だけである。仕様書と照合するまで、確度を specification にしないこと。
`,
    shown: '記録と一致',
    changed: '記録に合わせて変更。元の値: ',
    denied: '記録と相違（要確認）',
    unseen: '記録では未確認',
    differences: '記録との相違:',
  },
  en: {
    head: `// Draft of a wire profile, made from the recording of a connection check.
// A recording shows the shape of responses only. Do not set the confidence to specification
// before you have compared an entry with the specification.
`,
    shown: 'as recorded',
    changed: 'changed as recorded. Before: ',
    denied: 'differs from the recording: check it',
    unseen: 'the recording does not show it',
    differences: 'Differences from the recording:',
  },
} as const;

/** A value of a draft, and what the recording says about it. */
interface Drafted {
  readonly value: unknown;
  readonly note: string;
}

/**
 * Writes a draft of a wire profile as TypeScript. An entry that the recording denies has the recorded
 * value where the recording has one, such as another spelling. Every other entry keeps its value, and
 * a comment says whether the recording shows it.
 *
 * @param recording - what a recorder returned, or the same from a file.
 * @param options - `profile` and `service` as in `compareWithProfile`.
 * @param lang - the language of the comments: `ja` or `en`.
 * @throws SelfInfoError as `compareWithProfile`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { draftProfile, type ShapeRecording } from 'myna-selfinfo/shapes';
 * function draft(recording: ShapeRecording) {
 *   return draftProfile(recording, {}, 'ja');
 * }
 * ```
 */
export function draftProfile(
  recording: ShapeRecording,
  options: CompareOptions,
  lang: Language,
): string {
  const { differences, unseen } = compareWithProfile(recording, options);
  const { id, codec: _, numbers, ...data } = checkProfile(options.profile);
  const texts = TEXTS[lang];
  const changes = changesOf(differences, data.oauth.deviations.value);
  const draft = (place: string, value: unknown): Drafted => {
    const changed = changes.get(place);
    if (changed !== undefined)
      return { value: changed, note: texts.changed + JSON.stringify(value) };
    // An unknown word came where this one did not.
    const isGroup = (entry: string) => unseen.includes(place) && place.startsWith(`${entry}.`);
    const isDenied = differences.some(
      ({ entry }) => entry !== undefined && (entry === place || isGroup(entry)),
    );
    return {
      value,
      note: isDenied ? texts.denied : isShown(place, unseen) ? texts.shown : texts.unseen,
    };
  };
  const lines = Object.entries(data).map(([key, part]) => printed(key, part, key, '  ', draft));
  const found = describeDifferences(differences, lang).replaceAll(/^(?=.)/gm, '//   ');
  return `${texts.head}${found === '' ? '' : `// ${texts.differences}\n${found}`}import { publicCodec, type WireProfile } from 'myna-selfinfo';

export const draftedProfile: WireProfile = {
  id: ${JSON.stringify(`${id}-draft`)},
${lines.join('')}${numbers === undefined ? '' : `  numbers: ${JSON.stringify(numbers)},\n`}  codec: publicCodec,
};
`;
}

/** The parts of a profile that a recording can show. It cannot show the others at all. */
const SHOWABLE = /^(?:paths|fields|itemStatuses|processStatuses)\./;

function isShown(place: string, unseen: readonly string[]): boolean {
  return SHOWABLE.test(place) && !unseen.includes(place);
}

function printed(
  key: string,
  part: object,
  place: string,
  indent: string,
  draft: (place: string, value: unknown) => Drafted,
): string {
  const name = /^[A-Za-z]+$/.test(key) ? key : `'${key}'`;
  if (Object.hasOwn(part, 'confidence')) {
    const { value: before, confidence } = part as ProfileEntry<unknown>;
    const { value, note } = draft(place, before);
    const written = `{ value: ${JSON.stringify(value)}, confidence: '${confidence}' }`;
    return `${indent}${name}: ${written}, // ${note}\n`;
  }
  const inner = Object.entries(part).map(([member, value]) =>
    printed(member, value as object, `${place}.${member}`, `${indent}  `, draft),
  );
  return `${indent}${name}: {\n${inner.join('')}${indent}},\n`;
}

/** Returns the entries whose value the recording shows, although the profile has another one. */
function changesOf(
  differences: readonly ShapeDifference[],
  before: readonly OAuthDeviation[],
): ReadonlyMap<string, unknown> {
  const changes = new Map<string, unknown>();
  const deviations = new Set(before);
  for (const { kind, step, place, entry, seen } of differences) {
    if (kind === 'member-respelled' && entry?.startsWith('fields.')) changes.set(entry, seen);
    if (kind === 'coding' && step === 'result' && seen !== 'other')
      changes.set('contentCoding', seen);
    const deviation = step === 'token' && own(DEVIATIONS, `${kind} ${place}`);
    if (deviation) deviations.add(deviation);
  }
  if (deviations.size > before.length) changes.set('oauth.deviations', [...deviations]);
  return changes;
}

const DEVIATIONS: Readonly<Record<string, OAuthDeviation>> = {
  'member-missing body.token_type': 'token-type-missing',
  'pattern body.access_token': 'token-characters',
  'number-as-text body.expires_in': 'expires-in-text',
};
