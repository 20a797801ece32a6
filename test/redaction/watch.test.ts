import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SelfInfoError } from '../../src/index.js';
import { hide, takeHidden } from '../kit/register.js';
import { type LeakWatch, watchLeaks } from '../kit/watch-leaks.js';

// Keeps the output of these tests out of the output of the run.
beforeEach(() => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockReturnValue(true);
  for (const method of ['log', 'warn'] as const) vi.spyOn(console, method).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

/** Returns what a separate watch finds while `say` runs. */
async function hearing(say: (text: string) => unknown, secret: string): Promise<readonly string[]> {
  const watch: LeakWatch = watchLeaks();
  try {
    say(secret);
    await Promise.resolve();
    return watch.found({ secret, 'another secret': 'canary-of-another-watch' });
  } finally {
    watch.stop();
  }
}

const secret = 'canary-of-the-watch-花子?';

it.each<[string, string, (text: string) => unknown]>([
  ['a line on stdout', 'printed', (text) => process.stdout.write(`${text}\n`)],
  ['bytes on stderr', 'printed', (text) => process.stderr.write(Buffer.from(`${text}\n`))],
  ['console.log', 'printed', (text) => console.log('token: %s', text)],
  [
    'an object passed to console.warn',
    'printed',
    (text) => console.warn({ header: `Bearer ${text}` }),
  ],
  [
    'an event',
    'events',
    (text) => channel('myna-selfinfo:event').publish({ type: 'call', step: 'token', code: text }),
  ],
  [
    'the message of an error',
    'errors',
    (text) => new SelfInfoError('invalid_option', { path: text }),
  ],
  [
    'a field of an error',
    'errors',
    (text) => new SelfInfoError('upstream_refused', { upstream: { status: 400, code: text } }),
  ],
])(
  'the leak watch finds a secret in %s, raw, in base64, in hex and in percent-encoding',
  async (_, where, say) => {
    const disguises = [
      secret,
      Buffer.from(`a${secret}`).toString('base64'),
      Buffer.from(secret).toString('hex'),
      encodeURIComponent(secret),
    ];
    for (const disguised of disguises)
      expect(await hearing(() => say(disguised), secret)).toEqual([`${where}: secret`]);
  },
);

it('the leak watch records nothing once it has stopped, and takes nothing else for a leak', async () => {
  const watch = watchLeaks();
  watch.stop();
  console.log(secret);
  new SelfInfoError('invalid_option', { path: secret });
  await Promise.resolve();
  expect(watch.found({ secret })).toEqual([]);
  expect(await hearing(() => console.log('canary-of-the-watch'), secret)).toEqual([]);
});

it('the register keeps secrets that are too long to occur by chance, under names that do not show them', () => {
  hide('token', 'canary-in-the-register');
  hide('pin', '7391');
  const found = Object.entries(takeHidden());
  expect(found.filter(([, text]) => text === 'canary-in-the-register')).toHaveLength(1);
  expect(found.filter(([, text]) => text === '7391')).toEqual([]);
  expect(found.filter(([name, text]) => name.includes(text))).toEqual([]);
});
