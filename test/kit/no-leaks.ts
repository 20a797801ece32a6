import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, expect } from 'vitest';
import { hide, takeHidden } from './register.js';
import { watchLeaks } from './watch-leaks.js';

// Runs for every test file: nothing that its worker printed, emitted or threw contains a secret
// that passed through the kits of the suite.
const watch = watchLeaks();
// undici shows every subscriber what it sends, so the tokens of every client are known.
const hideToken = (message: unknown) =>
  void hide(
    'token',
    /^authorization: Bearer (.+)$/im.exec(String(Object(message).headers))?.[1]?.trim() ?? '',
  );
subscribe('undici:client:sendHeaders', hideToken);
afterAll(() => {
  watch.stop();
  unsubscribe('undici:client:sendHeaders', hideToken);
  // The next file of this worker begins without the secrets of this one.
  expect(watch.found(takeHidden())).toEqual([]);
});
