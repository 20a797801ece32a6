/** The moments of a journey at which a clock may be set. */
export const MOMENTS = [
  'begun',
  'looked up',
  'taken',
  'token sent',
  'token answered',
  'granted',
  'request sent',
  'request answered',
  'kept',
  'submitted',
  'fetched',
  'poll sent',
  'poll answered',
  'waiting',
] as const;
export type Moment = (typeof MOMENTS)[number];

/** By how much a clock is set forward or back at each moment. */
export type Jumps = { readonly [M in Moment]?: number };

/**
 * Returns a function to call at each moment. It sets the clock the first time that a moment comes.
 */
export function setAt(jumps: Jumps, set: (ms: number) => void): (moment: Moment) => void {
  const pending = new Map(Object.entries(jumps));
  return (moment) => {
    const ms = pending.get(moment);
    pending.delete(moment);
    if (ms !== undefined) set(ms);
  };
}
