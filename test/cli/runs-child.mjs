// Runs the binary again and again in one process, because loading it takes longest. Each order is
// the arguments and environment variables of a run. The answer is what the run printed and the exit
// code it left. A sandbox that was started keeps running until the process ends.

/** @typedef {{ args: string[], env: Record<string, string> }} Order */

const binary = new URL('../../dist/cli.js', import.meta.url).href;
let runs = 0;
// Each run adds its listeners, which a process of its own would have once.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

/** @param {Order} order */
async function run({ args, env }) {
  const before = process.listeners('exit');
  const environment = { ...process.env };
  const printed = { stdout: '', stderr: '' };
  for (const name of /** @type {const} */ (['stdout', 'stderr']))
    process[name].write = (/** @type {string | Uint8Array} */ chunk) => {
      printed[name] += chunk;
      return true;
    };
  process.argv.splice(2, Infinity, ...args);
  Object.assign(process.env, env);
  process.exitCode = 0;
  // Another query is another module, which runs from the start. What it imports is loaded once.
  await import(`${binary}?run=${++runs}`).catch((error) => {
    process.exitCode = 1;
    printed.stderr += Object(error).stack;
  });
  const status = process.exitCode;
  process.exitCode = 0;
  for (const name of Object.keys(env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.stdout.removeAllListeners('error');
  // A refused command would end the process, and so run what it registered for that.
  if (status !== 0)
    for (const listener of process.listeners('exit').filter((one) => !before.includes(one))) {
      process.off('exit', listener);
      Reflect.apply(listener, process, [status]);
    }
  process.send?.({ status, ...printed });
}

process.on('message', (order) => run(/** @type {Order} */ (order)));
