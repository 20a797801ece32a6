// 保管庫の鍵を KMS に預ける: データ鍵だけが KMS を往復し、鍵暗号化鍵は KMS の外に出ない。
//   npx tsx examples/vault-kms.ts
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  isSelfInfoError,
  latest,
  SelfInfoError,
} from 'myna-selfinfo';
import { createSandbox } from 'myna-selfinfo/sandbox';
import { createMemoryVaultStore, createVault, type VaultKeys } from 'myna-selfinfo/vault';

/** クラウドの KMS と同じ形の呼び出し。実際には、お使いの KMS のクライアントで置き換える。 */
interface Kms {
  encrypt(
    keyId: string,
    plaintext: Uint8Array,
    context: Readonly<Record<string, string>>,
  ): Promise<Uint8Array>;
  decrypt(
    keyId: string,
    ciphertext: Uint8Array,
    context: Readonly<Record<string, string>>,
  ): Promise<Uint8Array>;
}

/** 保管庫の鍵プロバイダー。データ鍵の ID を暗号化コンテキストに入れるので、ほかのレコードの鍵としては復号できない。 */
function keysOf(kms: Kms, current: string): VaultKeys {
  return {
    current,
    async wrap(dataKey, id) {
      const bytes = await kms.encrypt(current, dataKey, { id });
      return { id, kid: current, wrapped: Buffer.from(bytes).toString('base64url') };
    },
    unwrap: ({ id, kid, wrapped }) => kms.decrypt(kid, Buffer.from(wrapped, 'base64url'), { id }),
  };
}

/** この例のための KMS。鍵を外に出さない。 */
function createKms(keyIds: readonly string[]): Kms & { disable(keyId: string): void } {
  const secrets = new Map(keyIds.map((keyId) => [keyId, randomBytes(32)]));
  function secretOf(keyId: string) {
    const secret = secrets.get(keyId);
    // 保管庫に「鍵がない」と伝えるには、このエラーを投げる。それ以外のエラーは key_unavailable（再試行可）になる。
    if (!secret) throw new SelfInfoError('key_unknown');
    return secret;
  }
  return {
    async encrypt(keyId, plaintext, context) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', secretOf(keyId), iv).setAAD(
        Buffer.from(JSON.stringify(context)),
      );
      return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    async decrypt(keyId, ciphertext, context) {
      const bytes = Buffer.from(ciphertext);
      const decipher = createDecipheriv('aes-256-gcm', secretOf(keyId), bytes.subarray(0, 12), {
        authTagLength: 16,
      });
      decipher.setAAD(Buffer.from(JSON.stringify(context))).setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    },
    disable: (keyId) => void secrets.delete(keyId),
  };
}

const service = defineService({
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
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = createSandbox({
  registrations: [
    { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
  ],
  clock,
});
await using client = createSelfInfoClient({
  service,
  environment: sandbox.environment(),
  fetch: sandbox.fetch,
  clock,
});
const { url } = await client.beginConsent({ sessionBinding: 'このブラウザのセッションID' });
const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
  sessionBinding: 'このブラウザのセッションID',
});
if (outcome.status !== 'granted') throw new Error(outcome.status);
const result = await client.query(outcome.grant, latest(), {
  onProgress: ({ retryAt }) => clock.set(retryAt),
});
if (result.status !== 'ready') throw new Error(result.status);

const kms = createKms(['loan-2026', 'loan-2027']);
const store = createMemoryVaultStore();
const onEvent = (event: object) => console.log(`  監査ログ ${JSON.stringify(event)}`);
const vault = createVault({ service, store, keys: keysOf(kms, 'loan-2026'), clock, onEvent });

console.log('保管する');
const ref = await vault.put(result.answer);

console.log('鍵を更新し、古い鍵を廃止する');
const renewed = createVault({ service, store, keys: keysOf(kms, 'loan-2027'), clock, onEvent });
await renewed.rotateKeys();
kms.disable('loan-2026');

console.log('同意を得た目的で読む');
const { income } = (await renewed.read(ref, { purpose: 'housing-loan', reason: '審査 4711' }))
  .items;
console.log(
  `  所得情報: ${income.status === 'present' ? `${income.reveal().length} 件` : income.status}`,
);

console.log('別の目的では読めない');
await renewed.read(ref, { purpose: 'marketing', reason: '案内の送付' }).catch((error: unknown) => {
  if (!isSelfInfoError(error, 'purpose_refused')) throw error;
  console.log(`  ${error.messageJa}`);
});
