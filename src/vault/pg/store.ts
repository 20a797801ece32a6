import { SelfInfoError } from '../../foundation/errors.js';
import type { VaultRecord, VaultRecordInfo, VaultStore, WrappedKey } from '../store.js';
import { type PgPool, runSql } from './database.js';
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
 * @param pool - a `Pool` of `pg`. The caller ends it.
 * @param options - see {@link PgVaultOptions}.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError for a wrong type.
 * @example
 * ```ts
 * import { createPgVaultStore } from 'myna-selfinfo/pg';
 * import { Pool } from 'pg';
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
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

async function putRecord({ pool, records, keys }: Tables, record: VaultRecord): Promise<void> {
  const { ref, keepUntil, consent, purpose, sealed, key } = record;
  const values = [ref, keepUntil, consent, purpose, sealed, key.id, key.kid, key.wrapped];
  await runSql(
    pool,
    `with kept as (insert into ${records} (ref, keep_until, consent, purpose, sealed) values ($1, $2, $3, $4, $5) returning ref)
     insert into ${keys} (ref, id, kid, wrapped) select ref, $6, $7, $8 from kept`,
    values,
  );
}

async function getRecord(
  { pool, records, keys }: Tables,
  ref: string,
): Promise<VaultRecord | 'erased' | undefined> {
  const [row] = await runSql(
    pool,
    `select ref, keep_until, consent, purpose, sealed, id, kid, wrapped from ${records} left join ${keys} using (ref) where ref = $1`,
    [ref],
  );
  if (row === undefined) return undefined;
  return row.sealed === null || row.wrapped === null
    ? 'erased'
    : ({ ...infoOf(row), sealed: row.sealed } as VaultRecord);
}

async function eraseRecord({ pool, records, keys }: Tables, ref: string): Promise<boolean> {
  const marked = await runSql(
    pool,
    `with marked as (update ${records} set sealed = null, consent = null, purpose = null where ref = $1 returning ref),
     dropped as (delete from ${keys} using marked where keys.ref = marked.ref)
     select ref from marked`,
    [ref],
  );
  return marked.length > 0;
}

async function sweepRecords(
  { pool, records }: Tables,
  until: number,
  limit: number,
): Promise<number> {
  // The foreign key deletes the data key together with its record.
  const [row] = await runSql(
    pool,
    `with ended as (select ref from ${records} where keep_until <= $1 order by keep_until limit $2 for update skip locked),
     swept as (delete from ${records} using ended where records.ref = ended.ref returning 1)
     select count(*)::integer as count from swept`,
    [until, limit],
  );
  return Number(row?.count);
}

async function* listRecords(
  { pool, records, keys }: Tables,
  exceptKid: string | undefined,
): AsyncGenerator<VaultRecordInfo> {
  let after = '';
  for (;;) {
    const page = await runSql(
      pool,
      `select ref, keep_until, consent, purpose, id, kid, wrapped from ${records} join ${keys} using (ref)
       where ref > $1 and sealed is not null and kid is distinct from $2 order by ref limit ${PAGE}`,
      [after, exceptKid ?? null],
    );
    for (const row of page) yield infoOf(row);
    if (page.length < PAGE) return;
    after = String(page.at(-1)?.ref);
  }
}

async function replaceKey(
  { pool, keys }: Tables,
  ref: string,
  was: string,
  key: WrappedKey,
): Promise<boolean> {
  const replaced = await runSql(
    pool,
    `update ${keys} set id = $3, kid = $4, wrapped = $5 where ref = $1 and wrapped = $2 returning ref`,
    [ref, was, key.id, key.kid, key.wrapped],
  );
  return replaced.length > 0;
}

async function keepInstant({ pool, state }: Tables, instant: number): Promise<void> {
  await runSql(pool, `update ${state} set seen = $1 where seen is null or seen < $1`, [instant]);
}

async function latestInstant({ pool, state }: Tables): Promise<number | undefined> {
  const [row] = await runSql(pool, `select seen from ${state}`);
  if (row === undefined) throw new SelfInfoError('store_failed', { retry: { safe: false } });
  return row.seen === null ? undefined : Number(row.seen);
}

/**
 * Replaces the latest instant if an operator has confirmed the new one, or if the database's own
 * clock agrees with it.
 */
async function correctInstant(
  { pool, state }: Tables,
  instant: number,
  confirmed: boolean,
): Promise<boolean> {
  const corrected = await runSql(
    pool,
    `update ${state} set seen = $1 where $2 or abs(extract(epoch from clock_timestamp()) * 1000 - $1) <= $3 returning seen`,
    [instant, confirmed, CLOCKS_AGREE_MS],
  );
  return corrected.length > 0;
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
