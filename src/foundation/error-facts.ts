/** The step in which an error occurred. */
export type Stage =
  | 'configuration'
  | 'check'
  | 'calendar'
  | 'consent'
  | 'callback'
  | 'token'
  | 'request'
  | 'result'
  | 'acknowledge'
  | 'answer'
  | 'store'
  | 'vault'
  | 'kiosk'
  | 'sandbox';

/** The change that a failed step made at the server: none, some, or unknown. */
export type Effect = 'none' | 'applied' | 'unknown';

/**
 * Whether the same step may be repeated, and from when (ISO 8601 with offset) if the server set a
 * time.
 */
export interface Retry {
  readonly safe: boolean;
  readonly notBefore?: string;
}

/**
 * The parts of the server's response that are safe to repeat: HTTP status, machine code, request
 * id.
 */
export interface Upstream {
  readonly status?: number;
  readonly code?: string;
  readonly requestId?: string;
}

/**
 * A row of the error table. In its texts `{path}` is the option or the place in the data, and
 * `{expected}` describes the expected value. Neither ever contains a value.
 */
export interface ErrorRow {
  readonly stage: Stage;
  readonly effect: Effect;
  readonly retrySafe: boolean;
  readonly en: string;
  readonly ja: string;
}

/** The facts of an error that changed nothing and that a repetition cannot avoid. */
export const permanent = { effect: 'none', retrySafe: false } as const;
