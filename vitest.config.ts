import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { testFiles } from './test/kit/fast.js';
import { HANGS_MS } from './test/kit/size.js';

const { fast, parts } = testFiles();

/**
 * Runs one project after another, the slow ones first. A process ends when its next file belongs to
 * another project, and a new one loads all sources again.
 */
class ProjectAfterProject extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const sorted = await super.sort(files);
    return ['parts', 'fast', 'types'].flatMap((name) =>
      sorted.filter(({ project }) => project.name === name),
    );
  }
}

export default defineConfig(({ mode }) => {
  // A full run and a soak do much more in one test.
  const hangs = mode === 'test' ? HANGS_MS : 24 * HANGS_MS;
  return {
    test: {
      projects: [
        {
          extends: true,
          test: { name: 'parts', include: parts, globalSetup: 'test/kit/parts.ts' },
        },
        {
          extends: true,
          test: {
            name: 'types',
            include: [],
            // Only the type tests count here. `npm run check` checks all types.
            typecheck: {
              enabled: true,
              include: ['test/**/*.test-d.ts'],
              tsconfig: 'test/tsconfig.json',
              ignoreSourceErrors: true,
            },
          },
        },
        { extends: true, test: { name: 'fast', include: fast } },
      ],
      setupFiles: ['test/kit/seed.ts', 'test/kit/no-leaks.ts'],
      // The same output on a terminal and in CI.
      reporters: ['default'],
      allowOnly: false,
      // Processes instead of threads, because some tests set TZ.
      pool: 'forks',
      // The files of a process load the sources once. Each file closes what it opens.
      isolate: false,
      // One more than the two cores of CI, because tests wait for browsers, processes and servers.
      maxWorkers: 3,
      sequence: { sequencer: ProjectAfterProject },
      testTimeout: hangs,
      hookTimeout: hangs,
      expect: { poll: { timeout: hangs } },
    },
  };
});
