import { readFileSync } from 'node:fs';
import { createSelfInfoClient, type SelfInfoClient, sandboxEnvironment } from 'myna-selfinfo';
import { loan } from './service.mjs';

// Next.js は、ページ、ルート、instrumentation のそれぞれにこのモジュールを読み込むことがある。
// クライアントはプロセスに1つなので、モジュールの変数ではなく globalThis に置く。
const shared = globalThis as { selfinfo?: SelfInfoClient<typeof loan> };

/** 初めて使うときに作る。next build もこのモジュールを実行するが、ビルドするマシンに証明書はない。 */
export function selfinfo(): SelfInfoClient<typeof loan> {
  shared.selfinfo ??= connect();
  return shared.selfinfo;
}

/** 接続先と証明書は、起動したマシンのフォルダーから読む。サンドボックスは sandbox.mjs が書き出す。 */
function connect() {
  const folder = process.env.SELFINFO_DIR ?? '.sandbox';
  const read = (name: string) =>
    readFileSync(/* turbopackIgnore: true */ `${folder}/${name}`, 'utf8');
  return createSelfInfoClient({
    service: loan,
    // 本番では productionEnvironment。インスタンスが2つ以上なら store も渡す。
    environment: sandboxEnvironment(JSON.parse(read('environment.json'))),
    tls: { cert: read('client.crt'), key: read('client.key') },
  });
}
