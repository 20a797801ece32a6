import { isSelfInfoError, SelfInfoError } from '../../foundation/errors.js';

/** Runs SQL text with `$1` parameters: a pool of the package `pg`, or one of its connections. */
export interface PgQueryable {
  /** Runs one statement. Without `values` the text may hold several statements. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** A connection of a pool. */
export interface PgConnection extends PgQueryable {
  /** Gives the connection back to the pool, which closes it when `error` is given. */
  release(error?: Error | boolean): void;
}

/** The needed part of a `Pool` of the package `pg`. The caller creates and ends the
 * pool, and listens to its `error` events: PostgreSQL may close an idle connection. */
export interface PgPool extends PgQueryable {
  /** Takes a connection from the pool. */
  connect(): Promise<PgConnection>;
}

const UNIQUE_VIOLATION = '23505';
/** Classes of PostgreSQL start with a digit, or are F0, HV, P0 and XX. */
const SQLSTATE = /^([0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
const NODE_CODES: readonly string[] = [
  'EACCES',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
];

/** Takes a connection from a pool, and hides the errors of the driver. */
export async function connect(pool: PgPool): Promise<PgConnection> {
  try {
    return await pool.connect();
  } catch (error) {
    throw hideCause(error);
  }
}

/** Runs one statement and returns its rows. Hides the errors of the driver. */
export async function runSql(
  database: PgQueryable,
  text: string,
  values?: unknown[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return (await database.query(text, values)).rows;
  } catch (error) {
    throw hideCause(error);
  }
}

/** Returns the error without the driver's error, which quotes values. Its code says enough. */
function hideCause(error: unknown): SelfInfoError {
  if (isSelfInfoError(error)) return error;
  const code = codeOf(error);
  if (code === UNIQUE_VIOLATION) return new SelfInfoError('store_key_exists');
  return new SelfInfoError('store_failed', code === undefined ? {} : { upstream: { code } });
}

/** Returns the SQLSTATE, or the code of a connection error of Node, and nothing else. */
function codeOf(error: unknown): string | undefined {
  try {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    return typeof code === 'string' && (SQLSTATE.test(code) || NODE_CODES.includes(code))
      ? code
      : undefined;
  } catch {
    // A getter may throw.
    return undefined;
  }
}
