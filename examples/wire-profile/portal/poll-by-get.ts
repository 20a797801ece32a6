// codecs/poll-by-get.ts の相手となるポータル。
import type { SandboxCodec } from 'myna-selfinfo/sandbox';
import { publicRequest } from './public-request.js';

export const pollByGetPortal: SandboxCodec = async (request, next) => {
  const { pathname } = new URL(request.url);
  if (pathname === '/request') return next(request);
  const [, id] = /^\/v9\/results\/([\w-]+)$/.exec(pathname) ?? [];
  if (request.method !== 'GET' || id === undefined) return new Response(null, { status: 404 });
  const response = await next(publicRequest(request, '/result', { process_id: id }));
  const body = await response.text();
  // 処理中: 本文のない 202 と Retry-After
  if (response.ok && JSON.parse(body).process_status === 'RUNNING') {
    const retryAfter = response.headers.get('retry-after') ?? '1';
    return new Response(null, { status: 202, headers: { 'retry-after': retryAfter } });
  }
  return new Response(body, response);
};
