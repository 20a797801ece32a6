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
  // A codec without `sign` must not get one from a polluted `Object.prototype`.
  const codec: WireCodec = Object.freeze(
    ownBag({
      version: version(member(value, 'version'), `${path}.version`),
      confidence: marks(member(value, 'confidence'), `${path}.confidence`),
      ...functionsOf(value, path),
    } as WireCodec),
  );
  checkNames(value, path, codec);
  checked.add(codec);
  return codec;
};

function functionsOf(codec: object, path: string): Readonly<Record<string, unknown>> {
  const found = CODEC_FUNCTIONS.map((name) => [name, member(codec, name)] as const);
  return Object.fromEntries(
    found.flatMap(([name, value]) => {
      if (FUNCTIONS[name]) checkPresent(value, `${path}.${name}`);
      else if (value === undefined) return [];
      if (typeof value !== 'function')
        throw invalidOption(`${path}.${name}`, {
          en: 'Use a function.',
          ja: '関数を指定してください。',
        });
      // The client knows the functions of the public codec by identity. They use no `this`.
      const isPublic = value === own(publicCodec, name);
      return [
        [name, isPublic ? value : (...given: unknown[]) => Reflect.apply(value, codec, given)],
      ];
    }),
  );
}

/**
 * Checks that no function of a codec is misspelt. An instance of a class may have further members,
 * so there only a function with a name near a missing one is refused.
 */
function checkNames(value: object, path: string, codec: WireCodec): void {
  const keys = Object.keys(KNOWN);
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) {
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(KNOWN, key));
    if (unknown !== undefined) throw unknownOption(path, unknown, keys);
    return;
  }
  const missing = CODEC_FUNCTIONS.filter((name) => own(codec, name) === undefined);
  const misspelt = methodsOf(value).find((key) => nearest(key, missing) !== undefined);
  if (misspelt !== undefined) throw unknownOption(path, misspelt, keys);
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
