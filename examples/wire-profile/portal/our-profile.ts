// our-profile.ts の相手となるポータル。同じ仕様書から別に書き起こし、our-profile.ts からは何も読み込まない。
// クライアントのプロファイルをそのまま渡すと、値と状態の対応の誤りが両側にあり、どのテストも通ってしまう。
import { type Names, publicProfile, type WireProfile } from 'myna-selfinfo';
import type { SandboxCodec } from 'myna-selfinfo/sandbox';

/** サンドボックスは確度を見ない。 */
function texts<K extends string>(values: Readonly<Record<K, string>>): Names<K> {
  const entries = Object.entries<string>(values).map(([key, value]) => [
    key,
    { value, confidence: 'unknown' },
  ]);
  return Object.fromEntries(entries);
}

export const portalProfile: WireProfile = {
  ...publicProfile,
  id: 'portal-of-our-service',
  paths: texts({
    authorization: '/v9/authorize',
    pushedAuthorization: '/v9/par',
    token: '/v9/token',
    request: '/v9/self-information/request',
    result: '/v9/self-information/result',
  }),
  fields: texts({
    processId: 'shoriId',
    selfPersonalData: 'jikoJoho',
    items: 'shokaiKomoku',
    itemCode: 'tokuteiKojinJohoMeiCode',
    method: 'shokaiHoho',
    at: 'shiteiBi',
    from: 'kaishiBi',
    to: 'shuryoBi',
    processStatus: 'shoriJotai',
    itemStatus: 'komokuJotai',
    records: 'meisai',
    holder: 'hoyuKikan',
    asOf: 'jiten',
    values: 'shutokuKomoku',
    missing: 'mishutokuKikan',
    missingServer: 'serverMei',
    missingUntil: 'teishiShuryo',
    failure: 'shippaiRiyu',
  }),
  methods: texts({ 'point-in-time': '1', range: '2', latest: '3' }),
  itemStatuses: texts({
    present: '00',
    'nothing-on-record': '10',
    'not-covered': '20',
    unavailable: '30',
    failed: '90',
  }),
  processStatuses: texts({
    accepted: 'A',
    running: 'R',
    done: 'D',
    busy: 'B',
    'session-lost': 'S',
    failed: 'F',
    blocked: 'X',
  }),
};

/** 仕様書の定めるヘッダーを確かめる。 */
export const ourPortal: SandboxCodec = (request, next) =>
  request.headers.get('x-interface-version') === '9.1'
    ? next(request)
    : Response.json({ error: 'invalid_request' }, { status: 400 });
