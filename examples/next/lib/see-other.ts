/**
 * 303: ブラウザは GET で遷移する。next/navigation の redirect() は、ルートの中では 307 になり、
 * フォームをマイナポータルに POST し直してしまう。
 *
 * @param location - URL かパス。request.url のオリジンは、プロキシの後ろでは利用者から見たものと異なる。
 */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}
