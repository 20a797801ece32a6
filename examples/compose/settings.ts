// 設定。値は環境変数、秘密はファイルから読む。足りないものがあれば起動しない。
import { readFileSync } from 'node:fs';
import {
  connectionCheckEnvironment,
  type Environment,
  productionEnvironment,
  publicProfile,
  sandboxEnvironment,
} from 'myna-selfinfo';

const environments = {
  sandbox: sandboxEnvironment,
  'connection-check': connectionCheckEnvironment,
  production: productionEnvironment,
};

/** SIGTERM の後、処理中のリクエストの完了を待つ時間。コールバックでは呼び出しを2回行い、1回に最大30秒かかる。 */
export const DRAIN_MS = 65_000;

/** PORTAL で決まるのは、環境を作る関数だけ。接続先に既定値はない。 */
export function readEnvironment(): Environment {
  const portal = text('PORTAL');
  if (!Object.hasOwn(environments, portal))
    throw new Error(`PORTAL には ${Object.keys(environments).join('、')} のどれかを指定する。`);
  return environments[portal as keyof typeof environments]({
    clientId: text('SELFINFO_CLIENT_ID'),
    redirectUri: text('SELFINFO_REDIRECT_URI'),
    endpoints: { browserUrl: text('SELFINFO_BROWSER_URL'), apiUrl: text('SELFINFO_API_URL') },
    issuer: text('SELFINFO_ISSUER'),
    // 省略すると、Node.js が信頼する認証局を使う。
    ...(process.env.SELFINFO_CA_FILE && { ca: secret('SELFINFO_CA_FILE') }),
    // A-7 の後は、仕様書に合わせた通信プロファイルにする。
    profile: publicProfile,
  });
}

/** クライアント証明書と秘密鍵。更新時にも読み直す。 */
export const readCertificate = () => ({
  cert: secret('SELFINFO_CERT_FILE'),
  key: secret('SELFINFO_KEY_FILE'),
});

/** 暗号鍵の一覧: { "current": "2026-12", "keys": { "2026-12": "..." } } */
export const readKeys = (name: string) =>
  JSON.parse(secret(name)) as {
    readonly current: string;
    readonly keys: Readonly<Record<string, string>>;
  };

/** 必須の環境変数。 */
export function text(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`環境変数 ${name} がない。`);
  return value;
}

/** 環境変数に指定されたファイルの内容。秘密は、環境変数にもイメージにも入れない。 */
export function secret(name: string): string {
  try {
    return readFileSync(text(name), 'utf8').trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new Error(`${name} のファイルを読めない（${error.code}）。`);
  }
}
