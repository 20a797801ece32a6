// 例が使う HTTP サーバと、リクエストを順番に振り分けるプロキシ。
import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const servers: Server[] = [];

/** 空いているポートで待ち受け、そのオリジンを返す。 */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** プロキシ。リクエストをインスタンスに順番に振り分ける。 */
export function roundRobin(instances: readonly string[]): RequestListener {
  let turn = 0;
  return (incoming, outgoing) => {
    const { url = '/', method = 'GET', headers } = incoming;
    const target = new URL(url, instances[turn++ % instances.length]);
    const forwarded = request(target, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  };
}

export function closeServers(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}
