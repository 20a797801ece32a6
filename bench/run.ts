// npm run bench -- calendar: measures the package beside its alternatives, in one run. Fails on a
// wrong answer, never on a slow one.
import { cpus } from 'node:os';

const benches: Record<string, () => Promise<{ run(): void | Promise<void> }>> = {
  calendar: () => import('./calendar/bench.js'),
  bodies: () => import('./bodies/bench.js'),
  imports: () => import('./imports/bench.js'),
  journey: () => import('./journey/bench.js'),
  memory: () => import('./memory/bench.js'),
  queue: () => import('./queue/bench.js'),
  vault: () => import('./vault/bench.js'),
};

const names = process.argv.slice(2);
for (const name of names)
  if (!benches[name])
    throw new Error(`There is no bench ${name}. There are: ${Object.keys(benches).join(', ')}.`);

console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
);
for (const [name, load] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { run } = await load();
  await run();
}
