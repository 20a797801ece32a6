import { afterAll, describe, expect, it } from 'vitest';
import { vaultStoreSuite } from '../../../src/conformance/index.js';
import { createPgVaultStore, migrate, type PgPool } from '../../../src/vault/pg/index.js';
import { leaksIn } from '../../kit/leaks.js';
import { findPart } from '../../kit/machine.js';
import { openPostgres } from '../../kit/postgres.js';
import { errorOf, refusalOf } from '../../kit/refusals.js';
import { sized } from '../../kit/size.js';
import { openSafe, PERIOD_ENDS, PURPOSE } from '../safe.js';

const part = findPart('postgres');
/** Records that one process sweeps, and that two processes sweep at once, in batches of 1,000. */
const { MANY, SHARED } = sized({
  usual: { MANY: 5_000, SHARED: 3_000 },
  full: { MANY: 100_000, SHARED: 6_000 },
  soak: { MANY: 1_000_000, SHARED: 6_000 },
});

describe.skipIf(part.missing)('a vault in PostgreSQL', async () => {
  if (part.missing) return;
  const postgres = await openPostgres();
  afterAll(postgres.stop);
  const pool = postgres.pool();
  let schemas = 0;

  async function freshSchema(): Promise<string> {
    const schema = `vault_${++schemas}`;
    await migrate(pool, { schema });
    return schema;
  }

  async function openStore(over: PgPool = pool) {
    const schema = await freshSchema();
    return { schema, store: createPgVaultStore(over, { schema }) };
  }

  const count = async (from: string) =>
    Number((await pool.query(`select count(*) from ${from}`)).rows[0].count);

  /**
   * Inserts invented rows on the server: the period of `ended` of them ends with an answer of
   * today, the others a day later.
   */
  const fill = (schema: string, ended: number, kept: number) =>
    pool.query(
      `with made as (
         insert into ${schema}.records (ref, keep_until, consent, purpose, sealed)
         select 'row-' || n, $1::bigint + case when n > $2 then 86400000 else 0 end, 'consent-' || n, 'housing-loan', 'sealed' from generate_series(1, $3::integer) n
         returning ref)
       insert into ${schema}.keys select ref, 'id-' || ref, 'key-1', 'wrapped-' || ref from made`,
      [Date.parse(PERIOD_ENDS), ended, ended + kept],
    );

  describe('the conformance suite', () => {
    for (const { title, run } of vaultStoreSuite(async () => (await openStore()).store))
      it(title, run);
  });

  it('keeps an answer and returns it after a restart', async () => {
    const { store, schema } = await openStore();
    const { vault, answer, reopen } = openSafe({ store });
    const ref = await vault.put(await answer());
    const later = reopen({ store: createPgVaultStore(postgres.pool(1), { schema }) });
    expect((await later.read(ref, PURPOSE)).items.income.status).toBe('present');
    await later.erase(ref, 'withdrawn');
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });

  it('shows no personal value and no key in any column', async () => {
    const { store, schema } = await openStore();
    const { vault, answer } = openSafe({ store });
    const given = await answer('hanako');
    const income = given.items.income;
    const ref = await vault.put(given);
    const rows = (
      await pool.query(`select * from ${schema}.records join ${schema}.keys using (ref)`)
    ).rows;
    expect(rows.map((row) => row.ref)).toEqual([ref]);
    const name = income.status === 'present' ? income.reveal()[0]?.holder : undefined;
    expect(name).toMatch(/市|区|町|村/);
    expect(
      leaksIn({ rows }, { name: String(name), field: '課税年度', text: given.terms.purpose.text }),
    ).toEqual([]);
  });

  it('shows no personal value and no key in a dump of the database, where clear text would be found', async () => {
    const { store, schema } = await openStore();
    const { vault, answer } = openSafe({ store });
    const given = await answer('hanako');
    const ref = await vault.put(given);
    const { income } = given.items;
    const records = income.status === 'present' ? income.reveal() : [];
    const texts = [
      given.terms.purpose.text,
      ...records.flatMap(({ holder, fields }) => [holder, ...Object.entries(fields).flat()]),
    ];
    const secrets = Object.fromEntries(
      texts
        .filter((text): text is string => /\p{sc=Han}{2}/u.test(String(text)))
        .map((text) => [text, text]),
    );
    expect(Object.keys(secrets).length).toBeGreaterThan(5);
    const shown = () =>
      new Set(
        leaksIn({ dump: postgres.dump(schema) }, { ...secrets, ref }).map((leak) =>
          leak.replace(/.*: /, ''),
        ),
      );
    // A reference means nothing by itself.
    expect(shown()).toEqual(new Set(['ref']));
    await pool.query(`comment on table ${schema}.records is '${texts[0]}'`);
    expect(shown()).toEqual(new Set(['ref', texts[0]]));
  });

  it('keeps only the reference and the end of the period of an erased record, and nothing of a swept one', async () => {
    const { store, schema } = await openStore();
    const { vault, answer, elapse } = openSafe({ store });
    const given = await answer();
    const ref = await vault.put(given);
    await vault.put(given);
    await vault.erase(ref, 'withdrawn');
    expect((await pool.query(`select * from ${schema}.records where sealed is null`)).rows).toEqual(
      [
        {
          ref,
          keep_until: String(Date.parse(PERIOD_ENDS)),
          consent: null,
          purpose: null,
          sealed: null,
        },
      ],
    );
    expect(await count(`${schema}.keys`)).toBe(1);
    await elapse(PERIOD_ENDS);
    expect(await vault.sweep()).toBe(2);
    expect([await count(`${schema}.records`), await count(`${schema}.keys`)]).toEqual([0, 0]);
  });

  it('treats a record without a key as erased, as after a backup without keys', async () => {
    const { store, schema } = await openStore();
    const { vault, answer } = openSafe({ store });
    const ref = await vault.put(await answer());
    await pool.query(`delete from ${schema}.keys`);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['data_erased', undefined]);
  });

  it('does not read longer because a column says so', async () => {
    const { store, schema } = await openStore();
    const { vault, answer, elapse } = openSafe({ store });
    const ref = await vault.put(await answer());
    await pool.query(`update ${schema}.records set keep_until = 4102412400000`);
    await elapse(PERIOD_ENDS);
    expect(await refusalOf(() => vault.read(ref, PURPOSE))).toEqual(['retention_ended', undefined]);
  });

  describe('when it fails in the middle of a put', () => {
    it('keeps neither record nor key', async () => {
      const { store, schema } = await openStore();
      const { vault, answer } = openSafe({ store });
      await pool.query(`alter table ${schema}.keys add check (kid <> 'key-1')`);
      const error = await errorOf(async () => vault.put(await answer()));
      expect([error.code, error.upstream]).toEqual(['store_failed', { code: '23514' }]);
      expect([await count(`${schema}.records`), await count(`${schema}.keys`)]).toEqual([0, 0]);
    });

    it('keeps neither when its connection was cut, and the next put succeeds', async () => {
      const own = postgres.pool(1);
      own.on('error', () => undefined);
      const schema = await freshSchema();
      const { vault, answer } = openSafe({ store: createPgVaultStore(own, { schema }) });
      const given = await answer();
      await vault.sweep();
      const { pid } = (await own.query('select pg_backend_pid() as pid')).rows[0];
      const blocker = await pool.connect();
      await blocker.query(`begin; lock table ${schema}.keys in access exclusive mode`);
      const put = errorOf(() => vault.put(given));
      // The put has begun and waits for the table of keys.
      for (let waiting = false; !waiting; ) {
        waiting =
          (
            await pool.query(
              'select 1 from pg_stat_activity where pid = $1 and wait_event_type = $2',
              [pid, 'Lock'],
            )
          ).rows.length > 0;
      }
      await pool.query('select pg_terminate_backend($1)', [pid]);
      const error = await put;
      await blocker.query('rollback');
      blocker.release();
      expect([error.code, error.upstream, error.cause]).toEqual([
        'store_failed',
        { code: '57P01' },
        undefined,
      ]);
      expect([await count(`${schema}.records`), await count(`${schema}.keys`)]).toEqual([0, 0]);
      expect((await vault.read(await vault.put(given), PURPOSE)).terms).toEqual(given.terms);
    });
  });

  it('reports a server that is not there, and tables that do not exist', async () => {
    const { Pool } = await import('pg');
    const nowhere = new Pool({ host: '/nowhere', database: 'canary' });
    const absent = await errorOf(() => createPgVaultStore(nowhere).get('a'));
    expect([absent.code, absent.upstream, absent.retry.safe]).toEqual([
      'store_failed',
      { code: 'ENOENT' },
      true,
    ]);
    expect((await errorOf(() => migrate(nowhere))).code).toBe('store_failed');
    await nowhere.end();
    const { code, upstream } = await errorOf(() =>
      createPgVaultStore(pool, { schema: 'never_made' }).seen(),
    );
    expect([code, upstream]).toEqual(['store_failed', { code: '42P01' }]);
  });

  it('lets two processes sweep and read at once: each record is swept once, and read whole or not at all', async () => {
    const { store, schema } = await openStore(postgres.pool(8));
    const { vault, answer, elapse, reopen } = openSafe({ store });
    const given = await answer();
    const ended = await Promise.all(Array.from({ length: 40 }, () => vault.put(given)));
    await elapse('2026-12-10T10:00:00+09:00');
    const fresh = await answer();
    const kept = await Promise.all(Array.from({ length: 20 }, () => vault.put(fresh)));
    await fill(schema, SHARED, 10);
    const other = reopen({ store: createPgVaultStore(postgres.pool(8), { schema }) });
    await elapse(PERIOD_ENDS);
    const outcome = (from: typeof vault, ref: string) =>
      from.read(ref, PURPOSE).then(
        ({ items }) =>
          items.income.status === 'present' ? items.income.reveal().length : items.income.status,
        ({ code }) => code,
      );
    const [first, second, gone, there] = await Promise.all([
      vault.sweep(),
      other.sweep(),
      Promise.all(ended.flatMap((ref) => [outcome(vault, ref), outcome(other, ref)])),
      Promise.all(kept.flatMap((ref) => [outcome(vault, ref), outcome(other, ref)])),
    ]);
    expect(first + second).toBe(SHARED + 40);
    expect(
      gone.filter((code) => code !== 'retention_ended' && code !== 'reference_unknown'),
    ).toEqual([]);
    expect(there).toEqual(Array.from({ length: 40 }, () => 1));
    expect([await count(`${schema}.records`), await count(`${schema}.keys`)]).toEqual([30, 30]);
  });

  it('sweeps and lists many in bounded memory: a batch is deleted on the server, and one page is held at a time', async () => {
    const answers: number[] = [];
    const watched: PgPool = {
      async query(text, values) {
        const answer = await pool.query(text, values);
        answers.push(answer.rows.length);
        return answer;
      },
      connect: () => pool.connect(),
    };
    const { store, schema } = await openStore(watched);
    const { vault, elapse } = openSafe({ store });
    await fill(schema, MANY, 1_000);
    await elapse(PERIOD_ENDS);
    answers.length = 0;
    expect(await vault.sweep()).toBe(MANY);
    // The answer to `seen`, then an answer of one row per batch of 1,000, the last of them empty.
    expect(answers).toEqual(Array.from({ length: 1 + MANY / 1_000 + 1 }, () => 1));
    expect([await count(`${schema}.records`), await count(`${schema}.keys`)]).toEqual([
      1_000, 1_000,
    ]);
    answers.length = 0;
    let listed = 0;
    for await (const _ of vault.list()) listed++;
    // Each answer names the version of the schema, also the one without a record.
    expect([listed, answers]).toEqual([1_000, [500, 500, 1]]);
  });

  describe('its migration', () => {
    const tables = async (schema: string) =>
      (
        await pool.query(
          'select table_name from information_schema.tables where table_schema = $1 order by 1',
          [schema],
        )
      ).rows.map((row) => row.table_name);

    it('may run many times, also concurrently, and keeps what is there', async () => {
      const schema = `vault_${++schemas}`;
      const other = postgres.pool(8);
      await Promise.all(Array.from({ length: 8 }, () => migrate(other, { schema })));
      expect(await tables(schema)).toEqual(['keys', 'records', 'state']);
      const { vault, answer } = openSafe({ store: createPgVaultStore(pool, { schema }) });
      const ref = await vault.put(await answer());
      await migrate(pool, { schema });
      expect((await vault.read(ref, PURPOSE)).items.income.status).toBe('present');
    });

    it('creates the default schema', async () => {
      await migrate(pool);
      expect(await tables('myna_vault')).toEqual(['keys', 'records', 'state']);
      expect(await createPgVaultStore(pool).seen()).toBeUndefined();
    });

    it('ends in time while another one holds the lock, and leaves no connection behind', async () => {
      const schema = await freshSchema();
      const blocker = await pool.connect();
      await blocker.query('select pg_advisory_lock(hashtext($1))', [`myna-selfinfo ${schema}`]);
      const own = postgres.pool(1);
      const error = await errorOf(() => migrate(own, { schema, timeoutMs: 50 }));
      expect([error.code, error.effect, error.retry.safe]).toEqual(['timed_out', 'unknown', true]);
      await expect.poll(() => own.totalCount).toBe(0);
      await blocker.query('select pg_advisory_unlock_all()');
      blocker.release();
      await migrate(own, { schema });
    });

    it('ends in time when no connection is free, and gives back one that comes late', async () => {
      const own = postgres.pool(1);
      const taken = await own.connect();
      const schema = await freshSchema();
      const error = await errorOf(() => migrate(own, { schema, timeoutMs: 50 }));
      expect(error.code).toBe('timed_out');
      taken.release();
      await expect.poll(() => own.idleCount).toBe(1);
      await migrate(own, { schema });
    });

    it.each([0, 0.5, '60'])('refuses the limit of time %o', async (timeoutMs) => {
      await expect(migrate(pool, { timeoutMs } as never)).rejects.toThrow('options.timeoutMs');
    });

    it('refuses a schema of a newer version and changes nothing', async () => {
      const schema = await freshSchema();
      await pool.query(`update ${schema}.state set version = 2`);
      expect(await refusalOf(() => migrate(pool, { schema }))).toEqual([
        'format_unsupported',
        'schema.version',
      ]);
      expect((await pool.query(`select version from ${schema}.state`)).rows).toEqual([
        { version: 2 },
      ]);
    });

    it('of a newer version is noticed by every operation, which then changes nothing', async () => {
      const { store, schema } = await openStore();
      const { vault, answer, bank } = openSafe({ store });
      const given = await answer();
      const ref = await vault.put(given);
      const before = await store.get(ref);
      if (typeof before !== 'object') throw new Error('There is no record.');
      await pool.query(`update ${schema}.state set version = 2`);
      const key = { ...before.key, wrapped: 'again' };
      for (const operation of [
        () => vault.put(given),
        () => vault.read(ref, PURPOSE),
        () => vault.erase(ref, 'withdrawn'),
        () => vault.sweep(),
        () => vault.has(ref),
        async () => vault.list()[Symbol.asyncIterator]().next(),
        () => vault.rotateKeys(),
        () => vault.confirmClock(bank.clock.now(), 'checked'),
        () => store.put({ ...before, ref: 'another' }),
        () => store.get(ref),
        () => store.get('another'),
        () => store.erase(ref),
        () => store.erase('another'),
        () => store.sweep(before.keepUntil, 1),
        () => store.replaceKey(ref, before.key.wrapped, key),
        () => store.seen(),
      ])
        expect(await refusalOf(operation)).toEqual(['format_unsupported', 'schema.version']);
      await pool.query(`update ${schema}.state set version = 1`);
      expect(await store.get(ref)).toEqual(before);
      expect([await count(`${schema}.records`), await count(`${schema}.keys`)]).toEqual([1, 1]);
    });

    it('of a newer version is noticed when its tables are different', async () => {
      const { store, schema } = await openStore();
      await pool.query(
        `update ${schema}.state set version = 2; alter table ${schema}.records rename column sealed to cipher`,
      );
      expect(await refusalOf(() => store.get('a'))).toEqual([
        'format_unsupported',
        'schema.version',
      ]);
    });

    it('leaves nothing half-made when it fails, and no connection in a transaction', async () => {
      const schema = `vault_${++schemas}`;
      const own = postgres.pool(1);
      const failing: PgPool = {
        query: (text, values) => own.query(text, values),
        async connect() {
          const connection = await own.connect();
          return {
            query: (text, values) =>
              text.includes('set version')
                ? connection.query('select 1 / 0')
                : connection.query(text, values),
            release: (error) => connection.release(error),
          };
        },
      };
      const error = await errorOf(() => migrate(failing, { schema }));
      expect([error.code, error.upstream]).toEqual(['store_failed', { code: '22012' }]);
      expect(await tables(schema)).toEqual([]);
      await migrate(own, { schema });
      expect(await tables(schema)).toEqual(['keys', 'records', 'state']);
    });

    it('lets a role with exactly the rights in docs/vault.md do every operation', async () => {
      const schema = await freshSchema();
      await pool.query(`create role running login;
        grant usage on schema ${schema} to running;
        grant select, insert, update, delete on ${schema}.records, ${schema}.keys to running;
        grant select, update on ${schema}.state to running`);
      const { Pool } = await import('pg');
      const running = new Pool({ ...postgres.connection, user: 'running', max: 2 });
      const { vault, answer, bank, elapse } = openSafe({
        store: createPgVaultStore(running, { schema }),
      });
      const given = await answer();
      const ref = await vault.put(given);
      expect((await vault.read(ref, PURPOSE)).terms).toEqual(given.terms);
      await vault.erase(await vault.put(given), 'withdrawn');
      expect(await vault.rotateKeys()).toBe(0);
      await elapse(PERIOD_ENDS);
      expect([await vault.sweep(), bank.clock.now()]).toEqual([2, Date.parse(PERIOD_ENDS)]);
      await running.end();
    });

    it('needs no right to create schemas when the schema exists', async () => {
      await pool.query('create role plain login');
      await pool.query('create schema of_plain authorization plain');
      const { Pool } = await import('pg');
      const plain = new Pool({ ...postgres.connection, user: 'plain', max: 1 });
      await migrate(plain, { schema: 'of_plain' });
      const { code, upstream } = await errorOf(() => migrate(plain, { schema: 'not_there' }));
      await plain.end();
      expect(await tables('of_plain')).toEqual(['keys', 'records', 'state']);
      expect([code, upstream]).toEqual(['store_failed', { code: '42501' }]);
    });
  });
});
