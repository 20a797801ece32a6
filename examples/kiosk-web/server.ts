// タッチ操作のキオスク端末。このプロセスだけで動く。npm run demo -- --kiosk-web から使われる。
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDemoClock } from '../kiosk/services.js';
import { type Notice, Terminal, type TerminalOptions } from './terminal.js';
import { pageOf, screenOf } from './views.js';

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/style.css': ['text/css', readFileSync(new URL('style.css', import.meta.url), 'utf8')],
  '/client.js': ['text/javascript', readFileSync(new URL('client.js', import.meta.url), 'utf8')],
};
/** 操作の本文の上限。暗証番号も、これより短い。 */
const LONGEST_BODY = 200;

export interface KioskWebOptions extends Partial<Omit<TerminalOptions, 'notify'>> {
  readonly port?: number;
}

export async function startKioskWeb({
  port = 3002,
  clock = createDemoClock(),
  ...times
}: KioskWebOptions = {}) {
  const screens = new Set<ServerResponse>();
  const notify = (notice: Notice) => {
    const data = 'data' in notice ? notice.data : '';
    for (const screen of screens) screen.write(`event: ${notice.type}\ndata: ${data}\n\n`);
  };
  const terminal = new Terminal({ clock, notify, ...times });
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const host = `localhost:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', method } = request;
    // ほかのサイトのページからの操作を受け付けない。
    const isOwn = request.headers.host === host;
    const isPosted = method === 'POST' && request.headers.origin === `http://${host}`;
    const file = files[url];
    if (!isOwn || (method !== 'GET' && !isPosted)) return send(response, 403, 'text/plain', '');
    if (isPosted) {
      const isDone = carryOut(terminal, url, await readBody(request));
      return send(response, isDone ? 204 : 409, 'text/plain', '');
    }
    if (url === '/events') return openEvents(response);
    if (url === '/screen')
      return send(response, 200, 'text/html', screenOf(terminal.state, terminal.settings));
    if (url === '/') return send(response, 200, 'text/html', pageOf());
    if (file) return send(response, 200, ...file);
    send(response, 404, 'text/plain', '');
  }

  function openEvents(response: ServerResponse): void {
    response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream' });
    response.write('event: changed\ndata:\n\n');
    screens.add(response);
    response.once('close', () => screens.delete(response));
  }

  return {
    origin: `http://${host}`,
    terminal,
    async close() {
      terminal.close();
      for (const screen of screens) screen.end();
      // カードの返却は、この後も続く。
      screens.clear();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': `${type}; charset=utf-8` });
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > LONGEST_BODY) throw new Error('The body is too long.');
  }
  return body;
}

/** 操作は本文だけで受け取る。URL には何も含めない。 */
function carryOut(terminal: Terminal, url: string, body: string): boolean {
  const [name = '', value = ''] = body.split('\n');
  if (url === '/pin') return terminal.enterPin(body);
  if (url === '/act') return terminal.act(name, value);
  if (url === '/set') return terminal.set(name, value);
  return url === '/simulate' && terminal.simulate(body);
}

/** Ctrl-C まで動かす。 */
export async function serveKioskWeb(): Promise<void> {
  const { PORT = '3002' } = process.env;
  const web = await startKioskWeb({ port: Number(PORT) }).catch(() => undefined);
  if (web === undefined) {
    console.error(`ポート ${PORT} を開けません。別の番号を PORT で指定してください。`);
    process.exitCode = 1;
    return;
  }
  console.log(`キオスク端末: ${web.origin}（Ctrl-C で終了。カードと人物は架空）`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await web.close();
}
