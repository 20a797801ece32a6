'use client';

// エラーのメッセージは、本番ではブラウザに送られず、サーバのログにだけ出る。
export default function ErrorPage() {
  return (
    <>
      <p>ただいまご利用いただけません。しばらくおいて、もう一度お試しください。</p>
      <p lang="en">The service is not available at the moment. Please try again later.</p>
    </>
  );
}
