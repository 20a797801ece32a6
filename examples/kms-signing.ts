// 秘密鍵を KMS（または HSM）から出さずに、private_key_jwt でクライアント認証を行う。認可リクエストは PAR で送り、鍵は稼働中に入れ替える。
//   npx tsx examples/kms-signing.ts
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
  privateKeyJwt,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';

/** KMS の代わり。実際の KMS と同じく、渡された内容に署名して DER で返し、秘密鍵は外に出さない。 */
class KeyService {
  readonly #keys = new Map<string, KeyObject>();
  signatures = 0;

  /** 鍵を作り、登録する公開鍵（JWK）を返す。 */
  createKey(kid: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#keys.set(kid, privateKey);
    return { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  }

  async sign(kid: string, message: Uint8Array): Promise<Uint8Array> {
    const key = this.#keys.get(kid);
    if (key === undefined) throw new Error(`no such key: ${kid}`);
    this.signatures++;
    return sign('sha256', message, key);
  }
}

const kms = new KeyService();
// 新旧2つの鍵を登録しておく。入れ替えの間は、どちらでも認証できる。
const jwks = { keys: [kms.createKey('2026-11'), kms.createKey('2027-11')] };

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
await using sandbox = await startSandbox({
  clock,
  registrations: [
    {
      clientId: 'SP00000001_HL0001',
      redirectUris: ['http://localhost:3000/callback'],
      service,
      clientAuth: { jwks },
      requirePushedAuthorizationRequests: true,
    },
  ],
});

// 署名のたびに呼ばれる。設定を読み直すなどして、現在の鍵を返す。
const credentialOf = (kid: string) =>
  privateKeyJwt({ alg: 'ES256', kid, sign: (input) => kms.sign(kid, input) });
let current = credentialOf('2026-11');
await using client = createSelfInfoClient({
  service,
  ...sandbox.connection,
  clientAuth: () => current,
});

async function fetchIncome(): Promise<string> {
  const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
  const callback = await sandbox.visit(url, { persona: 'hanako' });
  const outcome = await client.completeConsent(callback, { sessionBinding: 'session-1' });
  if (outcome.status !== 'granted') return explain(outcome, 'ja');
  return explain(
    await client.query(outcome.grant, latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    }),
    'ja',
  );
}

console.log(`鍵 2026-11: ${await fetchIncome()}`);
current = credentialOf('2027-11');
console.log(`鍵 2027-11: ${await fetchIncome()}`);
console.log(`KMS による署名: ${kms.signatures} 回（PAR とトークンのリクエストに1回ずつ）`);

// 登録していない鍵では、同意を始める前に拒否される。
kms.createKey('2028-11');
current = credentialOf('2028-11');
console.log(`鍵 2028-11: ${await fetchIncome().catch((error) => explain(error, 'ja'))}`);
