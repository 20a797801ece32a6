import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Pool } from 'pg';

/** A PostgreSQL server for one test, on a socket in a temporary folder. */
export interface Postgres {
  /** Takes the options of a `Pool` or a `Client` of `pg`. */
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** Returns the dump of a schema, made by the `pg_dump` beside the server. */
  dump(schema: string): string;
  /** Creates another pool. `stop` ends its connections at the latest. */
  pool(max?: number): Pool;
  stop(): Promise<void>;
}

/** Starts the server that `findPart('postgres')` found. */
export async function startPostgres(program: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'myna-postgres-'));
  const owner = unprivileged();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const run = { ...owner, cwd: folder, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' } };
  execFileSync(
    join(dirname(program), 'initdb'),
    ['--pgdata', data, '--username', 'vault', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'],
    {
      ...run,
      stdio: 'pipe',
    },
  );
  // Listens on the socket only. Losing data with the machine is acceptable here. Processes that end
  // lose nothing.
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
  };
  const server = spawn(
    program,
    [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...run, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  // SIGQUIT ends it at once, without waiting for connections.
  const kill = () => void server.kill('SIGQUIT');
  process.once('exit', kill);
  const connection = { host: folder, user: 'vault', database: 'postgres' };
  const pools: Pool[] = [];
  function pool(max = 4) {
    const made = new Pool({ ...connection, max });
    // The server ends before the connections do.
    made.on('error', () => undefined);
    pools.push(made);
    return made;
  }
  const dump = (schema: string) =>
    execFileSync(
      join(dirname(realpathSync(program)), 'pg_dump'),
      ['--host', folder, '--username', connection.user, '--schema', schema, connection.database],
      {
        ...run,
        encoding: 'utf8',
      },
    );
  async function stop() {
    await Promise.all(pools.map((made) => (made.ended ? undefined : made.end())));
    kill();
    await ended;
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  }
  for (let attempt = 1; ; attempt++) {
    const probe = new Pool({ ...connection, max: 1 });
    const answer = await probe.query('select 1').catch((error: unknown) => error);
    await probe.end();
    if (!(answer instanceof Error)) break;
    if (attempt === 300 || server.exitCode !== null) {
      await stop();
      throw answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { connection, dump, pool, stop };
}

/** The server refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
