import { isSelfInfoError, SelfInfoError } from '../../foundation/errors.js';
import { checkKeys, checkMethods, checkText } from '../../foundation/options.js';
import type { VaultRecord, VaultRecordInfo, VaultStore } from '../store.js';

/** What is asked of a database: text with `$1` parameters. */
export interface PgQueryable {
  /** Runs one statement; without `values` it may hold several. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** A connection that a pool lent. */
export interface PgConnection extends PgQueryable {
  /** Gives it back; with an error, to be closed. */
  release(error?: Error | boolean): void;
}

/** The part of a `Pool` of the package `pg` that is needed; the caller makes and ends it. */
export interface PgPool extends PgQueryable {
  /** Lends a connection. */
  connect(): Promise<PgConnection>;
}

/** Options of {@link createPgVaultStore} and {@link migrate}. */
export interface PgVaultOptions {
  /**
   * The schema that holds the three tables; lower-case letters, digits and `_`, at most 63.
   * Default: `myna_vault`.
   */
  readonly schema?: string;
}

// Each step leads from the version of its place to the next one; a step that was published is never
// changed.
const steps: readonly ((schema: string) => string)[] = [
  (schema) => `
    create table ${schema}.records (
      ref text collate "C" primary key,
      keep_until bigint not null,
      consent text,
      purpose text,
      sealed text,
      check ((sealed is null) = (consent is null) and (sealed is null) = (purpose is null))
    );
    create index on ${schema}.records (keep_until);
    create table ${schema}.keys (
      ref text collate "C" primary key references ${schema}.records on delete cascade,
      id text not null,
      kid text not null,
      wrapped text not null
    );
    create index on ${schema}.keys (kid);`,
];

const PAGE = 500;
const UNIQUE_VIOLATION = '23505';
/** PostgreSQL's classes start with a digit, or are F0, HV, P0 and XX. */
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

/**
 * Brings the schema of a vault up to this version of the package; to be run at every deployment, by
 * as many processes at once as there are. What is there stays.
 *
 * @param pool - a `Pool` of `pg`, as a role that may create tables in the schema, and the schema
 * itself if it is not there.
 * @param options - see {@link PgVaultOptions}.
 * @throws SelfInfoError `format_unsupported` when a newer version of the package was here before:
 * nothing was changed; `store_failed` with the SQLSTATE as `upstream.code`; `unknown_option`,
 * `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { migrate } from 'myna-selfinfo/pg';
 * import { Pool } from 'pg';
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * await migrate(pool);
 * ```
 */
export async function migrate(pool: PgPool, options: PgVaultOptions = {}): Promise<void> {
  const schema = checkOptions(pool, options);
  const connection = await connect(pool);
  let failure: unknown;
  try {
    await ask(connection, 'begin');
    // One at a time, and held until the end of the transaction.
    await ask(connection, 'select pg_advisory_xact_lock(hashtext($1))', [
      `myna-selfinfo ${schema}`,
    ]);
    // `create schema if not exists` asks for the right to create one even where it exists.
    if (
      (await ask(connection, 'select 1 from pg_namespace where nspname = $1', [schema])).length ===
      0
    )
      await ask(connection, `create schema ${schema}`);
    await ask(
      connection,
      `create table if not exists ${schema}.state (id integer primary key default 1 check (id = 1), version integer not null, seen bigint)`,
    );
    await ask(
      connection,
      `insert into ${schema}.state (version) values (0) on conflict do nothing`,
    );
    const version = Number(
      (await ask(connection, `select version from ${schema}.state`))[0]?.version,
    );
    if (version > steps.length)
      throw new SelfInfoError('format_unsupported', { path: 'schema.version' });
    for (const step of steps.slice(version)) await ask(connection, step(schema));
    await ask(connection, `update ${schema}.state set version = $1 where version <> $1`, [
      steps.length,
    ]);
    await ask(connection, 'commit');
  } catch (error) {
    failure = error;
    await ask(connection, 'rollback').catch(() => undefined);
    throw error;
  } finally {
    // A connection that failed may be in any state.
    connection.release(failure !== undefined);
  }
}

/**
 * A vault's store in PostgreSQL, over a pool of yours; {@link migrate} makes its tables.
 *
 * Every method is one statement and so one transaction; sweeps at once skip what the others have
 * locked.
 *
 * @param pool - a `Pool` of `pg`; it stays yours to end.
 * @param options - see {@link PgVaultOptions}.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createPgVaultStore } from 'myna-selfinfo/pg';
 * import { Pool } from 'pg';
 * const store = createPgVaultStore(new Pool({ connectionString: process.env.DATABASE_URL }));
 * ```
 */
export function createPgVaultStore(pool: PgPool, options: PgVaultOptions = {}): VaultStore {
  const schema = checkOptions(pool, options);
  const records = `${schema}.records`;
  const keys = `${schema}.keys`;
  const state = `${schema}.state`;
  return {
    async put({ ref, keepUntil, consent, purpose, sealed, key }) {
      const values = [ref, keepUntil, consent, purpose, sealed, key.id, key.kid, key.wrapped];
      await ask(
        pool,
        `with kept as (insert into ${records} (ref, keep_until, consent, purpose, sealed) values ($1, $2, $3, $4, $5) returning ref)
         insert into ${keys} (ref, id, kid, wrapped) select ref, $6, $7, $8 from kept`,
        values,
      );
    },
    async get(ref) {
      const [row] = await ask(
        pool,
        `select ref, keep_until, consent, purpose, sealed, id, kid, wrapped from ${records} left join ${keys} using (ref) where ref = $1`,
        [ref],
      );
      if (row === undefined) return undefined;
      return row.sealed === null || row.wrapped === null
        ? 'erased'
        : ({ ...infoOf(row), sealed: row.sealed } as VaultRecord);
    },
    async erase(ref) {
      const marked = await ask(
        pool,
        `with marked as (update ${records} set sealed = null, consent = null, purpose = null where ref = $1 returning ref),
         dropped as (delete from ${keys} using marked where keys.ref = marked.ref)
         select ref from marked`,
        [ref],
      );
      return marked.length > 0;
    },
    async sweep(until, limit) {
      // Its key goes with a record, by the foreign key.
      const [row] = await ask(
        pool,
        `with ended as (select ref from ${records} where keep_until <= $1 order by keep_until limit $2 for update skip locked),
         swept as (delete from ${records} using ended where records.ref = ended.ref returning 1)
         select count(*)::integer as count from swept`,
        [until, limit],
      );
      return Number(row?.count);
    },
    async *list(exceptKid) {
      let after = '';
      for (;;) {
        const page = await ask(
          pool,
          `select ref, keep_until, consent, purpose, id, kid, wrapped from ${records} join ${keys} using (ref)
           where ref > $1 and sealed is not null and kid is distinct from $2 order by ref limit ${PAGE}`,
          [after, exceptKid ?? null],
        );
        for (const row of page) yield infoOf(row);
        if (page.length < PAGE) return;
        after = String(page.at(-1)?.ref);
      }
    },
    async replaceKey(ref, was, key) {
      const values = [ref, was, key.id, key.kid, key.wrapped];
      return (
        (
          await ask(
            pool,
            `update ${keys} set id = $3, kid = $4, wrapped = $5 where ref = $1 and wrapped = $2 returning ref`,
            values,
          )
        ).length > 0
      );
    },
    async see(instant) {
      await ask(pool, `update ${state} set seen = $1 where seen is null or seen < $1`, [instant]);
    },
    async seen() {
      const [row] = await ask(pool, `select seen from ${state}`);
      if (row === undefined) throw new SelfInfoError('store_failed', { retry: { safe: false } });
      return row.seen === null ? undefined : Number(row.seen);
    },
  };
}

function checkOptions(pool: unknown, options: PgVaultOptions): string {
  checkMethods(pool, 'pool', ['query', 'connect']);
  checkKeys(options, 'options', { schema: true });
  const { schema = 'myna_vault' } = options;
  checkText(schema, 'options.schema');
  // It stands in statements, where no parameter may: nothing that would need quotes.
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema) && !schema.startsWith('pg_')) return schema;
  throw new SelfInfoError('invalid_option', {
    path: 'options.schema',
    expected: {
      en: 'Lower-case letters, digits and _, at most 63, no digit and no pg_ first.',
      ja: '英小文字・数字・_ で63文字以内。数字と pg_ では始められません。',
    },
  });
}

function infoOf(row: Readonly<Record<string, unknown>>): VaultRecordInfo {
  const { ref, consent, purpose, id, kid, wrapped } = row as Readonly<Record<string, string>>;
  return {
    ref,
    consent,
    purpose,
    keepUntil: Number(row.keep_until),
    key: { id, kid, wrapped },
  } as VaultRecordInfo;
}

async function connect(pool: PgPool): Promise<PgConnection> {
  try {
    return await pool.connect();
  } catch (error) {
    throw hide(error);
  }
}

async function ask(
  database: PgQueryable,
  text: string,
  values?: unknown[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return (await database.query(text, values)).rows;
  } catch (error) {
    throw hide(error);
  }
}

/** The driver's errors quote values; their code says enough. */
function hide(error: unknown): SelfInfoError {
  if (isSelfInfoError(error)) return error;
  const code = codeOf(error);
  if (code === UNIQUE_VIOLATION) return new SelfInfoError('store_key_exists');
  return new SelfInfoError('store_failed', code === undefined ? {} : { upstream: { code } });
}

/** The SQLSTATE, or what Node says of a connection; nothing else. */
function codeOf(error: unknown): string | undefined {
  try {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    return typeof code === 'string' && (SQLSTATE.test(code) || NODE_CODES.includes(code))
      ? code
      : undefined;
  } catch {
    // A getter may throw whatever it is asked.
    return undefined;
  }
}
