import { type ErrorRow, permanent } from '../error-facts.js';

/** Errors of stores and vaults. */
export const storageErrors = {
  store_key_exists: {
    ...permanent,
    stage: 'store',
    en: 'The store contains this key already, or contained it before.',
    ja: 'このキーは、ストアで使用中か、使用済みです。',
  },
  store_full: {
    stage: 'store',
    effect: 'none',
    retrySafe: true,
    en: 'The store is full. No entry was dropped to make room.',
    ja: 'ストアの件数が上限に達しています。既存のデータは削除していません。',
  },
  store_failed: {
    stage: 'store',
    effect: 'none',
    retrySafe: true,
    en: 'The store could not be read or written.',
    ja: 'ストアの読み書きに失敗しました。',
  },
  foreign_answer: {
    ...permanent,
    stage: 'vault',
    en: '{path} is not an answer of this service that came from the client or a vault.',
    ja: '{path} は、クライアントまたは保管庫から得た、このサービスの回答ではありません。',
  },
  reference_unknown: {
    ...permanent,
    stage: 'answer',
    en: 'The vault has no data under this reference. It was never stored, or its period has ended and it was swept.',
    ja: 'この参照番号の情報は保管庫にありません。保管していないか、保持期間の終了後に消去されています。',
  },
  data_erased: {
    ...permanent,
    stage: 'answer',
    en: 'The data of this reference was erased.',
    ja: 'この参照番号の情報は消去済みです。',
  },
  purpose_refused: {
    ...permanent,
    stage: 'vault',
    en: 'The data may be used only for the consented purpose. This purpose is a different one.',
    ja: '指定された目的は、同意を得た目的と異なります。情報は、同意を得た目的に限り利用できます。',
  },
  record_damaged: {
    ...permanent,
    stage: 'vault',
    en: 'The record and its key do not match, or one of them was changed. Nothing was read from it.',
    ja: 'レコードと鍵が対応していないか、どちらかが改変されています。内容は読み出していません。',
  },
  format_unsupported: {
    ...permanent,
    stage: 'vault',
    en: '{path} has a newer format than this version of the package supports. Nothing was changed.',
    ja: '{path} は、このバージョンのパッケージが対応していない新しい形式です。何も変更していません。',
  },
  key_unknown: {
    ...permanent,
    stage: 'vault',
    en: 'The key that sealed or wrapped this value is not among the configured keys.',
    ja: '暗号化に使用した鍵が、設定された鍵に含まれていません。',
  },
  key_unavailable: {
    stage: 'vault',
    effect: 'none',
    retrySafe: true,
    en: 'The key provider could not wrap or unwrap a data key.',
    ja: '鍵プロバイダーで、データ鍵を暗号化または復号できませんでした。',
  },
  clock_jumped: {
    ...permanent,
    stage: 'vault',
    en: 'The clock is more than 24 hours ahead of the latest instant that the vault has seen. Nothing was erased. If the clock is right, call confirmClock.',
    ja: '時計が、保管庫の確認した最新の時刻より24時間を超えて進んでいます。何も消去していません。時計が正しい場合は confirmClock を呼び出してください。',
  },
} as const satisfies Record<string, ErrorRow>;
