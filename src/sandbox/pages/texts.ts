import type { Language } from '../../foundation/language.js';
import type { Method } from '../../service/inquiry.js';

/** Why there is nothing left to decide in a transaction, or on one of its pages. */
export type EndReason = 'used' | 'expired' | 'finished' | 'locked' | 'certificate';

interface PageTexts {
  readonly languageName: string;
  readonly portal: string;
  readonly sandbox: string;
  readonly invented: string;
  readonly unofficial: string;
  /** Before the title of a page that is shown again. */
  readonly mistaken: string;
  /** Above the errors of a page. */
  readonly correct: string;
  /** The time limit of a page. */
  readonly limit: { readonly before: string; readonly after: string };
  readonly limitSoon: string;
  readonly stepsLabel: string;
  readonly steps: readonly string[];
  readonly consentTitle: string;
  readonly asks: (name: string, provider: string | undefined) => string;
  readonly asker: string;
  readonly service: string;
  readonly serviceId: string;
  readonly provider: string;
  readonly contact: string;
  readonly policy: string;
  readonly policyOf: (name: string) => string;
  /** For missing entries in the registration of the provider. */
  readonly missing: string;
  readonly returnsTo: string;
  readonly items: string;
  readonly holders: string;
  readonly inquiries: string;
  readonly fields: string;
  readonly methods: Readonly<Record<Method, string>>;
  readonly latestBy: (field: string) => string;
  /** Between the methods of inquiry, without the space after it. */
  readonly oneOf: string;
  readonly use: string;
  readonly purpose: string;
  readonly kept: string;
  readonly keptUntil: { readonly before: string; readonly after: string };
  readonly keptDays: (days: number) => string;
  readonly agreeHint: string;
  readonly agreeBox: string;
  readonly agree: string;
  readonly decline: string;
  readonly cardTitle: string;
  readonly handedTo: (name: string) => string;
  readonly cardHint: string;
  readonly card: string;
  readonly moreCards: (count: number) => string;
  readonly born: (day: string) => string;
  readonly samplePin: (pin: string) => string;
  readonly pin: string;
  readonly pinHint: string;
  readonly confirm: string;
  readonly back: string;
  readonly cancel: string;
  readonly closedTitle: string;
  readonly closed: (name: string) => string;
  readonly reason: string;
  readonly opens: string;
  readonly opensUnknown: string;
  readonly closedHint: string;
  readonly leave: string;
  readonly callbackTitle: string;
  readonly callbackHint: string;
  readonly trial: string;
  readonly trialHint: string;
  readonly goOn: string;
  readonly closedNow: (details: string) => string;
  readonly uncertainNow: (details: string) => string;
  readonly holdersClosed: (holders: string, details: string) => string;
  readonly canContinue: string;
  readonly endings: Readonly<
    Record<EndReason, { readonly title: string; readonly text: string; readonly next: string }>
  >;
  readonly startOver: string;
  readonly errorTitle: string;
  readonly errorText: string;
  readonly errorHint: string;
  /** Before the number of an error. */
  readonly number: string;
}

/** Every text of the pages except the refusals. */
export const texts: Readonly<Record<Language, PageTexts>> = {
  ja: {
    languageName: '日本語',
    portal: '見本のマイナポータル',
    sandbox: 'サンドボックス',
    invented: '本物のマイナポータルではありません。人物も情報も架空です。',
    unofficial:
      'この画面は myna-selfinfo のサンドボックスが表示しています。国の機関が提供するものではありません。実在の個人番号や暗証番号は入力しないでください。',
    mistaken: 'エラー: ',
    correct: '入力内容をご確認ください',
    limit: {
      before: 'この画面の制限時間は10分です（',
      after: 'まで）。過ぎると、情報を提供せずにお手続きを終了します。',
    },
    limitSoon: '制限時間まで、あと1分です。',
    stepsLabel: 'お手続きの流れ',
    steps: ['同意', '本人確認', '完了'],
    consentTitle: '自己情報の提供への同意',
    asks: (name, provider) =>
      `${provider === undefined ? '' : `${provider}の`}「${name}」が、あなたの自己情報の提供を求めています。内容を確認し、提供に同意するかどうかを選んでください。`,
    asker: '提供先',
    provider: '事業者',
    contact: 'お問い合わせ先',
    policy: 'プライバシーポリシー',
    policyOf: (name) => `${name}のプライバシーポリシー（新しいタブで開きます）`,
    missing: '登録されていません',
    service: 'サービス',
    serviceId: 'サービスID',
    returnsTo: 'お手続き後に戻るサイト',
    items: '提供する自己情報',
    holders: '情報を保有する機関',
    inquiries: '提供される情報',
    fields: '取得項目',
    methods: {
      latest: '最新の情報',
      'point-in-time': '指定された日または年度の情報',
      range: '指定された期間の情報',
    },
    latestBy: (field) => `最新の${field}の情報`,
    oneOf: '、または',
    use: '利用目的と保持期間',
    purpose: '利用目的',
    kept: '保持期間',
    keptUntil: { before: '', after: 'まで' },
    keptDays: (days) =>
      days === 0 ? '（同意した日かぎり）' : `（同意した日の翌日から${days}日間）`,
    agreeHint:
      '同意しない場合は、情報を提供せずにサービスの画面へ戻ります。次の本人確認の画面でも中止できます。',
    agreeBox: '上の内容を確認し、自己情報の提供に同意する',
    agree: '本人確認へ進む',
    decline: '同意しない',
    cardTitle: '本人確認',
    handedTo: (name) => `「${name}」に提供する自己情報`,
    cardHint:
      'この画面は見本のため、アプリやカードリーダは使いません。読み取るカードを1枚選んでください。',
    card: '見本のカード',
    moreCards: (count) => `ほかの見本のカード（${count}枚）`,
    born: (day) => `${day}生`,
    samplePin: (pin) => `見本の暗証番号 ${pin}`,
    pin: '利用者証明用電子証明書の暗証番号',
    pinHint: '数字4桁。3回続けて間違えると、カードがロックされます。',
    confirm: '確認して提供する',
    back: '同意の画面に戻る',
    cancel: '提供を中止する',
    closedTitle: 'ただいま情報を取得できません',
    closed: (name) =>
      `「${name}」に提供する自己情報は、関係するシステムが停止しているため、ただいま取得できません。`,
    reason: '理由',
    opens: '次に取得できる日時',
    opensUnknown: '未定',
    closedHint: '情報は提供していません。サービスの画面に戻り、再開後にもう一度お手続きください。',
    leave: 'サービスの画面に戻る',
    callbackTitle: 'サービスの画面に戻ります',
    callbackHint: '自動で切り替わらない場合は、ボタンを押してください。',
    trial: 'サンドボックスで試す方へ',
    trialHint:
      '停止中の回答を確かめるために、このまま同意の画面へ進めます。停止中の項目は「取得不可」と回答されます。',
    goOn: '停止中のまま進む',
    closedNow: (details) => `ただいま取得できない情報: ${details}`,
    uncertainNow: (details) => `ただいま取得できないことがある情報: ${details}`,
    holdersClosed: (holders, details) =>
      `${holders}のシステムが停止しているため、${details}の情報は取得できないことがあります。`,
    canContinue: 'このままお手続きいただけます。',
    endings: {
      used: {
        title: 'この画面は送信済みです',
        text: '同じ画面が2回送信されたため、2回目は受け付けませんでした。',
        next: 'お手続きはまだ終わっていません。同意の画面からお続けになるか、中止してサービスの画面にお戻りください。',
      },
      expired: {
        title: '制限時間を過ぎました',
        text: '画面の制限時間（10分）を過ぎたため、手続きを終了しました。',
        next: '情報は提供していません。お手数ですが、サービスの画面に戻り、最初からお手続きください。',
      },
      finished: {
        title: 'この手続きは終了しています',
        text: '同意または中止を、すでに受け付けています。',
        next: 'サービスの画面に戻り、結果をご確認ください。',
      },
      locked: {
        title: 'カードがロックされています',
        text: '暗証番号を3回続けて間違えたカードは、ご利用いただけません。',
        next: '情報は提供していません。暗証番号や電子証明書については、マイナンバーカードのお問い合わせ先にご確認ください。サービスの画面に戻り、書類のご提出など、ほかの方法でお手続きください。',
      },
      certificate: {
        title: '電子証明書の有効期限が切れています',
        text: 'このカードでは、本人確認ができません。',
        next: '情報は提供していません。暗証番号や電子証明書については、マイナンバーカードのお問い合わせ先にご確認ください。サービスの画面に戻り、書類のご提出など、ほかの方法でお手続きください。',
      },
    },
    startOver: '同意の画面から続ける',
    errorTitle: 'お手続きを続けられません',
    errorText: 'サービスから届いた内容を確認できませんでした。',
    errorHint: 'お手数ですが、ブラウザの「戻る」でサービスの画面に戻り、最初からお手続きください。',
    number: 'エラー番号: ',
  },
  en: {
    languageName: 'English',
    portal: 'Imitation Mynaportal',
    sandbox: 'Sandbox',
    invented: 'This is not the real Mynaportal. People and information are invented.',
    unofficial:
      'This page is shown by the sandbox of myna-selfinfo. No government body provides it. Do not enter a real individual number or PIN.',
    mistaken: 'Error: ',
    correct: 'Please check what you entered',
    limit: {
      before: 'You have 10 minutes for this page, until ',
      after: ' (Japan time). After that the procedure ends, and no information is provided.',
    },
    limitSoon: 'One minute is left.',
    stepsLabel: 'Steps',
    steps: ['Consent', 'Identity check', 'Done'],
    consentTitle: 'Consent to provide your information',
    asks: (name, provider) =>
      `“${name}”${provider === undefined ? '' : ` of ${provider}`} asks for information about you. Please check what it asks for, then choose whether to agree.`,
    asker: 'Who asks',
    provider: 'Provider',
    contact: 'Contact',
    policy: 'Privacy policy',
    policyOf: (name) => `Privacy policy of ${name} (opens a new tab)`,
    missing: 'not registered',
    service: 'Service',
    serviceId: 'Service id',
    returnsTo: 'Site you return to',
    items: 'Information to be provided',
    holders: 'Held by',
    inquiries: 'What is provided',
    fields: 'Fields',
    methods: {
      latest: 'the latest information',
      'point-in-time': 'information of a given day or fiscal year',
      range: 'information of a given period',
    },
    latestBy: (field) => `information of the latest ${field}`,
    oneOf: ', or',
    use: 'Purpose and retention',
    purpose: 'Purpose',
    kept: 'Kept',
    keptUntil: { before: 'until the end of ', after: '' },
    keptDays: (days) =>
      days === 0
        ? '(the day of consent only)'
        : `(${days} ${days === 1 ? 'day' : 'days'} after the day of consent)`,
    agreeHint:
      'If you do not agree, you return to the service and no information is provided. You can also stop on the next page, the identity check.',
    agreeBox: 'I have read the above and agree to provide this information',
    agree: 'Continue to the identity check',
    decline: 'Do not agree',
    cardTitle: 'Identity check',
    handedTo: (name) => `Information to be provided to “${name}”`,
    cardHint:
      'This page is an imitation and uses neither an app nor a card reader. Please choose the card to read.',
    card: 'Sample cards',
    moreCards: (count) => `More sample cards (${count})`,
    born: (day) => `born ${day}`,
    samplePin: (pin) => `sample PIN ${pin}`,
    pin: 'PIN of the user certificate',
    pinHint: '4 digits. Three wrong PINs in a row lock the card.',
    confirm: 'Confirm and provide',
    back: 'Back to the consent',
    cancel: 'Stop without providing',
    closedTitle: 'Not available at the moment',
    closed: (name) =>
      `The information for “${name}” is not available now, because a system that is needed is closed.`,
    reason: 'Reason',
    opens: 'Available again',
    opensUnknown: 'not known',
    closedHint:
      'No information was provided. Please return to the service and try again after that time.',
    leave: 'Return to the service',
    callbackTitle: 'Returning to the service',
    callbackHint: 'If nothing happens, press the button.',
    trial: 'For sandbox users',
    trialHint:
      'To see what an answer looks like while systems are closed, go on to the consent. Closed items are returned as unavailable.',
    goOn: 'Go on anyway',
    closedNow: (details) => `Not available now: ${details}.`,
    uncertainNow: (details) => `May not be available now: ${details}.`,
    holdersClosed: (holders, details) =>
      `Closed now: ${holders}. This information may not be available: ${details}.`,
    canContinue: 'You can continue.',
    endings: {
      used: {
        title: 'This page was already sent',
        text: 'The same page was sent twice. The second time was not accepted.',
        next: 'The procedure is not finished yet. Please continue from the consent page, or stop and return to the service.',
      },
      expired: {
        title: 'The time limit has passed',
        text: 'The time limit of this page (10 minutes) has passed, so we have ended this procedure.',
        next: 'No information was provided. Please return to the service and start again.',
      },
      finished: {
        title: 'This procedure has ended',
        text: 'We have already received your consent, or your wish to stop.',
        next: 'Please return to the service to see the result.',
      },
      locked: {
        title: 'The card is locked',
        text: 'After three wrong PINs in a row, a card cannot be used.',
        next: 'No information was provided. For the PIN and the certificate, please ask the contact for My Number Cards. Please return to the service and continue in another way, for example with documents.',
      },
      certificate: {
        title: 'The certificate has expired',
        text: 'This card cannot confirm who you are.',
        next: 'No information was provided. For the PIN and the certificate, please ask the contact for My Number Cards. Please return to the service and continue in another way, for example with documents.',
      },
    },
    startOver: 'Continue from the consent page',
    errorTitle: 'We cannot continue',
    errorText: 'We could not confirm what the service sent.',
    errorHint: 'Please go back to the service in your browser and start again.',
    number: 'Error number: ',
  },
};

/** Returns Japanese, unless the browser prefers English. */
export function languageOf(request: Request): Language {
  let best: { language: Language; weight: number } = { language: 'ja', weight: 0 };
  for (const part of (request.headers.get('accept-language') ?? '').toLowerCase().split(',')) {
    const [tag = '', quality] = part.trim().split(/\s*;\s*q=/);
    const weight = quality === undefined ? 1 : Number(quality);
    const language = /^ja\b/.test(tag) ? 'ja' : /^en\b/.test(tag) ? 'en' : undefined;
    if (language !== undefined && weight > best.weight) best = { language, weight };
  }
  return best.language;
}
