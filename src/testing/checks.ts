import { invalidOption } from '../foundation/errors.js';
import { formatInstant, HOUR_MS, type Instant, toEpochMs } from '../foundation/time.js';
import { isService, type Service } from '../service/service.js';

/**
 * Checks that this process is a test.
 *
 * @throws SelfInfoError `invalid_option` if NODE_ENV is `production`.
 */
export function checkProduction(): void {
  if (process.env.NODE_ENV === 'production')
    throw invalidOption('NODE_ENV', {
      en: 'It must not be production: myna-selfinfo/testing makes invented values, for tests only.',
      ja: 'production が設定されています。myna-selfinfo/testing は架空の値を作るため、テストでのみ使用できます。',
    });
}

/**
 * Checks that this process may make values, and that `service` is a service.
 *
 * @throws SelfInfoError `invalid_option` if NODE_ENV is `production`; TypeError for another type.
 */
export function checkUse(service: unknown): asserts service is Service {
  checkProduction();
  if (!isService(service)) throw new TypeError('service must be what defineService returned.');
}

/** Checks that a value is one of the keys of `words`. */
export function checkWord(value: unknown, words: object, path: string): asserts value is string {
  if (typeof value === 'string' && Object.hasOwn(words, value)) return;
  const names = Object.keys(words);
  throw invalidOption(path, {
    en: `Use one of ${names.join(', ')}.`,
    ja: `${names.join('、')} のいずれかを指定してください。`,
  });
}

/** Returns an instant as ISO 8601 at +09:00. */
export function isoOf(instant: Instant, path: string): string {
  return formatInstant(toEpochMs(instant, path));
}

/** Returns an instant in the same form. Default: an hour after `start`. */
export function isoOrHourAfter(start: string, given: Instant | undefined, path: string): string {
  return isoOf(given ?? Date.parse(start) + HOUR_MS, path);
}
