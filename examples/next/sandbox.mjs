// サンドボックスを、アプリとは別のプロセスで動かす。Ctrl-C で終了。
//   npm ci && npm install myna-selfinfo
//   npm run sandbox            # 接続先、証明書、秘密鍵を .sandbox に書き出す
//   npm run dev                # 別のターミナルで。npm run build && npm start でも同じ
import { mkdirSync, writeFileSync } from 'node:fs';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { loan } from './lib/service.mjs';

const folder = process.env.SELFINFO_DIR ?? '.sandbox';
const port = process.env.PORT ?? '3000';

const sandbox = await startSandbox({
  registrations: [
    {
      clientId: 'SP00000001_HL0001',
      redirectUris: [`http://localhost:${port}/callback`],
      service: loan,
    },
  ],
});
const { environment, tls } = sandbox.connection;
const { clientId, redirectUri, endpoints, issuer, ca } = environment;

mkdirSync(folder, { recursive: true });
/** @type {(name: string, text: string) => void} */
const write = (name, text) => writeFileSync(`${folder}/${name}`, text, { mode: 0o600 });
write('environment.json', JSON.stringify({ clientId, redirectUri, endpoints, issuer, ca }));
write('client.crt', String(tls.cert));
write('client.key', String(tls.key));
console.log(`サンドボックス: ${sandbox.browserUrl}（Ctrl-C で終了）`);

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
