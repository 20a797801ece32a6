// `npm run test:mutation`, on request: changes the steps of the journey one by one and asks whether
// a test notices. What it found stands in docs/security.md.
export default {
  mutate: [
    'src/oauth/consent.ts',
    'src/oauth/token.ts',
    'src/query/query.ts',
    'src/foundation/sensitive.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'coverage/mutation-sandbox',
  // What no test of these reads.
  ignorePatterns: ['dist', 'docs', 'bench', 'examples', 'coverage'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
