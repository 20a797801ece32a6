// `npm run test:mutation`, on request: mutates the steps of a query one by one and checks whether a
// test fails. docs/security.md reports the results.
export default {
  mutate: [
    'src/oauth/{authorization-url,callback,callback-request,terms,token}.ts',
    'src/query/{inquiries,polling,request,retrieval}.ts',
    'src/foundation/sensitive.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'coverage/mutation-sandbox',
  // Folders that these tests do not read.
  ignorePatterns: ['dist', 'docs', 'bench', 'examples', 'coverage'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
