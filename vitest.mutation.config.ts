import { defineConfig } from 'vitest/config';

/** The fast tests of the client. Each runs again for every mutation of the code that it covers. */
export default defineConfig({
  test: {
    include: [
      'test/client/**/*.test.ts',
      'test/net/{injected-*,on-progress}.test.ts',
      'test/oauth/{callback*,exchange-token,token*}.test.ts',
      'test/redaction/{redaction,sensitive,tls}.test.ts',
    ],
    // These take long, start processes, or run the compiler.
    exclude: [
      'test/client/{abandoned-consents,abort,crash,overload,rotation,type-errors}.test.ts',
      'test/client/{certificate-events,event-listeners,events,instants}.test.ts',
      'test/client/flows/certificate-watch.test.ts',
      'test/oauth/callback-rounds.test.ts',
    ],
    setupFiles: ['test/kit/seed.ts'],
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
  },
});
