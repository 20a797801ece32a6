import { invalidOption } from '../foundation/errors.js';
import { nearest } from '../foundation/nearest.js';
import { unknownOption } from '../foundation/options.js';
import { member, own, ownBag } from '../foundation/own.js';
import type { CodecFunction, WireCodec } from './codec.js';
import type { Confidence } from './data.js';
import { type Check, checkPresent, group, oneOf, optional, text } from './profile-values.js';
import { publicCodec } from './public-codec.js';

/** The functions of a codec, and whether it must have them. */
const FUNCTIONS = {
  encodeRequest: true,
  decodeProcess: true,
  encodePoll: true,
  decodeResult: true,
  decodeRefusal: false,
  sign: false,
  decodeNotice: false,
  encodeAcknowledge: false,
} as const satisfies Record<CodecFunction, boolean>;

/** The names of the functions of a codec. */
export const CODEC_FUNCTIONS = Object.keys(FUNCTIONS) as readonly CodecFunction[];

const KNOWN = { version: true, confidence: true, ...FUNCTIONS } as const satisfies Record<
  keyof WireCodec,
  boolean
>;

/** Validates how well something is known. */
export const confidence: Check<Confidence> = oneOf({
  specification: true,
  'public-official': true,
  'public-second-hand': true,
  inferred: true,
  unknown: true,
});

const mark = optional(confidence);
const marks = group<Readonly<Record<CodecFunction, Confidence | undefined>>>({
  encodeRequest: mark,
  decodeProcess: mark,
  encodePoll: mark,
  decodeResult: mark,
  decodeRefusal: mark,
  sign: mark,
  decodeNotice: mark,
  encodeAcknowledge: mark,
}) as Check<WireCodec['confidence']>;

const version = text(100);

const checked = new WeakSet<WireCodec>([publicCodec]);

/** The members of a codec as they came, each read once. */
type Found = Readonly<Record<string, unknown>>;

/**
 * Validates a codec: an object, or an instance of a class. Returns a frozen copy. Its functions are
 * called on the original.
 */
export const checkCodec: Check<WireCodec> = (value, path) => {
  if (checked.has(value as WireCodec)) return value as WireCodec;
  checkPresent(value, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidOption(path, {
      en: 'Use an object with the functions of WireCodec, or an instance of a class.',
      ja: 'WireCodec の関数を持つオブジェクトまたはクラスのインスタンスを指定してください。',
    });
  const found: Found = ownBag(
    Object.fromEntries(Object.keys(KNOWN).map((key) => [key, member(value, key)])),
  );
  checkNames(value, path, found);
  // A codec without `sign` must not get one from a polluted `Object.prototype`.
  const codec: WireCodec = Object.freeze(
    ownBag({
      version: version(found.version, `${path}.version`),
      confidence: marks(found.confidence, `${path}.confidence`),
      ...functionsOf(value, path, found),
    } as WireCodec),
  );
  checkVersion(codec, path);
  checked.add(codec);
  return codec;
};

/** Checks that a changed codec has a version of its own. Otherwise its pin would be that of ours. */
function checkVersion(codec: WireCodec, path: string): void {
  if (codec.version !== publicCodec.version) return;
  if (CODEC_FUNCTIONS.every((name) => own(codec, name) === own(publicCodec, name))) return;
  throw invalidOption(`${path}.version`, {
    en: 'It is the version of publicCodec. Give the changed codec its own version.',
    ja: 'publicCodec の version です。変更したコーデックには固有の version を指定してください。',
  });
}

/**
 * Checks that no member of a codec is misspelt. An instance of a class may have further ones, so
 * there only a function with a name near a missing one is refused.
 */
function checkNames(value: object, path: string, found: Found): void {
  const known = Object.keys(KNOWN);
  const isMissing = (key: string | undefined) => key !== undefined && found[key] === undefined;
  const prototype: object | null = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  const unknown = (isPlain ? Object.keys(value) : methodsOf(value)).find(
    (key) => !Object.hasOwn(KNOWN, key) && (isPlain || isMissing(nearest(key, known))),
  );
  if (unknown !== undefined) throw unknownOption(path, unknown, known);
}

function functionsOf(
  codec: object,
  path: string,
  found: Found,
): Readonly<Partial<Record<CodecFunction, unknown>>> {
  const functions = CODEC_FUNCTIONS.flatMap((name) => {
    const value = found[name];
    if (FUNCTIONS[name]) checkPresent(value, `${path}.${name}`);
    else if (value === undefined) return [];
    if (typeof value !== 'function')
      throw invalidOption(`${path}.${name}`, {
        en: 'Use a function.',
        ja: '関数を指定してください。',
      });
    // The client knows the functions of the public codec by identity. They use no `this`.
    const isPublic = value === own(publicCodec, name);
    return [[name, isPublic ? value : (...given: unknown[]) => Reflect.apply(value, codec, given)]];
  });
  return Object.fromEntries(functions);
}

/** Lists the functions of an instance of a class, without calling its getters. */
function methodsOf(value: object): readonly string[] {
  const found: string[] = [];
  for (
    let holder: object | null = value;
    holder !== null && Object.getPrototypeOf(holder) !== null;
    holder = Object.getPrototypeOf(holder)
  )
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(holder)))
      if (typeof property.value === 'function' && key !== 'constructor') found.push(key);
  return found;
}
