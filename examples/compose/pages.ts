// 画面。どの画面にも、文は1つしかない。

/** すべての応答に付ける。コールバックの URL には認可コードが含まれるので、ほかのサイトに Referer を送らず、キャッシュにも残さない。 */
export const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
};

const html = (body: string) =>
  `<!doctype html><html lang="ja"><meta charset="utf-8"><title>住宅ローン事前審査</title>${body}</html>`;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const landingPage = html(
  '<form method="post" action="/start"><button>マイナポータルから所得情報を取得する</button></form>',
);
export const page = (text: string) =>
  html(`<p>${escaped(text)}</p><p><a href="/">はじめに戻る</a></p>`);
/** 回答を待つ画面。Refresh ヘッダーで再読み込みする。 */
export const waitingPage = (text: string) => html(`<p role="status">${escaped(text)}</p>`);
