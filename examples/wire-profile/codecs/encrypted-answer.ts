// 結果が事業者の公開鍵で暗号化されている（JWE、RFC 7516）。名前も値も架空。
//   npm install jose
import { type CryptoKey, compactDecrypt } from 'jose';
import { publicCodec, readStrictJson, type WireCodec, type WireReply } from 'myna-selfinfo';

const LONGEST_TEXT = 16 * 1024 * 1024;

/** 復号した JSON を、平文で届いたかのように読ませる。 */
async function decrypted(reply: WireReply, key: CryptoKey): Promise<WireReply> {
  if (reply.headers.get('content-type') !== 'application/jose') throw new Error('not a JWE');
  // 方式は仕様書のものに限る。圧縮（zip）は、伸長で大きくなるので受け付けない。
  const { plaintext: body } = await compactDecrypt(await reply.text('us-ascii'), key, {
    keyManagementAlgorithms: ['ECDH-ES+A256KW'],
    contentEncryptionAlgorithms: ['A256GCM'],
    maxDecompressedLength: 0,
  });
  if (body.byteLength > LONGEST_TEXT) throw new Error('too large');
  return {
    status: reply.status,
    headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
    body,
    text: async () => new TextDecoder('utf-8', { fatal: true }).decode(body),
    // 復号した JSON も、本ライブラリと同じ厳密さで読む。
    json: () => readStrictJson(body),
  };
}

/** @param key - 復号に使う秘密鍵。KMS にあれば、compactDecrypt の代わりに KMS を呼び出す。 */
export function encryptedAnswerCodec(key: CryptoKey): WireCodec {
  return {
    ...publicCodec,
    version: 'encrypted-answer-1',
    confidence: { ...publicCodec.confidence, decodeResult: 'specification' },
    decodeResult: async (reply, context) =>
      publicCodec.decodeResult(await decrypted(reply, key), context),
  };
}
