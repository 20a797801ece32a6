// インスタンス: 同意を受け取って照会し、進み具合を Server-Sent Events で送る。
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSelfInfoError, latest } from 'myna-selfinfo';
import { listen } from '../local-servers/servers.js';
import { open, type Parts, type Settings } from './setup.js';

const plain = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

export interface Instance {
  readonly origin: string;
  /** 出した照会の数。 */
  submitted(): number;
  close(): Promise<void>;
}

interface Context extends Parts {
  readonly name: string;
  submitted: number;
}

export async function startInstance(settings: Settings): Promise<Instance> {
  const context: Context = { ...(await open(settings)), name: settings.name, submitted: 0 };
  const origin = await listen((incoming, outgoing) => {
    respond(context, incoming, outgoing).catch((error) => {
      console.error(isSelfInfoError(error) ? error.code : 'unexpected');
      if (outgoing.headersSent) outgoing.end();
      else outgoing.writeHead(500).end();
    });
  });
  return { origin, submitted: () => context.submitted, close: context.close };
}

async function respond(context: Context, incoming: IncomingMessage, outgoing: ServerResponse) {
  const { url = '/', headers } = incoming;
  if (url === '/start') return begin(context, outgoing);
  const [, session = 'none'] = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? '') ?? [];
  if (url.startsWith('/callback')) return complete(context, session, incoming, outgoing);
  const id = await context.redis.get(idKey(context, session));
  if (url !== '/events' || id === null) return outgoing.writeHead(404, plain).end();
  return sendProgress(context, id, outgoing);
}

/** 照会の識別子は URL に出さず、セッションとともに置く。ほかの人の進み具合は見えない。 */
const idKey = ({ name }: Context, session: string) => `${name}:id-of:${session}`;

async function begin({ client }: Context, outgoing: ServerResponse) {
  // 番号はここで作る。ブラウザが送ってきたものは使わない（セッション固定）。
  const session = randomUUID();
  const { url: location } = await client.beginConsent({ sessionBinding: session });
  const cookie = `session=${session}; HttpOnly; SameSite=Lax; Path=/`;
  outgoing.writeHead(303, { ...plain, location, 'set-cookie': cookie }).end();
}

async function complete(
  context: Context,
  session: string,
  { url, headers }: IncomingMessage,
  outgoing: ServerResponse,
) {
  const { client, queue, redis } = context;
  const request = { method: 'GET', url, headers };
  const outcome = await client.completeConsent(request, { sessionBinding: session });
  if (outcome.status !== 'granted') return outgoing.writeHead(400, plain).end();
  context.submitted++;
  const id = await queue.add(await client.submit(outcome.grant, latest()));
  await redis.set(idKey(context, session), id, 'EX', 3_600);
  return outgoing.writeHead(200, plain).end();
}

/** 画面の EventSource に届く。どのインスタンスにつながってもよい。 */
async function sendProgress({ queue }: Context, id: string, outgoing: ServerResponse) {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  outgoing.writeHead(200, { ...plain, 'content-type': 'text/event-stream' });
  for await (const { state } of queue.progress(id, { signal: gone.signal }))
    outgoing.write(`data: ${state}\n\n`);
  outgoing.end();
}
