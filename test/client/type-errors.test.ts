import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../house/sources.js';

// Mistakes that the compiler must name in the first line of its error: editors show no other.
const preamble = `
import { createSelfInfoClient, defineService, type Environment, type Grant, latest, pointInTime,
  range, type SelfInfoClient, type Service, type ServiceSpec } from '../../src/index.js';
const base = { name: 'a', purpose: { id: 'a', text: 'a' }, retention: { days: 1 } } as const;
const loan = defineService({ ...base, items: {
  income: { detail: 'local-tax', inquiries: ['latest', 'range'], latestBy: '課税年度' },
  household: { detail: 'household', inquiries: ['latest', 'point-in-time'], latestBy: '異動日' },
} });
declare const environment: Environment;
declare const grant: Grant<typeof loan>;
const client = createSelfInfoClient({ service: loan, environment });
`;

const mistakes = [
  {
    mistake: 'an item that the service does not have',
    code: 'void client.query(grant, { incme: latest() });',
    names: "'incme' is not an item of this service.",
  },
  {
    mistake: 'an item that the service does not have, in a variable',
    code: 'const asked = { incme: latest() }; void client.submit(grant, asked);',
    names: "'incme' is not an item of this service.",
  },
  {
    mistake: 'a method that the item does not register',
    code: "void client.query(grant, { income: pointInTime('2026-04-01') });",
    names: "The item 'income' does not register the inquiry 'point-in-time'.",
  },
  {
    mistake: 'one inquiry for all items that an item does not register',
    code: "void client.submit(grant, range('2026-01-01', '2026-02-01'));",
    names: "The item 'household' does not register the inquiry 'range'.",
  },
  {
    mistake: 'a forgotten latestBy',
    code: "defineService({ ...base, items: { a: { detail: 'pension', inquiries: ['latest'] } } });",
    names:
      "The inquiry 'latest' needs latestBy: the field that decides which record is the latest.",
  },
  {
    mistake: 'a detail that does not exist',
    code: "defineService({ ...base, items: { a: { detail: 'pensions', inquiries: ['range'] } } });",
    names: 'Did you mean \'"pension"\'?',
  },
] as const;

const accepted = [
  {
    what: 'a function generic over the service that passes latest()',
    code: `async function ask<S extends Service>(client: SelfInfoClient<S>, grant: Grant<S>) {
      const retrieval = await client.submit(grant, latest());
      return [retrieval, await client.query(grant, latest())];
    }
    void ask(client, grant);`,
  },
  {
    what: 'a service that was loaded as data, with any item',
    code: `const loaded = defineService(JSON.parse('{}') as ServiceSpec);
    const any = createSelfInfoClient({ service: loaded, environment });
    void any.query({} as Grant, { anything: latest() });
    void any.submit({} as Grant, range('2026-01-01', '2026-02-01'));`,
  },
  {
    what: 'an item that is left out as undefined, and so is method',
    code: 'void client.query(grant, { income: latest(), household: undefined, method: undefined });',
  },
] as const;

/**
 * Returns the first line of every error in each snippet, as the compiler of this project sees it.
 */
function firstLines(snippets: readonly string[]): string[][] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const paths = snippets.map((_, index) => join(root, `test/client/snippet-${index}.ts`));
  const texts = new Map(paths.map((path, index) => [path, preamble + snippets[index]]));
  const host = ts.createCompilerHost(options);
  // The comments of the types that are read do not matter.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const { fileExists, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  };
  const program = ts.createProgram(paths, { ...options, noUnusedLocals: false }, host);
  return paths.map((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .map((text) => text.split('\n')[0] ?? ''),
  );
}

describe('the compiler', () => {
  const lines = firstLines([...mistakes, ...accepted].map(({ code }) => code));

  it.each(mistakes.map((row, index) => ({ ...row, errors: lines[index] })))(
    'names $mistake in the first line of its one error',
    ({ names, errors }) => {
      expect(errors).toEqual([expect.stringContaining(names)]);
    },
  );

  it.each(accepted.map((row, index) => ({ ...row, errors: lines[mistakes.length + index] })))(
    'accepts $what',
    ({ errors }) => {
      expect(errors).toEqual([]);
    },
  );
});
