import { format, type InspectOptions, inspect } from 'node:util';

const whole = { maxArrayLength: null, maxStringLength: null } as const;
const inspections: Readonly<Record<string, InspectOptions>> = {
  plain: {},
  deep: { depth: 20, showHidden: true, ...whole },
  'with getters': { depth: 20, showHidden: true, getters: true, ...whole },
  'without custom inspection': { depth: 20, showHidden: true, customInspect: false, ...whole },
};

/**
 * Everything that a logger, a debugger or a serialiser may make of a value. Text is what it is, and
 * bytes are read as text, two ways.
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
    // What has functions cannot be cloned; the complaint may quote, too.
    return String(error);
  }
}

/** What must not show: a text, or bytes such as a key's. */
export type Secret = string | Buffer;

/** The bytes of a secret; of a text in UTF-8 and UTF-16, either way round. */
function bytesOf(secret: Secret): readonly Buffer[] {
  if (typeof secret !== 'string') return [secret];
  return [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(secret, 'utf16le').swap16(),
  ];
}

/**
 * What base64 makes of bytes that stand `offset` bytes behind a multiple of three, as far as the
 * neighbours have no part in it.
 */
function base64At(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/**
 * A secret in the forms in which it may travel; percent sequences and escapes are undone in the
 * text instead.
 */
function forms(secret: Secret): readonly string[] {
  const ofBytes = bytesOf(secret).flatMap((bytes) => {
    const hex = bytes.toString('hex');
    const shifted = [0, 1, 2].flatMap((offset) => [
      base64At(bytes, offset, 'base64'),
      base64At(bytes, offset, 'base64url'),
    ]);
    // Of a short secret hardly anything is left behind a neighbour: a few letters that any text may
    // hold.
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
 * A text, and what it reads as once the escapes of JSON and of `inspect`, and then percent
 * sequences, are undone, as often as there are any: texts quote texts.
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

/** A text and what becomes of it, until nothing more does. */
function repeated(text: string, undo: (text: string) => string): string[] {
  const all = [text];
  for (let last = text, next = undo(last); next !== last && all.length < 8; next = undo(last)) {
    all.push(next);
    last = next;
  }
  return all;
}

/**
 * Random ids contain any four digits now and then; a secret that short counts where it stands
 * alone.
 */
function shows(form: string, text: string): boolean {
  return form.length >= 8
    ? text.includes(form)
    : text.includes(form) &&
        new RegExp(`(?<![\\w-])${form.replace(/\W/g, '\\$&')}(?![\\w-])`).test(text);
}

/**
 * Where secrets show, as `value by way: secret`; both are named, so that a failing test shows none
 * of them. A value may be anything, also what was printed (text or bytes).
 */
export function leaksIn(
  values: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, Secret>>,
): string[] {
  const sought = Object.entries(secrets).map(([name, raw]) => [name, forms(raw)] as const);
  return Object.entries(values).flatMap(([name, value]) =>
    renderings(value).flatMap(([way, text]) => {
      const texts = readings(text);
      return sought.flatMap(([secret, list]) =>
        list.some((form) => texts.some((one) => shows(form, one)))
          ? [`${name} by ${way}: ${secret}`]
          : [],
      );
    }),
  );
}

/** How much of a form finds it. */
const START = 8;

/**
 * The same in many texts and for very many secrets, none of them shorter than eight bytes: each
 * text is walked through once.
 */
export function leaksInTexts(
  texts: Readonly<Record<string, readonly string[]>>,
  secrets: Readonly<Record<string, Secret>>,
): string[] {
  const starts = new Map<string, (readonly [form: string, secret: string])[]>();
  for (const [name, secret] of Object.entries(secrets)) {
    for (const form of forms(secret)) {
      const start = form.slice(0, START);
      const found = starts.get(start);
      if (found) found.push([form, name]);
      else starts.set(start, [[form, name]]);
    }
  }
  const found = new Set<string>();
  for (const [name, list] of Object.entries(texts)) {
    for (const text of readings(list.join('\n'))) {
      for (let at = 0; at < text.length; at++) {
        for (const [form, secret] of starts.get(text.slice(at, at + START)) ?? [])
          if (text.startsWith(form, at)) found.add(`${name}: ${secret}`);
      }
    }
  }
  return [...found];
}
