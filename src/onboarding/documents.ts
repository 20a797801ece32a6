import type { Text } from '../calendar/rules.js';

interface DocumentRow extends Text {
  readonly id: string;
}

/** The documents of chapters 5 and 6, with the names that the guideline gives them (v2.2). */
export const documents = [
  { id: 'guideline', ja: '利用ガイドライン', en: 'usage guideline' },
  { id: 'terms', ja: '利用規約', en: 'terms of use' },
  { id: 'plan', ja: '利用企画書', en: 'usage plan' },
  { id: 'plan-updated', ja: '利用企画書（更新版）', en: 'usage plan (updated)' },
  {
    id: 'plan-marked',
    ja: '利用企画書（変更箇所を明示）',
    en: 'usage plan (changes marked visibly)',
  },
  { id: 'conditions', ja: '利用条件確認書', en: 'confirmation of the conditions of use' },
  {
    id: 'conditions-updated',
    ja: '利用条件確認書（更新版）',
    en: 'confirmation of the conditions of use (updated)',
  },
  {
    id: 'conditions-marked',
    ja: '利用条件確認書（変更箇所を明示）',
    en: 'confirmation of the conditions of use (changes marked visibly)',
  },
  { id: 'api-list', ja: 'マイナポータルAPI一覧', en: 'list of Mynaportal APIs' },
  {
    id: 'disclosure-application',
    ja: '技術仕様書開示申請書',
    en: 'application for disclosure of the technical specification',
  },
  { id: 'confidentiality-pledge', ja: '機密保持誓約書', en: 'pledge of confidentiality' },
  {
    id: 'third-party-consent',
    ja: '第三者開示承諾願',
    en: 'request to permit disclosure to third parties',
  },
  { id: 'interface-specification', ja: 'インターフェイス仕様書', en: 'interface specification' },
  { id: 'test-procedure', ja: '接続試験実施要領', en: 'connection test procedure' },
  { id: 'development-materials', ja: '開発用資材', en: 'development materials' },
  { id: 'application-forms', ja: '各種申請等様式集', en: 'collection of application forms' },
  {
    id: 'setting-sheet-forms',
    ja: '各種設定シート様式集',
    en: 'collection of setting sheet forms',
  },
  { id: 'inquiry-sheet', ja: 'お問合せ表', en: 'inquiry sheet' },
  {
    id: 'connection-check-application',
    ja: '接続確認環境利用申請書',
    en: 'application to use the connection-check environment',
  },
  { id: 'service-settings', ja: 'サービス情報設定シート', en: 'service information setting sheet' },
  {
    id: 'service-settings-production',
    ja: 'サービス情報設定シート（本番環境用）',
    en: 'service information setting sheet (for production)',
  },
  {
    id: 'connection-settings-check',
    ja: '接続情報設定シート（接続確認環境）',
    en: 'connection setting sheet (connection-check environment)',
  },
  {
    id: 'connection-settings-production',
    ja: '接続情報設定シート（本番環境）',
    en: 'connection setting sheet (production)',
  },
  { id: 'test-data-settings', ja: 'テストデータ設定シート', en: 'test data setting sheet' },
  {
    id: 'precheck-list',
    ja: '接続確認環境試験_事前確認手順一覧',
    en: 'list of steps to check before the connection test',
  },
  { id: 'test-url', ja: '試験環境URL（通知）', en: 'URL of the test environment (notice)' },
  { id: 'test-report', ja: '接続試験完了報告書', en: 'report on the completed connection test' },
  { id: 'usage-application', ja: '利用申請書', en: 'application for use' },
  { id: 'production-url', ja: '本番環境URL（通知）', en: 'URL of production (notice)' },
  { id: 'change-application', ja: '利用変更申請書', en: 'application to change the use' },
  {
    id: 'change-receipt',
    ja: '利用変更申請受付書',
    en: 'receipt of the application to change the use',
  },
  {
    id: 'suspension-notice',
    ja: '利用停止・利用再開届出書',
    en: 'notice of suspension or resumption of use',
  },
  { id: 'termination-notice', ja: '利用終了届', en: 'notice of termination of use' },
] as const satisfies readonly DocumentRow[];

/** The id of a document of chapters 5 and 6. */
export type DocumentId = (typeof documents)[number]['id'];
