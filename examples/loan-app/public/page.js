// 画面の手助け。スクリプトの使えないブラウザでは、画面の「状況を確認する」とブラウザの「印刷」が同じことをする。

/** 応答が届いたら結果の画面へ移る。 */
async function check() {
  const response = await fetch('/income/state').catch(() => undefined);
  const { waitMs } = response?.ok ? await response.json() : { waitMs: 5_000 };
  if (waitMs === null) location.replace('/income');
  else setTimeout(check, waitMs);
}
if (document.querySelector('.waiting')) setTimeout(check, 1_000);

const print = document.querySelector('[data-print]');
if (print) {
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}
