import {
  type Arbitrary,
  anything,
  array,
  asyncProperty,
  assert as check,
  constant,
  constantFrom,
  dictionary,
  oneof,
  string,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CodecFunction,
  createMemoryStore,
  createVirtualClock,
  isSelfInfoError,
} from '../../src/index.js';
import { expectStatus, NOW } from '../kit/loan.js';
import { sized } from '../kit/size.js';
import { STUB_PROCESS, uncaughtDuring } from '../kit/stub.js';
import { ASKED, CANARY, expectSilent, openBroken } from './codecs.js';

const { RUNS } = sized({ usual: { RUNS: 200 }, full: { RUNS: 5_000 }, soak: { RUNS: 500_000 } });

const odd = oneof(
  constantFrom<unknown>(
    undefined,
    null,
    true,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    1n,
    '',
    ' ',
    '/',
    '//x',
    '/..',
    CANARY,
    `/${CANARY}`,
    'done',
    'present',
    '\ud800',
    'a\r\nb: c',
    Symbol(CANARY),
    () => CANARY,
    [],
    {},
    [[]],
    1e300,
    1_796_000_000_000,
    Object.create({ path: CANARY }),
    new Proxy({}, {}),
  ),
  anything({
    maxDepth: 3,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  string({ unit: 'binary', maxLength: 8 }),
  dictionary(string({ maxLength: 5 }), constant(CANARY), { maxKeys: 3 }),
);

const item = (code: string) => ({
  code,
  status: 'present',
  records: [
    { holder: '千代田区', asOf: '2026-06-01', fields: { 額: [1, 'a', { b: null }] }, extras: {} },
  ],
  missing: [{ server: 'a', until: '2026-12-01T10:00:00+09:00' }],
  extras: { note: ['b'] },
});

/** A right output of each function. */
const right = {
  encodeRequest: { method: 'POST', path: '/request', headers: { 'x-a': 'b' }, body: '{}' },
  encodePoll: { method: 'GET', path: '/result', headers: { 'x-a': 'b' } },
  sign: { headers: { 'x-signature': 'a' } },
  decodeProcess: { processIds: [STUB_PROCESS] },
  decodeRefusal: { code: 'consent_used' },
  decodeResult: {
    processId: STUB_PROCESS,
    status: 'done',
    items: [item('household'), item('other')],
    extras: { a: 1 },
    retryAt: 1_796_000_000_000,
  },
} as const satisfies Partial<Record<CodecFunction, unknown>>;

function pathsOf(value: unknown): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[], ...inner.flatMap(([key, part]) => pathsOf(part).map((path) => [key, ...path]))];
}

/** Returns the value with another one at a path, as far as the path is still there. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return by;
  const copy: object = Array.isArray(value) ? [...value] : { ...value };
  return Object.assign(copy, { [key]: replaced(Reflect.get(value, key), rest, by) });
}

function outputs(good: unknown): Arbitrary<unknown> {
  const changes = tuple(
    oneof(constantFrom(...pathsOf(good)), array(string({ maxLength: 4 }), { maxLength: 2 })),
    odd,
  );
  const changed = array(changes, { minLength: 1, maxLength: 2 }).map((list) =>
    list.reduce<unknown>((value, [path, by]) => replaced(value, path, by), good),
  );
  return oneof(
    { weight: 1, arbitrary: constant(good) },
    { weight: 6, arbitrary: changed },
    { weight: 2, arbitrary: odd },
  );
}

/** A message that left the client. */
interface Sent {
  readonly origin: string;
  readonly path: string;
  readonly authorization: string | null;
}

/** Opens a client one of whose functions returns what the test says. Notes what leaves it. */
function openMad(name: CodecFunction) {
  const sent: Sent[] = [];
  const keys: string[] = [];
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore({ clock });
  const noting = {
    ...store,
    put(key: string, ...rest: [string, number]) {
      keys.push(key);
      return store.put(key, ...rest);
    },
  };
  const stub = openBroken(name, {
    store: noting,
    clock,
    onRequest({ url, headers }) {
      const { origin, pathname, search } = new URL(url);
      sent.push({ origin, path: pathname + search, authorization: headers.get('authorization') });
    },
  });
  return { ...stub, sent, keys };
}

type Mad = ReturnType<typeof openMad>;
type Said = Awaited<ReturnType<Mad['client']['query']>> | undefined;

/** Goes through one journey, and checks what every journey must keep to. */
async function journey(mad: Mad, name: CodecFunction, output: unknown): Promise<Said> {
  const { client, consent, broken, sent, keys, forget } = mad;
  delete broken.output;
  const grant = await consent();
  sent.length = 0;
  broken.output = () => output;
  const said = await client
    .query(grant, ASKED, { deadlineMs: 1 })
    .catch((error: unknown) => expectSilent(error));
  if (!isSelfInfoError(said) && said.status === 'failed') expectSilent(said.error);
  for (const { origin, authorization } of sent) {
    expect(origin).toBe('https://api.portal.example');
    expect(authorization).toMatch(/^Bearer stub-token/);
  }
  expect(keys.join()).not.toContain('canary');
  // Nothing is lost: either the consent is unused, or the answer can be collected.
  if (isSelfInfoError(said, 'codec_failed')) {
    expect(said.path).toBe(`environment.profile.codec.${name}`);
    delete broken.output;
    const saved = said.retrieval
      ? client.collect(client.resume(said.retrieval))
      : client.query(grant, ASKED);
    expectStatus(await saved, 'ready');
  }
  await client.discard(grant);
  await forget();
  keys.length = 0;
  return isSelfInfoError(said) ? undefined : said;
}

/** Runs journeys with any output of a function. Returns how many were as they should be. */
async function fuzz(
  name: keyof typeof right,
  expectRight: (said: NonNullable<Said>, output: unknown, sent: readonly Sent[]) => boolean,
): Promise<number> {
  const mad = openMad(name);
  let count = 0;
  const property = asyncProperty(outputs(right[name]), async (output) => {
    const said = await journey(mad, name, output);
    if (said && expectRight(said, output, mad.sent)) count++;
  });
  expect(await uncaughtDuring(() => check(property, { numRuns: RUNS }))).toEqual([]);
  return count;
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe(`${RUNS} outputs of each function of a codec`, () => {
  it('never make a result other than the codec said', async () => {
    const ready = await fuzz('decodeResult', (said, output) => {
      if (said.status !== 'ready') return false;
      const { household } = said.answer.items;
      if (household.status !== 'present') return false;
      const { items } = output as { items: { code: string; records: object[] }[] };
      const records = items.find(({ code }) => code === 'household')?.records ?? [];
      expect(asJson(household.reveal())).toEqual(
        asJson(records.map((record) => ({ ...record, extras: undefined, inexact: undefined }))),
      );
      return true;
    });
    expect(ready).toBeGreaterThan(RUNS / 20);
  });

  it.each(['encodeRequest', 'encodePoll'] as const)(
    'from %s send the path that the codec said, or nothing',
    async (name) => {
      const place = name === 'encodeRequest' ? 0 : 1;
      const count = await fuzz(name, (_, output, sent) => {
        const message = sent[place];
        if (message) expect(message.path).toBe((output as { path: string }).path);
        return message !== undefined;
      });
      expect(count).toBeGreaterThan(RUNS / 20);
    },
  );

  it('from decodeProcess are polled only by the id that the codec said', async () => {
    const count = await fuzz('decodeProcess', (said) => said.status === 'ready');
    expect(count).toBeGreaterThan(RUNS / 20);
  });

  it('from sign are added, or nothing is sent', async () => {
    const count = await fuzz('sign', (said) => said.status === 'ready');
    expect(count).toBeGreaterThan(RUNS / 20);
  });

  it('from decodeRefusal are a refusal, or none, or keep the response', async () => {
    const count = await fuzz('decodeRefusal', (said, output) => {
      if (said.status !== 'failed') return false;
      const { code } = output as { code: string };
      expect(said.error.upstream?.code).toBe(code === 'consent_used' ? code : 'unrecognised');
      return true;
    });
    expect(count).toBeGreaterThan(RUNS / 20);
  });
});
