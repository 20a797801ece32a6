import { format, type InspectOptions, inspect } from 'node:util';

const whole = { maxArrayLength: null, maxStringLength: null } as const;
const inspections: Readonly<Record<string, InspectOptions>> = {
  plain: {},
  deep: { depth: 20, showHidden: true, ...whole },
  'with getters': { depth: 20, showHidden: true, getters: true, ...whole },
  'without custom inspection': { depth: 20, showHidden: true, customInspect: false, ...whole },
};

/**
 * Returns everything that a logger, a debugger or a serialiser may make of a value. Text stays as
 * it is, and bytes are read as text in two ways.
 */
function renderings(value: unknown): readonly (readonly [way: string, text: string])[] {
  if (typeof value === 'string') return [['text', value]];
  if (Buffer.isBuffer(value))
    return [
      ...(['utf8', 'latin1', 'utf16le'] as const).map(
        (encoding) => [encoding, value.toString(encoding)] as const,
      ),
    ];
  const ways: [string, () => unknown][] = [
    ['console.log', () => format(value)],
    ['console.log %o', () => format('%o %j %s', value, value, value)],
    ['JSON', () => JSON.stringify({ value })],
    ['String', () => String(value)],
    ['clone', () => inspect(structuredClone(value), { depth: 20, showHidden: true, ...whole })],
    [
      'entries',
      () => inspect(Object.entries(Object(value)), { depth: 20, showHidden: true, ...whole }),
    ],
    ['spread', () => inspect({ ...Object(value) }, { depth: 20, showHidden: true, ...whole })],
    [
      'stack',
      () =>
        value instanceof Error ? `${value.stack} ${value.message} ${inspect(value.cause)}` : '',
    ],
    ...Object.entries(inspections).map(([name, options]): [string, () => unknown] => [
      `inspect ${name}`,
      () => inspect(value, options),
    ]),
  ];
  // Inspecting breaks lists of bytes into lines.
  return ways.map(([way, render]) => [way, attempt(render).replace(/(?<=\d,)\s+/g, '')]);
}

function attempt(render: () => unknown): string {
  try {
    return String(render());
  } catch (error) {
    // A value with functions cannot be cloned. The complaint may quote it, too.
    return String(error);
  }
}

/** A secret: a text, or bytes such as those of a key. */
export type Secret = string | Buffer;

/** Returns the bytes of a secret. A text is encoded in UTF-8 and in both orders of UTF-16. */
function bytesOf(secret: Secret): readonly Buffer[] {
  if (typeof secret !== 'string') return [secret];
  return [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(secret, 'utf16le').swap16(),
  ];
}

/**
 * Returns the base64 of bytes that begin `offset` bytes after a multiple of three, without the
 * characters that depend on neighbouring bytes.
 */
function base64At(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/**
 * Returns the forms in which a secret may appear. Percent sequences and escapes are decoded in the
 * text instead.
 */
function forms(secret: Secret): readonly string[] {
  const ofBytes = bytesOf(secret).flatMap((bytes) => {
    const hex = bytes.toString('hex');
    const shifted = [0, 1, 2].flatMap((offset) => [
      base64At(bytes, offset, 'base64'),
      base64At(bytes, offset, 'base64url'),
    ]);
    // Little of a short secret is left between its neighbours: a few letters that occur in any
    // text.
    const telling = shifted.filter((form) => form.length >= 8);
    const base64 = bytes.toString('base64');
    const list = [...bytes].join(',');
    const spaced = hex.replace(/..(?=.)/g, '$& ');
    return [
      bytes.toString('latin1'),
      hex,
      hex.toUpperCase(),
      spaced,
      list,
      base64.replace(/=+$/, ''),
      bytes.toString('base64url'),
      ...telling,
    ];
  });
  return [...new Set(typeof secret === 'string' ? [secret, ...ofBytes] : ofBytes)];
}

/**
 * Returns a text, and what it reads as when the escapes of JSON and of `inspect`, and then percent
 * sequences, are decoded. Texts quote texts, so this repeats.
 */
function readings(text: string): readonly string[] {
  const unescaped = repeated(text, (one) =>
    one.replace(
      /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(["'`\\/nrtbf0]))/gi,
      (_, unicode, byte, plain) =>
        plain === undefined
          ? String.fromCharCode(Number.parseInt(unicode ?? byte, 16))
          : (CONTROLS[plain] ?? plain),
    ),
  );
  const undoPercent = (one: string) =>
    one.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
    );
  return [
    ...new Set(
      unescaped.flatMap((one) => [
        ...repeated(one, undoPercent),
        undoPercent(one.replaceAll('+', ' ')),
      ]),
    ),
  ];
}

const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  0: '\0',
};

/** Returns a text and the results of decoding it, until nothing changes. */
function repeated(text: string, undo: (text: string) => string): string[] {
  const all = [text];
  for (let last = text, next = undo(last); next !== last && all.length < 8; next = undo(last)) {
    all.push(next);
    last = next;
  }
  return all;
}

/** Length of the prefix by which a form is looked up. */
const START = 8;
/** The last three characters read, as a number. Most places of a text are ruled out by it. */
const windowWith = (window: number, text: string, at: number): number =>
  ((window << 7) | (text.charCodeAt(at) & 127)) & (WINDOWS - 1);
const WINDOWS = 2 ** 21;
/** Which windows begin a form of the search in progress. */
const begun = new Uint8Array(WINDOWS);

/**
 * Calls `search` with a function that returns the names of the secrets that a text contains. It
 * walks through the text once, however many secrets there are.
 */
function searchFor<T>(
  secrets: Readonly<Record<string, Secret>>,
  search: (namesIn: (text: string) => ReadonlySet<string>) => T,
): T {
  const starts = new Map<string, (readonly [form: string, name: string])[]>();
  const short: (readonly [form: string, name: string])[] = [];
  const windows: number[] = [];
  for (const [name, secret] of Object.entries(secrets)) {
    for (const form of forms(secret)) {
      if (form.length < START) short.push([form, name]);
      else {
        const start = form.slice(0, START);
        const found = starts.get(start);
        if (found) found.push([form, name]);
        else starts.set(start, [[form, name]]);
        windows.push([0, 1, 2].reduce((window, at) => windowWith(window, form, at), 0));
      }
    }
  }
  for (const window of windows) begun[window] = 1;
  try {
    return search((text) => {
      const names = new Set<string>();
      for (let end = 0, window = 0; end < text.length; end++) {
        window = windowWith(window, text, end);
        if (begun[window] === 0) continue;
        const at = end - 2;
        for (const [form, name] of starts.get(text.slice(at, at + START)) ?? [])
          if (text.startsWith(form, at)) names.add(name);
      }
      for (const [form, name] of short) if (standsAlone(form, text)) names.add(name);
      return names;
    });
  } finally {
    for (const window of windows) begun[window] = 0;
  }
}

/** Random ids often contain four given digits, so a form that short counts only on its own. */
const standsAlone = (form: string, text: string): boolean =>
  text.includes(form) &&
  new RegExp(`(?<![\\w-])${form.replace(/\W/g, '\\$&')}(?![\\w-])`).test(text);

/**
 * Returns where secrets occur, as `value by way: secret`. Both are names, so that a failing test
 * shows no secret. A value may be anything, also printed text or bytes.
 */
export function leaksIn(
  values: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, Secret>>,
): string[] {
  return searchFor(secrets, (namesIn) =>
    Object.entries(values).flatMap(([name, value]) =>
      renderings(value).flatMap(([way, text]) => {
        const found = new Set(readings(text).flatMap((one) => [...namesIn(one)]));
        return Object.keys(secrets).flatMap((secret) =>
          found.has(secret) ? [`${name} by ${way}: ${secret}`] : [],
        );
      }),
    ),
  );
}

/** Does the same for texts of several kinds, and reports only the kind. */
export function leaksInTexts(
  texts: Readonly<Record<string, readonly string[]>>,
  secrets: Readonly<Record<string, Secret>>,
): string[] {
  return searchFor(secrets, (namesIn) =>
    Object.entries(texts).flatMap(([kind, list]) => {
      const found = new Set(readings(list.join('\n')).flatMap((one) => [...namesIn(one)]));
      return [...found].map((secret) => `${kind}: ${secret}`);
    }),
  );
}
