import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    // Of what tsc says, only what concerns the type tests: the rest is `npm run check`.
    typecheck: {
      enabled: true,
      include: ['test/**/*.test-d.ts'],
      tsconfig: 'test/tsconfig.json',
      ignoreSourceErrors: true,
    },
    setupFiles: ['test/kit/seed.ts', 'test/kit/no-leaks.ts'],
    // The same words on a terminal and in CI.
    reporters: ['default'],
    allowOnly: false,
    // Processes, not threads: some tests set TZ.
    pool: 'forks',
    // One more than the two cores of CI: tests wait for browsers, processes and servers.
    maxWorkers: 3,
    testTimeout: mode === 'soak' ? 3_600_000 : 20_000,
  },
}));
