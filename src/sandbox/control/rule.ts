import { enum as enumOf, optional, strictObject, string } from 'zod';

/** How a citizen consents without a page. A `visit` has options of its own, and ignores it. */
export interface ConsentRule {
  /** The id of the persona whose card is on the reader. */
  readonly persona: string;
  /** The PIN that is entered. Default: the right one. */
  readonly pin?: string | undefined;
  /** Default: `agree`. */
  readonly decision?: 'agree' | 'decline' | undefined;
}

/** The schema of a rule. */
export const ruleSchema = strictObject({
  persona: string().min(1).max(100),
  pin: optional(string().max(100)),
  decision: optional(enumOf(['agree', 'decline'])),
});
