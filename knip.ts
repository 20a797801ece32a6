import entryPoints from './scripts/entry-points.json' with { type: 'json' };

export default {
  entry: [
    ...Object.values(entryPoints),
    'examples/*.ts',
    'examples/compose/{app,migrate}.ts',
    'examples/compose/secrets.mjs',
    'examples/kiosk/*.ts',
    'examples/prometheus/start.ts',
    'examples/web/*.ts',
    'examples/wire-profile/{try,made-up/try}.ts',
    'examples/calendar-page/{build.mjs,page.ts}',
    'scripts/*.mjs',
    'test/**/*.{test,test-d}.ts',
    'test/**/*-child.mjs',
    'test/matrix/run.mjs',
    'test/matrix/nextjs/{run,shifted-clock}.mjs',
    'vitest.mutation.config.ts',
  ],
  project: [
    'src/**/*.ts',
    'bench/**/*.ts',
    'examples/**/*.{ts,mjs}',
    // Has dependencies of its own. `next build` checks its types.
    '!examples/next/**',
    'scripts/**/*.mjs',
    'test/**/*.{ts,mjs}',
  ],
  // Imported by the program that openapi.test.ts writes and compiles.
  ignoreDependencies: ['openapi-fetch'],
  ignoreExportsUsedInFile: { interface: true, type: true },
  treatConfigHintsAsErrors: true,
};
