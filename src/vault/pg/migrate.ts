import { SelfInfoError } from '../../foundation/errors.js';
import { connect, type PgConnection, type PgPool, runSql } from './database.js';
import { type PgVaultOptions, readSchema } from './schema.js';

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
 * @param options - see {@link PgVaultOptions}.
 * @throws SelfInfoError `format_unsupported`, with nothing changed, when a newer version of the
 * package has updated the schema; `store_failed` with the SQLSTATE as `upstream.code`;
 * `unknown_option`, `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { migrate } from 'myna-selfinfo/pg';
 * import { Pool } from 'pg';
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * await migrate(pool);
 * ```
 */
export async function migrate(pool: PgPool, options: PgVaultOptions = {}): Promise<void> {
  const schema = readSchema(pool, options);
  const connection = await connect(pool);
  let failed = false;
  try {
    await runSql(connection, 'begin');
    // Only one process at a time: the lock is held until the end of the transaction.
    await runSql(connection, 'select pg_advisory_xact_lock(hashtext($1))', [
      `myna-selfinfo ${schema}`,
    ]);
    await createSchema(connection, schema);
    await applySteps(connection, schema);
    await runSql(connection, 'commit');
  } catch (error) {
    failed = true;
    await runSql(connection, 'rollback').catch(() => undefined);
    throw error;
  } finally {
    // A connection that failed may be in any state, so the pool closes it.
    connection.release(failed);
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
