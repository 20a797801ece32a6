// インスタンスとワーカーに共通の組み立て。
import { Redis } from 'ioredis';
import {
  createSelfInfoClient,
  defineService,
  type EnvironmentOptions,
  SelfInfoError,
  sandboxEnvironment,
  systemClock,
} from 'myna-selfinfo';
import { createRetrievalQueue, type QueueConnectionSettings } from 'myna-selfinfo/bullmq';
import { createRedisStore } from 'myna-selfinfo/redis';
import { createLocalKeys, createVault, type VaultStore } from 'myna-selfinfo/vault';

const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

export const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
    },
  },
});

/** すべてのプロセスに同じものを渡す。本番では設定とシークレットマネージャーから。 */
export interface Settings {
  readonly site: EnvironmentOptions;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly keys: { readonly current: string; readonly keys: Readonly<Record<string, string>> };
  readonly vaultOrigin: string;
  readonly name: string;
  readonly aheadMs: number;
}

/** この例の保管庫のストアは親プロセスのメモリにあり、HTTP で呼ぶ。本番では myna-selfinfo/pg を使う。 */
function remoteStore(origin: string): VaultStore {
  const call = async (method: string, args: unknown[]) => {
    const response = await fetch(`${origin}/${method}`, {
      method: 'POST',
      body: JSON.stringify(args),
    });
    if (!response.ok)
      throw new SelfInfoError(response.status === 409 ? 'store_key_exists' : 'store_failed');
    return (await response.json()) ?? undefined;
  };
  return new Proxy({} as VaultStore, {
    get:
      (_, method) =>
      (...args: unknown[]) =>
        call(String(method), args),
  });
}

/** 開いたもの。close で終了する。 */
export type Parts = Awaited<ReturnType<typeof open>>;

export async function open({ site, tls, keys, vaultOrigin, name, aheadMs }: Settings) {
  // いつ動かしても照会できるよう、例の時計は平日の10時から進む。
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const redis = new Redis(redisUrl, { enableOfflineQueue: false, lazyConnect: true });
  redis.on('error', (error) => console.error(error.message));
  await redis.connect();
  const store = createRedisStore({ client: redis, keys, prefix: `${name}:`, clock });
  const client = createSelfInfoClient({
    service,
    environment: sandboxEnvironment(site),
    tls,
    store,
    clock,
  });
  const vault = createVault({
    service,
    store: remoteStore(vaultOrigin),
    keys: createLocalKeys(keys),
    clock,
  });
  // キューの接続は別に作る: ワーカーは接続を占有する。
  const connection = (options: QueueConnectionSettings) => {
    const redis = new Redis(redisUrl, options);
    redis.on('error', (error) => console.error(error.message));
    return redis;
  };
  const queue = createRetrievalQueue({
    connection,
    client,
    vault,
    rate: { max: 20, perMs: 1_000 },
    name,
    clock,
  });
  async function close() {
    await queue.close();
    await client.close();
    redis.disconnect();
  }
  return { client, vault, queue, redis, close };
}
