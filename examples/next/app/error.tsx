'use client';

// 投げられたエラーの文は、本番のブラウザには届かない。サーバのログには出る。
export default function ErrorPage() {
  return (
    <>
      <p>ただいまご利用いただけません。時間をおいて再度お試しください。</p>
      <p lang="en">The service is not available at the moment. Please try again later.</p>
    </>
  );
}
