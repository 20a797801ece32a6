import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  createSelfInfoClient,
  createVirtualClock,
  latest,
} from '../../src/index.js';
import { personas, startSandbox } from '../../src/sandbox/index.js';
import {
  compareShapes,
  compareWithProfile,
  createShapeRecorder,
  describeDifferences,
  draftProfile,
  joinRecordings,
  type ShapeMessage,
  type ShapeRecorder,
  type ShapeRecording,
} from '../../src/shapes/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { leaksInTexts } from '../kit/leaks.js';
import { CLIENT_ID, loan, NOW, registrationOf, SESSION, visits } from '../kit/loan.js';
import { callbackOf, raw, startPortal } from '../kit/portal.js';
import { everyStep } from './planted.js';

const closing = closeAfterEach();
const known = { service: loan, profile: everyStep };

/** Returns everything that is made of a recording, as text. */
function textsOf(recording: ShapeRecording) {
  const { differences, unseen } = compareWithProfile(recording, known);
  const empty = createShapeRecorder(known).recording();
  const compared = [...compareShapes(recording, empty), ...compareShapes(empty, recording)];
  return {
    recording: [JSON.stringify(recording), JSON.stringify(joinRecordings([recording, recording]))],
    comparison: [JSON.stringify([differences, unseen, compared])],
    text: (['ja', 'en'] as const).map((lang) => describeDifferences(differences, lang)),
    draft: (['ja', 'en'] as const).map((lang) => draftProfile(recording, known, lang)),
  };
}

/** Returns a recorder that also hands the messages to the test. */
function listening(inner: ShapeRecorder, messages: ShapeMessage[]): ShapeRecorder {
  return {
    ...inner,
    record(message) {
      messages.push(message);
      inner.record(message);
    },
  };
}

/** Returns all values of JSON, and all names that neither profile nor schema has, as texts. */
function valuesIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return [String(json)];
  return Object.values(json).flatMap(valuesIn);
}

/** Words that a recording may repeat: this package's own, which happen to be those of the wire. */
const OWN_WORDS = [
  ...['true', 'false', 'null', 'Bearer', 'application/json'],
  // The value of `connection`, and the name of another header.
  'keep-alive',
  ...Object.keys(loan.items),
  ...everyStep.errorCodes.value,
];

describe('a recording of all citizens of the sandbox, over real TLS', () => {
  it('holds no value of any response, nor do comparison and draft', async () => {
    const clock = createVirtualClock(NOW);
    const sandbox = closing(
      await startSandbox({ registrations: [registrationOf(loan)], clock, profile: everyStep }),
    );
    const inner = createShapeRecorder(known);
    const messages: ShapeMessage[] = [];
    const events: ClientEvent[] = [];
    const client = closing(
      createSelfInfoClient({
        service: loan,
        ...sandbox.connectionFor(CLIENT_ID, { profile: everyStep }),
        recorder: listening(inner, messages),
        onEvent: (event) => void events.push(event),
      }),
    );
    const { consent } = visits(client, sandbox);
    for (const { id } of personas) {
      // Two of them cannot identify themselves.
      const grant = await consent(id).catch(() => undefined);
      if (grant === undefined) continue;
      const retrieval = await client.submit(grant, latest());
      await client.collect(retrieval, { onProgress: ({ retryAt }) => clock.set(retryAt) });
      await client.acknowledge(retrieval);
      await client.collect(retrieval).catch(() => undefined);
      clock.set(NOW);
    }
    expect(new Set(messages.map(({ step }) => step)).size).toBe(5);
    const values = messages.flatMap(({ body, headers }) => [
      ...valuesIn(JSON.parse(Buffer.from(body).toString())),
      ...Object.values(headers),
    ]);
    const secrets = [...new Set(values)].filter(
      (value) => value.length > 2 && !OWN_WORDS.includes(value) && !/^\d{3,4}$/.test(value),
    );
    expect(secrets.length).toBeGreaterThan(100);
    const recording = inner.recording();
    expect(recording.lost).toEqual({ failed: 0, surplus: 0 });
    const texts = {
      ...textsOf(recording),
      recorder: [inspect(inner, { depth: 9, showHidden: true })],
      events: events.map((event) => JSON.stringify(event)),
    };
    // The draft repeats the profile, which has the words of the wire.
    const words = draftProfile(createShapeRecorder(known).recording(), known, 'en');
    expect(
      leaksInTexts(
        texts,
        Object.fromEntries(
          secrets.filter((secret) => !words.includes(secret)).map((one) => [one, one]),
        ),
      ),
    ).toEqual([]);
  });
});

/** A text that must not be found, with a number so that each is another one. */
let canaries: string[] = [];
const canary = (): string => {
  const text = `kanariya-${canaries.length}-番号`;
  canaries.push(text);
  return text;
};
/** The digits of an amount that must not be found. */
const amount = (): number => {
  const digits = 7_310_000_000 + canaries.length;
  canaries.push(String(digits));
  return digits;
};

/** Puts a canary into every value, and a member with a canary as its name into every object. */
function filled(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(filled);
  if (typeof json === 'number') return amount();
  if (typeof json !== 'object' || json === null) return canary();
  return Object.fromEntries([
    ...Object.entries(json).map(([name, value]) => [name, filled(value)]),
    [canary(), canary()],
    [String(amount()), { [canary()]: amount() }],
  ]);
}

const token = { access_token: 'x', token_type: 'x', expires_in: 1, error: 'x', scope: 'x' };
const result = {
  process_id: 'x',
  process_status: 'x',
  selfPersonalData: [
    {
      item_code: 'x',
      item_status: 'x',
      failure_code: 'x',
      record_list: [{ holder_name: 'x', record_date: 'x', field_values: { 課税年度: 'x', a: 1 } }],
      missing_holders: [{ server_name: 'x', closed_until: 'x' }],
    },
  ],
};

describe('a recording of a portal with a canary in every value, over real TLS', () => {
  it.each([
    ['token', 200],
    ['token', 400],
    ['request', 200],
    ['request', 409],
    ['result', 200],
    ['result', 503],
  ] as const)(
    'holds no canary of %s with status %i, nor do events and errors',
    async (at, status) => {
      canaries = [];
      const body = JSON.stringify(filled(at === 'token' ? token : result));
      const headers = {
        'content-type': `application/json; charset=utf-8; x=${encodeURIComponent(canary())}`,
        'retry-after': `kanariya-retry`,
        'x-kanariya-name': 'kanariya-value',
        etag: 'kanariya-etag',
      };
      canaries.push('kanariya');
      const portal = await startPortal({ replies: { [at]: raw(body, headers, status) } });
      const recorder = createShapeRecorder({ service: loan });
      const events: ClientEvent[] = [];
      const client = closing(
        createSelfInfoClient({
          service: loan,
          environment: portal.environment,
          tls: portal.tls,
          recorder,
          onEvent: (event) => void events.push(event),
        }),
      );
      const ends: unknown[] = [];
      try {
        const { url } = await client.beginConsent({ sessionBinding: SESSION });
        const back = callbackOf(url, portal.environment);
        const outcome = await client.completeConsent(back, { sessionBinding: SESSION });
        ends.push(outcome);
        if (outcome.status === 'granted') {
          const retrieval = await client.submit(outcome.grant, latest());
          ends.push(await client.collect(retrieval, { once: true }));
        }
      } catch (error) {
        ends.push(error, Object(error).stack);
      }
      await portal.close();
      const recording = recorder.recording();
      const recorded = recording.messages.find((one) => one.step === at && one.status === status);
      expect(recorded?.kind).toBe('json');
      const texts = {
        ...textsOf(recording),
        events: events.map((one) => JSON.stringify(one)),
        ends: ends.map((one) => JSON.stringify(one)),
      };
      const secrets = Object.fromEntries(canaries.map((one) => [one, one]));
      expect(canaries.length).toBeGreaterThan(10);
      expect(leaksInTexts(texts, secrets)).toEqual([]);
      expect(leaksInTexts({ body: [body] }, secrets)).not.toEqual([]);
    },
  );
});

/** Texts with marks: letters that nothing else has, dates, numbers, names. */
const mark = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ЖЩЮЯЭЪ'), minLength: 3, maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'qzjqQZJ'), minLength: 3, maxLength: 12 }),
  fc.integer({ min: 10_000_000, max: 2_000_000_000 }).map(String),
  fc.date({ min: new Date(0), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 19)),
  fc.constantFrom('見本花子', 'ﾐﾎﾝ ﾊﾅｺ', '令和8年6月1日', '090-1234-5678', 'hanako@example.jp'),
);
const NAMES = [
  ...['process_id', 'process_status', 'selfPersonalData', 'item_code', 'item_status'],
  ...['record_list', 'field_values', 'error', 'error_description', 'token_type', '課税年度'],
];
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    mark,
    fc.integer({ min: 10_000_000, max: 2_000_000_000 }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(mark, fc.constantFrom(...NAMES)), tie('json'), { maxKeys: 6 }),
  ),
}));

/** Returns the values of JSON, and the names that are marks. */
function marksIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) || NAMES.includes(name) ? [] : [name]),
    ...marksIn(inner),
  ]);
}

describe('a recording of any JSON', () => {
  it('holds no marked value and no marked name, nor do comparison and draft', () => {
    fc.assert(
      fc.property(json, mark, fc.constantFrom(200, 201, 400), (body, header, status) => {
        const recorder = createShapeRecorder(known);
        for (const step of ['consent', 'token', 'request', 'result', 'acknowledge'] as const)
          recorder.record({
            step,
            status,
            headers: { 'content-type': 'application/json', [header]: header, etag: header },
            body: Buffer.from(JSON.stringify(body)),
          });
        const recording = recorder.recording();
        const text = Object.values(textsOf(recording)).flat().join('\n');
        for (const one of [header, ...marksIn(body)]) expect(text).not.toContain(one);
        expect(recording.lost.failed).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('may be made of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        const recorder = createShapeRecorder();
        recorder.record({ step: 'result', status: 200, headers: {}, body });
        expect(recorder.recording().messages).toHaveLength(1);
      }),
    );
  });
});
