// 秘密のファイルを作る。既にあれば何もしない: 鍵を替えると、保管したものが読めなくなる。
//   node secrets.mjs [フォルダ]    省略すると secrets
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? 'secrets';
const random = () => randomBytes(32).toString('base64url');
const keys = () => JSON.stringify({ current: '2026-12', keys: { '2026-12': random() } });
const password = random();

// default にできるのは ping だけ（ヘルスチェック用）。app の権限は、ストアとセッションに要るものだけ。
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

// フォルダに入れるのは持ち主だけ。ファイルは、コンテナの中のどの利用者からも読めるようにする（Compose はファイルを1つずつ、そのままの権限で見せる）。
if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined)
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o444 });
