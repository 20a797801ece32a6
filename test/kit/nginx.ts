import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from './certificates.js';

export interface NginxOptions {
  /** The program. */
  readonly path: string;
  readonly server: Credential;
  /** The authority whose client certificates are accepted. */
  readonly clientCa: string;
  readonly protocols: string;
  /** The bodies of its answers to a verified client, by path. */
  readonly answers: Readonly<Record<string, string>>;
}

export interface Nginx {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a real nginx that verifies client certificates, as Debian ships it. Its files are in a
 * folder that is deleted afterwards.
 */
export async function startNginx({
  path,
  server,
  clientCa,
  protocols,
  answers,
}: NginxOptions): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const files = { 'server.crt': server.cert, 'server.key': server.key, 'clients.crt': clientCa };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(' ');
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http {
       access_log off; ${temporary}
       server {
         listen 127.0.0.1:${port} ssl;
         ssl_certificate ${folder}/server.crt; ssl_certificate_key ${folder}/server.key; ssl_protocols ${protocols};
         ssl_client_certificate ${folder}/clients.crt; ssl_verify_client on;
         default_type application/json;
         ${Object.entries(answers)
           .map(([path, body]) => `location = ${path} { return 200 '${body}'; }`)
           .join('\n')}
       }
     }`,
  );
  const child = spawn(
    path,
    ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')],
    { stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  while (!(await listens(port))) {
    if (child.exitCode === null) continue;
    await stop();
    throw new Error('nginx does not start');
  }
  return { port, stop };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => setTimeout(resolve, 20, false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
