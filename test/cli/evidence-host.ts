import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request as send } from 'undici';
import {
  type Collected,
  createSelfInfoClient,
  defineService,
  explain,
  isSelfInfoError,
  latest,
} from '../../src/index.js';
import { localTaxRecord, pensionRecord, startSandbox } from '../../src/sandbox/index.js';
import { NOW } from '../kit/loan.js';

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
    pension: {
      detail: 'pension',
      inquiries: ['latest'],
      latestBy: '改定日',
      record: pensionRecord,
    },
  },
});

/** The defects that can be planted into the host. */
export type Defect =
  | 'unbound'
  | 'replays'
  | 'declined-500'
  | 'zero'
  | 'first-holder'
  | 'gives-up'
  | 'code-in-address'
  | 'cached'
  | 'blank'
  | 'stack'
  | 'retries'
  | 'shared'
  | 'echo'
  | 'referrer';

interface Session {
  readonly id: string;
  result?: Collected<typeof service>;
}

const isRefused = ({ result }: Session) =>
  result?.status === 'failed' || result?.status === 'unavailable';

const html = (body: string) =>
  `<!doctype html><html lang="ja"><head><title>審査</title></head><body>${body}</body></html>`;
const startPage = html('<form method="post" action="/start"><button>取得する</button></form>');

/** Starts a sandbox and a host that uses it. The host is sound but for the planted defect. */
export async function startHost(defect?: Defect) {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const said = isSelfInfoError(error) ? explain(error, 'ja') : 'エラー';
      const text = defect === 'stack' && error instanceof Error ? String(error.stack) : said;
      show(response, 503, defect === 'blank' ? '' : text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const sandbox = await startSandbox({
    registrations: [
      { clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service },
    ],
  });
  // All servers run then.
  sandbox.clock.set(NOW);
  const { connection } = sandbox;
  const client = createSelfInfoClient({ service, ...connection });
  const sessions = new Map<string, Session>();
  const answers = new Map<string, Session>();
  /** Session ids, codes and states, and the values of citizens. */
  const secrets = new Set<string>();
  let last: Session | undefined;

  const sessionOf = ({ headers }: IncomingMessage) =>
    sessions.get(/session=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? '');
  const bindingOf = (session: Session | undefined) =>
    defect === 'unbound' ? 'everybody' : (session?.id ?? 'none');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': defect === 'referrer' ? 'no-referrer-when-downgrade' : 'no-referrer',
  };

  function show(response: ServerResponse, status: number, text: string) {
    const cache = defect === 'cached' ? {} : { 'cache-control': 'no-store' };
    response.writeHead(status, { ...headers, ...cache }).end(text === '' ? '' : html(text));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    const route = { '/': home, '/start': start, '/callback': callback, '/result': result };
    const handle = Object.hasOwn(route, url.pathname) && route[url.pathname as keyof typeof route];
    if (handle) await handle(request, response, url);
    else show(response, 404, 'ありません');
  }

  async function home(_: IncomingMessage, response: ServerResponse) {
    response.writeHead(200, headers).end(startPage);
  }

  async function start(request: IncomingMessage, response: ServerResponse) {
    const session = sessionOf(request) ?? { id: randomUUID() };
    sessions.set(session.id, session);
    secrets.add(session.id);
    const { url } = await client.beginConsent({ sessionBinding: bindingOf(session) });
    const cookie = `session=${session.id}; HttpOnly; SameSite=Lax; Path=/`;
    response.writeHead(303, { location: url, 'set-cookie': cookie }).end();
  }

  async function callback(request: IncomingMessage, response: ServerResponse, url: URL) {
    const session = sessionOf(request);
    for (const name of ['code', 'state']) secrets.add(url.searchParams.get(name) ?? '');
    const known = defect === 'replays' ? answers.get(url.href) : undefined;
    if (known) return show(response, 200, await textOf(known));
    const outcome = await client.completeConsent(request, { sessionBinding: bindingOf(session) });
    if (outcome.status === 'declined' && defect === 'declined-500')
      return show(response, 500, 'エラー');
    if (outcome.status !== 'granted' || session === undefined) {
      if (outcome.status === 'replayed' && session?.result) return go(response, '/result');
      const said = url.searchParams.get('error_description') ?? '';
      return show(response, 400, explain(outcome, 'ja') + (defect === 'echo' ? said : ''));
    }
    // A bank that waits only briefly, and lets the citizen look again.
    session.result = await client.query(outcome.grant, latest(), { deadlineMs: 2_500 });
    if (defect === 'retries' && isRefused(session)) await requestAgain();
    last = session;
    answers.set(url.href, session);
    go(response, defect === 'code-in-address' ? `/result${url.search}` : '/result');
  }

  const go = (response: ServerResponse, location: string) =>
    void response.writeHead(303, { ...headers, location }).end();

  async function result(request: IncomingMessage, response: ServerResponse) {
    const session = sessionOf(request);
    show(response, 200, session?.result ? await textOf(session) : 'まだ何もありません');
  }

  async function textOf(own: Session): Promise<string> {
    const session = defect === 'shared' && last ? last : own;
    const { result: before } = session;
    if (before?.status === 'pending' && defect !== 'gives-up')
      session.result = await client.collect(client.resume(before.retrieval), { once: true });
    const { result: now } = session;
    if (now === undefined || (defect === 'blank' && isRefused(session))) return '';
    if (now.status !== 'ready') return explain(now, 'ja');
    return Object.values(now.answer.items)
      .map((item) => {
        if (defect === 'zero' && item.status === 'nothing-on-record') return '所得 0 円';
        if (defect === 'blank' && item.status === 'unavailable') return '';
        if (item.status !== 'present') return explain(item, 'ja');
        const records = defect === 'first-holder' ? item.reveal().slice(0, 1) : item.reveal();
        const said = records.map(({ holder, fields }) => {
          for (const value of [holder, ...Object.values(fields)]) secrets.add(String(value ?? ''));
          return `${holder} ${Object.values(fields).map(shown).join(' ')}`;
        });
        return [...said, item.missing.length > 0 ? '一部を取得できませんでした。' : ''].join(
          '<br>',
        );
      })
      .join('<br>');
  }

  const shown = (value: unknown) =>
    typeof value === 'number' ? `${value.toLocaleString('ja-JP')} 円` : String(value ?? '未記載');

  /** Sends a request again, as no client of this package does. */
  async function requestAgain() {
    const { tls, environment } = connection;
    const { endpoints, profile, ca } = environment;
    const dispatcher = new Agent({ connect: { cert: tls.cert, key: tls.key, ca: ca?.join('') } });
    const { body } = await send(endpoints.apiUrl + profile.paths.request.value, {
      ...{ method: 'POST', body: '{}', dispatcher },
      headers: { authorization: 'Bearer again', 'content-type': 'application/json' },
    });
    await body.dump();
    await dispatcher.close();
  }

  async function close() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await client.close();
    await sandbox.close();
  }
  return { origin, sandbox, secrets, [Symbol.asyncDispose]: close };
}
