// Writes the page and its script into a folder, which works with any web server or none: `node
// examples/calendar-page/build.mjs [folder]`, after `npm run build`.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = resolve(process.argv[2] ?? join(here, 'dist'));

mkdirSync(folder, { recursive: true });
copyFileSync(join(here, 'index.html'), join(folder, 'index.html'));
await build({
  config: false,
  entry: { page: join(here, 'page.ts') },
  outDir: folder,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  noExternal: [/./],
  outExtension: () => ({ js: '.js' }),
  silent: true,
});
console.log(`file://${join(folder, 'index.html')}`);
