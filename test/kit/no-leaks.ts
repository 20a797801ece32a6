import { subscribe } from 'node:diagnostics_channel';
import { afterAll, expect } from 'vitest';
import { hidden, hide } from './register.js';
import { watchLeaks } from './watch-leaks.js';

// Runs for every test file: nothing that its worker printed, emitted or threw contains a secret
// that passed through the kits of the suite.
const watch = watchLeaks();
// undici shows every subscriber what it sends, so the tokens of every client are known.
subscribe(
  'undici:client:sendHeaders',
  (message) =>
    void hide(
      'token',
      /^authorization: Bearer (.+)$/im.exec(String(Object(message).headers))?.[1]?.trim() ?? '',
    ),
);
afterAll(() => expect(watch.found(hidden())).toEqual([]));
