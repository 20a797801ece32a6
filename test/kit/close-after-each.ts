import { afterEach } from 'vitest';

/**
 * Returns a function that registers what is closed at the end of the test, the last registered
 * first.
 */
export function closeAfterEach(): <T extends AsyncDisposable>(one: T) => T {
  const opened: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  });
  return (one) => {
    opened.push(one);
    return one;
  };
}
