// 画面の文言。結果やエラーの文は SDK の explain を使い、ここには画面そのものの言葉だけを置く。
import { type Explainable, explain, type Language, type Service } from 'myna-selfinfo';
import { housingLoan, type ItemKey } from './service.js';

const ja = {
  bank: 'みほん銀行',
  invented: '架空の銀行です',
  other: { language: 'en', name: 'English' },
  steps: ['お申込み内容', '所得の情報', '受付'],
  progress: 'お手続きの流れ',
  and: '、',
  start: {
    title: '住宅ローン 事前審査のお申込み',
    lead: '所得の情報は、マイナンバーカードを使ってマイナポータルから取得できます。課税証明書を取り寄せる必要はありません。',
    you: 'お客さまについて',
    loan: 'お借入れについて',
    income: '所得の情報',
    name: 'お名前',
    nameHint: 'マイナンバーカードのとおりに入力してください',
    birthDate: '生年月日',
    amount: 'お借入れ希望額（万円）',
    years: 'ご返済期間（年）',
    what: '取得する情報',
    needs: 'ご用意いただくもの',
    needed: [
      'マイナンバーカード',
      '利用者証明用電子証明書の暗証番号（数字4桁）',
      'マイナンバーカードを読み取れるスマートフォン、またはパソコンとカードリーダ（インターネットに接続できるもの）',
    ],
    purpose: '利用目的',
    purposeText: housingLoan.purpose.text as string,
    kept: '保持期間',
    keptFor: (days: number, day: string) =>
      `同意日の翌日から${days}日間（本日同意した場合、${day}まで）`,
    fetch: 'マイナポータルから所得情報を取得する',
    fetchHint:
      '次に、マイナポータルの画面で提供する情報を確認し、同意します。同意の前でも後でも、いつでも中止できます。',
    byHand: '自分で入力する',
    paperHint: '書類でのお手続きもできます',
    invalid: (names: string) => `次の項目をご確認ください: ${names}`,
  },
  items: {
    income: ['所得（地方税）', '直近の年度の給与収入、合計所得、所得控除'],
    pension: ['年金', '受けている年金の種別と年額'],
    household: ['世帯', '世帯主の氏名、続柄、世帯員数。ご本人の情報であることの確認にも使います'],
  } satisfies Record<ItemKey, readonly [string, string]>,
  fields: {
    課税年度: '課税年度',
    給与収入金額: '給与収入',
    合計所得金額: '合計所得金額',
    所得控除合計額: '所得控除の合計',
    年金種別: '年金の種別',
    年金額: '年金額（年額）',
    世帯主氏名: '世帯主の氏名',
    続柄: '世帯主との続柄',
    世帯員数: 'ご家族の人数',
  } as Readonly<Record<string, string>>,
  units: {
    課税年度: (year) => `${year}年度`,
    給与収入金額: (yen) => `${yen}円`,
    合計所得金額: (yen) => `${yen}円`,
    所得控除合計額: (yen) => `${yen}円`,
    年金額: (yen) => `${yen}円`,
    世帯員数: (people) => `${people}人`,
  } as Readonly<Record<string, (value: string) => string>>,
  none: '記載なし',
  asOf: (day: string) => `${day}時点`,
  field: (name: string) => `取得項目「${name}」`,
  filled: {
    title: '取得した情報をご確認ください',
    lead: 'お申込みはまだ完了していません。印の付いた欄は、マイナポータルから取得した内容です。',
    mark: 'マイナポータルから取得',
    unfiled:
      'この年度の所得は申告されていません（未申告）。所得が0円という意味ではありません。申告の後にもう一度取得いただくか、書類でお手続きください。',
    noAmounts:
      '審査に使用できる収入の金額を取得できませんでした。ご自身で入力いただくか、書類でお手続きください。',
    holders: (names: string) => `転居などにより、複数の市区町村の情報が含まれています: ${names}。`,
    missing: (names: string) =>
      `次の機関の情報は、システムが停止しているため含まれていません: ${names}。`,
    notTold: 'ご本人の情報であることは、後日ご提出いただく本人確認書類で確認します。',
    keep: (day: string) =>
      `この内容は、住宅ローンの事前審査のためにのみ利用し、${day}まで保持します。`,
    confirm: 'この内容で申し込む',
    drop: '破棄して自分で入力する',
    again: '破棄して最初からやり直す',
  },
  pending: {
    title: '情報を取得しています',
    check: '状況を確認する',
    cancel: '取得を中止して自分で入力する',
    slow: 'すべての機関から情報が届くまで、しばらくかかることがあります。',
  },
  consenting: {
    title: 'マイナポータルでのお手続きを確認しています',
    text: 'マイナポータルでのお手続きが終わると、この画面が切り替わります。',
  },
  stopped: {
    declined: '情報の取得を中止しました',
    expired: '制限時間を過ぎました',
    replayed: 'この手続きはすでに受け付けています',
    unknown: 'お手続きの状況を確認できません',
    'foreign-browser': '別のブラウザで開かれました',
    rejected: 'お手続きを続けられません',
    unavailable: 'ただいま情報を取得できません',
    failed: '情報を取得できませんでした',
    'wrong-person': 'お申込みの方の情報ではない可能性があります',
    'nothing-on-record': '該当する情報は見つかりませんでした',
    gone: '取得した情報は消去されました',
  },
  declinedHint:
    'この画面は、お客さまが中止されたときのほか、カードがロックされているときや、電子証明書の有効期限が切れているときにも表示されます。ロックの解除や電子証明書の更新は、お住まいの市区町村の窓口でお手続きください。',
  foreignHint: '始めたブラウザでのお手続きは、そのまま続けられます。',
  wrongPerson:
    '取得した情報の世帯主の氏名が、お申込みのお名前と異なります。取得した情報は表示せずに破棄しました。お申込みの方ご本人のマイナンバーカードで、もう一度お試しください。お名前の表記（旧字など）が異なる場合は、書類でお手続きください。',
  gone: 'ご同意いただいた保持期間が終了したため、お申込みの前に消去しました。必要な場合は、もう一度取得してください。',
  closed: '情報の取得に必要なシステムが停止しています。次の時刻以降に、もう一度お試しください。',
  opens: '次に取得できる予定',
  from: (time: string) => `${time} から`,
  unknown: '未定',
  because: '項目ごとの状況',
  openNow: 'ただいま取得できます',
  retry: '最初からやり直す',
  askAgain: 'もう一度確認する',
  paper: {
    title: '書類でのお手続き',
    text: '市区町村が発行する課税証明書（直近の年度）を、窓口または郵送でお取り寄せのうえ、郵送か店頭でご提出ください。',
    address: '送付先: 〒000-0000 見本県見本市見本1-2-3 みほん銀行 ローン受付係',
  },
  hand: {
    title: '所得の入力',
    dropped: 'マイナポータルから取得した情報を破棄しました。',
    lead: '源泉徴収票や課税証明書を見ながら入力してください。',
    salary: '給与収入（円）',
    income: '合計所得金額（円）',
    submit: 'この内容で申し込む',
  },
  done: {
    title: 'お申込みを受け付けました',
    number: '受付番号',
    by: '所得の情報',
    mynaportal: 'マイナポータルから取得した内容',
    hand: 'お客さまが入力された内容',
    kept: (day: string) => `${day}まで保持し、その後は消去します`,
    next: '審査の結果は、3営業日以内にお知らせします。（デモのため、お知らせはありません）',
    home: '最初の画面へ',
  },
  review: {
    title: '審査で使う情報',
    lead: '銀行の審査担当者の画面です。保管した情報を、同意された目的で読み出しています。読み出すたびに監査ログに残ります。',
    kept: '保持期間',
    until: (day: string) => `${day}まで`,
    gone: '取得した情報は消去されました',
    goneText:
      '同意された保持期間が終わったため、保管していた情報は読み出せません。必要な場合は、あらためて同意をいただいて取得します。',
  },
  missingPage: { title: 'ページがありません', text: 'アドレスをご確認ください。' },
  broken: { title: 'お手続きを続けられません', text: 'しばらくおいて、最初からお手続きください。' },
};

export type Texts = typeof ja;

const en: Texts = {
  bank: 'Mihon Bank',
  invented: 'not a real bank',
  other: { language: 'ja', name: '日本語' },
  steps: ['Application', 'Income', 'Received'],
  progress: 'Steps',
  and: ', ',
  start: {
    title: 'Home loan pre-screening',
    lead: 'We can obtain your income details from Mynaportal with your My Number Card. You do not need to order a tax certificate.',
    you: 'About you',
    loan: 'About the loan',
    income: 'Your income',
    name: 'Name',
    nameHint: 'As it is written on your My Number Card',
    birthDate: 'Date of birth',
    amount: 'Amount (in units of 10,000 yen)',
    years: 'Repayment period (years)',
    what: 'What we obtain',
    needs: 'What you need',
    needed: [
      'Your My Number Card',
      'The PIN of its user certificate (4 digits)',
      'A smartphone that can read the card, or a PC with a card reader, connected to the internet',
    ],
    purpose: 'Purpose',
    purposeText: 'For the pre-screening of your home loan',
    kept: 'Kept for',
    keptFor: (days, day) =>
      `${days} days after the day of consent (until ${day}, if you consent today)`,
    fetch: 'Get my income from Mynaportal',
    fetchHint:
      'Next, Mynaportal shows what will be provided and asks for your consent. You can stop at any time, before and after.',
    byHand: 'Enter it myself',
    paperHint: 'You can also use paper documents',
    invalid: (names) => `Please check: ${names}`,
  },
  items: {
    income: ['Income (local tax)', 'Salary, total income and deductions of the latest fiscal year'],
    pension: ['Pension', 'Kind and yearly amount of the pensions you receive'],
    household: [
      'Household',
      'Name of its head, your relationship, number of members. Also used to check that the information is yours',
    ],
  },
  fields: {
    課税年度: 'Fiscal year',
    給与収入金額: 'Salary',
    合計所得金額: 'Total income',
    所得控除合計額: 'Total deductions',
    年金種別: 'Kind of pension',
    年金額: 'Pension (per year)',
    世帯主氏名: 'Head of household',
    続柄: 'Relationship to the head',
    世帯員数: 'Members of the household',
  },
  units: {
    給与収入金額: (yen) => `${yen} yen`,
    合計所得金額: (yen) => `${yen} yen`,
    所得控除合計額: (yen) => `${yen} yen`,
    年金額: (yen) => `${yen} yen`,
  },
  none: 'not stated',
  asOf: (day) => `as of ${day}`,
  field: (name) => `field “${name}”`,
  filled: {
    title: 'Please check what has arrived',
    lead: 'Your application is not complete yet. Marked fields came from Mynaportal.',
    mark: 'From Mynaportal',
    unfiled:
      'No tax return was filed for this year (未申告). This does not mean an income of zero. Please file one and try again, or use paper documents.',
    noAmounts:
      'No amount of income that we can use was found. Please enter it yourself, or use paper documents.',
    holders: (names) =>
      `This comes from more than one municipality, for example after a move: ${names}.`,
    missing: (names) =>
      `Information from these offices is missing, because their systems are closed: ${names}.`,
    notTold:
      'We will confirm that this information is yours by the identity documents that you submit later.',
    keep: (day) => `We use this for the home loan pre-screening only, and keep it until ${day}.`,
    confirm: 'Apply with this information',
    drop: 'Discard it and enter it myself',
    again: 'Discard it and start again',
  },
  pending: {
    title: 'Obtaining your information',
    check: 'Check now',
    cancel: 'Stop, and enter it myself',
    slow: 'It can take a while until the information of every office has arrived.',
  },
  consenting: {
    title: 'Waiting for Mynaportal',
    text: 'This page changes when you have finished at Mynaportal.',
  },
  stopped: {
    declined: 'We have stopped obtaining your information',
    expired: 'The time limit has passed',
    replayed: 'We have already accepted this procedure',
    unknown: 'We could not find your procedure',
    'foreign-browser': 'This page was opened in another browser',
    rejected: 'We cannot continue',
    unavailable: 'The information is not available at the moment',
    failed: 'The information could not be obtained',
    'wrong-person': 'This may not be the applicant’s information',
    'nothing-on-record': 'No such information was found',
    gone: 'Your information has been erased',
  },
  declinedHint:
    'You see this page when you stopped, and also when the card is locked or its certificate has expired. Your municipality can unlock the card or renew the certificate.',
  foreignHint: 'You can continue in the browser you started in.',
  wrongPerson:
    'The head of household in the information differs from the name on the application. We discarded the information without showing it. Please try again with the applicant’s own My Number Card. If only the spelling differs, please use paper documents.',
  gone: 'The period that you consented to ended before you applied. If you need the information, please obtain it again.',
  closed: 'A system that is needed is closed. Please try again after the time below.',
  opens: 'Expected to be available',
  from: (time) => `from ${time}`,
  unknown: 'not known',
  because: 'Item by item',
  openNow: 'Available now',
  retry: 'Start again',
  askAgain: 'Check again',
  paper: {
    title: 'With paper documents',
    text: 'Order a tax certificate (課税証明書) of the latest fiscal year from your municipality, at the counter or by post, and send it to us or bring it to a branch.',
    address: 'Address: Mihon Bank, Loan desk, 1-2-3 Mihon, Mihon-shi, Mihon-ken 000-0000',
  },
  hand: {
    title: 'Enter your income',
    dropped: 'The information from Mynaportal has been discarded.',
    lead: 'Please have your withholding slip or tax certificate ready.',
    salary: 'Salary (yen)',
    income: 'Total income (yen)',
    submit: 'Apply with this information',
  },
  done: {
    title: 'We have received your application',
    number: 'Receipt number',
    by: 'Your income',
    mynaportal: 'From Mynaportal',
    hand: 'As you entered it',
    kept: (day) => `kept until ${day}, then erased`,
    next: 'We will tell you the result within three business days. (This is a demo: nothing will come.)',
    home: 'To the first page',
  },
  review: {
    title: 'Information for the screening',
    lead: 'This is the page of the bank’s reviewer. What was kept is read for the consented purpose, and each reading is written to the audit log.',
    kept: 'Kept',
    until: (day) => `until ${day}`,
    gone: 'The information has been erased',
    goneText:
      'The consented period has ended, so what was kept can no longer be read. If it is needed, it must be obtained again, with a new consent.',
  },
  missingPage: { title: 'There is no such page', text: 'Please check the address.' },
  broken: { title: 'We cannot continue', text: 'Please start again later.' },
};

const contacts = {
  ja: {
    name: 'みほん銀行 ローン受付係',
    phone: '0120-000-000（平日9時〜17時）',
    url: 'https://mihon-bank.example/contact',
  },
  en: {
    name: 'Mihon Bank, Loan desk',
    phone: '0120-000-000, 9:00 to 17:00 on business days',
    url: 'https://mihon-bank.example/en/contact',
  },
} as const;

/** 結果やエラーの文。失敗の文はお問い合わせ先で終わる。now: いまの時刻。「1分ほどおいて」のように案内するため。 */
export function say(value: Explainable<Service>, language: Language, now: number): string {
  return explain(value, language, { contact: contacts[language], clock: { now: () => now } });
}

export const texts: Readonly<Record<Language, Texts>> = { ja, en };
