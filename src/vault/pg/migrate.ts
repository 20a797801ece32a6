import { systemClock } from '../../foundation/clock.js';
import { SelfInfoError } from '../../foundation/errors.js';
import { boundBy } from '../bound.js';
import { connect, type PgConnection, type PgPool, runSql } from './database.js';
import { type MigrateOptions, readMigration } from './schema.js';

// The step at index n leads from version n to version n + 1. A published step never changes.
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

/** The version of the schema that this version of the package supports. */
export const SCHEMA_VERSION = steps.length;

/**
 * Updates the schema of a vault to this version of the package. Run it at every deployment, in any
 * number of processes at once. It keeps all records.
 *
 * @param pool - a `Pool` of `pg`, with a role that may create tables in the schema, and the schema
 * itself if it does not exist.
 * @param options - see {@link MigrateOptions}.
 * @throws SelfInfoError `format_unsupported`, with nothing changed, when a newer version of the
 * package has updated the schema; `timed_out`: run it again; `store_failed` with the SQLSTATE as
 * `upstream.code`; `unknown_option`, `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { migrate } from 'myna-selfinfo/pg';
 * import pg from 'pg';
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * // Without a listener the process ends when PostgreSQL restarts.
 * pool.on('error', ({ message }) => console.error('PostgreSQL:', message));
 * await migrate(pool);
 * ```
 */
export async function migrate(pool: PgPool, options: MigrateOptions = {}): Promise<void> {
  const { schema, timeoutMs } = readMigration(pool, options);
  const over = new AbortController();
  try {
    await boundBy(systemClock, timeoutMs)(true, () =>
      withConnection(pool, over.signal, async (connection) => {
        await runSql(connection, 'begin');
        // Otherwise a statement could go on waiting in PostgreSQL after the time is over.
        await runSql(connection, `set local statement_timeout = ${timeoutMs}`);
        // Only one process at a time: the lock is held until the end of the transaction.
        await runSql(connection, 'select pg_advisory_xact_lock(hashtext($1))', [
          `myna-selfinfo ${schema}`,
        ]);
        await createSchema(connection, schema);
        await applySteps(connection, schema);
        await runSql(connection, 'commit');
      }),
    );
  } finally {
    over.abort();
  }
}

/** Runs work on one connection of a pool, and closes the connection when the signal aborts. */
async function withConnection(
  pool: PgPool,
  over: AbortSignal,
  work: (connection: PgConnection) => Promise<void>,
): Promise<void> {
  const connection = await connect(pool);
  let isReleased = false;
  const release = (failed: boolean) => {
    if (isReleased) return;
    isReleased = true;
    // A connection that failed may be in any state, so the pool closes it.
    connection.release(failed);
  };
  // It may have come too late.
  if (over.aborted) return release(false);
  over.addEventListener('abort', () => release(true), { once: true });
  try {
    await work(connection);
    release(false);
  } catch (error) {
    if (!isReleased) await runSql(connection, 'rollback').catch(() => undefined);
    throw error;
  } finally {
    release(true);
  }
}

async function createSchema(connection: PgConnection, schema: string): Promise<void> {
  // `create schema if not exists` needs the right to create a schema even when it exists.
  const found = await runSql(connection, 'select 1 from pg_namespace where nspname = $1', [schema]);
  if (found.length === 0) await runSql(connection, `create schema ${schema}`);
  await runSql(
    connection,
    `create table if not exists ${schema}.state (id integer primary key default 1 check (id = 1), version integer not null, seen bigint)`,
  );
  await runSql(
    connection,
    `insert into ${schema}.state (version) values (0) on conflict do nothing`,
  );
}

async function applySteps(connection: PgConnection, schema: string): Promise<void> {
  const [state] = await runSql(connection, `select version from ${schema}.state`);
  const version = Number(state?.version);
  if (version > SCHEMA_VERSION)
    throw new SelfInfoError('format_unsupported', { path: 'schema.version' });
  for (const step of steps.slice(version)) await runSql(connection, step(schema));
  await runSql(connection, `update ${schema}.state set version = $1 where version <> $1`, [
    SCHEMA_VERSION,
  ]);
}
