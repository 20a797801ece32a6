import { defineConfig } from 'vitest/config';

/**
 * The tests of the client that take no time: each is run again for every change of what it covers.
 */
export default defineConfig({
  test: {
    include: [
      'test/client/{bad-input,callback,callback-hostile,callback-store,callback-visits,collect,deadlines,explain,injected,journey,recall,recovery,redaction,submit,token}.test.ts',
    ],
    setupFiles: ['test/kit/seed.ts'],
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
  },
});
