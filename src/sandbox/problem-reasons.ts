import type { core } from 'zod';
import type { Expected } from '../foundation/errors.js';

/** A place in data, below the root, and what is wrong with it. */
export interface Found {
  readonly path: readonly PropertyKey[];
  readonly reason: Expected;
}

type Issue = core.$ZodIssue;

/** Returns the places that an issue of a schema is about. A value that was given is never repeated. */
export function placesOf(issue: Issue): readonly Found[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], reason: UNKNOWN_KEY }));
  const alternative = issue.code === 'invalid_union' ? nearestOf(issue.errors) : undefined;
  return (
    alternative
      ?.flatMap(placesOf)
      .map(({ path, reason }) => ({ path: [...issue.path, ...path], reason })) ?? [
      { path: issue.path, reason: reasonOf(issue) },
    ]
  );
}

/** Returns the issues of the alternative that the data fits best; undefined if it fits none at all. */
function nearestOf(alternatives: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]) => Math.max(...issues.map(({ path }) => path.length));
  return alternatives
    .filter((issues) => depth(issues) > 0)
    .sort((a, b) => a.length - b.length || depth(b) - depth(a))[0];
}

/** Says what a place must be. */
function reasonOf(issue: Issue): Expected {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? REQUIRED : typeReason(issue.expected);
    case 'invalid_value':
      return issue.input === undefined && issue.values.length !== 1
        ? both(REQUIRED, choicesReason(issue.values))
        : choicesReason(issue.values);
    case 'invalid_union':
      return 'options' in issue ? choicesReason(issue.options as readonly unknown[]) : FORMS;
    case 'too_small':
      return boundReason(issue.origin, Number(issue.minimum), issue.inclusive !== false, true);
    case 'too_big':
      return boundReason(issue.origin, Number(issue.maximum), issue.inclusive !== false, false);
    case 'invalid_format':
      return formatReason(issue);
    default:
      return FORMS;
  }
}

const DOCUMENT = '/sandbox/openapi.json';
const UNKNOWN_KEY: Expected = {
  en: `There is no such key: see ${DOCUMENT}.`,
  ja: `指定できないキーです。${DOCUMENT} を確認してください。`,
};
const REQUIRED: Expected = { en: 'It is required.', ja: '必須です。' };
const NOT_EMPTY: Expected = { en: 'It must not be empty.', ja: '空の値は指定できません。' };
const FORMS: Expected = {
  en: `It has none of the possible forms: see ${DOCUMENT}.`,
  ja: `指定できる形ではありません。${DOCUMENT} を確認してください。`,
};

const both = (a: Expected, b: Expected): Expected => ({ en: `${a.en} ${b.en}`, ja: a.ja + b.ja });

const MOST_NAMED = 10;

/** Names what can be chosen, or says where to find it when that is much. */
function choicesReason(values: readonly unknown[]): Expected {
  const [only, ...others] = values.map(String);
  if (others.length === 0) return { en: `It must be ${only}.`, ja: `${only} を指定してください。` };
  if (values.length > MOST_NAMED)
    return {
      en: `It must be one of ${values.length} values: see ${DOCUMENT}.`,
      ja: `${values.length}個の値のいずれかを指定してください。値は ${DOCUMENT} で確認できます。`,
    };
  return {
    en: `It must be one of ${values.join(', ')}.`,
    ja: `${values.join('、')} のいずれかを指定してください。`,
  };
}

const typesJa: Readonly<Record<string, string>> = {
  array: '配列',
  list: '配列',
  function: '関数',
  object: 'オブジェクト',
  record: 'オブジェクト',
  string: '文字列',
  number: '数値',
  int: '整数',
  boolean: '真偽値',
};

/** Where this package uses another word than zod. */
const names: Readonly<Record<string, string>> = { array: 'list', int: 'integer', record: 'object' };

/** Returns what a TypeError of a check says; undefined for another one. */
export function reasonOfTypeError({ message }: Error): Expected | undefined {
  const [, type] = /^\S+ must be an? (\w+)\.$/.exec(message) ?? [];
  return type === undefined ? undefined : typeReason(type);
}

function typeReason(type: string): Expected {
  const name = names[type] ?? type;
  return {
    en: `It must be ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}.`,
    ja: `${typesJa[type] ?? type}で指定してください。`,
  };
}

function boundReason(
  origin: string,
  bound: number,
  inclusive: boolean,
  isLeast: boolean,
): Expected {
  if (isLeast && bound === 1 && (origin === 'string' || origin === 'array')) return NOT_EMPTY;
  const [unit = '', unitJa = ''] =
    { string: [' characters', '文字'], array: [' entries', '個'] }[origin] ?? [];
  const en = isLeast ? (inclusive ? 'at least' : 'above') : inclusive ? 'at most' : 'below';
  const ja = isLeast ? (inclusive ? '以上' : 'より大きい値') : inclusive ? '以下' : '未満';
  return {
    en: `It must ${unit === '' ? 'be' : 'have'} ${en} ${bound}${unit}.`,
    ja: `${bound}${unitJa}${ja}で指定してください。`,
  };
}

const formats: Readonly<Record<string, Expected>> = {
  date: {
    en: 'It must be an existing day, YYYY-MM-DD.',
    ja: '実在する日付を YYYY-MM-DD 形式で指定してください。',
  },
  datetime: {
    en: 'It must be an ISO 8601 instant with offset, such as 2026-12-01T10:00:00+09:00.',
    ja: 'オフセット付きの ISO 8601 の時刻で指定してください（例: 2026-12-01T10:00:00+09:00）。',
  },
};

function formatReason({ format, pattern }: core.$ZodIssueInvalidStringFormat): Expected {
  return (
    formats[format] ?? {
      en: `It must match ${pattern}.`,
      ja: `${pattern} に一致する値を指定してください。`,
    }
  );
}
