import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { environmentAt, startByteServer } from '../kit/sockets.js';
import { ends, separateTests } from './ends.js';
import { clock } from './tls.js';

separateTests(clock);

it.skipIf(process.platform === 'win32')(
  'a process without a free file handle for a socket reports the reason `resources`',
  async () => {
    const server = await startByteServer();
    ends.push(server.close);
    const { endpoints, ca } = environmentAt(server.port, server.authority.ca);
    const program = fileURLToPath(new URL('../kit/without-files.mjs', import.meta.url));
    const order = JSON.stringify({ endpoints, ca, tls: server.tls });
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -n 100 && exec "$0" "$@"',
      process.execPath,
      program,
      order,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      code: 'connection_failed',
      reason: 'resources',
      effect: 'none',
    });
    expect(server.connections).toBe(0);
  },
);
