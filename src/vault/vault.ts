import type { Instant } from '../foundation/time.js';
import type { Answer } from '../query/answer.js';
import type { Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import { confirmClock } from './confirm-clock.js';
import { createContext } from './context.js';
import { erase } from './erase.js';
import { has, list, type VaultEntry } from './lookup.js';
import type { VaultOptions } from './options.js';
import { type PutOptions, put } from './put.js';
import { type ReadOptions, read } from './read.js';
import { rotateKeys } from './rotate-keys.js';
import { sweep } from './sweep.js';

/**
 * Keeps answers of one service, only for the consented period and the consented purpose (guideline
 * 4.2).
 */
export interface Vault<S extends ServiceSpec = Service> {
  /**
   * Keeps an answer until its period ends. Returns a reference that means nothing by itself.
   *
   * @param answer - the answer, from the client or from a vault. Its terms give the period and the
   * purpose.
   * @param options - see {@link PutOptions}.
   * @throws SelfInfoError `foreign_answer`, `retention_ended`, `clock_jumped`, `store_failed`,
   * `key_unavailable`, `timed_out`. The answer is not acknowledged then; putting it again is safe.
   * After `timed_out` with the effect `unknown` the store may hold a record, which is swept with
   * its period. `store_key_exists` when `ref` was put before, even if it was erased since; what is
   * there does not change.
   * @example
   * ```ts
   * import type { Answer } from 'myna-selfinfo';
   * import type { Vault } from 'myna-selfinfo/vault';
   * const keep = async (vault: Vault, answer: Answer) => ({ selfInfo: await vault.put(answer) });
   * ```
   */
  put(answer: Answer<S>, options?: PutOptions): Promise<string>;
  /**
   * Returns whether something was put under a reference, even if it was erased since, until `sweep`
   * deletes it with its period. Opens nothing.
   *
   * @param ref - a reference.
   * @throws SelfInfoError `store_failed`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Answer } from 'myna-selfinfo';
   * import type { Vault } from 'myna-selfinfo/vault';
   * // Keeps one record, however often it runs.
   * async function keepOnce(vault: Vault, answer: Answer, ref: string) {
   *   if (!(await vault.has(ref))) await vault.put(answer, { ref });
   * }
   * ```
   */
  has(ref: string): Promise<boolean>;
  /**
   * Returns the answer, with the types that the client gave it, for the consented purpose and
   * within the period.
   *
   * @param ref - what `put` returned.
   * @param options - see {@link ReadOptions}.
   * @throws SelfInfoError `reference_unknown`, `data_erased`, `retention_ended`, `clock_jumped`,
   * `purpose_refused`, `record_damaged`, `format_unsupported`, `key_unknown`, `key_unavailable`,
   * `store_failed`, `timed_out`, `invalid_option`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Vault } from 'myna-selfinfo/vault';
   * const review = (vault: Vault, ref: string) =>
   *   vault.read(ref, { purpose: 'housing-loan', reason: 'review of application 4711' });
   * ```
   */
  read(ref: string, options: ReadOptions): Promise<Answer<S>>;
  /**
   * Erases a record and its data key permanently. Backups keep what they have. Erasing twice has
   * the same effect as once.
   *
   * @param ref - what `put` returned.
   * @param reason - the reason for the audit log: one line of at most 200 characters, without
   * personal values.
   * @throws SelfInfoError `reference_unknown`, `store_failed`; `timed_out` with the effect
   * `unknown`, after which erasing again is safe; `invalid_option`; TypeError for a wrong type.
   */
  erase(ref: string, reason: string): Promise<void>;
  /**
   * Deletes, in batches, every record whose period has ended. Returns how many. Run it about every
   * hour, in as many processes as you like.
   *
   * @throws SelfInfoError `clock_jumped`, with nothing deleted; `store_failed`, `timed_out`.
   */
  sweep(): Promise<number>;
  /**
   * Wraps every data key that another key-encryption key wraps with the current one. Returns how
   * many. Does not touch the records. It may be repeated and interrupted.
   *
   * @throws SelfInfoError the first of `key_unknown`, `key_unavailable`, `record_damaged`, after
   * all other keys; `store_failed` and `timed_out` at once.
   */
  rotateKeys(): Promise<number>;
  /**
   * Lists what the vault holds, from the plain columns of the store: without opening a record, and
   * so without proof.
   *
   * @throws SelfInfoError `store_failed`, `timed_out`.
   * @example
   * ```ts
   * import type { Vault } from 'myna-selfinfo/vault';
   * async function endingBefore(vault: Vault, instant: string) {
   *   const refs: string[] = [];
   *   for await (const { ref, keepUntil } of vault.list())
   *     if (Date.parse(keepUntil) < Date.parse(instant)) refs.push(ref);
   *   return refs;
   * }
   * ```
   */
  list(): AsyncIterable<VaultEntry>;
  /**
   * Ends `clock_jumped`, and the effect of a clock that was ahead: an operator confirms that the
   * clock is right. The vault's time becomes the clock's, also when it was later.
   * A wrong confirmation is undone by another one; what was swept meanwhile is gone.
   *
   * @param now - the time by the operator's own watch. The clock may differ from it by at most an
   * hour.
   * @param reason - why the clock had jumped, for the audit log: one line of at most 200
   * characters.
   * @throws SelfInfoError `invalid_option` when the clock shows another time; `missing_option` when
   * the vault's time must go back and the store has no method `correct`; `invalid_instant`,
   * `store_failed`; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Vault } from 'myna-selfinfo/vault';
   * const reopen = (vault: Vault) =>
   *   vault.confirmClock('2027-01-04T09:00:00+09:00', 'servers were off over New Year');
   * ```
   */
  confirmClock(now: Instant, reason: string): Promise<void>;
}

/**
 * Creates a vault. It encrypts each answer under its own data key, and gives it back only for the
 * consented purpose and within the consented period (guideline 4.2).
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
 * const vault = createVault({
 *   service,
 *   store: createMemoryVaultStore(),
 *   keys: createLocalKeys({
 *     current: '2026-12',
 *     keys: { '2026-12': process.env.VAULT_KEY ?? '' },
 *   }),
 *   onEvent: (event) => console.log(JSON.stringify(event)),
 * });
 * ```
 */
export function createVault<S extends Service>(options: VaultOptions<S>): Vault<S> {
  const context = createContext(options);
  const vault: Vault = {
    put: (answer, given) => put(context, answer, given),
    has: (ref) => has(context, ref),
    read: (ref, given) => read(context, ref, given),
    erase: (ref, reason) => erase(context, ref, reason),
    sweep: () => sweep(context),
    rotateKeys: () => rotateKeys(context),
    list: () => list(context),
    confirmClock: (now, reason) => confirmClock(context, now, reason),
  };
  // The functions check everything against the one service at run time; the types bind callers.
  return Object.freeze(vault) as unknown as Vault<S>;
}
