// codecs/refusal-in-200.ts の相手となるポータル。
import type { SandboxCodec } from 'myna-selfinfo/sandbox';

/** @param code - 自己情報取得要求をすべて拒否するコード */
export function refusalIn200Portal(code?: string): SandboxCodec {
  const refuse = (errorCode: string) => Response.json({ kekka: 'NG', error_code: errorCode });
  return async (request, next) => {
    if (code !== undefined && new URL(request.url).pathname === '/request') return refuse(code);
    const response = await next(request);
    return response.ok ? response : refuse('E1002');
  };
}
