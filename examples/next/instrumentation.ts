/** サーバの起動時に1回だけ実行される。next build では実行されない。 */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { selfinfo } = await import('./lib/selfinfo');
    try {
      // 証明書がない、パッケージが足りないといった誤りが、利用者が来る前に分かる。
      await selfinfo().ready();
    } catch (error) {
      // 投げるだけでは、Next.js は終了せず、どのリクエストにも 500 を返し続ける。
      console.error(error);
      process.exit(1);
    }
    // SIGTERM では閉じない: Next.js は、受け付けたリクエストに応答してから終了する。先に閉じると、利用者の同意が無駄になる。
    process.once('exit', () => void selfinfo().close());
  }
}
