import {
  array,
  asyncProperty,
  assert as check,
  constant,
  constantFrom,
  json,
  oneof,
  record,
  string,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  controlPaths,
  createSandbox,
  createVirtualClock,
  faultHeader,
} from '../../../src/sandbox/index.js';
import { sized } from '../../kit/size.js';
import {
  authorizationUrl,
  callbackOf,
  codeFor,
  exchange,
  fields,
  inquiry,
  journey,
  paths,
  registration,
  request,
  tokenFor,
} from '../steps.js';

const { runs } = sized({
  usual: { runs: 1_000 },
  full: { runs: 10_000 },
  soak: { runs: 100_000 },
});

describe(`the sandbox under ${runs} random requests`, () => {
  it('never returns a 500 and stays healthy', async () => {
    const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
    const sandbox = createSandbox({ registrations: [registration], clock });
    const { browserUrl, apiUrl } = sandbox.environment().endpoints;
    const token = await tokenFor(sandbox, 'hanako');
    const id = (
      await request(sandbox, await tokenFor(sandbox, 'hanako'), inquiry('household', 'latest'))
    ).body[fields.processId.value];
    const name = constantFrom(
      'client_id',
      'redirect_uri',
      'state',
      'code',
      'form',
      'decision',
      'persona',
      'pin',
      '__proto__',
      ...Object.values(fields).map((f) => f.value),
    );
    const word = oneof(
      string({ unit: 'binary', maxLength: 20 }),
      constantFrom(
        '',
        '%',
        '%zz',
        '%ff',
        '\u0000',
        '\ud800',
        'agree',
        'hanako',
        '20260230',
        '2026',
        'TM00000000000002',
        registration.clientId,
        String(id),
      ),
    );
    const form = array(tuple(name, word), { maxLength: 6 }).map((pairs) =>
      pairs.map((pair) => pair.join('=')).join('&'),
    );
    const inquiryLike = array(tuple(name, word), { maxLength: 5 }).map((pairs) =>
      Object.fromEntries(pairs),
    );
    const order = record({ [fields.items.value]: array(inquiryLike, { maxLength: 3 }) }).map(
      (value) => JSON.stringify(value),
    );
    const arbitrary = record({
      origin: constantFrom(browserUrl, apiUrl),
      path: oneof(
        constantFrom(...Object.values(paths).map((p) => p.value), ...Object.values(controlPaths)),
        constantFrom('/', '//', '/%ff', '/../x'),
      ),
      query: oneof(
        constant(''),
        constant(`?${authorizationUrl(sandbox).searchParams}`),
        form.map((text) => `?${text}`),
      ),
      method: constantFrom(
        'GET',
        'POST',
        'POST',
        'POST',
        'PUT',
        'DELETE',
        'HEAD',
        'OPTIONS',
        'PATCH',
      ),
      type: constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
        'text/plain',
        ';',
        '',
      ),
      authorization: constantFrom('', 'Bearer', 'Bearer a, Bearer b', `Bearer ${token}`),
      fault: constantFrom(
        undefined,
        undefined,
        undefined,
        '',
        'explode',
        'delay',
        'stall; ms=1',
        'invalid-json',
        'wrong-type',
        'mismatched-process',
        'clock-skew; ms=-99999999',
      ),
      language: constantFrom('', 'en', 'ja;q=x', ',,;q=,'),
      body: oneof(form, order, json(), string({ unit: 'binary' }), constant('a'.repeat(65_537))),
    });
    const property = asyncProperty(
      arbitrary,
      async ({ origin, path, query, method, type, authorization, fault, language, body }) => {
        const headers = {
          'content-type': type,
          authorization,
          'accept-language': language,
          ...(fault !== undefined && { [faultHeader]: fault }),
        };
        const call = new Request(origin + path + query, {
          method,
          headers,
          ...(method !== 'GET' && method !== 'HEAD' && { body }),
        });
        const { status } = await sandbox.fetch(call);
        expect(status).toBeLessThan(500);
      },
    );
    await check(property, { numRuns: runs, seed: 20_261_201 });
    expect(await journey(sandbox, 'hanako', inquiry('household', 'latest'))).toHaveLength(1);
  });
});

describe('two sandboxes in one process', () => {
  it('count faults and move clocks independently', async () => {
    const faults = [{ on: 'token', nth: 1, do: 'error-503' } as const];
    const [one, two] = [0, 1].map(() =>
      createSandbox({
        registrations: [registration],
        faults,
        clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
      }),
    );
    if (one === undefined || two === undefined) throw new Error('not made');
    const code = await codeFor(one, 'hanako');
    expect((await exchange(one, code)).status).toBe(503);
    expect((await exchange(one, code)).status).toBe(200);
    const other = await codeFor(two, 'hanako');
    expect((await exchange(two, other)).status).toBe(503);
    await one.fetch(
      new Request(new URL(controlPaths.clock, one.environment().endpoints.browserUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"advanceMs":60000}',
      }),
    );
    expect((await exchange(two, other)).status).toBe(200);
    expect(
      callbackOf(await two.visit(authorizationUrl(two), { persona: 'mover' })).code,
    ).toBeDefined();
    expect(one.journal.filter(({ step }) => step === 'authorize')).toHaveLength(1);
  });
});
