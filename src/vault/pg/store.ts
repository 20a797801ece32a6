import { SelfInfoError } from '../../foundation/errors.js';
import type { VaultRecord, VaultRecordInfo, VaultStore, WrappedKey } from '../store.js';
import { type PgPool, runSql } from './database.js';
import { SCHEMA_VERSION } from './migrate.js';
import { type PgVaultOptions, readSchema } from './schema.js';

const PAGE = 500;
const CLOCKS_AGREE_MS = 300_000;

/** The pool and the names of the three tables. */
interface Tables {
  readonly pool: PgPool;
  readonly records: string;
  readonly keys: string;
  readonly state: string;
}

/**
 * Creates a vault's store in PostgreSQL, over your pool. {@link migrate} creates its tables.
 *
 * Every method runs one statement, and so one transaction. A sweep skips the records that another
 * sweep has locked.
 *
 * @param pool - a `Pool` of `pg` with a listener for `error`. The caller ends it.
 * @param options - see {@link PgVaultOptions}.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createPgVaultStore } from 'myna-selfinfo/pg';
 * import pg from 'pg';
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * // Without a listener the process ends when PostgreSQL restarts.
 * pool.on('error', ({ message }) => console.error('PostgreSQL:', message));
 * const store = createPgVaultStore(pool);
 * ```
 */
export function createPgVaultStore(pool: PgPool, options: PgVaultOptions = {}): VaultStore {
  const schema = readSchema(pool, options);
  const tables: Tables = {
    pool,
    records: `${schema}.records`,
    keys: `${schema}.keys`,
    state: `${schema}.state`,
  };
  return {
    put: (record) => putRecord(tables, record),
    get: (ref) => getRecord(tables, ref),
    erase: (ref) => eraseRecord(tables, ref),
    sweep: (until, limit) => sweepRecords(tables, until, limit),
    list: (exceptKid) => listRecords(tables, exceptKid),
    replaceKey: (ref, was, key) => replaceKey(tables, ref, was, key),
    see: (instant) => keepInstant(tables, instant),
    seen: () => latestInstant(tables),
    correct: (instant, confirmed) => correctInstant(tables, instant, confirmed),
  };
}

/** A row that names the version of the schema, beside what a statement returns. */
type Row = Readonly<Record<string, unknown>>;

/**
 * Runs one statement and returns its rows. Each row contains the `version` of the schema, and a
 * statement that writes does so only under {@link CURRENT}.
 *
 * @throws SelfInfoError `format_unsupported`, with nothing changed, for a newer schema.
 */
async function run(tables: Tables, text: string, values: unknown[]): Promise<readonly Row[]> {
  const rows = await runSql(tables.pool, text, values).catch(async (error: SelfInfoError) => {
    // SQLSTATE 42: a newer schema may not have the same tables.
    if (error.upstream?.code?.startsWith('42'))
      checkVersion(await readState(tables).catch(() => ({ version: 0 })));
    throw error;
  });
  checkVersion(rows[0]);
  return rows;
}

/** The condition that the schema has no newer version. */
const CURRENT = `version <= ${SCHEMA_VERSION}`;

function checkVersion(row: Row | undefined): asserts row {
  if (row === undefined) throw new SelfInfoError('store_failed', { retry: { safe: false } });
  if (Number(row.version) > SCHEMA_VERSION)
    throw new SelfInfoError('format_unsupported', { path: 'schema.version' });
}

async function readState({ pool, state }: Tables): Promise<Row | undefined> {
  const [row] = await runSql(pool, `select version, seen from ${state}`);
  return row;
}

async function putRecord(tables: Tables, record: VaultRecord): Promise<void> {
  const { records, keys, state } = tables;
  const { ref, keepUntil, consent, purpose, sealed, key } = record;
  const values = [ref, keepUntil, consent, purpose, sealed, key.id, key.kid, key.wrapped];
  await run(
    tables,
    `with kept as (insert into ${records} (ref, keep_until, consent, purpose, sealed)
       select $1, $2::bigint, $3, $4, $5 from ${state} where ${CURRENT} returning ref),
     locked as (insert into ${keys} (ref, id, kid, wrapped) select ref, $6, $7, $8 from kept)
     select version from ${state}`,
    values,
  );
}

async function getRecord(tables: Tables, ref: string): Promise<VaultRecord | 'erased' | undefined> {
  const { records, keys, state } = tables;
  const [row] = await run(
    tables,
    `select version, records.ref, keep_until, consent, purpose, sealed, keys.id, kid, wrapped
     from ${state} left join ${records} on records.ref = $1 left join ${keys} on keys.ref = records.ref`,
    [ref],
  );
  if (!row?.ref) return undefined;
  return row.sealed === null || row.wrapped === null
    ? 'erased'
    : ({ ...infoOf(row), sealed: row.sealed } as VaultRecord);
}

async function eraseRecord(tables: Tables, ref: string): Promise<boolean> {
  const { records, keys, state } = tables;
  const [row] = await run(
    tables,
    `with marked as (update ${records} set sealed = null, consent = null, purpose = null from ${state} where ref = $1 and ${CURRENT} returning ref),
     dropped as (delete from ${keys} using marked where keys.ref = marked.ref)
     select version, (select count(*)::integer from marked) as count from ${state}`,
    [ref],
  );
  return Number(row?.count) > 0;
}

async function sweepRecords(tables: Tables, until: number, limit: number): Promise<number> {
  const { records, state } = tables;
  // The foreign key deletes the data key together with its record.
  const [row] = await run(
    tables,
    `with ended as (select ref from ${records} where keep_until <= $1 and exists (select from ${state} where ${CURRENT}) order by keep_until limit $2 for update skip locked),
     swept as (delete from ${records} using ended where records.ref = ended.ref returning 1)
     select version, (select count(*)::integer from swept) as count from ${state}`,
    [until, limit],
  );
  return Number(row?.count);
}

async function* listRecords(
  tables: Tables,
  exceptKid: string | undefined,
): AsyncGenerator<VaultRecordInfo> {
  const { records, keys, state } = tables;
  let after = '';
  for (;;) {
    const page = await run(
      tables,
      `select version, page.* from ${state} left join (
         select ref, keep_until, consent, purpose, id, kid, wrapped from ${records} join ${keys} using (ref)
         where ref > $1 and sealed is not null and kid is distinct from $2 order by ref limit ${PAGE}
       ) page on true order by ref`,
      [after, exceptKid ?? null],
    );
    for (const row of page) if (row.ref) yield infoOf(row);
    if (page.length < PAGE) return;
    after = String(page.at(-1)?.ref);
  }
}

async function replaceKey(
  tables: Tables,
  ref: string,
  was: string,
  key: WrappedKey,
): Promise<boolean> {
  const { keys, state } = tables;
  const [row] = await run(
    tables,
    `with replaced as (update ${keys} set id = $3, kid = $4, wrapped = $5 from ${state} where ref = $1 and wrapped = $2 and ${CURRENT} returning ref)
     select version, (select count(*)::integer from replaced) as count from ${state}`,
    [ref, was, key.id, key.kid, key.wrapped],
  );
  return Number(row?.count) > 0;
}

async function keepInstant(tables: Tables, instant: number): Promise<void> {
  const { state } = tables;
  await run(
    tables,
    `with kept as (update ${state} set seen = $1 where (seen is null or seen < $1) and ${CURRENT})
     select version from ${state}`,
    [instant],
  );
}

async function latestInstant(tables: Tables): Promise<number | undefined> {
  const row = await readState(tables);
  checkVersion(row);
  return row.seen === null ? undefined : Number(row.seen);
}

/**
 * Replaces the latest instant if an operator has confirmed the new one, or if the database's own
 * clock agrees with it.
 */
async function correctInstant(
  tables: Tables,
  instant: number,
  confirmed: boolean,
): Promise<boolean> {
  const { state } = tables;
  const [row] = await run(
    tables,
    `with corrected as (update ${state} set seen = $1 where ($2 or abs(extract(epoch from clock_timestamp()) * 1000 - $1) <= $3) and ${CURRENT} returning seen)
     select version, (select count(*)::integer from corrected) as count from ${state}`,
    [instant, confirmed, CLOCKS_AGREE_MS],
  );
  return Number(row?.count) > 0;
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
