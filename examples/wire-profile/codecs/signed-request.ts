// リクエストに署名する（HTTP Message Signatures、RFC 9421。本文は Content-Digest、RFC 9530）。名前も値も架空。
import { createHash } from 'node:crypto';
import { type FinalMessage, publicCodec, type WireCodec } from 'myna-selfinfo';

/** 署名の対象。順序にも意味がある。 */
const COVERED = ['@method', '@target-uri', 'authorization', 'content-type', 'content-digest'];

/** 署名の対象となる文字列（RFC 9421、2.5節） */
function signatureBase(
  { method, url, headers }: FinalMessage,
  digest: string,
  parameters: string,
): string {
  const derived: Readonly<Record<string, string>> = {
    '@method': method,
    '@target-uri': url,
    'content-digest': digest,
  };
  const lines = COVERED.map((name) => `"${name}": ${derived[name] ?? headers[name]}`);
  return [...lines, `"@signature-params": ${parameters}`].join('\n');
}

/** 署名に使う鍵。秘密鍵が KMS にある場合は、sign から KMS を呼び出す。10秒以内に応答すること。 */
export interface SigningKey {
  readonly id: string;
  /** ECDSA P-256 と SHA-256 の署名（r と s を並べた64バイト）を返す。 */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

export function signedRequestCodec(key: SigningKey): WireCodec {
  return {
    ...publicCodec,
    version: 'signed-request-1',
    confidence: { ...publicCodec.confidence, sign: 'specification' },
    // 送信するバイト列が確定した後に呼ばれ、ヘッダーだけを加える。結果の照会のたびに署名し直す。
    sign: async (message, { now, requestId }) => {
      const hash = createHash('sha256').update(message.body).digest('base64');
      const digest = `sha-256=:${hash}:`;
      const covered = COVERED.map((name) => `"${name}"`).join(' ');
      const created = Math.floor(now / 1_000);
      const parameters = `(${covered});created=${created};nonce="${requestId}";keyid="${key.id}"`;
      const base = signatureBase(message, digest, parameters);
      const signature = await key.sign(new TextEncoder().encode(base));
      return {
        headers: {
          'content-digest': digest,
          'signature-input': `sig1=${parameters}`,
          signature: `sig1=:${Buffer.from(signature).toString('base64')}:`,
        },
      };
    },
  };
}
