import type { Fault } from '../../sandbox/faults.js';
import type { Texts } from '../arguments.js';
import type { CitizenFacts } from './citizens.js';

/** The name of a way to play a case. */
export type PlayName =
  | 'agree'
  | 'agreeAndWait'
  | 'decline'
  | 'refused'
  | 'wrongPin'
  | 'late'
  | 'announced'
  | 'replay'
  | 'otherBrowser'
  | 'forged'
  | 'bareError'
  | 'twoTabs'
  | 'twoCitizens';

/** What must be seen after a case is played. */
export interface Expectation {
  /** How often a token is requested. */
  readonly token: number | readonly [least: number, most: number];
  /** How often self-information is requested. Default: as `token`. */
  readonly request?: number;
  /** Whether the answer is collected. Default: false. */
  readonly collected?: boolean;
  /** `shown`: a page has what was consented to. `hidden`: no page has a value of a citizen. */
  readonly data: 'shown' | 'both-holders' | 'open-holder' | 'hidden' | 'own-only';
  /** Whether an amount of 0 yen must not be shown. */
  readonly noZero?: boolean;
  /** Whether the page may say 5xx, because the portal failed. */
  readonly mayFail?: boolean;
}

/** A case that a provider shows before the connection test, and repeats with a real card. */
export interface Case {
  readonly id: string;
  readonly title: Texts;
  /** The sections of the guideline that ask for it. */
  readonly sections: string;
  /** Why it is played. */
  readonly reason: string;
  readonly citizen?: CitizenFacts;
  readonly faults?: readonly Fault[];
  readonly play: PlayName;
  readonly expect: Expectation;
  /** What is expected, as a sentence. */
  readonly expected: string;
  /** What a person does with the test card. */
  readonly byHand: string;
  /** What a person does in the preliminary check in production. Left out: nothing. */
  readonly inProduction?: string;
}

const ended = { token: 0, data: 'hidden' } as const;
const answered = { token: 1, collected: true, data: 'hidden', noZero: true } as const;
const NO_DATA = '情報を取得せず、取得していないことと、ほかの方法を案内する。';

/** The cases, in the order in which they are played and reported. */
export const cases: readonly Case[] = [
  {
    id: 'agreed',
    title: { ja: '同意して提供する', en: 'agrees' },
    sections: '2.3、注※２',
    reason: '本人の同意により1回だけ取得し、取得したことと内容を本人が確認できること。',
    play: 'agree',
    expect: { token: 1, collected: true, data: 'shown' },
    expected: 'トークンと自己情報を1回ずつ要求し、取得した情報を本人の画面に表示する。',
    byHand:
      'テストカードで同意し、取得した内容がテストデータと一致すること、画面の流れが2.3の画面例に沿い、途中で中断できることを確認する。',
    inProduction: '本番のカードで同意し、取得した内容が本人の情報と一致することを確認する。',
  },
  {
    id: 'declined',
    title: { ja: '同意しない', en: 'declines' },
    sections: '2.3、注※２',
    reason: '本人が取得の中断を選択できること。',
    play: 'decline',
    expect: ended,
    expected: NO_DATA,
    byHand: '同意画面で「同意しない」を選び、事業者の画面に戻って案内を読む。',
    inProduction: '同意画面で中断し、情報を取得せずに戻ることを確認する。',
  },
  {
    id: 'expired',
    title: { ja: '10分を過ぎてから同意する', en: 'agrees after ten minutes' },
    sections: '2.3',
    reason: '同意画面の制限時間を過ぎたあとに、情報を取得しないこと。',
    play: 'late',
    expect: ended,
    expected: NO_DATA,
    byHand:
      '同意画面を開いたまま制限時間を過ぎてから進み、案内を読む。事業者側の時計による期限切れも、実際に待って確認する。',
  },
  {
    id: 'locked-card',
    title: { ja: 'カードがロックされている', en: 'has a locked card' },
    sections: '2.3、2.7',
    reason: '電子利用者証明ができない人を、ほかの方法に案内すること。',
    citizen: { card: 'locked' },
    play: 'refused',
    expect: ended,
    expected: NO_DATA,
    byHand: 'ロックしたテストカード（用意できる場合）で操作し、案内を読む。',
  },
  {
    id: 'expired-certificate',
    title: { ja: '利用者証明用電子証明書の有効期限切れ', en: 'has an expired certificate' },
    sections: '2.3、2.7',
    reason: '電子利用者証明ができない人を、ほかの方法に案内すること。',
    citizen: { card: 'expired' },
    play: 'refused',
    expect: ended,
    expected: NO_DATA,
    byHand: '有効期限切れのテストカード（用意できる場合）で操作し、案内を読む。',
  },
  {
    id: 'wrong-pin',
    title: { ja: '暗証番号を1回誤る', en: 'enters a wrong PIN once' },
    sections: '2.3、2.7',
    reason: '暗証番号を入力し直した人が、通常どおり情報を提供できること。',
    play: 'wrongPin',
    expect: { token: 1, collected: true, data: 'shown' },
    expected: '正しい暗証番号の入力後、「同意して提供する」と同じ結果になる。',
    byHand: 'テストカードで暗証番号を1回誤り、入力し直す（3回続けて誤るとロックされる）。',
  },
  {
    id: 'nothing-on-record',
    title: { ja: '該当する情報がない', en: 'has nothing on record' },
    sections: '2.4',
    reason: '「該当なし」を0円などの値と取り違えないこと。',
    citizen: { records: 'none' },
    play: 'agree',
    expect: answered,
    expected: '該当する情報がないことを案内する。0円などの値としては表示しない。',
    byHand: '情報のないテストデータの利用者で、文面と審査などへの引き渡しを確認する。',
  },
  {
    id: 'several-holders',
    title: { ja: '2つの機関が情報を保有している', en: 'has records at two holders' },
    sections: '2.4、表2.5-5',
    reason: '転居などで保有機関が複数ある人の情報を、一部だけで判断しないこと。',
    citizen: { records: 'two' },
    play: 'agree',
    expect: { token: 1, collected: true, data: 'both-holders' },
    expected: '両方の機関の情報を扱う。片方だけを全体として表示しない。',
    byHand: '保有機関が2つあるテストデータの利用者で、両方の情報が扱われることを確認する。',
  },
  {
    id: 'one-holder-closed',
    title: {
      ja: '2つの保有サーバの一方が停止している',
      en: 'has records at two servers, one closed',
    },
    sections: '2.5、表2.5-4',
    reason: '一部だけの応答を、全体として扱わないこと。',
    citizen: { records: 'two-servers' },
    play: 'agree',
    expect: { token: 1, collected: true, data: 'open-holder', noZero: true },
    expected: '取得できた情報と、取得できなかった情報があることを表示する。',
    byHand: '一部の中間サーバの運用時間外に照会し、文面を確認する。',
  },
  {
    id: 'holder-closed',
    title: { ja: '保有サーバがすべて停止している', en: 'finds all servers closed' },
    sections: '2.5、注※３',
    reason: '即時取得できない場合の画面を、事業者が用意すること。',
    citizen: { closed: true },
    play: 'agree',
    expect: answered,
    expected: '取得できなかったことと、再開の見込みまたはほかの方法を案内する。',
    byHand: '中間サーバの運用時間外に照会し、文面を確認する。',
    inProduction: '運用時間外の画面を確認する。',
  },
  {
    id: 'announced-stop',
    title: {
      ja: 'お知らせによりサービス全体が停止している',
      en: 'comes during an announced outage',
    },
    sections: '2.5、注※３',
    reason: '停止中に開始した人に、情報を取得せずに状況を案内すること。',
    play: 'announced',
    expect: ended,
    expected: NO_DATA,
    byHand: '計画停止（原則第3土日）の時間帯に開始し、文面を確認する。',
  },
  {
    id: 'portal-closed',
    title: {
      ja: '自己情報取得要求が保守中のため拒否される',
      en: 'has the request refused (maintenance)',
    },
    sections: '2.5、注※３',
    reason: '拒否された要求を、同じ同意で繰り返さないこと。',
    faults: [{ on: 'request', do: 'maintenance' }],
    play: 'agreeAndWait',
    expect: { token: 1, request: 1, data: 'hidden', noZero: true, mayFail: true },
    expected: '要求は1回だけ。取得できなかったことを案内する。',
    byHand: '接続確認環境の停止時間帯に操作し、文面を確認する。',
  },
  {
    id: 'token-error',
    title: {
      ja: 'トークンのリクエストが一時的に失敗する',
      en: 'has the token refused for a moment',
    },
    sections: '2.5、注※３',
    reason: '一時的な障害のときに、空白の画面や内部のエラーを見せないこと。',
    faults: [{ on: 'token', do: 'error-503' }],
    play: 'agreeAndWait',
    expect: { token: 1, request: 0, data: 'hidden', mayFail: true },
    expected: 'トークンのリクエストは1回だけ。時間をおいて最初からやり直すよう案内する。',
    byHand: '画面の文面を確認する（実際の環境では起こせない）。',
  },
  {
    id: 'deferred',
    title: { ja: '応答に時間がかかる', en: 'waits for the answer' },
    sections: '2.5、注※３',
    reason: 'すぐに届かない応答を、あとから受け取ること。',
    citizen: { pendingPolls: 4 },
    play: 'agree',
    expect: { token: 1, collected: true, data: 'shown' },
    expected: 'すぐに届かない応答を、あとから受け取って表示する。',
    byHand: '待つあいだの画面と、受け取ったあとの画面を確認する。',
    inProduction: '応答までの時間と、待つあいだの画面を確認する。',
  },
  {
    id: 'busy',
    title: { ja: '混雑のため結果の受け取りが一度拒否される', en: 'meets a busy portal' },
    sections: '2.5、注※３',
    reason: '同意をやり直さずに、結果の受け取りだけを繰り返すこと。',
    faults: [{ on: 'result', do: 'error-503', times: 1, retryAfterSeconds: 1 }],
    play: 'agree',
    expect: { token: 1, collected: true, data: 'shown' },
    expected: '同じ自己情報取得要求の結果を、時間をおいて受け取る。',
    byHand: '画面の文面を確認する（実際の環境では起こせない）。',
  },
  {
    id: 'not-covered',
    title: {
      ja: '保有機関が項目に対応していない',
      en: 'has an item that the holder does not cover',
    },
    sections: '2.4',
    reason: '「対象外」を、該当なしや0円と取り違えないこと。',
    citizen: { status: 'not-covered' },
    play: 'agree',
    expect: answered,
    expected: '取得できないことを案内する。0円などの値としては表示しない。',
    byHand: '対象外となるテストデータの利用者（用意できる場合）で、文面を確認する。',
  },
  {
    id: 'failed-item',
    title: { ja: '項目の取得に失敗する', en: 'has an item that fails' },
    sections: '2.4',
    reason: '一部の項目の失敗を、該当なしや0円と取り違えないこと。',
    citizen: { status: 'failed' },
    play: 'agree',
    expect: answered,
    expected: '取得できなかったことを案内する。0円などの値としては表示しない。',
    byHand: '画面の文面を確認する。',
  },
  {
    id: 'unknown-fields',
    title: { ja: '未知の項目が応答に含まれる', en: 'receives unknown fields' },
    sections: '2.4、4.2',
    reason: '照会していない情報を、表示も利用もしないこと。',
    citizen: { unknown: true },
    play: 'agree',
    expect: { token: 1, collected: true, data: 'shown' },
    expected: '照会した項目だけを表示する。',
    byHand: '受け取った応答の形が、インターフェイス仕様書のとおりであることを確認する。',
  },
  {
    id: 'replayed',
    title: { ja: '同じコールバックが再び開かれる', en: 'opens the callback again' },
    sections: '4.2',
    reason:
      '再読み込みや「戻る」で、同じ同意を二度使わないこと。別のブラウザには何も見せないこと。',
    play: 'replay',
    expect: { token: 1, collected: true, data: 'own-only' },
    expected: 'トークンのリクエストは1回のまま。別のブラウザには情報を表示しない。',
    byHand: 'テストカードで完了したあと、再読み込みと「戻る」を行う。',
    inProduction: '完了したあとの再読み込みと「戻る」を確認する。',
  },
  {
    id: 'other-browser',
    title: {
      ja: '別のブラウザでコールバックが開かれる',
      en: 'opens the callback in another browser',
    },
    sections: '4.2',
    reason: '同意した人と別の人の画面に、情報を結び付けないこと。',
    play: 'otherBrowser',
    expect: ended,
    expected: 'トークンを要求せず、別のブラウザには情報を表示しない。',
    byHand: '戻り先のURLを別のブラウザで開き、情報が表示されないことを確認する。',
  },
  {
    id: 'forged-state',
    title: {
      ja: 'コールバックの state が偽造・欠落している',
      en: 'returns with a forged or missing state',
    },
    sections: '4.2',
    reason: '事業者が始めていない同意のコールバックを受け付けないこと。',
    play: 'forged',
    expect: ended,
    expected: 'トークンを要求せず、エラーの画面を表示する。',
    byHand: '自動の確認で足りる。',
  },
  {
    id: 'bare-error',
    title: { ja: 'state のないエラーのコールバック', en: 'returns with an error but no state' },
    sections: '4.2',
    reason: '外部から渡された文字列を画面に出さず、空白の画面にもしないこと。',
    play: 'bareError',
    expect: ended,
    expected: 'トークンを要求せず、渡された説明文を表示せずに案内する。',
    byHand: '自動の確認で足りる。',
  },
  {
    id: 'two-tabs',
    title: { ja: '1人が2つのタブで同時に操作する', en: 'uses two tabs' },
    sections: '4.2',
    reason: '同時に行った同意が混ざらず、エラーにもならないこと。',
    play: 'twoTabs',
    expect: { token: [1, 2], data: 'own-only' },
    expected: '少なくとも1つが完了し、どちらの画面もエラーにならない。',
    byHand: '2つのタブで開始し、後から開いたほうを先に完了する。',
  },
  {
    id: 'two-citizens',
    title: { ja: '2人が同時に操作する', en: 'acts at the same time as somebody else' },
    sections: '4.2',
    reason: '他人の情報が、決して表示されないこと。',
    play: 'twoCitizens',
    expect: { token: 2, collected: true, data: 'shown' },
    expected: 'それぞれの画面に、本人の情報だけを表示する。',
    byHand: '2枚のテストカードで同時に操作し、それぞれの画面を見比べる。',
  },
];
