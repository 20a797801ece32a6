// codecs/encrypted-answer.ts の相手となるポータル。結果を登録済みの公開鍵で暗号化する。
import { CompactEncrypt, type CryptoKey } from 'jose';
import type { SandboxCodec } from 'myna-selfinfo/sandbox';

/** @param header - JWE のヘッダーの、既定と異なる部分 */
export function encryptedAnswerPortal(key: CryptoKey, header: object = {}): SandboxCodec {
  return async (request, next) => {
    const { pathname } = new URL(request.url);
    const response = await next(request);
    if (pathname !== '/result' || !response.ok) return response;
    const jwe = await new CompactEncrypt(new Uint8Array(await response.arrayBuffer()))
      .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', ...header })
      .encrypt(key);
    const headers = new Headers(response.headers);
    headers.set('content-type', 'application/jose');
    return new Response(jwe, { headers });
  };
}
