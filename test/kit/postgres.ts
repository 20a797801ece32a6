import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Pool } from 'pg';
import { findPart } from './machine.js';
import type { PostgresConnection } from './postgres-server.js';
import { shared } from './shared-parts.js';

/** A database of the PostgreSQL server that the files of a run share. */
export interface PostgresDatabase {
  readonly connection: PostgresConnection;
  /** Returns the dump of a schema, made by the `pg_dump` beside the server. */
  dump(schema: string): string;
  /** Creates another pool. `stop` ends its connections at the latest. */
  pool(max?: number): Pool;
  stop(): Promise<void>;
}

/** Opens a new database. */
export async function openPostgres(): Promise<PostgresDatabase> {
  const connection = await shared('postgres');
  const pools: Pool[] = [];
  return {
    connection,
    dump: (schema) =>
      execFileSync(
        join(dirname(realpathSync(findPart('postgres').path())), 'pg_dump'),
        [
          ...['--host', connection.host, '--username', connection.user],
          ...['--schema', schema, connection.database],
        ],
        { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' } },
      ),
    pool(max = 4) {
      const made = new Pool({ ...connection, max });
      // The server may end before the connections do.
      made.on('error', () => undefined);
      pools.push(made);
      return made;
    },
    async stop() {
      await Promise.all(pools.map((made) => (made.ended ? undefined : made.end())));
    },
  };
}
