import type { TextPattern } from './patterns.js';

/** The step of a message: `consent` is the pushed authorization request. */
export type ShapeStep = 'consent' | 'token' | 'request' | 'result' | 'acknowledge';

/** All steps, in the order of a query. */
export const STEPS: readonly ShapeStep[] = ['consent', 'token', 'request', 'result', 'acknowledge'];

/**
 * The shape of the values at one place of all messages: their types, patterns and lengths, never a
 * value. A length is a band such as `4-7`.
 */
export interface ValueShape {
  readonly null?: true;
  readonly boolean?: true;
  /** Numbers of digits of whole numbers. */
  readonly integer?: readonly string[];
  /** Numbers of digits of other numbers. */
  readonly decimal?: readonly string[];
  /** True if a JavaScript number cannot hold one of them exactly. */
  readonly inexact?: true;
  /** The lengths of texts, by pattern. Without known words. */
  readonly text?: Readonly<Partial<Record<TextPattern, readonly string[]>>>;
  /** The words that the profile knows, by their key: `done`, `present`, or a known code. */
  readonly words?: readonly string[];
  readonly list?: ListShape;
  readonly object?: ObjectShape;
  /** True if it is nested deeper than 20 levels, where recording ends. */
  readonly deeper?: true;
}

/** The shape of lists: how many elements, and the shape of all of them. */
export interface ListShape {
  readonly counts: readonly string[];
  readonly of: ValueShape;
  /** The same, for each item of the service. `?` stands for items that it does not have. */
  readonly by?: Readonly<Record<string, ValueShape>>;
}

/** The shape of objects. */
export interface ObjectShape {
  /**
   * The members by name. A name that could be a value is its pattern and the band of its length in
   * braces, such as `{digits 8-15}`.
   */
  readonly members: Readonly<Record<string, MemberShape>>;
  /** True if an object had the same member twice. */
  readonly twice?: true;
}

/** The shape of a member, and whether every object at this place had it. */
export interface MemberShape {
  readonly always: boolean;
  readonly shape: ValueShape;
}

/** The shape of all messages with the same step, status, media type, charset and coding. */
export interface MessageShape {
  readonly step: ShapeStep;
  readonly status: number;
  /** The media type if it is a common one, otherwise `other`; `none` without one. */
  readonly type: string;
  /** The charset if it is a common one, otherwise `other`; `none` without one. */
  readonly charset: string;
  readonly coding: string;
  /** What the body is. `large`: too large to be read; `unreadable`: no JSON, or no such coding. */
  readonly kind: 'json' | 'empty' | 'unreadable' | 'large';
  /** How many messages. */
  readonly times: number;
  readonly headers: ObjectShape;
  /** The shape of the JSON; left out without JSON. */
  readonly body?: ValueShape;
}

/** The shapes of recorded messages. Plain, frozen data for `JSON.stringify`, without any value. */
export interface ShapeRecording {
  readonly v: 1;
  /** The id of the profile whose names and words the recorder knew. */
  readonly profile: string;
  readonly messages: readonly MessageShape[];
  /** Messages that are not part of it: `failed` ones, and `surplus` ones of too many kinds. */
  readonly lost: { readonly failed: number; readonly surplus: number };
}
