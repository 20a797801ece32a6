import { own } from '../foundation/own.js';
import type { ShapeDifference } from './difference.js';
import { readRecording } from './read-recording.js';
import type { ObjectShape, ShapeRecording, ValueShape } from './shape.js';
import { typesOf } from './walk.js';

/** Headers of the connection and of servers on the way. They say nothing about the message. */
const TRANSPORT: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'upgrade', 'content-length'],
  ...['date', 'server', 'via', 'age'],
]);

type Place = Pick<ShapeDifference, 'step' | 'status' | 'place'>;
/** What a recording shows, by place: `member`, `header`, types, patterns, words. */
type Traits = ReadonlyMap<string, Place & { readonly seen: string }>;

/**
 * Compares a recording of the portal with one of the sandbox, and lists what the imitation lacks,
 * and what only it has. Numbers and lengths are not compared: they depend on the citizens. Headers
 * of the connection, such as `date` and `keep-alive`, are not compared either.
 *
 * @param real - the recording of the portal.
 * @param imitation - the recording of the sandbox, made with the same options.
 * @throws SelfInfoError `invalid_option` for another recording.
 * @example
 * ```ts
 * import { compareShapes, type ShapeRecording } from 'myna-selfinfo/shapes';
 * function lacking(real: ShapeRecording, imitation: ShapeRecording) {
 *   return compareShapes(real, imitation).filter(({ kind }) => kind === 'imitation-lacks');
 * }
 * ```
 */
export function compareShapes(
  real: ShapeRecording,
  imitation: ShapeRecording,
): readonly ShapeDifference[] {
  const [one, other] = [
    traitsOf(readRecording(real, 'real')),
    traitsOf(readRecording(imitation, 'imitation')),
  ];
  return [...only(one, other, 'imitation-lacks'), ...only(other, one, 'imitation-only')];
}

function only(one: Traits, other: Traits, kind: ShapeDifference['kind']): ShapeDifference[] {
  const found = [...one].flatMap(([key, trait]) => (other.has(key) ? [] : { kind, ...trait }));
  // What is inside a surplus member, or a surplus message, is not listed again.
  const tops = found.filter(({ seen }) => ['message', 'member', 'header'].includes(seen));
  return found.filter(
    (trait) =>
      !tops.some(
        (top) =>
          top !== trait &&
          top.step === trait.step &&
          top.status === trait.status &&
          (top.place === 'status' || isWithin(trait.place, top.place)),
      ),
  );
}

function isWithin(place: string, outer: string): boolean {
  return place === outer || place.startsWith(`${outer}.`) || place.startsWith(`${outer}[`);
}

function traitsOf({ messages }: ShapeRecording): Traits {
  const traits = new Map<string, Place & { readonly seen: string }>();
  for (const { step, status, type, charset, coding, kind, headers, body } of messages) {
    const add = (place: string, seen: string) =>
      void traits.set(JSON.stringify([step, status, place, seen]), { step, status, place, seen });
    add('status', 'message');
    add('headers.content-type', type);
    add('headers.content-type', `charset ${charset}`);
    add('headers.content-encoding', coding);
    add('body', kind);
    const told = Object.entries(headers.members).filter(([name]) => !TRANSPORT.has(name));
    addMembers({ ...headers, members: Object.fromEntries(told) }, 'headers', 'header', add);
    if (body) addValue(body, 'body', add);
  }
  return traits;
}

type Add = (place: string, seen: string) => void;

function addMembers({ members, twice }: ObjectShape, place: string, seen: string, add: Add): void {
  if (twice) add(place, 'member twice');
  for (const [name, { always, shape }] of Object.entries(members)) {
    const inner = `${place}.${name}`;
    add(inner, seen);
    if (!always) add(inner, 'sometimes absent');
    addValue(shape, inner, add);
  }
}

function addValue(shape: ValueShape, place: string, add: Add): void {
  for (const type of typesOf(shape)) if (type !== 'text') add(place, type);
  for (const pattern of Object.keys(shape.text ?? {})) add(place, `text ${pattern}`);
  for (const word of shape.words ?? []) add(place, `word ${word}`);
  if (own(shape, 'inexact')) add(place, 'inexact number');
  if (shape.list) addValue(shape.list.of, `${place}[]`, add);
  if (shape.object) addMembers(shape.object, place, 'member', add);
}
