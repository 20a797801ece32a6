// 結果を GET で取得する。処理IDはパスに入り、処理中は 202 が返る。名前も値も架空。
import { publicCodec, type WireCodec } from 'myna-selfinfo';

export const pollByGetCodec: WireCodec = {
  ...publicCodec,
  version: 'poll-by-get-1',
  confidence: {
    ...publicCodec.confidence,
    encodePoll: 'specification',
    decodeResult: 'specification',
  },
  // 処理IDは必ず符号化する。それでもほかのパスを指すもの（.. など）は、送信前に codec_failed となる。
  encodePoll: (processId) => ({
    method: 'GET',
    path: `/v9/results/${encodeURIComponent(processId)}`,
    headers: { accept: 'application/json' },
  }),
  // 次に照会する時刻は Retry-After による。本文で示される場合は retryAt（エポックミリ秒）を返す。
  decodeResult: (reply, context) =>
    reply.status === 202 ? { running: true } : publicCodec.decodeResult(reply, context),
};
