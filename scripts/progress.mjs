const EVERY_MS = 20_000;

/**
 * Prints from time to time how long this process has been running, so that it does not look dead on
 * a slow machine.
 * @param {() => string} what
 */
export function showProgress(what) {
  const print = () => console.log(`${what()} ... ${Math.round(performance.now() / 1000)} s`);
  setInterval(print, EVERY_MS).unref();
}
