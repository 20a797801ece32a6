// 画面の文言。日本語と英語。中国語と韓国語の見本は unreviewed.ts にある。
import type { KioskErrorNumber } from 'myna-selfinfo/kiosk';
import { ko, zh } from './unreviewed.js';

export const languages = { ja: '日本語', en: 'English', zh: '中文', ko: '한국어' } as const;
export type Language = keyof typeof languages;

export interface Texts {
  readonly title: string;
  /** 翻訳の確認を受けていないことの断り。 */
  readonly unreviewed?: string;
  readonly settings: string;
  readonly contrast: string;
  readonly wait: string;
  readonly cancel: string;
  readonly back: string;
  readonly begin: string;
  readonly beginNote: string;
  readonly menu: string;
  readonly closed: string;
  readonly closedTitle: string;
  readonly reopens: (when: string) => string;
  readonly consent: string;
  readonly fetchAndProvide: (items: string, provider: string) => string;
  readonly provide: (items: string, provider: string) => string;
  readonly provider: string;
  readonly items: string;
  readonly purpose: string;
  readonly retention: string;
  readonly days: (days: number) => string;
  readonly agree: string;
  readonly refuse: string;
  readonly cardIn: string;
  readonly cardInNote: string;
  readonly identityPin: string;
  readonly identityWhy: string;
  readonly fetchPin: string;
  readonly fetchWhy: string;
  readonly pin: string;
  readonly entered: (count: number) => string;
  readonly triesLeft: (tries: number) => string;
  readonly wrongPin: string;
  readonly clear: string;
  readonly confirm: string;
  readonly scramble: string;
  readonly inOrder: string;
  readonly second: string;
  readonly doProvide: string;
  readonly dontProvide: string;
  readonly done: string;
  readonly over: string;
  readonly provided: string;
  readonly refusedFirst: string;
  readonly refusedSecond: string;
  readonly cancelled: string;
  readonly takeCard: string;
  readonly takeNote: string;
  readonly retracting: string;
  readonly thanks: string;
  readonly toStart: string;
  readonly callStaff: string;
  readonly errorNumber: (number: string) => string;
  /** SDK の文にない言語のエラーの文。 */
  readonly errors?: Readonly<Record<KioskErrorNumber, string>>;
  readonly receipt: string;
  readonly receiptNumber: string;
  readonly providedAt: string;
  readonly status: Readonly<Record<'provided' | 'nothing-on-record' | 'not-available', string>>;
  readonly soon: string;
  readonly soonNote: (seconds: number) => string;
  readonly extend: string;
  readonly finish: string;
  /** サービスIDごとの名称、利用目的。 */
  readonly services: Readonly<Record<string, { readonly name: string; readonly purpose: string }>>;
  /** 分野詳細ごとの項目名。 */
  readonly itemNames: Readonly<Record<string, string>>;
}

const ja: Texts = {
  title: '情報提出端末',
  settings: '表示の設定',
  contrast: '白黒を反転',
  wait: 'しばらくお待ちください',
  cancel: '中止する',
  back: '戻る',
  begin: 'マイナポータルからの情報提出',
  beginNote: 'マイナンバーカードと、利用者証明用電子証明書の暗証番号（数字4桁）をご用意ください。',
  menu: '情報を提出するサービスをお選びください',
  closed: 'ただいま利用できません',
  closedTitle: 'ただいま利用できません',
  reopens: (when) => `次にご利用いただけるのは、${when}以降です。`,
  consent: '情報の取得と提供の確認',
  fetchAndProvide: (items, provider) =>
    `マイナポータルからあなたの${items}を取得し、${provider}に提供します。よろしいですか。`,
  provide: (items, provider) =>
    `取得が完了しました。あなたの${items}を${provider}に提供します。よろしいですか。`,
  provider: '提供先',
  items: '提供する情報',
  purpose: '利用目的',
  retention: '提供先での保持期間',
  days: (days) => `${days}日間`,
  agree: '同意する',
  refuse: '同意しない',
  cardIn: 'マイナンバーカードを入れてください',
  cardInNote: 'カードは、お手続きが終わるまで端末の中でお預かりします。',
  identityPin: '暗証番号（1回目）',
  identityWhy: 'ご本人であることを確認します。暗証番号は、この後もう一度入力していただきます。',
  fetchPin: '暗証番号（2回目）',
  fetchWhy:
    'マイナポータルから情報を取得します。1回目の暗証番号は端末に残していないため、もう一度入力してください。',
  pin: '利用者証明用電子証明書の暗証番号（数字4桁）',
  entered: (count) => `4桁のうち${count}桁を入力しました`,
  triesLeft: (tries) => `あと${tries}回間違えると、暗証番号がロックされます。`,
  wrongPin: '暗証番号が違います。もう一度入力してください。',
  clear: '訂正',
  confirm: '確認',
  scramble: '数字の並びを変える',
  inOrder: '数字を順に並べる',
  second: '情報の提供の確認',
  doProvide: '提供する',
  dontProvide: '提供しない',
  done: 'お手続きが完了しました',
  over: 'お手続きを終了しました',
  provided: '情報を提供しました。',
  refusedFirst: 'お手続きを中止しました。情報は取得していません。',
  refusedSecond: 'お手続きを中止しました。取得した情報は破棄し、提供していません。',
  cancelled: 'お手続きを中止しました。情報は提供していません。',
  takeCard: 'カードをお取りください',
  takeNote: '挿入口からカードをお取りください。',
  retracting: 'カードのお受け取りがなかったため、端末の中に回収しています',
  thanks: 'ご利用ありがとうございました。',
  toStart: '最初の画面へ',
  callStaff: '係員をお呼びください',
  errorNumber: (number) => `エラー番号: ${number}`,
  receipt: '明細票',
  receiptNumber: '番号',
  providedAt: '提供日時',
  status: {
    provided: '提供しました',
    'nothing-on-record': '該当する情報は見つかりませんでした',
    'not-available': '取得できませんでした',
  },
  soon: 'お手続きを続けますか',
  soonNote: (seconds) => `操作がないため、あと${seconds}秒で終了します。`,
  extend: '延長する',
  finish: '終了する',
  services: {},
  itemNames: { 'local-tax': '所得情報（地方税）', pension: '年金情報' },
};

const en: Texts = {
  title: 'Information terminal',
  settings: 'Display settings',
  contrast: 'Invert colours',
  wait: 'Please wait',
  cancel: 'Stop',
  back: 'Back',
  begin: 'Submit information from Mynaportal',
  beginNote: 'You need your My Number Card and its PIN of four digits.',
  menu: 'Choose a service',
  closed: 'Not available now',
  closedTitle: 'This service is not available now',
  reopens: (when) => `It is available again from ${when}.`,
  consent: 'May we fetch and provide this information?',
  fetchAndProvide: (items, provider) =>
    `We fetch your ${items} from Mynaportal and provide it to ${provider}. Do you agree?`,
  provide: (items, provider) =>
    `We have fetched your ${items}. Shall we provide it to ${provider} now?`,
  provider: 'Provided to',
  items: 'Information',
  purpose: 'Purpose',
  retention: 'Kept there for',
  days: (days) => `${days} days`,
  agree: 'I agree',
  refuse: 'I do not agree',
  cardIn: 'Insert your My Number Card',
  cardInNote: 'The machine holds your card until you have finished.',
  identityPin: 'PIN (first time)',
  identityWhy: 'We check that it is you. You will enter the PIN once more after this.',
  fetchPin: 'PIN (second time)',
  fetchWhy:
    'We fetch the information from Mynaportal. The machine has not kept your PIN, so please enter it again.',
  pin: 'PIN of the certificate for user authentication (four digits)',
  entered: (count) => `${count} of 4 digits entered`,
  triesLeft: (tries) => `The card locks after ${tries} more wrong PINs.`,
  wrongPin: 'The PIN is wrong. Please enter it again.',
  clear: 'Clear',
  confirm: 'Confirm',
  scramble: 'Shuffle the digits',
  inOrder: 'Put the digits in order',
  second: 'May we provide the information?',
  doProvide: 'Provide it',
  dontProvide: 'Do not provide it',
  done: 'You have finished',
  over: 'The procedure has ended',
  provided: 'The information was provided.',
  refusedFirst: 'Stopped. Nothing was fetched.',
  refusedSecond: 'Stopped. We deleted what was fetched, and provided nothing.',
  cancelled: 'Stopped. Nothing was provided.',
  takeCard: 'Take your card',
  takeNote: 'Take your card from the slot.',
  retracting: 'The machine is taking the card back in',
  thanks: 'Thank you.',
  toStart: 'To the first screen',
  callStaff: 'Please call our staff',
  errorNumber: (number) => `Error number: ${number}`,
  receipt: 'Receipt',
  receiptNumber: 'Number',
  providedAt: 'Provided at',
  status: {
    provided: 'provided',
    'nothing-on-record': 'nothing found on record',
    'not-available': 'could not be fetched',
  },
  soon: 'Do you need more time?',
  soonNote: (seconds) => `You have done nothing for a while. This ends in ${seconds} seconds.`,
  extend: 'More time',
  finish: 'Stop now',
  services: {
    SP00000001_HL0001: { name: 'Housing loan: income', purpose: 'examination of a housing loan' },
    SP00000001_LP0001: { name: 'Retirement advice: pension', purpose: 'advice on retirement' },
  },
  itemNames: { 'local-tax': 'income (local tax)', pension: 'pension' },
};

export const texts: Readonly<Record<Language, Texts>> = { ja, en, zh, ko };
