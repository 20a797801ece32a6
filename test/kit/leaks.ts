import { format, type InspectOptions, inspect } from 'node:util';

const inspections: Readonly<Record<string, InspectOptions>> = {
  plain: {},
  deep: { depth: 20, showHidden: true },
  'with getters': { depth: 20, showHidden: true, getters: true },
  'without custom inspection': { depth: 20, showHidden: true, customInspect: false },
};

/** Everything that a logger, a debugger or a serialiser may make of a value. */
function renderings(value: unknown): readonly (readonly [way: string, text: string])[] {
  const ways: [string, () => unknown][] = [
    ['console.log', () => format(value)],
    ['console.log %o', () => format('%o %j %s', value, value, value)],
    ['JSON', () => JSON.stringify({ value })],
    ['String', () => String(value)],
    ['clone', () => inspect(structuredClone(value), { depth: 20, showHidden: true })],
    ['entries', () => inspect(Object.entries(Object(value)), { depth: 20, showHidden: true })],
    ['spread', () => inspect({ ...Object(value) }, { depth: 20, showHidden: true })],
    ['stack', () => (value instanceof Error ? `${value.stack} ${value.message} ${inspect(value.cause)}` : '')],
    ...Object.entries(inspections).map(([name, options]): [string, () => unknown] => [`inspect ${name}`, () => inspect(value, options)]),
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

/** A secret in the forms in which it may travel. */
function forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret, 'utf16le').toString('hex'),
    [...bytes].join(','),
  ];
}

/** Random ids contain any four digits now and then; a secret that short counts where it stands alone. */
function shows(form: string, text: string): boolean {
  return form.length >= 8 ? text.includes(form) : new RegExp(`(?<![\\w-])${form.replace(/\W/g, '\\$&')}(?![\\w-])`).test(text);
}

/** Where secrets show, as `value by way: secret`; both are named, so that a failing test shows none of them. */
export function leaksIn(values: Readonly<Record<string, unknown>>, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    renderings(value).flatMap(([way, text]) =>
      Object.entries(secrets).flatMap(([secret, raw]) => (forms(raw).some((form) => shows(form, text)) ? [`${name} by ${way}: ${secret}`] : [])),
    ),
  );
}
