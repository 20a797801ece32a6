import type { Text } from '../calendar/rules.js';

/**
 * A requirement of chapter 4 (利用するための要件).
 *
 * @example
 * ```ts
 * import { type Requirement, requirements } from 'myna-selfinfo/onboarding';
 * const list: readonly Requirement[] = requirements;
 * ```
 */
export interface Requirement {
  readonly id: string;
  readonly guideline: 'v2.2';
  readonly section: '4.1' | '4.2';
  /** The article of the terms of use (利用規約) that the guideline names. */
  readonly terms: Text;
  /** What is required. */
  readonly ja: string;
  readonly en: string;
  /**
   * Whether this package does a part of it, or leaves it to the provider. No package alone meets a
   * requirement.
   */
  readonly coveredBy: 'both' | 'provider';
  /** What this package does, each with its entry point and its page of the documentation. */
  readonly sdk: readonly (Text & { readonly door: string; readonly page: string })[];
  /** What the provider must do. */
  readonly provider: Text;
}

const article = (item: 1 | 2 | 3): Text => ({
  ja: `利用規約3条2項${item}号`,
  en: `terms of use 3-2-${item}`,
});
const holding = { guideline: 'v2.2', section: '4.2', terms: article(2) } as const;
const security = { guideline: 'v2.2', section: '4.2', terms: article(3) } as const;

/**
 * The requirements of chapter 4 as a checklist: what each requires, what this package does for it
 * and where, and what the provider must do.
 *
 * @example
 * ```ts
 * import { requirements } from 'myna-selfinfo/onboarding';
 * const mine = requirements
 *   .filter(({ coveredBy }) => coveredBy === 'provider')
 *   .map(({ section, provider }) => `${section} ${provider.ja}`);
 * ```
 */
export const requirements = [
  {
    id: 'no-disqualified-officer',
    guideline: 'v2.2',
    section: '4.1',
    terms: article(1),
    ja: '役員若しくは担当部署責任者のうちに、行政手続における特定の個人を識別するための番号の利用等に関する法律（平成２５年法律第２７号）の規定若しくは暴力団員による不当な行為の防止等に関する法律（平成３年法律第７７号）の規定若しくはこれらに相当する外国の法令の規定に違反し、又は刑法（明治４０年法律第４５号）若しくは暴力行為等処罰に関する法律（大正１５年法律第６０号）の罪を犯し、罰金の刑（これに相当する外国の法令による刑を含む。）に処せられ、その刑の執行を終わり、又はその執行を受けることがなくなった日から５年を経過しない者がないこと',
    en: 'No officer and no head of the department in charge was sentenced to a fine (or a corresponding foreign penalty) for breaking the My Number Act, the act against organised gangs or equivalent foreign laws, or for an offence under the Penal Code or the act on violence, if less than five years have passed since the sentence was served or ceased to be enforceable',
    coveredBy: 'provider',
    sdk: [],
    provider: {
      ja: '該当者がいないことを確認する。',
      en: 'Confirm that this applies to no officer and no head of the department.',
    },
  },
  {
    ...holding,
    id: 'consented-period',
    ja: '取得しようとする自己情報を、本人同意を得た期間に限り保持すること',
    en: 'Hold the self-information only for the period that the citizen consented to',
    coveredBy: 'both',
    sdk: [
      {
        door: '.',
        page: 'docs/client.md',
        ja: '保持期間をサービスの定義で必須とし、期間を過ぎた情報は読み出せない。',
        en: 'The service definition requires the retention period. After the period the data cannot be read.',
      },
      {
        door: './vault',
        page: 'docs/vault.md',
        ja: '保管した回答は、期間を過ぎると読み出せず、消去できる。',
        en: 'Answers in the vault cannot be read after the period, and can be erased.',
      },
    ],
    provider: {
      ja: '期間を利用者に示して同意を得る。読み出した後の複製（データベース、バックアップ、ログ、帳票）を期間内に消去する。',
      en: 'Tell the citizen the period and obtain consent. Erase copies of the data within the period: databases, backups, logs, printouts.',
    },
  },
  {
    ...holding,
    id: 'consented-purpose',
    ja: '取得しようとする自己情報を、本人同意を得た目的に限り利用すること',
    en: 'Use the self-information only for the purpose that the citizen consented to',
    coveredBy: 'both',
    sdk: [
      {
        door: '.',
        page: 'docs/client.md',
        ja: '利用目的をサービスの定義で必須とし、同意ごとの条件に残す。1回の同意で照会は1回に限る。',
        en: 'The service definition requires the purpose, and the terms of every consent record it. One consent allows one request.',
      },
      {
        door: './vault',
        page: 'docs/vault.md',
        ja: '保管した回答は、同意を得た目的でしか読み出せず、読み出しのたびに理由が監査ログに残る。',
        en: 'Answers in the vault can be read only for the consented purpose. The audit log records the reason each time.',
      },
    ],
    provider: {
      ja: '目的を利用者に示して同意を得る。読み出した後の目的外利用を組織として防ぐ。',
      en: 'Tell the citizen the purpose and obtain consent. Prevent any other use of the data in your organisation.',
    },
  },
  {
    ...holding,
    id: 'confidentiality',
    ja: '取得しようとする自己情報の機密性を維持すること',
    en: 'Keep the self-information confidential',
    coveredBy: 'both',
    sdk: [
      {
        door: '.',
        page: 'docs/client.md',
        ja: 'トークン、コード、個人の情報をメッセージ、ログ、JSONに出さない。',
        en: 'Tokens, codes and personal values do not appear in messages, logs or JSON.',
      },
      {
        door: './vault',
        page: 'docs/vault.md',
        ja: '回答を暗号化して保管し、鍵の入れ替えと消去ができる。',
        en: 'Answers are stored encrypted. Keys can be rotated and data erased.',
      },
    ],
    provider: {
      ja: '読み出した後の保管、アクセス権、持ち出しを管理する。',
      en: 'Control storage, access rights and removal of the data.',
    },
  },
  {
    ...security,
    id: 'transport-security',
    ja: 'デジタル庁の情報セキュリティ要求事項のうち個別的要求事項（マイナポータルとの通信の相互認証及び暗号化等）を遵守すること',
    en: "Follow the specific part of the Digital Agency's security requirements: mutual authentication and encryption of the traffic with Mynaportal, and the like",
    coveredBy: 'both',
    sdk: [
      {
        door: '.',
        page: 'docs/client.md',
        ja: '相互TLS（1.2以上）のみで通信し、サンドボックス以外ではサーバ証明書の検証を無効にできない。',
        en: 'All traffic uses mutual TLS 1.2 or later. Outside the sandbox the server certificate is always verified.',
      },
      {
        door: '.',
        page: 'docs/wire-profile.md',
        ja: '公開されていない部分の仮定を一覧にしている。インターフェイス仕様書（A-7）の入手後に置き換える。',
        en: 'Assumptions about unpublished parts are listed. Replace them after you receive the interface specification (A-7).',
      },
    ],
    provider: {
      ja: 'インターフェイス仕様書の要求事項を確認する。証明書と秘密鍵を取得、保管、更新する。',
      en: 'Check the requirements of the interface specification. Obtain, store and renew the certificate and the private key.',
    },
  },
  {
    ...security,
    id: 'organisational-security',
    ja: 'デジタル庁の情報セキュリティ要求事項のうち一般的要求事項（情報セキュリティ対策に対する組織的な取り組み等）を遵守すること',
    en: "Follow the general part of the Digital Agency's security requirements: organisational measures, and the like",
    coveredBy: 'provider',
    sdk: [],
    provider: {
      ja: '要求事項を入手し、組織として対応する。',
      en: 'Obtain the requirements and meet them as an organisation.',
    },
  },
] as const satisfies readonly Requirement[];
