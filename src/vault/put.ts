import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { type Answer, sourceOf } from '../query/answer.js';
import type { VaultContext } from './context.js';
import { seal } from './record.js';
import { checkReference, isReference, newReference } from './reference.js';
import { checkPeriod } from './timekeeper.js';

/** Options of `put`. */
export interface PutOptions {
  /**
   * The reference to keep the answer under: 32 random letters, digits, `-` and `_`. A caller that
   * may put twice, for example after a crash, passes the same reference and keeps one record.
   * Default: a new reference.
   */
  readonly ref?: string;
}

/** Keeps an answer of the vault's service until its period ends. Returns its reference. */
export async function put(
  { service, store, keys, time, audited, emit }: VaultContext,
  answer: Answer,
  options: PutOptions = {},
): Promise<string> {
  options = readKeys(options, 'options', { ref: true } satisfies Record<keyof PutOptions, true>);
  const { ref = newReference() } = options;
  checkReference(ref);
  if (!isReference(ref)) {
    throw invalidOption('options.ref', {
      en: 'It must be 32 letters, digits, - or _.',
      ja: '英数字・-・_ の32文字で指定してください。',
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
    emit({ type: 'put', ...label });
    return ref;
  });
}
