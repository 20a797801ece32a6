import { setImmediate } from 'node:timers/promises';

/** Counts the turns of the event loop that other work got during a call. */
export async function turnsDuring<T>(
  call: () => Promise<T>,
): Promise<{ readonly turns: number; readonly value: T }> {
  let turns = 0;
  let under = true;
  const counting = (async () => {
    for (; under; turns++) await setImmediate();
  })();
  const value = await call();
  under = false;
  await counting;
  return { turns, value };
}
