// codecs/extra-headers.ts の相手となるポータル。ヘッダーを確かめ、自分の ID を返す。
import type { SandboxCodec } from 'myna-selfinfo/sandbox';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export function extraHeadersPortal(): SandboxCodec {
  const seen = new Set<string>();
  return async (request, next) => {
    const version = request.headers.get('x-interface-version');
    const service = request.headers.get('x-service-id');
    const id = request.headers.get('x-request-id') ?? '';
    // 同じ ID は二度と届かない。
    const isNew = UUID.test(id) && !seen.has(id);
    seen.add(id);
    const response =
      version === '9.1' && service === 'SP12345678_AB1234' && isNew
        ? await next(request)
        : Response.json({ error: 'invalid_request' }, { status: 400 });
    response.headers.set('x-trace-id', `trace-${seen.size}`);
    return response;
  };
}
