import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Announcement } from '../../src/calendar/index.js';
import { operationsOf } from '../../src/sandbox/control/operations.js';
import { createVirtualClock, type StartedSandbox, startSandbox } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf } from '../kit/loan.js';
import { authorizationUrl } from './steps.js';

interface Described {
  readonly operationId: string;
  readonly summary: string;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

const stop: Announcement = {
  id: 'stop-1',
  target: { detail: 'local-tax' },
  state: 'open',
  start: '2026-12-01T09:00+09:00',
  end: '2026-12-01T12:00+09:00',
  announcedAt: '2026-12-01T08:00+09:00',
  source: 'test',
};
const NOTICE = `自己情報取得APIの停止
12月1日(火) 9:00 〜 12:00（公金受取口座のみ）
12月2日(水) から（終了時刻は未定）`;
let sandbox: StartedSandbox;
let document: Document;

beforeAll(async () => {
  sandbox = await startSandbox({
    registrations: [registrationOf(loan)],
    clock: createVirtualClock(NOW),
  });
  document = (await read('/openapi.json')) as Document;
});
afterAll(() => sandbox.close());

async function read(path: string): Promise<unknown> {
  return (await fetch(`${sandbox.browserUrl}/sandbox${path}`)).json();
}

/** Returns the operations of the document, with method and path. */
const described = () =>
  Object.entries(document.paths).flatMap(([path, { parameters: _, ...methods }]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ method, path, operationId })),
  );

/** Operations that no function of the control has: it has `clock`, `putRule(undefined)`, and `connectionFor`. */
const OTHERS = ['getConnection', 'getClock', 'moveClock', 'deleteRule'];
/** Over HTTP it is readJournal with waitMs. */
const ONLY_FUNCTION = 'waitForJournal';

describe('the OpenAPI document of the control', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(document)))).toMatchObject({
      valid: true,
    });
    expect(validator.version).toBe('3.1');
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every operation of the code, and no other', () => {
    const ofCode = operationsOf().map(({ id, method, path }) => ({
      method: method.toLowerCase(),
      path,
      operationId: id,
    }));
    const sorted = (list: typeof ofCode) =>
      list.map((entry) => JSON.stringify(entry)).sort((a, b) => (a < b ? -1 : 1));
    expect(sorted(described())).toEqual(sorted(ofCode));
  });

  it('names the functions of the control', () => {
    const named = described().map(({ operationId }) => operationId);
    expect(new Set(named).size).toBe(named.length);
    expect(named.filter((id) => !(id in sandbox.control))).toEqual(expect.arrayContaining(OTHERS));
    expect(named.filter((id) => !(id in sandbox.control))).toHaveLength(OTHERS.length);
    expect(Object.keys(sandbox.control).filter((name) => !named.includes(name))).toEqual([
      ONLY_FUNCTION,
    ]);
  });

  it('describes what the control answers', async () => {
    sandbox.control.addFault({ on: 'authorize', do: 'delay', ms: 0, share: 0.5, times: 9 });
    sandbox.control.addFault({ on: 'result', do: 'error-503', retryAfterSeconds: 1 });
    sandbox.control.putRule({ persona: 'hanako', decision: 'agree' });
    sandbox.control.putAnnouncements([stop]);
    sandbox.control.putNotices([{ text: NOTICE, publishedAt: '2026-11-24' }]);
    await fetch(authorizationUrl(sandbox, { client_id: 'somebody' }));
    await fetch(authorizationUrl(sandbox), { redirect: 'manual' });
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'control');
    const problems = await Promise.all(
      described()
        .filter(({ method }) => method === 'get')
        .map(async ({ path, operationId }) => {
          const validate = ajv.compile({
            $ref: `control#/components/schemas/${operationId}Response`,
          });
          return [operationId, validate(await read(path)) ? undefined : validate.errors];
        }),
    );
    sandbox.control.reset();
    expect(Object.fromEntries(problems)).toEqual({
      listPersonas: undefined,
      listFaults: undefined,
      listRegistrations: undefined,
      getConnection: undefined,
      listAnnouncements: undefined,
      listNotices: undefined,
      getRule: undefined,
      readJournal: undefined,
      getClock: undefined,
    });
  });
});

/** What a test in another repository would write, with a client generated from the document. */
const SUITE = `
import createClient from 'openapi-fetch';
import type { paths } from './control.js';

export async function play(baseUrl: string, consent: () => Promise<string>) {
  const control = createClient<paths>({ baseUrl });
  const header = { 'x-sandbox-space': 'generated' };
  const persona = await control.PUT('/personas/{id}', {
    params: { path: { id: 'new-one' }, header },
    body: { id: 'new-one', name: '見本 あらた', pin: '4321', records: {} },
  });
  const fault = await control.POST('/faults', {
    params: { header },
    body: { on: 'authorize', do: 'maintenance', times: 1 },
  });
  const rule = await control.PUT('/rule', {
    params: { header },
    body: { persona: 'new-one', decision: 'agree' },
  });
  const clock = await control.POST('/clock', { params: { header }, body: { advanceMs: 60_000 } });
  const registration = await control.PUT('/registrations/{clientId}', {
    params: { path: { clientId: 'SP00000009_ZZ0009' }, header },
    body: {
      redirectUris: ['https://loan.example/callback'],
      service: {
        name: '見本',
        purpose: { id: 'loan', text: '審査のため' },
        retention: { days: 30 },
        items: { income: { detail: 'local-tax', inquiries: ['range'] } },
      },
      provider: { name: '株式会社見本', contact: '0120-000-000' },
      fields: { income: ['課税年度'] },
    },
  });
  const announcements = await control.PUT('/announcements', {
    params: { header },
    body: [
      {
        id: 'stop-1',
        target: { detail: 'local-tax' },
        state: 'closed',
        start: '2026-12-01T09:00+09:00',
        end: '2026-12-01T12:00+09:00',
        announcedAt: '2026-12-01T08:00+09:00',
        source: 'test',
      },
    ],
  });
  const callbacks = [await consent(), await consent()];
  const journal = await control.GET('/journal', {
    params: { header, query: { step: 'authorize', count: 2, waitMs: 60_000 } },
  });
  const refused = await control.DELETE('/personas/{id}', {
    params: { path: { id: 'nobody' }, header },
  });
  const steps: string[] = (journal.data ?? []).map(
    ({ step, outcome, fault: injected = 'none' }) => \`\${step} \${outcome} \${injected}\`,
  );
  const reset = await control.POST('/reset', { params: { header }, body: {} });
  const after = await control.GET('/personas', { params: { header } });
  return {
    name: persona.data?.name,
    fault: fault.data?.id,
    rule: rule.data?.persona,
    now: clock.data?.now,
    items: registration.data?.items.map(({ detail, fields }) => [detail, fields]),
    provider: registration.data?.provider,
    state: announcements.data?.[0]?.state,
    callbacks,
    steps,
    problem: refused.error?.path,
    reset: reset.response.status,
    isGone: !after.data?.some(({ id }) => id === 'new-one'),
  };
}
`;

/** Lines that a client of the document must not compile. */
const WRONG = `
import createClient from 'openapi-fetch';
import type { paths } from './control.js';

const control = createClient<paths>({ baseUrl: 'http://127.0.0.1' });
await control.POST('/faults', { body: { on: 'nowhere', do: 'stall' } });
await control.PUT('/rule', { body: {} });
await control.GET('/journal', { params: { query: { step: 'nowhere' } } });
await control.GET('/nothing', {});
await control.PUT('/registrations/{clientId}', { params: { path: { clientId: 'a' } }, body: {} });
await control.PUT('/announcements', { body: [{ id: 'a' }] });
await control.PUT('/notices', { body: [{ publishedAt: '2026-11-24' }] });
`;

describe('a client generated from the OpenAPI document', () => {
  // Below the tests, so that its imports are found.
  const folder = mkdtemp(fileURLToPath(new URL('./generated-', import.meta.url)));
  afterAll(async () => rm(await folder, { recursive: true }));
  beforeAll(async () => {
    const types = astToString(await openapiTS(JSON.stringify(document)));
    await writeFile(join(await folder, 'control.ts'), types);
  });

  /** Writes a program beside the generated types and compiles it. */
  async function compile(name: string, text: string) {
    const path = join(await folder, name);
    await writeFile(path, text);
    const program = ts.createProgram([path], {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
    });
    const lines = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => ({
      line: file?.getLineAndCharacterOfPosition(start).line,
      text: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
    program.emit();
    return { path: path.replace(/\.ts$/, '.js'), lines };
  }

  it('compiles, and plays a whole test', async () => {
    const { path, lines } = await compile('suite.ts', SUITE);
    expect(lines).toEqual([]);
    const { play } = await import(path);
    const space = sandbox.space('generated');
    const consent = async () => {
      const { status, headers } = await fetch(authorizationUrl(space), { redirect: 'manual' });
      return `${status} ${new URL(headers.get('location') ?? 'about:blank').searchParams.has('code')}`;
    };
    expect(await play(`${sandbox.browserUrl}/sandbox`, consent)).toEqual({
      name: '見本 あらた',
      fault: 'fault-1',
      rule: 'new-one',
      now: '2026-12-01T10:01:00+09:00',
      items: [['local-tax', ['課税年度']]],
      provider: { name: '株式会社見本', contact: '0120-000-000' },
      state: 'closed',
      callbacks: ['503 false', '303 true'],
      steps: ['authorize refused maintenance', 'authorize accepted none'],
      problem: 'id',
      reset: 204,
      isGone: true,
    });
    expect([sandbox.journal, sandbox.control.listFaults()]).toEqual([[], []]);
  });

  it('does not compile with what the control refuses', async () => {
    const { lines } = await compile('wrong.ts', WRONG);
    expect([...new Set(lines.map(({ line }) => line))]).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });
});
