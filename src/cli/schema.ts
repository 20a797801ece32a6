import * as z from 'zod';
import { defineCommand } from './frame/spec.js';

const instant = z.string().meta({ format: 'date-time', description: 'an instant at +09:00' });
const texts = z.object({ ja: z.string(), en: z.string() });
const state = z.enum(['open', 'uncertain', 'closed']);
const span = { start: instant, end: instant };

const source = z.union([
  z.object({
    kind: z.literal('guideline'),
    guideline: z.string(),
    table: z.string(),
    row: z.int(),
    reading: z.boolean(),
    note: texts,
  }),
  z.object({ kind: z.literal('host'), from: z.string(), source: z.string().nullable() }),
  z.object({
    kind: z.literal('announcement'),
    id: z.string(),
    announcedAt: instant,
    source: z.string().meta({ description: 'untrusted text: escape it' }),
  }),
  z.object({
    kind: z.literal('plan'),
    id: z.string(),
    source: z.string(),
    from: instant,
    to: instant,
  }),
]);

const cause = z.object({
  ...span,
  server: z.string().nullable(),
  detail: z.string().nullable(),
  item: z.string().nullable(),
  kind: z.enum(['hours', 'planned-outage', 'announcement', 'holder', 'item-not-identified']),
  rule: z.string(),
  state: z.enum(['slow', 'uncertain', 'closed']),
  limit: z.enum(['first-use', 'some-sources', 'unknown-scope']).nullable(),
  name: texts.nullable(),
  certainty: z.string(),
  source,
  text: texts,
  citizenText: texts,
});
const undone = cause.extend({ undoneBy: source });
const causes = { causes: z.array(cause), undone: z.array(undone) };
const segment = z.object({ ...span, state, ...causes });
const target = z.string().meta({ description: 'as it was typed' });

const status = z.object({
  target,
  at: instant,
  state,
  mayTry: z.boolean(),
  ...causes,
  holders: z.array(z.object({ server: z.string(), state })).optional(),
  since: instant.nullable(),
  until: instant.nullable(),
  nextOpening: instant.nullable(),
  nextPossibleOpening: instant.nullable(),
});

const outlook = z.object({
  target,
  share: z.object({ open: z.number(), uncertain: z.number(), closed: z.number() }),
  risks: z.array(segment),
  safest: segment.nullable(),
  unknownHours: z.array(z.string()),
});

const url = z.url();
const sandbox = z.object({
  browserUrl: url,
  apiUrl: url,
  issuer: z.string(),
  urls: z.record(z.string(), url),
  remoteControl: z.object({ url, tokenFile: z.string() }).optional(),
  stoppedAt: instant.nullable(),
  caFile: z.string(),
  clients: z.array(
    z.object({
      clientId: z.string(),
      redirectUris: z.array(z.string()),
      certFile: z.string(),
      keyFile: z.string(),
      items: z.array(
        z.object({ code: z.string(), detail: z.string(), inquiries: z.array(z.string()) }),
      ),
    }),
  ),
  personas: z.array(z.object({ id: z.string(), name: z.string(), pin: z.string() })),
});

const day = z.string().meta({ format: 'date', description: 'a day in Japan' });
const days = z.object({ start: day, end: day });
const ids = z.array(z.string());
const amount = z.union([
  z.object({ weeks: z.int() }),
  z.object({ months: z.int() }),
  z.object({ businessDays: z.int() }),
]);
const plan = z.object({
  procedure: z.enum(['onboarding', 'change', 'suspension', 'resumption', 'termination']),
  guideline: z.string(),
  by: z.enum(['start', 'goal']),
  given: day,
  start: day,
  goal: day,
  today: day,
  shortfall: z
    .object({ businessDays: z.int(), requested: day, latestStart: day, binding: z.string() })
    .nullable(),
  steps: z.array(
    texts.extend({
      procedure: z.string(),
      guideline: z.string(),
      figure: z.string(),
      phase: texts,
      id: z.string(),
      actors: ids,
      after: ids,
      beside: z.string().optional(),
      when: z.enum(['development', 'connectionTest', 'production']).optional(),
      like: ids.optional(),
      handling: z.enum(['obtain', 'hand-in', 'discuss', 'check', 'receive']).optional(),
      documents: ids.optional(),
      asNeeded: ids.optional(),
      to: ids.optional(),
      note: texts.optional(),
      earliest: days,
      latest: days,
      slackBusinessDays: z.int().nullable(),
      critical: z.boolean(),
      because: z.object({ after: z.string().nullable(), leadTimes: ids }).optional(),
      done: z.object({ on: day.nullable() }).optional(),
    }),
  ),
  criticalPath: ids,
  leadTimes: z.array(
    texts.extend({
      id: z.string(),
      amount,
      basis: z.enum(['stated', 'about', 'in-principle', 'reading', 'ours', 'host']),
      source: texts,
      later: z.object({ amount, confidence: z.literal('unconfirmed'), note: texts }).optional(),
    }),
  ),
  blackout: z.array(z.object({ from: day, to: day })),
  holidaysPredicted: z.boolean(),
});

const bands = z.array(z.string());
const value = z.object({
  null: z.literal(true).optional(),
  boolean: z.literal(true).optional(),
  integer: bands.optional(),
  decimal: bands.optional(),
  inexact: z.literal(true).optional(),
  text: z.record(z.string(), bands).optional(),
  words: z.array(z.string()).optional(),
  get list() {
    return z
      .object({ counts: bands, of: value, by: z.record(z.string(), value).optional() })
      .optional();
  },
  get object() {
    return object.optional();
  },
  deeper: z.literal(true).optional(),
});
const object = z.object({
  get members() {
    return z.record(z.string(), z.object({ always: z.boolean(), shape: value }));
  },
  twice: z.literal(true).optional(),
});
const step = z.enum(['consent', 'token', 'request', 'result', 'acknowledge']);
const recording = z.object({
  v: z.literal(1),
  profile: z.string(),
  messages: z.array(
    z.object({
      step,
      status: z.int(),
      type: z.string(),
      charset: z.string(),
      coding: z.string(),
      kind: z.enum(['json', 'empty', 'unreadable', 'large']),
      times: z.int(),
      headers: object,
      body: value.optional(),
    }),
  ),
  lost: z.object({ failed: z.int(), surplus: z.int() }),
});

const comparison = z.object({
  differences: z.array(
    z.object({
      kind: z.string(),
      step,
      status: z.int(),
      place: z.string(),
      entry: z.string().optional(),
      seen: z.string().optional(),
      expected: z.string().optional(),
    }),
  ),
  unseen: z.array(z.string()),
});

/** The JSON output of each command, by the name that its help shows. */
const schemas = {
  calendar: z.array(status),
  'calendar-month': z.array(z.object({ target, segments: z.array(segment) })),
  'calendar-outlook': z.array(outlook),
  plan,
  sandbox,
  shapes: recording,
  'shapes-compare': comparison,
} as const;

const printedBy = {
  calendar: { ja: 'calendar --json', en: 'calendar --json' },
  'calendar-month': { ja: 'calendar --month --json', en: 'calendar --month --json' },
  'calendar-outlook': { ja: 'calendar --outlook --json', en: 'calendar --outlook --json' },
  plan: { ja: 'plan --format json', en: 'plan --format json' },
  sandbox: { ja: 'sandbox --json', en: 'sandbox --json' },
  shapes: {
    ja: 'shapes record と shapes sandbox の記録',
    en: 'the recordings of shapes record and shapes sandbox',
  },
  'shapes-compare': { ja: 'shapes compare --json', en: 'shapes compare --json' },
} as const;

/** `myna-selfinfo schema`. */
export const schemaCommand = defineCommand({
  about: {
    ja: 'コマンドが出力する JSON の形式を、JSON Schema（2020-12）で表示します。',
    en: 'Prints the format of the JSON output of a command, as JSON Schema (2020-12).',
  },
  operands: [{ name: { ja: '名前', en: 'NAME' }, count: 'one', choices: Object.keys(schemas) }],
  options: {},
  sections: (_, lang) => [
    {
      title: { ja: '名前', en: 'Names' }[lang],
      rows: Object.entries(printedBy).map(([name, text]) => [name, text[lang]]),
    },
  ],
  examples: [
    [
      'myna-selfinfo schema calendar > calendar.schema.json',
      { ja: 'calendar --json の形式を保存', en: 'save the format of calendar --json' },
    ],
  ],
  exits: {},
  page: 'cli.md',
  run: async ({ operands: [name = ''] }) =>
    `${JSON.stringify(z.toJSONSchema(schemas[name as keyof typeof schemas]), null, 2)}\n`,
});
