import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    // Only the type tests count here. `npm run check` checks all types.
    typecheck: {
      enabled: true,
      include: ['test/**/*.test-d.ts'],
      tsconfig: 'test/tsconfig.json',
      ignoreSourceErrors: true,
    },
    setupFiles: ['test/kit/seed.ts', 'test/kit/no-leaks.ts'],
    // The same output on a terminal and in CI.
    reporters: ['default'],
    allowOnly: false,
    // Processes instead of threads, because some tests set TZ.
    pool: 'forks',
    // One more than the two cores of CI, because tests wait for browsers, processes and servers.
    maxWorkers: 3,
    testTimeout: mode === 'soak' ? 3_600_000 : 20_000,
    // The hooks start servers and search everything that a file printed for secrets.
    hookTimeout: mode === 'soak' ? 3_600_000 : 120_000,
  },
}));
