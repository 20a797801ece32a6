import { subscribe } from 'node:diagnostics_channel';
import { afterAll, expect } from 'vitest';
import { hidden, hide } from './register.js';
import { watchLeaks } from './watch-leaks.js';

// Of every test file: whatever its worker printed, told or threw holds none of the secrets that
// went through the suite's kits.
const watch = watchLeaks();
// undici tells whoever asks what it sends: so the tokens of every client are known.
subscribe(
  'undici:client:sendHeaders',
  (message) =>
    void hide(
      'token',
      /^authorization: Bearer (.+)$/im.exec(String(Object(message).headers))?.[1]?.trim() ?? '',
    ),
);
afterAll(() => expect(watch.found(hidden())).toEqual([]));
