// リクエストに固有のヘッダーと、メッセージごとの ID を付ける。名前も値も架空。
import {
  type ProfileEntry,
  publicCodec,
  publicProfile,
  type WireContext,
  type WireMessage,
  type WireProfile,
} from 'myna-selfinfo';

const confirmed = <const T>(value: T): ProfileEntry<T> => ({ value, confidence: 'specification' });

/** 仕様書の定めるヘッダーを加える。authorization や content-length などは本ライブラリが付ける。 */
function withHeaders(message: WireMessage, { clientId }: WireContext): WireMessage {
  const headers = { ...message.headers, 'x-interface-version': '9.1', 'x-service-id': clientId };
  return { ...message, headers };
}

export const extraHeadersProfile: WireProfile = {
  ...publicProfile,
  id: 'example-extra-headers',
  // ID は本ライブラリが作るので、ヘッダー名をデータに書くだけでよい。ポータルの ID は error.upstream.requestId とイベントに現れる。
  headers: {
    requestId: confirmed('x-request-id'),
    upstreamRequestId: confirmed('x-trace-id'),
  },
  codec: {
    ...publicCodec,
    version: 'extra-headers-1',
    confidence: {
      ...publicCodec.confidence,
      encodeRequest: 'specification',
      encodePoll: 'specification',
    },
    encodeRequest: async (request, context) =>
      withHeaders(await publicCodec.encodeRequest(request, context), context),
    encodePoll: async (processId, context) =>
      withHeaders(await publicCodec.encodePoll(processId, context), context),
  },
};
