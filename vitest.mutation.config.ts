import { defineConfig } from 'vitest/config';

/** The fast tests of the client. Each runs again for every mutation of the code that it covers. */
export default defineConfig({
  test: {
    include: [
      'test/client/{bad-input,collect,deadlines,explain,journey,recall,recovery,submit}.test.ts',
      'test/net/injected.test.ts',
      'test/oauth/{callback,callback-hostile,callback-store,callback-visits,token}.test.ts',
      'test/redaction/redaction.test.ts',
    ],
    setupFiles: ['test/kit/seed.ts'],
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
  },
});
