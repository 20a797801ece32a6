// 取得した情報の置き場所。保管庫（vault）が暗号化して保管し、同意された目的でだけ読み出し、期間が終われば消去する（ガイドライン4.2）。
// 置き場所を変えるときは、このファイルだけを直す。
import { randomBytes } from 'node:crypto';
import { isSelfInfoError } from 'myna-selfinfo';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type Vault,
  type VaultOptions,
} from 'myna-selfinfo/vault';
import { housingLoan, type LoanAnswer } from './service.js';

export type LoanVault = Vault<typeof housingLoan>;

/** ここではメモリと、起動のたびに作る鍵。本番では store を createPgVaultStore、keys を KMS などの鍵にし、onEvent を監査ログにつなぐ。 */
export function createLoanVault(options: Pick<VaultOptions, 'clock' | 'onEvent'>): LoanVault {
  const keys = createLocalKeys({
    current: 'example',
    keys: { example: randomBytes(32).toString('base64url') },
  });
  return createVault({ service: housingLoan, store: createMemoryVaultStore(), keys, ...options });
}

/** もう読めないことを示すエラー。鍵や保管先の障害は含まない。 */
const GONE: readonly string[] = ['retention_ended', 'data_erased', 'reference_unknown'];

export type Answers = ReturnType<typeof createAnswers>;

export function createAnswers(vault: LoanVault) {
  return {
    /** 意味のない参照番号を返す。セッションや申込みの表に置くのはこれだけ。 */
    put: (answer: LoanAnswer) => vault.put(answer),

    /** 審査のために読む。reason は監査ログに残る。期間が過ぎたもの、消去したものは undefined。 */
    async get(ref: string, reason: string): Promise<LoanAnswer | undefined> {
      try {
        return await vault.read(ref, { purpose: housingLoan.purpose.id, reason });
      } catch (error) {
        if (isSelfInfoError(error) && GONE.includes(error.code)) return undefined;
        throw error;
      }
    },

    async erase(ref: string, reason: string): Promise<void> {
      try {
        await vault.erase(ref, reason);
      } catch (error) {
        if (!isSelfInfoError(error, 'reference_unknown')) throw error;
      }
    },

    /** 期間の終わったものを消す。誰も見に来なくても消えるように、定期的に呼ぶ。 */
    sweep: () => vault.sweep(),
  };
}
