// 拒否がステータス 200 の応答の中に書かれている。名前も値も架空。
import {
  type ProfileEntry,
  publicCodec,
  publicProfile,
  type WireCodec,
  type WireProfile,
} from 'myna-selfinfo';

const confirmed = <const T>(value: T): ProfileEntry<T> => ({ value, confidence: 'specification' });

/** 拒否の応答: { "kekka": "NG", "error_code": "E1001" } */
interface Refused {
  readonly kekka?: unknown;
  readonly error_code?: unknown;
}

const codec: WireCodec = {
  ...publicCodec,
  version: 'refusal-in-200-1',
  confidence: { ...publicCodec.confidence, decodeRefusal: 'specification' },
  // どのステータスの応答も、本来の読み取りより先にここに渡される。拒否でなければ undefined を返す。
  decodeRefusal: async (reply) => {
    // ゲートウェイの HTML などは、ステータスで判定される。
    if (!reply.headers.get('content-type')?.startsWith('application/json')) return undefined;
    const { kekka, error_code: code } = (await reply.json()) as Refused;
    return kekka === 'NG' ? { code: String(code) } : undefined;
  },
};

export const refusalIn200Profile: WireProfile = {
  ...publicProfile,
  id: 'example-refusal-in-200',
  // ここにあるコードだけがエラーの upstream.code に現れる。ほかは unrecognised となる。
  errorCodes: confirmed(['E1001', 'E1002']),
  // 要求が受け付けられておらず、同意も未使用のままだと仕様書が明記しているコード。ほかは、実行されたか分からない。
  untakenCodes: confirmed(['E1001']),
  codec,
};
