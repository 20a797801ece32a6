import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from './certificates.js';

export interface OpensslServerOptions {
  /** The program. */
  readonly path: string;
  readonly server: Credential;
  /** The authority whose client certificates are accepted. */
  readonly clientCa: string;
  /** A revocation list of that authority, PEM. */
  readonly revoked?: string;
  /** The one version of TLS that it speaks. */
  readonly version: 'tls1_2' | 'tls1_3';
}

/**
 * Starts OpenSSL's own server. It requires a client certificate and rejects a bad one by an alert,
 * unlike Node. It answers no call. Its files are in a folder that is deleted afterwards.
 */
export async function startOpensslServer({
  path,
  server,
  clientCa,
  revoked,
  version,
}: OpensslServerOptions): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'openssl-'));
  const files = { 'server.crt': server.cert, 'server.key': server.key, 'clients.crt': clientCa };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (revoked) await writeFile(join(folder, 'revoked.pem'), revoked);
  const child = spawn(
    path,
    [
      ...['s_server', '-accept', '127.0.0.1:0', `-${version}`],
      ...['-cert', 'server.crt', '-key', 'server.key', '-CAfile', 'clients.crt'],
      ...['-Verify', '2', '-verify_return_error'],
      ...(revoked ? ['-CRL', 'revoked.pem', '-crl_check'] : []),
    ],
    { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  let told = '';
  let port: string | undefined;
  while (port === undefined) {
    const chunk = await Promise.race([once(child.stdout, 'data'), exited]);
    if (!chunk) throw new Error('OpenSSL does not start');
    told += chunk[0];
    port = /ACCEPT 127\.0\.0\.1:(\d+)\n/.exec(told)?.[1];
  }
  return {
    port: Number(port),
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
