import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
    // The same words on a terminal and in CI.
    reporters: ['default'],
    allowOnly: false,
    // Processes, not threads: some tests set TZ.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
