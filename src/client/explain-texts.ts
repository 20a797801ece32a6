import { informationOn } from '../calendar/citizen-texts.js';
import type { ItemAnswer } from '../query/answer.js';
import type { Collected, ConsentOutcome } from './outcomes.js';

type Statuses = (ConsentOutcome | Collected | ItemAnswer<unknown>)['status'];

/**
 * What a citizen reads first, by the status of an outcome, a result or an item. `{limit}` is the
 * time that a consent may take.
 */
export const sentences = {
  granted: {
    ja: '情報の提供についてのご同意を確認しました。',
    en: 'We have received your consent.',
  },
  declined: {
    ja: 'マイナポータルからの情報の取得を中止しました。情報は取得していません。書類のご提出など、ほかの方法でもお手続きいただけます。',
    en: 'We have stopped obtaining your information from Mynaportal. No information was obtained. You can also continue in another way, for example with documents.',
  },
  expired: {
    ja: '制限時間（{limit}）を過ぎたため、手続きを終了しました。情報は取得していません。お手数ですが、最初からお手続きください。',
    en: 'The time limit of {limit} has passed, so we have ended this procedure. No information was obtained. Please start again.',
  },
  replayed: {
    ja: 'この手続きはすでに受け付けています。結果は元の画面でご確認ください。',
    en: 'We have already accepted this procedure. Please check the result on the page where you started.',
  },
  unknown: {
    ja: 'お手続きの状況を確認できませんでした。お手数ですが、最初からお手続きください。',
    en: 'We could not find your procedure. Please start again.',
  },
  'foreign-browser': {
    ja: 'この画面は、お手続きを始めたブラウザとは別のブラウザで開かれました。始めたブラウザに戻ってお続けください。',
    en: 'This page was opened in a different browser from the one you started in. Please return to that browser and continue there.',
  },
  rejected: {
    ja: 'マイナポータルとの連携で問題が発生したため、手続きを続けられません。情報は取得していません。',
    en: 'We cannot continue because of a problem in the connection with Mynaportal. No information was obtained.',
  },
  ready: {
    ja: 'マイナポータルからの情報の取得が完了しました。内容をご確認ください。',
    en: 'Your information has arrived from Mynaportal. Please check it.',
  },
  pending: {
    ja: 'マイナポータルから情報を取得しています。しばらくお待ちください。',
    en: 'We are obtaining your information from Mynaportal. Please wait a moment.',
  },
  present: {
    ja: '情報を取得しました。内容をご確認ください。',
    en: 'The information has arrived. Please check it.',
  },
  'nothing-on-record': {
    ja: '該当する情報は見つかりませんでした。',
    en: 'No such information was found.',
  },
  'not-covered': {
    ja: 'お住まいの市区町村などでは、この情報の取得に対応していません。書類のご提出など、ほかの方法でもお手続きいただけます。',
    en: 'Your municipality, or the office in charge, does not provide this information online. You can also continue in another way, for example with documents.',
  },
  'not-asked': {
    ja: 'この情報は取得の対象に含まれていません。',
    en: 'This information was not requested.',
  },
  unavailable: {
    ja: 'ただいま情報を取得できません。',
    en: 'The information is not available at the moment.',
  },
  failed: {
    ja: '情報を取得できませんでした。',
    en: 'The information could not be obtained.',
  },
} as const satisfies Record<Statuses, { readonly ja: string; readonly en: string }>;

/** What a citizen reads first, by the state of an availability. */
export const states = {
  open: { ja: 'ただいま情報を取得できます。', en: 'The information is available now.' },
  uncertain: {
    ja: 'ただいま情報を取得できないことがあります。',
    en: 'The information may not be available at the moment.',
  },
  closed: sentences.unavailable,
} as const;

/** The sentences that follow the first one, or replace it. */
export const words = {
  minutes: {
    ja: (minutes: number) => `${minutes}分`,
    en: (minutes: number) => `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`,
  },
  seconds: {
    ja: (seconds: number) => `${seconds}秒`,
    en: (seconds: number) => `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`,
  },
  soon: {
    ja: (minutes: string) => `${minutes}ほどおいて、もう一度お試しください。`,
    en: (minutes: string) => `Please try again in about ${minutes}.`,
  },
  until: {
    ja: (time: string) => `${time}以降に、もう一度お試しください。`,
    en: (time: string) => `Please try again after ${time}.`,
  },
  reason: { ja: (texts: string) => `理由: ${texts}`, en: (texts: string) => `Reason: ${texts}` },
  stopped: {
    ja: (name: string, until: string | undefined) =>
      until === undefined
        ? `${informationOn(name)}は取得できません。`
        : `${informationOn(name)}は ${until} まで取得できません。`,
    en: (name: string, until: string | undefined) =>
      `The information (${name}) is not available${until === undefined ? '' : ` until ${until}`}.`,
  },
  goOn: { ja: 'このままお手続きいただけます。', en: 'You can continue.' },
  partial: {
    ja: '一部の機関の情報は含まれていません。',
    en: 'Information from some offices is missing.',
  },
  notZero: {
    ja: '金額が0円という意味ではありません。',
    en: 'This does not mean an amount of zero.',
  },
  otherwise: {
    ja: '書類のご提出など、ほかの方法でもお手続きいただけます。',
    en: 'You can also continue in another way, for example with documents.',
  },
  again: { ja: 'しばらくおいて、もう一度お試しください。', en: 'Please try again later.' },
  restart: { ja: 'お手数ですが、最初からお手続きください。', en: 'Please start again.' },
  someItems: {
    ja: '一部の情報は取得できませんでした。',
    en: 'Some of the information could not be obtained.',
  },
  ours: {
    ja: '申し訳ございません。システムの不具合により、手続きを続けられません。',
    en: 'We are sorry. We cannot continue because of a fault in our system.',
  },
  retentionEnded: {
    ja: 'ご同意いただいた保持期間が終了したため、取得した情報は表示できません。必要な場合は、お手数ですが、もう一度取得のお手続きをお願いいたします。',
    en: 'The period that you consented to has ended, so the information can no longer be shown. If you need it, please obtain it again.',
  },
  number: {
    ja: (number: string) => `（エラー番号: ${number}）`,
    en: (number: string) => `(Error number: ${number})`,
  },
  contact: {
    ja: (name: string, ways: string) => `お問い合わせ先: ${name}${ways && `（${ways}）`}。`,
    en: (name: string, ways: string) => `Contact: ${name}${ways && ` (${ways})`}.`,
  },
  phone: { ja: (phone: string) => `電話 ${phone}`, en: (phone: string) => `phone ${phone}` },
} as const;
