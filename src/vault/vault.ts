import { randomBytes } from 'node:crypto';
import type { Clock } from '../foundation/clock.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkKeys,
  checkMethods,
  checkText,
  checkWhole,
} from '../foundation/options.js';
import { formatInstant, HOUR_MS, type Instant, toEpochMs } from '../foundation/time.js';
import { type Answer, type AnswerSource, buildAnswer, sourceOf } from '../query/answer.js';
import { isService, type Service, type ServiceSpec } from '../service/service.js';
import { boundBy } from './bound.js';
import type { VaultEvent, VaultOperation } from './events.js';
import { guardKeys, type VaultKeys } from './keys.js';
import { readLabel, seal, unseal } from './record.js';
import { guardVaultStore, storeMethods, type VaultStore } from './store.js';
import { checkPeriod, createTimekeeper } from './timekeeper.js';

/** Options of {@link createVault}. */
export interface VaultOptions<S extends Service = Service> {
  /** What `defineService` returned: only answers of its purpose go in and out. */
  readonly service: S;
  /** Where the records lie. */
  readonly store: VaultStore;
  /** Who holds the key-encryption keys. */
  readonly keys: VaultKeys;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * How long one call of the store or of the key provider may take, in milliseconds; default
   * 10,000.
   */
  readonly timeoutMs?: number;
  /** Is told what happened, for an audit log; what it throws or rejects with is ignored. */
  readonly onEvent?: (event: VaultEvent) => unknown;
}

/**
 * What an answer is read for: recorded in the events, and the purpose compared with the consented
 * one.
 */
export interface ReadOptions {
  /** The id of the purpose. */
  readonly purpose: string;
  /** Why, for the audit log: one line of at most 200 characters, without personal values. */
  readonly reason: string;
}

/** How an answer is kept. */
export interface PutOptions {
  /**
   * The reference to keep it under, 32 random letters, digits, `-` and `_`, so that who puts twice,
   * not knowing of the first time, keeps one. Default: a new one.
   */
  readonly ref?: string;
}

/** What {@link Vault.list} tells of a record. */
export interface VaultEntry {
  readonly ref: string;
  /** The transaction id of the consent. */
  readonly consent: string;
  readonly purpose: string;
  /** ISO 8601 at +09:00. */
  readonly keepUntil: string;
  /** Id of the key-encryption key that its data key is wrapped with. */
  readonly kid: string;
}

/**
 * Answers of one service, kept for the consented period and the consented purpose only (guideline
 * 4.2).
 */
export interface Vault<S extends ServiceSpec = Service> {
  /**
   * Keeps an answer until its period ends, and returns a reference that means nothing by itself.
   *
   * @param answer - as it came from the client or from a vault; period and purpose are those of its
   * terms.
   * @param options - see {@link PutOptions}.
   * @throws SelfInfoError `foreign_answer`, `retention_ended`, `clock_jumped`, `store_failed`,
   * `key_unavailable`, `timed_out`: nothing is acknowledged; putting again is safe. With the effect
   * `unknown` of `timed_out` the record may have been kept: it is swept with its period.
   * `store_key_exists` when `ref` was put before, erased since or not: what is there stays as it
   * is.
   * @example
   * ```ts
   * import type { Answer } from 'myna-selfinfo';
   * import type { Vault } from 'myna-selfinfo/vault';
   * const keep = async (vault: Vault, answer: Answer) => ({ selfInfo: await vault.put(answer) });
   * ```
   */
  put(answer: Answer<S>, options?: PutOptions): Promise<string>;
  /**
   * Whether something was put under a reference, erased since or not, as long as its period has not
   * been swept; nothing is opened.
   *
   * @param ref - a reference.
   * @throws SelfInfoError `store_failed`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Answer } from 'myna-selfinfo';
   * import type { Vault } from 'myna-selfinfo/vault';
   * // However often it runs, one record comes of it.
   * async function keepOnce(vault: Vault, answer: Answer, ref: string) {
   *   if (!(await vault.has(ref))) await vault.put(answer, { ref });
   * }
   * ```
   */
  has(ref: string): Promise<boolean>;
  /**
   * The answer, typed as the client gave it, for the consented purpose and within the period.
   *
   * @param ref - what `put` returned.
   * @param options - see {@link ReadOptions}.
   * @throws SelfInfoError `reference_unknown`, `data_erased`, `retention_ended`, `clock_jumped`,
   * `purpose_refused`, `record_damaged`, `format_unsupported`, `key_unknown`, `key_unavailable`,
   * `store_failed`, `timed_out`, `invalid_option`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Vault } from 'myna-selfinfo/vault';
   * const review = (vault: Vault, ref: string) => vault.read(ref, { purpose: 'housing-loan', reason: 'review of application 4711' });
   * ```
   */
  read(ref: string, options: ReadOptions): Promise<Answer<S>>;
  /**
   * Erases a record and its data key for good; backups keep what they have. Erasing twice is the
   * same as once.
   *
   * @param ref - what `put` returned.
   * @param reason - why, for the audit log: one line of at most 200 characters, without personal
   * values.
   * @throws SelfInfoError `reference_unknown`, `store_failed`, `timed_out` with the effect
   * `unknown`: erasing again is safe; `invalid_option`; TypeError for a wrong type.
   */
  erase(ref: string, reason: string): Promise<void>;
  /**
   * Deletes whatever period has ended, in batches, and says how many; to be run every hour or so,
   * by as many processes as there are.
   *
   * @throws SelfInfoError `clock_jumped`: nothing was erased; `store_failed`, `timed_out`.
   */
  sweep(): Promise<number>;
  /**
   * Wraps every data key anew that is not under the current key-encryption key, and says how many;
   * no record is touched. May be repeated and interrupted.
   *
   * @throws SelfInfoError the first of `key_unknown`, `key_unavailable`, `record_damaged`, once all
   * others are done; `store_failed` and `timed_out` at once.
   */
  rotateKeys(): Promise<number>;
  /**
   * What is held, without opening it and without proof: the plain columns of the store.
   *
   * @throws SelfInfoError `store_failed`, `timed_out`.
   * @example
   * ```ts
   * import type { Vault } from 'myna-selfinfo/vault';
   * async function endingBefore(vault: Vault, instant: string) {
   *   const refs: string[] = [];
   *   for await (const { ref, keepUntil } of vault.list()) if (Date.parse(keepUntil) < Date.parse(instant)) refs.push(ref);
   *   return refs;
   * }
   * ```
   */
  list(): AsyncIterable<VaultEntry>;
  /**
   * Ends `clock_jumped`: an operator has looked, and the clock is right. Wrongly confirmed it
   * cannot be taken back: the vault's time never runs backwards.
   *
   * @param now - the time by the operator's own watch; the clock may differ from it by an hour at
   * most.
   * @param reason - why it had jumped, for the audit log: one line of at most 200 characters.
   * @throws SelfInfoError `invalid_option` when the clock shows another time, `invalid_instant`,
   * `store_failed`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Vault } from 'myna-selfinfo/vault';
   * const reopen = (vault: Vault) => vault.confirmClock('2027-01-04T09:00:00+09:00', 'servers were off over New Year');
   * ```
   */
  confirmClock(now: Instant, reason: string): Promise<void>;
}

const REFERENCE = /^[A-Za-z0-9_-]{32}$/;
const LONGEST_TEXT = 200;
const BATCH = 1000;
const TIMEOUT_MS = 10_000;

/**
 * Makes a vault: answers lie in it encrypted, each under a data key of its own, and come out for
 * the consented purpose within the consented period only (guideline 4.2).
 *
 * @param options - see {@link VaultOptions}.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`; TypeError for a wrong
 * type.
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * import { createLocalKeys, createMemoryVaultStore, createVault } from 'myna-selfinfo/vault';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const keys = createLocalKeys({ current: '2026-12', keys: { '2026-12': process.env.VAULT_KEY ?? '' } });
 * const vault = createVault({ service, store: createMemoryVaultStore(), keys, onEvent: (event) => console.log(JSON.stringify(event)) });
 * ```
 */
export function createVault<S extends Service>(options: VaultOptions<S>): Vault<S> {
  checkKeys(options, 'options', {
    service: true,
    store: true,
    keys: true,
    clock: true,
    timeoutMs: true,
    onEvent: true,
  });
  for (const name of ['service', 'store', 'keys'] as const) {
    if (options[name] === undefined)
      throw new SelfInfoError('missing_option', { path: `options.${name}` });
  }
  if (!isService(options.service))
    throw new TypeError('options.service must be what defineService returned.');
  checkMethods(options.store, 'options.store', storeMethods);
  checkMethods(options.keys, 'options.keys', ['wrap', 'unwrap']);
  checkText(options.keys.current, 'options.keys.current');
  const { timeoutMs = TIMEOUT_MS, onEvent } = options;
  const clock = checkClock(options.clock, 'options.clock');
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  checkFunction(onEvent, 'options.onEvent');
  const service: Service = options.service;
  const provider = options.keys;
  const bound = boundBy(clock, timeoutMs);
  const store = guardVaultStore(options.store, bound);
  const keys = guardKeys(provider, bound);
  const time = createTimekeeper(store, clock);

  function tell(event: DistributedOmit<VaultEvent, 'at'>): void {
    try {
      const told = onEvent?.({ at: formatInstant(clock.now()), ...event } as VaultEvent);
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {
      // The audit log's fault must not undo what was done.
    }
  }

  /** Does the work and tells when it comes to nothing. */
  async function audited<T>(
    operation: VaultOperation,
    asked: { ref?: string; purpose?: string; reason?: string },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { ref = '', ...rest } = asked;
      tell({
        type: 'refused',
        operation,
        code: isSelfInfoError(error) ? error.code : 'unexpected',
        ...(REFERENCE.test(ref) && { ref }),
        ...rest,
      });
      throw error;
    }
  }

  async function put(answer: Answer, given: PutOptions = {}): Promise<string> {
    checkKeys(given, 'options', { ref: true });
    const { ref = randomBytes(24).toString('base64url') } = given;
    checkReference(ref);
    if (!REFERENCE.test(ref)) {
      throw new SelfInfoError('invalid_option', {
        path: 'options.ref',
        expected: { en: '32 letters, digits, - and _.', ja: '英数字・-・_ の32文字です。' },
      });
    }
    return audited('put', {}, async () => {
      const source = sourceOf(answer);
      if (source?.terms.purpose.id !== service.purpose.id)
        throw new SelfInfoError('foreign_answer', { path: 'answer' });
      const { terms } = source;
      if (!terms.items.every((key) => Object.hasOwn(service.items, key)))
        throw new SelfInfoError('foreign_answer', { path: 'answer.terms.items' });
      checkPeriod(Date.parse(terms.keepUntil), await time.read());
      const label = {
        ref,
        consent: terms.transactionId,
        purpose: terms.purpose.id,
        keepUntil: terms.keepUntil,
      };
      await store.put(await seal(label, source, keys));
      tell({ type: 'put', ...label });
      return label.ref;
    });
  }

  async function has(ref: string): Promise<boolean> {
    checkReference(ref);
    return REFERENCE.test(ref) && Boolean(await store.get(ref));
  }

  async function read(ref: string, given: ReadOptions): Promise<Answer> {
    checkReference(ref);
    checkKeys(given, 'options', { purpose: true, reason: true });
    const { purpose, reason } = given;
    checkLine(purpose, 'options.purpose');
    checkLine(reason, 'options.reason');
    return audited('read', { ref, purpose, reason }, async () => {
      if (!REFERENCE.test(ref)) throw new SelfInfoError('reference_unknown');
      const [record, reading] = await Promise.all([store.get(ref), time.read()]);
      if (!record) throw new SelfInfoError('reference_unknown');
      if (record === 'erased') throw new SelfInfoError('data_erased');
      const label = await readLabel(record, ref);
      checkPeriod(Date.parse(label.keepUntil), reading);
      if (label.purpose !== purpose || label.purpose !== service.purpose.id)
        throw new SelfInfoError('purpose_refused');
      // Sealed by this vault under this very label: it is what put took apart.
      const { terms, inquiries, result } = (await unseal(record, keys)) as AnswerSource;
      const answer = await buildAnswer(service, terms, inquiries, result, time);
      tell({ type: 'read', ref, purpose, reason });
      return answer;
    });
  }

  async function erase(ref: string, reason: string): Promise<void> {
    checkReference(ref);
    checkLine(reason, 'reason');
    return audited('erase', { ref, reason }, async () => {
      if (!REFERENCE.test(ref) || !(await store.erase(ref)))
        throw new SelfInfoError('reference_unknown');
      tell({ type: 'erased', ref, reason });
    });
  }

  async function sweep(): Promise<number> {
    return audited('sweep', {}, async () => {
      const { seen, jumped } = await time.read();
      if (jumped) throw new SelfInfoError('clock_jumped');
      let records = 0;
      try {
        for (let batch = BATCH; batch >= BATCH; records += batch)
          batch = await store.sweep(seen, BATCH);
        return records;
      } finally {
        tell({ type: 'swept', records });
      }
    });
  }

  async function rotateKeys(): Promise<number> {
    return audited('rotate', {}, async () => {
      const kid = provider.current;
      let rotated = 0;
      let failure: unknown;
      try {
        for await (const { ref, key } of store.list(kid)) {
          try {
            if (await rewrap(ref, key)) rotated++;
          } catch (error) {
            if (isSelfInfoError(error, 'store_failed') || isSelfInfoError(error, 'timed_out'))
              throw error;
            // One key that cannot be had must not keep the others under the old one.
            failure ??= error;
          }
        }
      } finally {
        tell({ type: 'rotated', keys: rotated, kid });
      }
      if (failure !== undefined) throw failure;
      return rotated;
    });
  }

  async function rewrap(ref: string, key: Parameters<typeof keys.unwrap>[0]): Promise<boolean> {
    const dataKey = await keys.unwrap(key);
    try {
      return await store.replaceKey(ref, key.wrapped, await keys.wrap(dataKey, key.id));
    } finally {
      dataKey.fill(0);
    }
  }

  async function* list(): AsyncGenerator<VaultEntry> {
    for await (const { ref, consent, purpose, keepUntil, key } of store.list())
      yield { ref, consent, purpose, keepUntil: formatInstant(keepUntil), kid: key.kid };
  }

  async function confirmClock(now: Instant, reason: string): Promise<void> {
    const watch = toEpochMs(now, 'now');
    checkLine(reason, 'reason');
    return audited('confirm', { reason }, async () => {
      if (!(Math.abs(clock.now() - watch) <= HOUR_MS)) {
        throw new SelfInfoError('invalid_option', {
          path: 'now',
          expected: {
            en: 'The clock shows another time: set the clock right first.',
            ja: '時計が別の時刻を示しています。先に時計を合わせてください。',
          },
        });
      }
      await time.confirm();
      tell({ type: 'confirmed', reason });
    });
  }

  const vault = { put, has, read, erase, sweep, rotateKeys, list, confirmClock };
  // Inside, everything is checked at run time against the one service; the types bind callers to
  // it.
  return Object.freeze(vault) as unknown as Vault<S>;
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function checkReference(ref: unknown): asserts ref is string {
  if (typeof ref !== 'string') throw new TypeError('ref must be a string.');
}

/** Checks a text that goes into the audit log: one line, not too long. */
function checkLine(value: unknown, path: string): asserts value is string {
  checkText(value, path);
  if (value.length <= LONGEST_TEXT && !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(value)) return;
  throw new SelfInfoError('invalid_option', {
    path,
    expected: {
      en: `One line of at most ${LONGEST_TEXT} characters.`,
      ja: `${LONGEST_TEXT} 文字以内の1行で指定してください。`,
    },
  });
}
