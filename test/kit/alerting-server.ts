import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { Credential } from './certificates.js';
import { type Standing, stand, startRawServer } from './sockets.js';

/** The record of a fatal alert (RFC 5246, section 7.2). */
export const alertRecord = (alert: number) => Buffer.from([21, 3, 3, 0, 2, 2, alert]);

/**
 * Starts a server of TLS 1.2 that requires a client certificate and answers it with an alert. Under
 * TLS 1.2 this alert is not encrypted, so a relay in front of a real server can send it.
 */
export async function startAlertingServer(
  credential: Credential,
  alert: number,
): Promise<Standing> {
  const real = await stand(
    createServer({
      ...credential,
      requestCert: true,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    }),
  );
  const relay = await startRawServer((socket) => {
    const inner = connect(real.port, '127.0.0.1');
    let hasGreeted = false;
    inner.on('error', () => socket.destroy());
    inner.on('data', (chunk) => {
      hasGreeted = true;
      socket.write(chunk);
    });
    socket.on('data', (chunk) => {
      // After the server's greeting comes the client's certificate.
      if (!hasGreeted) return void inner.write(chunk);
      socket.end(alertRecord(alert));
      inner.destroy();
    });
    socket.on('close', () => inner.destroy());
  });
  return {
    ...relay,
    get connections() {
      return relay.connections;
    },
    async close() {
      await relay.close();
      await real.close();
    },
  };
}
