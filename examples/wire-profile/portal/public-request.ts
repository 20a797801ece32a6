// ポータル側の各ファイルに共通する部分。クライアント側（codecs/ など）からは何も読み込まない。

/** サンドボックス本来の形式（プロファイルの名前による JSON の POST）のリクエストを作る。 */
export function publicRequest(request: Request, path: string, body: unknown): Request {
  const headers = {
    authorization: request.headers.get('authorization') ?? '',
    'content-type': 'application/json',
  };
  const url = new URL(path, request.url);
  return new Request(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
