import { invalidOption } from '../../foundation/errors.js';
import { checkMethods, checkText, checkWhole, readKeys } from '../../foundation/options.js';

/** Options of {@link createPgVaultStore} and {@link migrate}. */
export interface PgVaultOptions {
  /**
   * The schema that holds the three tables: lower-case letters, digits and `_`, at most 63
   * characters. Default: `myna_vault`.
   */
  readonly schema?: string;
}

/** Options of {@link migrate}. */
export interface MigrateOptions extends PgVaultOptions {
  /**
   * How long the migration may take, in milliseconds. It includes the wait for a connection and for
   * other migrations. Default: 60,000.
   */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
/** The longest `statement_timeout` of PostgreSQL, and the longest timer of Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** Validates the pool and the options of a migration. */
export function readMigration(pool: unknown, { timeoutMs = TIMEOUT_MS, ...rest }: MigrateOptions) {
  const schema = readSchema(pool, rest);
  checkWhole(timeoutMs, 'options.timeoutMs', 1);
  return { schema, timeoutMs: Math.min(timeoutMs, LONGEST_MS) };
}

/** Validates the pool and the options. Returns the name of the schema. */
export function readSchema(pool: unknown, options: PgVaultOptions): string {
  checkMethods(pool, 'pool', ['query', 'connect']);
  options = readKeys(options, 'options', { schema: true } satisfies Record<
    keyof PgVaultOptions,
    true
  >);
  const { schema = 'myna_vault' } = options;
  checkText(schema, 'options.schema');
  // The name is part of the SQL text, where no parameter is possible: allow no name that needs
  // quotes.
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema) && !schema.startsWith('pg_')) return schema;
  throw invalidOption('options.schema', {
    en: 'Use at most 63 lower-case letters, digits and _. Do not start with a digit or pg_.',
    ja: '英小文字・数字・_ の63文字以内で指定してください。数字と pg_ では始められません。',
  });
}
