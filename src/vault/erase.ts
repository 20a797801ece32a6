import { SelfInfoError } from '../foundation/errors.js';
import { checkLine } from './audit.js';
import type { VaultContext } from './context.js';
import { checkReference, isReference } from './reference.js';

/** Erases a record and its data key. */
export async function erase(
  { store, audited, emit }: Pick<VaultContext, 'store' | 'audited' | 'emit'>,
  ref: string,
  reason: string,
): Promise<void> {
  checkReference(ref);
  checkLine(reason, 'reason');
  return audited('erase', { ref, reason }, async () => {
    if (!isReference(ref) || !(await store.erase(ref)))
      throw new SelfInfoError('reference_unknown');
    emit({ type: 'erased', ref, reason });
  });
}
