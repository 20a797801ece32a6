// みほん銀行のアプリの起動と終了。環境変数は、compose.yaml と、Kubernetes、systemd の例にある。
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { explain, isSelfInfoError } from 'myna-selfinfo';
import { followCertificate } from './certificate.js';
import { createHealth } from './health.js';
import { page } from './pages.js';
import { log, openParts } from './parts.js';
import { respond } from './routes.js';
import { DRAIN_MS, text } from './settings.js';

const HOUR_MS = 3_600_000;

const parts = await openParts();
const health = createHealth(parts);
const running = new Set<ServerResponse>();
const app = createServer((request, response) => {
  running.add(response);
  response.once('close', () => running.delete(response));
  respond(parts, request, response).catch((error) => showFault(error, response));
});
const probes = createServer(health.respond);

await listen(probes, 'HEALTH_PORT');
await listen(app, 'PORT');
log({ type: 'app', outcome: 'started' });
followCertificate(parts.client);
const sweeping = setInterval(() => parts.vault.sweep().catch(logCode), HOUR_MS);
process.once('SIGTERM', stop).once('SIGINT', stop);

/** 順番が重要。処理中のリクエストに応答してから client を閉じる。先に閉じると、利用者の同意が失われる。 */
async function stop(signal: NodeJS.Signals): Promise<void> {
  // 2回目のシグナルでは、待たずに終了する。
  process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
  log({ type: 'app', outcome: 'ending', signal, requests: running.size });
  health.end();
  clearInterval(sweeping);
  // 応答の後は、接続を使い回さない。
  for (const response of running)
    if (!response.headersSent) response.setHeader('connection', 'close');
  const limit = setTimeout(() => {
    process.exitCode = 1;
    app.closeAllConnections();
  }, DRAIN_MS);
  // 新しい接続を拒否し、処理中のリクエストの完了を待つ。
  await new Promise((resolve) => app.close(resolve));
  clearTimeout(limit);
  await parts.close();
  probes.close();
  probes.closeAllConnections();
  log({ type: 'app', outcome: 'ended' });
}

async function listen(server: Server, port: string): Promise<void> {
  // HOST を省略すると、すべてのインターフェースで待ち受ける。
  server.listen(Number(text(port)), process.env.HOST);
  await once(server, 'listening');
}

/** SDK のエラーのメッセージは、秘密を含まない。ほかのエラーのメッセージは、画面にもログにも出さない。 */
function showFault(error: unknown, response: ServerResponse): void {
  logCode(error);
  if (response.headersSent) return void response.destroy();
  const sentence = isSelfInfoError(error)
    ? explain(error, 'ja')
    : 'ただいまご利用いただけません。時間をおいて、もう一度お試しください。';
  response.writeHead(500, { 'content-type': 'text/html; charset=utf-8' }).end(page(sentence));
}

function logCode(error: unknown): void {
  log({ type: 'error', code: isSelfInfoError(error) ? error.code : 'unexpected' });
}
