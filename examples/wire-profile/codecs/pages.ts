// 結果が複数のページに分かれる。続きがあれば、その位置（next_page）が応答に入る。名前も値も架空。
import { publicCodec, type WireCodec } from 'myna-selfinfo';

export const pagesCodec: WireCodec = {
  ...publicCodec,
  version: 'pages-1',
  confidence: {
    ...publicCodec.confidence,
    encodePoll: 'specification',
    decodeResult: 'specification',
  },
  // cursor は、前のページの decodeResult が返したもの。最初のページでは undefined。
  encodePoll: async (processId, context, cursor) => {
    const message = await publicCodec.encodePoll(processId, context);
    return cursor === undefined
      ? message
      : { ...message, path: `${message.path}?page=${encodeURIComponent(cursor)}` };
  },
  // ページは本ライブラリが1つにまとめる。同じ位置が再び示されるか、1,000 ページを超えると response_invalid となる。
  decodeResult: async (reply, context) => {
    const result = await publicCodec.decodeResult(reply, context);
    if ('running' in result) return result;
    const { next_page: cursor, ...extras } = result.extras;
    return { ...result, extras, ...(typeof cursor === 'string' && { cursor }) };
  },
};
