// codecs/signed-request.ts の相手となるポータル。届いたリクエストから署名の対象を組み立て直して検証する。
import { createHash, type KeyObject, verify } from 'node:crypto';
import type { SandboxCodec } from 'myna-selfinfo/sandbox';

const PARAMETERS =
  /^\("@method" "@target-uri" "authorization" "content-type" "content-digest"\);created=(\d{10});nonce="([\w-]{36})";keyid="key-1"$/;

/** @param now - ポータルの時計（エポックミリ秒）。署名は60秒間だけ有効。 */
export function signedRequestPortal(publicKey: KeyObject, now: () => number): SandboxCodec {
  const used = new Set<string>();
  return async (request, next) => {
    const body = await request.clone().text();
    const header = (name: string) => request.headers.get(name) ?? '';
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const parameters = header('signature-input').replace(/^sig1=/, '');
    const [, created = '0', nonce = ''] = PARAMETERS.exec(parameters) ?? [];
    const base = `"@method": ${request.method}
"@target-uri": ${request.url}
"authorization": ${header('authorization')}
"content-type": ${header('content-type')}
"content-digest": ${digest}
"@signature-params": ${parameters}`;
    const [, signature = ''] = /^sig1=:([\w+/]+=*):$/.exec(header('signature')) ?? [];
    const isRight =
      header('content-digest') === digest &&
      Math.abs(now() / 1_000 - Number(created)) <= 60 &&
      // 同じ署名は一度しか使えない。
      !used.has(nonce) &&
      verify(
        'sha256',
        Buffer.from(base),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64'),
      );
    used.add(nonce);
    return isRight ? next(request) : Response.json({ error: 'invalid_request' }, { status: 400 });
  };
}
