// 応答が届いたら結果の画面へ移る。スクリプトの使えないブラウザでは、画面の「状況を確認する」が同じことをする。
async function check() {
  const response = await fetch('/income/state').catch(() => undefined);
  const { waitMs } = response?.ok ? await response.json() : { waitMs: 5_000 };
  if (waitMs === null) location.replace('/income');
  else setTimeout(check, waitMs);
}
setTimeout(check, 1_000);
