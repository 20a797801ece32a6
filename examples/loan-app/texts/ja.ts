// 画面の文言（日本語）。結果やエラーの文は SDK の explain を使い、ここには画面そのものの言葉だけを置く。
import type { FaultName, FieldName } from '../application.js';
import { limits } from '../application.js';
import type { Era } from '../birth-date.js';
import type { FieldKey } from '../fields.js';
import { housingLoan, type ItemKey } from '../service.js';

const site = {
  bank: 'みほん銀行',
  invented: '架空の銀行です',
  product: '住宅ローン 事前審査',
  skip: '本文へ移動',
  other: { language: 'en', name: 'English' },
  error: (title: string) => `エラー: ${title}`,
  steps: ['お申込み', '所得の情報', 'ご確認', '受付完了'],
  progress: 'お手続きの流れ',
  and: '、',
  stop: '。',
  none: 'なし',
  brackets: ['（', '）'] as readonly [string, string],
  home: 'トップページへ',
  back: '戻る',
  retry: '最初からやり直す',
  askAgain: 'もう一度確認する',
  footer: {
    label: 'みほん銀行について',
    company: '会社概要',
    privacy: '個人情報のお取扱い',
    contact: 'お問い合わせ',
    call: 'ローン受付係 0120-000-000（平日9時〜17時）',
    note: 'みほん銀行は架空の銀行です。実際のお申込みはできません。',
  },
};

const top = {
  title: '住宅ローン 事前審査のお申込み',
  lead: 'マイナンバーカードがあれば、課税証明書を取り寄せずにお申込みいただけます。所得の情報は、同意いただいた場合にだけ、マイナポータルから取得します。',
  begin: 'お申込みを始める',
  time: '入力は10分ほどで終わります。お申込みの前に保存されることはありません。',
  flow: 'お申込みの流れ',
  flowSteps: [
    ['お申込み内容の入力', 'お名前、ご住所、お勤め先、お借入れ希望額などを入力します。'],
    ['所得の情報', 'マイナポータルから取得するか、ご自身で入力します。'],
    ['ご確認', '内容と、それぞれの情報の出どころをご確認いただきます。'],
    ['受付完了', '受付番号をお知らせします。結果は3営業日以内にご連絡します。'],
  ] as readonly (readonly [string, string])[],
  needs: 'ご用意いただくもの',
  loan: 'ご利用いただける方',
  terms: [
    [
      '年齢',
      `お申込み時に満${limits.youngest}歳以上満${limits.oldest}歳以下、完済時に満${limits.ageAtEnd}歳以下の方`,
    ],
    ['お借入れ額', '100万円以上1億円以下（1万円単位）'],
    ['ご返済期間', `${limits.years.from}年以上${limits.years.to}年以下（1年単位）`],
    ['審査', '事前審査の結果は、お借入れを保証するものではありません。'],
  ] as readonly (readonly [string, string])[],
  now: 'マイナポータルからの取得',
};

const application = {
  title: 'お申込み内容の入力',
  lead: '「※必須」の項目は、必ず入力してください。数字は、全角でも半角でも、カンマがあっても入力できます。',
  you: 'お客さまについて',
  work: 'お勤め先と収入',
  loan: 'お借入れについて',
  required: '※必須',
  optional: '※任意',
  birth: '生年月日',
  birthHint: '例: 平成元年3月31日、西暦1989年3月31日',
  labels: {
    name: 'お名前',
    kana: 'フリガナ',
    era: '元号または西暦',
    year: '年',
    month: '月',
    day: '日',
    postcode: '郵便番号',
    address: 'ご住所',
    phone: '電話番号',
    email: 'メールアドレス',
    work: 'お勤めの形態',
    employer: 'お勤め先の名称',
    annualIncome: '前年の年収（税込）',
    amount: 'お借入れ希望額',
    years: 'ご返済期間',
  } satisfies Record<FieldName, string>,
  hints: {
    name: 'マイナンバーカードのとおりに入力してください。例: 番号 花子',
    kana: '全角カタカナ。例: バンゴウ ハナコ',
    postcode: '7桁の数字。例: 100-0000',
    address: '都道府県から、建物名と部屋番号まで。例: 見本県見本市見本1-2-3 みほん荘101',
    phone: '日中にご連絡のつく番号。例: 090-0000-0000',
    email: '審査の結果をお送りします。例: hanako@example.com',
    employer: '会社員、公務員の方は必須です。例: 見本商事株式会社',
    annualIncome: 'おおよその金額でかまいません。例: 520',
    amount: '100万円以上1億円以下。例: 3,500',
    years: '1年以上35年以下。例: 35',
  } as Partial<Record<FieldName, string>>,
  units: { annualIncome: '万円', amount: '万円', years: '年' } as Partial<
    Record<FieldName, string>
  >,
  eras: {
    western: '西暦',
    reiwa: '令和',
    heisei: '平成',
    showa: '昭和',
    taisho: '大正',
  } satisfies Record<Era, string>,
  works: {
    employee: '会社員',
    official: '公務員',
    self: '自営業、会社役員',
    pension: '年金を受給',
    other: 'その他',
  } as Readonly<Record<string, string>>,
  next: '次へ進む（所得の情報）',
  faulty: (count: number) => `入力内容に${count}件の誤りがあります`,
  faults: {
    nameEmpty: 'お名前を入力してください。',
    nameLong: 'お名前は60文字以内で入力してください。',
    kanaEmpty: 'フリガナを入力してください。',
    kanaOther: 'フリガナは、カタカナ60文字以内で入力してください。',
    birthEmpty: '生年月日を入力してください。',
    birthEra: '年が元号の期間に合っていません。元号と年をご確認ください。',
    birthYear: '生年月日の「年」を、4桁以内の数字で入力してください。',
    birthMonth: '生年月日の「月」を、1から12の数字で入力してください。',
    birthDay: '生年月日の「日」を、1から31の数字で入力してください。',
    birthUnreal: '生年月日は、実在する日付を入力してください。',
    birthFuture: '生年月日に、今日より後の日付は入力できません。',
    birthYoung: `お申込みは、満${limits.youngest}歳以上の方に限ります。生年月日をご確認ください。`,
    birthOld: `お申込みは、満${limits.oldest}歳以下の方に限ります。生年月日をご確認ください。`,
    postcodeEmpty: '郵便番号を入力してください。',
    postcodeWrong: '郵便番号は、7桁の数字で入力してください。',
    addressEmpty: 'ご住所を入力してください。',
    addressLong: 'ご住所は120文字以内で入力してください。',
    phoneEmpty: '電話番号を入力してください。',
    phoneWrong: '電話番号は、0から始まる10桁または11桁の数字で入力してください。',
    emailEmpty: 'メールアドレスを入力してください。',
    emailWrong: 'メールアドレスを、name@example.com の形で入力してください。',
    workEmpty: 'お勤めの形態を選択してください。',
    employerEmpty: 'お勤め先の名称を入力してください。',
    incomeEmpty: '前年の年収を入力してください。収入がない場合は 0 を入力してください。',
    incomeWrong: '前年の年収は、万円単位の数字6桁以内で入力してください。',
    amountEmpty: 'お借入れ希望額を入力してください。',
    amountWrong: 'お借入れ希望額は、万円単位の数字で入力してください。',
    amountRange:
      'お借入れ希望額は、100から10,000（100万円以上1億円以下）の数字で入力してください。',
    yearsEmpty: 'ご返済期間を入力してください。',
    yearsWrong: 'ご返済期間は、年数を数字で入力してください。',
    yearsRange: `ご返済期間は、${limits.years.from}年以上${limits.years.to}年以下で入力してください。`,
    yearsAge: (years: number) =>
      `完済時に満${limits.ageAtEnd}歳以下となるよう、ご返済期間は${years}年以下で入力してください。`,
  } satisfies Record<FaultName, string | ((limit: number) => string)>,
};

const consent = {
  title: '所得の情報のご提出',
  lead: '所得の情報は、マイナポータルから取得するか、ご自身で入力できます。どちらの場合も、審査の条件は変わりません。',
  fetchTitle: 'マイナポータルから取得する',
  what: '取得する情報',
  holders: '情報を保有する機関',
  holderNames: 'お住まいの市区町村、日本年金機構、共済組合',
  needs: 'ご用意いただくもの',
  needed: [
    'マイナンバーカード',
    '利用者証明用電子証明書の暗証番号（数字4桁）',
    'マイナンバーカードを読み取れるスマートフォン、またはパソコンとカードリーダ',
  ],
  purpose: '利用目的',
  purposeText: housingLoan.purpose.text as string,
  kept: '保持期間',
  keptFor: (days: number, day: string) =>
    `同意日の翌日から${days}日間（本日同意した場合、${day}まで）。その後は消去します`,
  fetch: 'マイナポータルから取得する',
  fetchHint:
    'マイナポータルの画面で、提供する情報を確かめて同意します。お手続きの制限時間は10分です。同意の前でもあとでも、いつでも中止できます。',
  handTitle: 'ご自身で入力する',
  handText: '源泉徴収票や課税証明書を見ながら入力します。',
  byHand: '自分で入力する',
  paperHint: '書類でのお手続きもできます',
  openNow: 'ただいま取得できます',
};

const items = {
  income: ['所得（地方税）', '直近の年度の給与収入、合計所得金額、所得控除'],
  pension: ['年金', '受けている年金の種別と年額'],
  household: ['世帯', '世帯主の氏名、続柄、世帯員数。ご本人の情報かどうかの確認にも使います'],
} satisfies Record<ItemKey, readonly [string, string]>;

const form = {
  title: '所得の情報',
  leadFetched:
    'マイナポータルから取得した内容です。ご確認ください。お申込みは、まだ完了していません。',
  leadHand: '源泉徴収票や課税証明書を見ながら入力してください。お申込みは、まだ完了していません。',
  dropped: 'マイナポータルから取得した情報を破棄しました。',
  labels: {
    salary: '給与収入',
    total: '合計所得金額',
    deductions: '所得控除の合計',
    pension: '年金額（年額）',
    people: '世帯員数',
  } satisfies Record<FieldKey, string>,
  units: {
    salary: '円',
    total: '円',
    deductions: '円',
    pension: '円',
    people: '人',
  } satisfies Record<FieldKey, string>,
  facts: {
    課税年度: '課税年度',
    年金種別: '年金の種別',
    世帯主氏名: '世帯主の氏名',
    続柄: '世帯主との続柄',
  } as Readonly<Record<string, string>>,
  factUnits: { 課税年度: '年度' } as Readonly<Record<string, string>>,
  amountHint: '円単位の数字。ない場合は 0。例: 5,200,000',
  peopleHint: 'ご本人を含めた人数。例: 2',
  source: 'マイナポータルから取得',
  asOf: (day: string) => `${day}時点`,
  selfDeclared: 'ご自身による入力',
  edited: 'ご自身で修正',
  fetchedValue: (value: string) => `取得した値: ${value}`,
  notStated: 'マイナポータルの情報に記載がありません',
  edit: (label: string) => `${label}を修正する`,
  editLabel: (label: string) => `修正後の${label}`,
  editHint:
    '修正した値は「ご自身による入力」として審査します。書類の提出をお願いすることがあります。',
  unfiled:
    'この年度の所得は申告されていません（未申告）。所得が0円という意味ではありません。ご自身で入力するか、書類でお手続きください。',
  noAmounts:
    '審査に使用できる収入の金額を取得できませんでした。ご自身で入力いただくか、書類でお手続きください。',
  holders: (names: string) => `転居などにより、複数の市区町村の情報が含まれています: ${names}。`,
  missing: (names: string) =>
    `次の機関の情報は、システムが停止しているため含まれていません: ${names}。`,
  notTold: 'ご本人の情報であることは、後日ご提出いただく本人確認書類で確認します。',
  keep: (day: string) =>
    `この内容は、住宅ローンの事前審査のためにのみ利用し、${day}まで保持します。`,
  idle: '30分間操作がないと、入力した内容と取得した情報は消去されます。',
  next: '確認画面へ進む',
  drop: '取得した情報を破棄して、自分で入力する',
  fetch: 'マイナポータルから取得する',
  faults: {
    amountEmpty: (label: string) => `${label}を入力してください。ない場合は 0 を入力してください。`,
    amountWrong: (label: string) => `${label}は、円単位の数字12桁以内で入力してください。`,
    peopleEmpty: (label: string) => `${label}を入力してください。`,
    peopleWrong: (label: string) => `${label}は、1から30の数字で入力してください。`,
  },
  seal: {
    expired:
      '画面を開いてから時間が経過したため、取得した値を表示し直しました。もう一度ご確認ください。',
    replayed:
      'この内容は、すでに受け付けたものか、別のお手続きのものです。もう一度ご確認ください。',
    forged:
      '送信された内容が、取得した内容と一致しませんでした。取得した値を表示し直しました。もう一度ご確認ください。',
  },
};

const confirm = {
  title: 'お申込み内容のご確認',
  lead: 'この内容でよろしければ、個人情報のお取扱いに同意のうえ、お申込みください。お申込みは、まだ完了していません。',
  change: '修正する',
  changeWhat: (section: string) => `${section}を修正する`,
  agree: '個人情報のお取扱いに同意します',
  agreeLink: '個人情報のお取扱い（新しいタブで開きます）',
  agreeFault: 'お申込みには、個人情報のお取扱いへの同意が必要です。',
  submit: 'この内容で申し込む',
};

const receipt = {
  title: 'お申込みを受け付けました',
  number: '受付番号',
  at: '受付日時',
  by: '所得の情報',
  product: 'お申込みの商品',
  provided: 'ご提供いただいた情報',
  fromPortal: 'マイナポータルから取得した情報',
  declared: 'ご自身で入力または修正した情報',
  none: 'ありません',
  kept: (day: string) => `${day}まで保持し、その後は消去します`,
  nextTitle: 'これからのお手続き',
  next: '審査の結果は、3営業日以内にメールでお知らせします（デモのため、実際には届きません）。',
  copy: '控えを表示する（印刷用）',
  withdrawTitle: 'お申込みの取下げ',
  withdrawText: 'お申込みは、審査の結果が出るまで取り下げることができます。お電話でも承ります。',
  withdraw: 'お申込みを取り下げる',
};

const copy = {
  title: '住宅ローン 事前審査 お申込みの控え',
  print: 'この画面を印刷する',
  printHint: 'ブラウザの「印刷」から、紙への印刷やPDFの保存ができます。',
  back: '受付の画面へ戻る',
  gone: '取得した情報は、保持期間が終わったため表示できません。',
};

const withdraw = {
  title: 'お申込みの取下げ',
  lead: 'お申込みを取り下げると、マイナポータルから取得した情報は、ただちに消去されます。取下げは取り消せません。もう一度お申込みいただくことはできます。',
  submit: '取り下げる',
  keep: '取り下げずに戻る',
  doneTitle: 'お申込みを取り下げました',
  done: 'マイナポータルから取得した情報は消去しました。',
  doneHand: 'ご入力いただいた所得の情報は消去しました。',
  at: '取下げ日時',
  again: 'もう一度申し込む',
};

const waiting = {
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
};

const stopped = {
  titles: {
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
    'この画面は、お客さまが中止されたときのほか、カードがロックされているときや、電子証明書の有効期限が切れているときにも表示されます。カードの暗証番号や電子証明書については、マイナンバーカードのお問い合わせ先にご確認ください。',
  foreignHint: '始めたブラウザでのお手続きは、そのまま続けられます。',
  wrongPerson:
    '取得した情報の世帯主の氏名が、お申込みのお名前と異なります。取得した情報は表示せずに破棄しました。お申込みの方ご本人のマイナンバーカードで、もう一度お試しください。お名前の表記（旧字など）が異なる場合は、書類でお手続きください。',
  gone: 'ご同意いただいた保持期間が終了したため、お申込みの前に消去しました。必要な場合は、もう一度取得してください。',
  opens: '次に取得できる予定',
  from: (time: string) => `${time}から`,
  unknown: '未定',
  because: '項目ごとの状況',
};

const paper = {
  title: '書類でのお手続き',
  text: '市区町村が発行する課税証明書（直近の年度）を、窓口または郵送でお取り寄せのうえ、郵送か店頭でご提出ください。',
  address: '送付先: 〒000-0000 見本県見本市見本1-2-3 みほん銀行 ローン受付係',
};

const plain = {
  missingPage: { title: 'ページがありません', text: 'アドレスをご確認ください。' },
  broken: { title: 'お手続きを続けられません', text: 'しばらくおいて、最初からお手続きください。' },
};

/** 審査の担当者の画面。 */
const review = {
  title: '事前審査',
  system: '審査システム',
  staff: '担当: 審査部 見本',
  applicant: '申込者',
  product: '商品',
  income: '所得の情報',
  open: '審査中',
  withdrawn: '取下げ',
  until: '取得した情報の保持期限',
  untilDay: (day: string) => `${day}まで`,
  purpose: '利用目的',
  columns: ['項目', '審査に使う値', '出どころ', '保有機関', '時点'] as readonly string[],
  labels: {
    ...{ name: '氏名', address: '住所', work: '勤務形態', employer: '勤務先' },
    ...{ annualIncome: '前年の年収（申告）', amount: '借入希望額', years: '返済期間' },
  } as Partial<Record<FieldName, string>>,
  fetched: '取得',
  editedBadge: '本人が修正',
  declaredBadge: '本人が入力',
  original: (value: string) => `取得した値 ${value}`,
  check: '本人が入力または修正した値は、提出書類と照合してください。',
  logged: '読み出しは監査ログに記録しました（目的: 住宅ローンの事前審査）。',
  gone: '取得した情報は消去されました',
  goneText:
    '同意された保持期間が終わったため、取得した情報は読み出せません。必要な場合は、あらためて同意を得て取得してください。',
  withdrawnText: '申込者が取り下げたため、取得した情報は消去しました。',
  hand: 'マイナポータルからの取得はありません。',
};

export const ja = {
  ...{ site, top, application, consent, items, form, confirm },
  ...{ receipt, copy, withdraw, waiting, stopped, paper, review, plain },
};
