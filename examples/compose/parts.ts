// アプリの部品: Redis のストア、PostgreSQL の保管庫、クライアント。
import { Redis } from 'ioredis';
import { type ClientCheck, type ClientEvent, createSelfInfoClient } from 'myna-selfinfo';
import { createPgVaultStore } from 'myna-selfinfo/pg';
import { createRedisStore } from 'myna-selfinfo/redis';
import { createLocalKeys, createVault } from 'myna-selfinfo/vault';
import pg from 'pg';
import { loan } from './service.js';
import { readCertificate, readEnvironment, readKeys, secret, text } from './settings.js';

/** ログは、1行に1つの JSON。SDK のイベントは、秘密も個人情報も含まない。 */
export const log = (entry: object) => console.log(JSON.stringify(entry));

/** 開始のイベントは記録しない。終了のイベントに、同じIDと所要時間がある。 */
const logEvent = (event: ClientEvent) => event.type.endsWith('_started') || log(event);

/** 確認の結果のうち、ログに記録するもの。 */
export const resultOf = ({ ok, error }: ClientCheck['portal']) =>
  ok ? 'ok' : { code: error?.code, reason: error?.reason };

export type Parts = Awaited<ReturnType<typeof openParts>>;

export async function openParts() {
  // ほかに接続する前に、設定の誤りを見つける。
  const environment = readEnvironment();
  const tls = readCertificate();
  const keys = createLocalKeys(readKeys('VAULT_KEYS_FILE'));
  const pool = openPool();
  // 切断中のコマンドは、キューにためず、すぐに失敗させる。
  const redis = new Redis(text('REDIS_URL'), {
    username: text('REDIS_USERNAME'),
    password: secret('REDIS_PASSWORD_FILE'),
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  redis.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => log({ type: 'redis', code }));
  await redis.connect();

  const store = createRedisStore({
    client: redis,
    keys: readKeys('STORE_KEYS_FILE'),
    prefix: 'loan:',
  });
  const client = createSelfInfoClient({
    service: loan,
    environment,
    tls,
    store,
    onEvent: logEvent,
  });
  const vault = createVault({
    service: loan,
    store: createPgVaultStore(pool),
    keys,
    onEvent: log,
  });
  await client.ready();
  /** すべてのリクエストの処理が終わってから呼ぶ。 */
  async function close() {
    await client.close();
    await pool.end();
    redis.disconnect();
  }
  return { client, vault, redis, pool, https: environment.redirectUri.startsWith('https:'), close };
}

/** PGHOST、PGUSER、PGDATABASE、PGSSLMODE は pg が読む。 */
export function openPool(): pg.Pool {
  const pool = new pg.Pool({ password: secret('PGPASSWORD_FILE') });
  // このリスナーがないと、PostgreSQL の再起動でプロセスが終了する。
  pool.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => log({ type: 'pg', code }));
  return pool;
}
