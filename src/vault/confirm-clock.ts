import { invalidOption } from '../foundation/errors.js';
import { HOUR_MS, type Instant, toEpochMs } from '../foundation/time.js';
import { checkLine } from './audit.js';
import type { VaultContext } from './context.js';

/** Accepts a clock that has jumped, if an operator's watch agrees with it within an hour. */
export async function confirmClock(
  { clock, time, audited, emit }: Pick<VaultContext, 'clock' | 'time' | 'audited' | 'emit'>,
  now: Instant,
  reason: string,
): Promise<void> {
  const watchMs = toEpochMs(now, 'now');
  checkLine(reason, 'reason');
  return audited('confirm', { reason }, async () => {
    if (!(Math.abs(clock.now() - watchMs) <= HOUR_MS)) {
      throw invalidOption('now', {
        en: 'The clock differs from it by more than an hour. Set the clock first.',
        ja: '時計とのずれが1時間を超えています。先に時計を合わせてください。',
      });
    }
    await time.confirm();
    emit({ type: 'confirmed', reason });
  });
}
