import type { WireProfile } from '../wire/profile.js';
import type { TextPattern } from './patterns.js';
import type { ShapeStep } from './shape.js';

/** What is expected of the value at one place. */
export interface Expected {
  /** The entry of the profile that says so. */
  readonly entry?: string;
  /** Whether every object has it. */
  readonly needed?: boolean;
  readonly orNull?: boolean;
  readonly text?: {
    readonly patterns?: readonly TextPattern[];
    readonly refused?: readonly TextPattern[];
    readonly longest?: number;
    /** Whether it must be a known word. */
    readonly words?: boolean;
  };
  readonly number?: 'whole' | 'any';
  readonly list?: Expected;
  /** The members. Others are unknown. */
  readonly object?: Readonly<Record<string, Expected>>;
  /** An object with any members. */
  readonly open?: true;
}

/** What is expected of the responses of a step. */
export interface ExpectedMessage {
  readonly isSuccess: (status: number) => boolean;
  readonly statuses: string;
  readonly success: Expected | undefined;
}

/** Patterns of texts that could not be sent in a header or a URL. */
const UNSENDABLE: readonly TextPattern[] = [
  ...(['empty', 'blank', 'control', 'ascii', 'date-time', 'http-date', 'full-width'] as const),
  ...(['half-width-kana', 'kana', 'text', 'long', 'era-date'] as const),
];
const EMPTY: readonly TextPattern[] = ['empty', 'blank'];

/** Returns what publicCodec and the OAuth steps of a client expect under a profile. */
export function expectedOf(profile: WireProfile): Readonly<Record<ShapeStep, ExpectedMessage>> {
  const { fields, acknowledgement } = profile;
  const isOk = (status: number) => status >= 200 && status <= 299;
  const id = text('fields.processId', {
    needed: true,
    text: { refused: EMPTY, longest: 1_024 },
  });
  return {
    consent: {
      isSuccess: (status) => status === 201,
      statuses: '201',
      success: {
        object: {
          request_uri: { needed: true, text: { refused: UNSENDABLE, longest: 2_048 } },
          expires_in: { needed: true, number: 'whole' },
        },
      },
    },
    token: { isSuccess: (status) => status === 200, statuses: '200', success: tokenOf(profile) },
    request: {
      isSuccess: isOk,
      statuses: '200-299',
      success: { object: { [fields.processId.value]: id } },
    },
    result: {
      isSuccess: isOk,
      statuses: '200-299',
      success: {
        object: {
          [fields.processId.value]: id,
          [fields.processStatus.value]: word('processStatuses'),
          [fields.selfPersonalData.value]: {
            entry: 'fields.selfPersonalData',
            orNull: true,
            list: itemOf(profile),
          },
        },
      },
    },
    acknowledge: {
      isSuccess: (status) => isOk(status) || status === 410,
      statuses: acknowledgement.value === null ? '' : '200-299, 410',
      success: undefined,
    },
  };
}

function tokenOf({ oauth }: WireProfile): Expected {
  const deviations = oauth.deviations.value;
  const refused = deviations.includes('token-characters')
    ? UNSENDABLE
    : [...UNSENDABLE, ...TOKEN_DEVIATIONS];
  const optional: Expected = { orNull: true, text: {} };
  return {
    object: {
      access_token: { needed: true, text: { refused, longest: 8_192 } },
      token_type: { needed: !deviations.includes('token-type-missing'), text: { words: true } },
      expires_in: {
        number: 'any',
        ...(deviations.includes('expires-in-text') && { text: { patterns: ['digits', 'YYYY'] } }),
      },
      scope: optional,
      refresh_token: optional,
    },
  };
}

function itemOf({ fields }: WireProfile): Expected {
  const record: Expected = {
    object: {
      [fields.holder.value]: text('fields.holder', { needed: true }),
      [fields.asOf.value]: date('fields.asOf', 'YYYY-MM-DD'),
      [fields.values.value]: { entry: 'fields.values', needed: true, open: true },
    },
  };
  const missing: Expected = {
    object: {
      [fields.missingServer.value]: text('fields.missingServer', { needed: true }),
      [fields.missingUntil.value]: date('fields.missingUntil', 'date-time+offset'),
    },
  };
  return {
    object: {
      [fields.itemCode.value]: text('fields.itemCode', { needed: true }),
      [fields.itemStatus.value]: word('itemStatuses'),
      [fields.records.value]: { entry: 'fields.records', orNull: true, list: record },
      [fields.missing.value]: { entry: 'fields.missing', orNull: true, list: missing },
      [fields.failure.value]: text('fields.failure', {
        orNull: true,
        text: { patterns: CODES, longest: 64 },
      }),
    },
  };
}

/** Patterns of machine codes. */
const CODES: readonly TextPattern[] = ['lower', 'upper', 'mixed', 'digits', 'YYYY'];

function text(entry: string, rest: Expected): Expected {
  return { entry, text: { refused: EMPTY }, ...rest };
}

function word(entry: string): Expected {
  return { entry, needed: true, text: { words: true } };
}

/** The public codec accepts any text as the date of a record. It is a difference here. */
function date(entry: string, pattern: TextPattern): Expected {
  return { entry, orNull: true, text: { patterns: [pattern] } };
}

/** Patterns of visible characters that a bearer token does not have. */
const TOKEN_DEVIATIONS: readonly TextPattern[] = ['visible', 'url', 'urn', 'number'];

/** What is expected of the body of a refusal. */
export const REFUSAL: Expected = {
  object: {
    error: { needed: true, text: { words: true }, entry: 'errorCodes' },
    error_description: { orNull: true, text: {} },
    error_description_ja: { orNull: true, text: {} },
    error_uri: { orNull: true, text: {} },
  },
};
