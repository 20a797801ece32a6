/**
 * Calls the caller's listener with the event that `make` returns. Ignores what either of them
 * throws, and what the listener rejects with.
 */
export function notify<E>(
  listener: ((event: E) => unknown) | undefined,
  make: () => NoInfer<E>,
): void {
  if (listener === undefined) return;
  try {
    // A promise of another realm (`node:vm`, Jest) is no instance of Promise here.
    Promise.resolve(listener(make())).catch(() => undefined);
  } catch {
    // A failing listener must not undo the work.
  }
}
