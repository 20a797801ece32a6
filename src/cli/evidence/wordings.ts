import type { Texts } from '../arguments.js';

/** What the checks say. `{seen}`: what was seen, `{wanted}`: what is right. */
export const wordings = {
  noToken: {
    ja: 'トークンを要求しない（実際: {seen} 回）',
    en: 'no token is requested ({seen} seen)',
  },
  token: {
    ja: 'トークンのリクエストは {wanted} 回（実際: {seen} 回）',
    en: 'the token is requested {wanted} times ({seen} seen)',
  },
  request: {
    ja: '自己情報取得要求は {wanted} 回（実際: {seen} 回）',
    en: 'self-information is requested {wanted} times ({seen} seen)',
  },
  replayed: { ja: '同じ認可コードを2回使わない', en: 'the code is used once' },
  collected: { ja: '応答を最後まで受け取る', en: 'the answer is collected' },
  screen: {
    ja: '読める画面を表示する（空白でない）',
    en: 'a page to read is shown, not a blank one',
  },
  status: {
    ja: 'サーバのエラー（5xx）にしない（実際の最大のステータス: {seen}）',
    en: 'no page is a server error (highest status: {seen})',
  },
  internals: { ja: '内部のエラー（スタックなど）を表示しない', en: 'no internal error is shown' },
  address: {
    ja: '画面のアドレスに認可コードを残さない',
    en: 'no code is left in the address of the page',
  },
  referrer: {
    ja: '認可コードのあるアドレスのエラー画面は、Referrer-Policy によりアドレスを外部に送らない',
    en: 'an error page whose address has the code sends it to no other site (Referrer-Policy)',
  },
  hidden: { ja: '個人の情報を表示しない', en: 'no personal data is shown' },
  strangers: { ja: '他人の情報を表示しない', en: 'no data of somebody else is shown' },
  shown: { ja: '取得した情報を本人の画面に表示する', en: 'the data is shown to the citizen' },
  both: { ja: '両方の機関の情報を表示する', en: 'the data of both holders is shown' },
  partial: {
    ja: '一部を取得できなかったことが画面で分かる',
    en: 'the page says that a part is missing',
  },
  noStore: {
    ja: '個人の情報のある画面は Cache-Control: no-store',
    en: 'pages with personal data are not cached (no-store)',
  },
  zero: { ja: '0円と表示しない', en: 'no amount of 0 yen is shown' },
  unasked: { ja: '照会していない情報を表示しない', en: 'only requested information is shown' },
  secrets: {
    ja: '認可コードと state を、画面の本文にも、コールバック以外のアドレスにも出さない',
    en: 'no code or state is in the text of a page, or in an address other than the callback',
  },
  opaque: {
    ja: '画面かアドレスに、トークンに似た長い文字列がある',
    en: 'a page or an address contains a long text that looks like a token',
  },
  echo: { ja: '外部から渡された文字列を表示しない', en: 'no text from outside is shown' },
  text: { ja: '画面に「{seen}」がある', en: 'the page says "{seen}"' },
  noText: { ja: '画面に「{seen}」がない', en: 'the page does not say "{seen}"' },
  noPortal: {
    ja: '開始画面からマイナポータルに移動しない（ステータス: {seen}）',
    en: 'the start page does not lead to the portal (status {seen})',
  },
  down: { ja: 'アプリに接続できない', en: 'the app cannot be reached' },
  stalled: { ja: 'アプリが時間内に応答しない', en: 'the app does not respond in time' },
  invalid: {
    ja: 'アプリの応答が途中で切れるか、HTTP として正しくない',
    en: 'the app breaks off its response, or its response is not HTTP',
  },
  large: { ja: 'アプリの応答が大きすぎる', en: 'a response of the app is too large' },
  loop: { ja: 'リダイレクトが終わらない', en: 'the redirects do not end' },
  elsewhere: {
    ja: 'アプリとサンドボックス以外のサイトに移動する',
    en: 'a redirect leads neither to the app nor to the sandbox',
  },
} as const satisfies Readonly<Record<string, Texts>>;
