// 1件のリクエストが複数の処理に分かれ、それぞれが一部の項目に応答する。名前も値も架空。
import { publicCodec, type WireCodec } from 'myna-selfinfo';

/** 応答: { "processes": [{ "id": "...", "item_codes": ["...", ...] }, ...] } */
interface Accepted {
  readonly processes: readonly { readonly id: string; readonly item_codes: readonly string[] }[];
}

export const severalProcessesCodec: WireCodec = {
  ...publicCodec,
  version: 'several-processes-1',
  confidence: { ...publicCodec.confidence, decodeProcess: 'specification' },
  // 項目コードはちょうど1つの処理に属する。重複や漏れがあれば codec_failed となり、照会票は残る。
  // すべての処理が終わると1つの回答になる。失敗した処理の項目だけが failed となる。
  decodeProcess: async (reply) => {
    const { processes } = (await reply.json()) as Accepted;
    return { processIds: Object.fromEntries(processes.map((one) => [one.id, one.item_codes])) };
  },
};
