import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Pool } from 'pg';

/** Where a database is: options of a `Pool` or a `Client` of `pg`. */
export interface PostgresConnection {
  readonly host: string;
  readonly user: string;
  readonly database: string;
}

/**
 * Starts the server that `findPart('postgres')` found, on a socket in a temporary folder.
 */
export async function startPostgresProcess(program: string) {
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
  const connection: PostgresConnection = { host: folder, user: 'vault', database: 'postgres' };
  async function stop() {
    kill();
    await ended;
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  }
  for (;;) {
    const probe = new Pool({ ...connection, max: 1 });
    const answer = await probe.query('select 1').catch((error: unknown) => error);
    await probe.end();
    if (!(answer instanceof Error)) break;
    if (server.exitCode !== null) {
      await stop();
      throw answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { connection, stop };
}

/** The server refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
