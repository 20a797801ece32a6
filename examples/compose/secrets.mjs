// 秘密のファイルを作る。鍵を変えると保管した内容を読めなくなるので、すでにあれば何もしない。
//   node secrets.mjs [フォルダー]    省略時は secrets
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? 'secrets';
const random = () => randomBytes(32).toString('base64url');
const keys = () => JSON.stringify({ current: '2026-12', keys: { '2026-12': random() } });
const password = random();

// default にできるのは ping だけ（ヘルスチェック用）。app の権限は、ストアとセッションに必要なものだけ。
const users = `user default on nopass resetkeys resetchannels -@all +ping
user app on >${password} ~loan:* resetchannels -@all +evalsha +eval +mget +get +set +exists +del +info
`;

/** @type {Record<string, string>} */
const files = {
  'store-keys': keys(),
  'vault-keys': keys(),
  'postgres-password': random(),
  'redis-password': password,
  'redis-users.acl': users,
};

// フォルダーを開けるのは所有者だけ。ファイルは、コンテナ内のどのユーザーからも読めるようにする（Compose は、ファイルを元の権限のままマウントする）。
if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined)
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o444 });
