// 自社の通信プロファイルの書き方。このファイルをコピーし、手続 A-7 で提供されるインターフェイス仕様書の値に置き換える。
// ここにある値はすべて架空で、公開情報でも仕様書の値でもない。誓約書の対象となるので、書き込んだものは公開しない。
import { type ProfileEntry, publicCodec, type WireMessage, type WireProfile } from 'myna-selfinfo';

/** インターフェイス仕様書で確認した値。確認していない値には使わない。 */
const confirmed = <const T>(value: T): ProfileEntry<T> => ({ value, confidence: 'specification' });

/** 仕様書の定めるヘッダーを加える。 */
function withVersion(message: WireMessage): WireMessage {
  return { ...message, headers: { ...message.headers, 'x-interface-version': '9.1' } };
}

export const ourProfile: WireProfile = {
  id: 'our-service-2027-01',
  // エンドポイントのパス。ホストは環境の endpoints に指定する。
  paths: {
    authorization: confirmed('/v9/authorize'),
    pushedAuthorization: confirmed('/v9/par'),
    token: confirmed('/v9/token'), // IF001-03
    request: confirmed('/v9/self-information/request'), // IF001-04
    result: confirmed('/v9/self-information/result'), // IF001-06
  },
  // メッセージの ID を運ぶヘッダー。なければ null とする。
  headers: {
    requestId: confirmed('x-request-id'),
    upstreamRequestId: confirmed(null),
  },
  oauth: {
    pkce: confirmed('S256'),
    clientAuthentication: confirmed('tls_client_auth'), // private_key_jwt なら、クライアントに clientAuth も必要
    pushedAuthorizationRequests: confirmed(false),
    issuerInCallback: confirmed(true), // コールバックに iss がなければ false
    responseMode: confirmed('query'), // コールバックが POST で届くなら 'form_post'
    scope: confirmed(null),
    authorizationParameters: confirmed({}), // 認可リクエストに加えるもの
    tokenParameters: confirmed({}), // トークンのリクエストに加えるもの
    deviations: confirmed([]), // 応答に token_type がなければ ['token-type-missing']
    pollsAfterTokenExpiry: confirmed('until-refused'), // 期限切れのトークンで結果を確認してはならなければ 'never'
  },
  // リクエストと応答の項目名。
  fields: {
    processId: confirmed('shoriId'),
    selfPersonalData: confirmed('jikoJoho'),
    items: confirmed('shokaiKomoku'),
    itemCode: confirmed('tokuteiKojinJohoMeiCode'),
    method: confirmed('shokaiHoho'),
    at: confirmed('shiteiBi'),
    from: confirmed('kaishiBi'),
    to: confirmed('shuryoBi'),
    processStatus: confirmed('shoriJotai'),
    itemStatus: confirmed('komokuJotai'),
    records: confirmed('meisai'),
    holder: confirmed('hoyuKikan'),
    asOf: confirmed('jiten'),
    values: confirmed('shutokuKomoku'),
    missing: confirmed('mishutokuKikan'),
    missingServer: confirmed('serverMei'),
    missingUntil: confirmed('teishiShuryo'),
    failure: confirmed('shippaiRiyu'),
  },
  // 照会方法（表2.6-1）の値。
  methods: { 'point-in-time': confirmed('1'), range: confirmed('2'), latest: confirmed('3') },
  // 項目ごとの結果の値。
  itemStatuses: {
    present: confirmed('00'),
    'nothing-on-record': confirmed('10'),
    'not-covered': confirmed('20'),
    unavailable: confirmed('30'),
    failed: confirmed('90'),
  },
  // 処理の状態の値。
  processStatuses: {
    accepted: confirmed('A'),
    running: confirmed('R'),
    done: confirmed('D'),
    busy: confirmed('B'),
    'session-lost': confirmed('S'),
    failed: confirmed('F'),
    blocked: confirmed('X'),
  },
  // 拒否のコード。ここにあるものだけが、エラーの upstream.code に現れる。
  errorCodes: confirmed(['E0001', 'E0002']),
  // そのうち、要求が受け付けられておらず、同意も未使用のままだと仕様書が明記しているもの。
  untakenCodes: confirmed([]),
  // 自己情報取得要求が実行されていないと確実にいえる HTTP ステータス（429 と 5xx のうち）。仕様書になければ空のままとする。
  notAcceptedStatuses: confirmed([]),
  completion: confirmed('poll'), // リクエストの応答に結果が入ることがあれば 'immediate'
  acknowledgement: confirmed(null), // 受領を報告するパス
  notices: confirmed('none'), // 完了通知の認証方法
  contentCoding: confirmed('identity'), // 応答の圧縮
  // ミリ秒。
  timing: {
    pollMs: confirmed(2_000),
    consentMs: confirmed(600_000),
    resultMs: confirmed(3_600_000),
  },
  // 名前だけでなく構造も異なる部分。関数ごとに確度を書く。書き方の例は codecs/ にある。
  codec: {
    ...publicCodec,
    version: 'our-service-2027-01-1', // 同じバイト列の読み方が変わるたびに改める
    confidence: {
      encodeRequest: 'specification',
      decodeProcess: 'specification',
      encodePoll: 'specification',
      decodeResult: 'specification',
    },
    encodeRequest: async (request, context) =>
      withVersion(await publicCodec.encodeRequest(request, context)),
    encodePoll: async (processId, context) =>
      withVersion(await publicCodec.encodePoll(processId, context)),
  },
};
