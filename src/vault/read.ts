import { SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { type Answer, type AnswerSource, buildAnswer } from '../query/answer.js';
import { checkLine } from './audit.js';
import type { VaultContext } from './context.js';
import { isIndexedAs, readLabel, unseal } from './record.js';
import { checkReference, isReference } from './reference.js';
import { checkPeriod } from './timekeeper.js';

/**
 * Options of `read`: what the answer is read for. The events record both texts.
 */
export interface ReadOptions {
  /** The id of the purpose. It must be the consented one. */
  readonly purpose: string;
  /** The reason for the audit log: one line of at most 200 characters, without personal values. */
  readonly reason: string;
}

/**
 * Reads an answer for the consented purpose and within the period. Checks purpose and period in the
 * label before it asks for a key.
 */
export async function read(
  { service, store, keys, time, audited, emit }: VaultContext,
  ref: string,
  options: ReadOptions,
): Promise<Answer> {
  checkReference(ref);
  options = readKeys(options, 'options', { purpose: true, reason: true } satisfies Record<
    keyof ReadOptions,
    true
  >);
  const { purpose, reason } = options;
  checkLine(purpose, 'options.purpose');
  checkLine(reason, 'options.reason');
  return audited('read', { ref, purpose, reason }, async () => {
    if (!isReference(ref)) throw new SelfInfoError('reference_unknown');
    const [record, reading] = await Promise.all([store.get(ref), time.read()]);
    if (!record) throw new SelfInfoError('reference_unknown');
    if (record === 'erased') throw new SelfInfoError('data_erased');
    const label = await readLabel(record, ref);
    // Someone changed the label or the columns. Prove the label before it decides.
    if (!isIndexedAs(record, label)) await unseal(record, keys);
    checkPeriod(Date.parse(label.keepUntil), reading);
    if (label.purpose !== purpose || label.purpose !== service.purpose.id)
      throw new SelfInfoError('purpose_refused');
    // `put` sealed exactly this source under this label, so its shape is known.
    const { terms, result, ...asked } = (await unseal(record, keys)) as AnswerSource;
    const answer = await buildAnswer(service, terms, asked, result, time);
    emit({ type: 'read', ref, purpose, reason });
    return answer;
  });
}
