// Runs programs of the pages in one process, one after another, because loading the package takes
// longest. Each order is a file with the environment variables that it needs. The answer is what
// the program printed and the error it ended with. A program may leave a server or a timer running.

/** @typedef {{ file: string, env: Record<string, string> }} Order */

let printed = '';
/** @type {string[]} */
const errors = [];
process.stdout.write = (/** @type {string | Uint8Array} */ chunk) => {
  printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  return true;
};
/** @param {unknown} error */
const keep = (error) => void errors.push(String(Object(error).stack ?? error));
// What a program does not await may fail later.
process.on('uncaughtException', keep).on('unhandledRejection', keep);

/** @param {Order} order */
async function run({ file, env }) {
  printed = '';
  Object.assign(process.env, env);
  await import(file).catch(keep);
  // Rejections that nothing handles show after a turn.
  await new Promise((resolve) => setImmediate(resolve));
  for (const name of Object.keys(env)) delete process.env[name];
  process.send?.({ printed, errors: errors.splice(0) });
}

process.on('message', (order) => run(/** @type {Order} */ (order)));
