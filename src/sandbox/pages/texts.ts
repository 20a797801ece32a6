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
  readonly stepsLabel: string;
  readonly steps: readonly string[];
  readonly consentTitle: string;
  readonly asks: (name: string) => string;
  readonly asker: string;
  readonly service: string;
  readonly serviceId: string;
  readonly returnsTo: string;
  readonly items: string;
  readonly holders: string;
  readonly inquiries: string;
  readonly methods: Readonly<Record<Method, string>>;
  readonly latestBy: (field: string) => string;
  /** Between the methods of inquiry, without the space after it. */
  readonly oneOf: string;
  readonly colon: string;
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
  readonly closedNow: string;
  readonly uncertainNow: (reasons: readonly string[]) => string;
  readonly holdersClosed: (holders: string) => string;
  readonly endings: Readonly<
    Record<EndReason, { readonly title: string; readonly text: string; readonly next: string }>
  >;
  readonly startOver: string;
  readonly errorTitle: string;
  readonly errorHint: string;
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
    mistaken: 'エラー：',
    stepsLabel: '手続の流れ',
    steps: ['同意', '本人確認', '完了'],
    consentTitle: '自己情報の提供への同意',
    asks: (name) =>
      `「${name}」が、あなたの自己情報の提供を求めています。内容を確認し、提供に同意するかどうかを選んでください。`,
    asker: '提供先',
    service: 'サービス',
    serviceId: 'サービスID',
    returnsTo: '手続後に戻るサイト',
    items: '提供する自己情報',
    holders: '保有機関',
    inquiries: '範囲',
    methods: {
      latest: '最新のもの',
      'point-in-time': '指定された日または年度のもの',
      range: '指定された期間のもの',
    },
    latestBy: (field) => `最新のもの（「${field}」で判断）`,
    oneOf: '、または',
    colon: '：',
    use: '利用のしかた',
    purpose: '利用目的',
    kept: '保持期間',
    keptUntil: { before: '', after: 'まで' },
    keptDays: (days) =>
      days === 0 ? '（同意した日かぎり）' : `（同意した日の翌日から${days}日間）`,
    agreeHint:
      '同意しない場合は、何も提供せずにサービスの画面へ戻ります。次の本人確認の画面でも中止できます。',
    agreeBox: '上の内容を確認し、自己情報の提供に同意する',
    agree: '本人確認へ進む',
    decline: '同意しない',
    cardTitle: '本人確認',
    handedTo: (name) => `「${name}」に提供する自己情報`,
    cardHint:
      '実際の手続では、マイナンバーカードをカードリーダまたはスマートフォンで読み取ります。ここでは、見本のカードから1枚を選んでください。',
    card: 'カードリーダに置くカード',
    moreCards: (count) => `ほかの見本のカード（${count}枚）`,
    born: (day) => `${day}生`,
    samplePin: (pin) => `見本の暗証番号 ${pin}`,
    pin: '利用者証明用電子証明書の暗証番号',
    pinHint: '数字4桁。3回続けて間違えると、カードがロックされます。',
    confirm: '確認して提供する',
    back: '同意の画面に戻る',
    cancel: '提供を中止する',
    closedTitle: 'ただいま取得できません',
    closed: (name) =>
      `「${name}」が求めている自己情報は、関係するシステムが停止しているため、ただいま取得できません。`,
    reason: '理由',
    opens: '次に取得できる日時',
    opensUnknown: '未定',
    closedHint: '何も提供していません。サービスの画面に戻り、再開後にもう一度お手続きください。',
    leave: 'サービスの画面に戻る',
    callbackTitle: 'サービスの画面に戻ります',
    callbackHint: '自動で切り替わらない場合は、ボタンを押してください。',
    trial: 'サンドボックスで試す方へ',
    trialHint:
      '停止中の回答を確かめるために、このまま同意の画面へ進めます。停止中の項目は「取得不可」と回答されます。',
    goOn: '停止中のまま進む',
    closedNow: 'ただいま取得できません。',
    uncertainNow: (reasons) =>
      `${reasons.join('') || 'ただいま取得できない場合があります。'}このままお手続きいただけます。`,
    holdersClosed: (holders) => `${holders}のシステムは、ただいま停止しています。`,
    endings: {
      used: {
        title: 'この画面は送信済みです',
        text: '同じ画面が2回送信されたため、2回目は受け付けませんでした。',
        next: '手続はまだ終わっていません。同意の画面からもう一度進むか、中止してサービスの画面に戻ってください。',
      },
      expired: {
        title: '時間切れになりました',
        text: '画面を表示してから時間がたったため、手続は無効になりました。',
        next: '何も提供していません。サービスの画面に戻り、最初からやり直してください。',
      },
      finished: {
        title: 'この手続は終了しています',
        text: '同意または中止の結果は、すでに決まっています。',
        next: 'サービスの画面に戻って、続きをご覧ください。',
      },
      locked: {
        title: 'カードがロックされています',
        text: '',
        next: '何も提供していません。実際のカードでは、市区町村の窓口などで暗証番号を再設定できます。サービスの画面に戻り、別の方法でお手続きください。',
      },
      certificate: {
        title: '電子証明書の有効期限が切れています',
        text: '',
        next: '何も提供していません。実際の電子証明書は、市区町村の窓口で更新できます。サービスの画面に戻り、別の方法でお手続きください。',
      },
    },
    startOver: '同意の画面から続ける',
    errorTitle: '手続を続けられません',
    errorHint: 'ブラウザの「戻る」でサービスの画面に戻り、最初からやり直してください。',
  },
  en: {
    languageName: 'English',
    portal: 'Imitation Mynaportal',
    sandbox: 'Sandbox',
    invented: 'This is not the real Mynaportal. People and information are invented.',
    unofficial:
      'This page is shown by the sandbox of myna-selfinfo. No government body provides it. Do not enter a real individual number or PIN.',
    mistaken: 'Error: ',
    stepsLabel: 'Steps',
    steps: ['Consent', 'Identity check', 'Done'],
    consentTitle: 'Consent to hand over your information',
    asks: (name) =>
      `“${name}” asks for information about you. Check what it asks for, then choose whether to hand it over.`,
    asker: 'Who asks',
    service: 'Service',
    serviceId: 'Service id',
    returnsTo: 'Site you return to',
    items: 'Information handed over',
    holders: 'Held by',
    inquiries: 'Extent',
    methods: {
      latest: 'the latest',
      'point-in-time': 'as of a given day or fiscal year',
      range: 'over a given period',
    },
    latestBy: (field) => `the latest (decided by “${field}”)`,
    oneOf: ', or',
    colon: ': ',
    use: 'How it is used',
    purpose: 'Purpose',
    kept: 'Kept',
    keptUntil: { before: 'until the end of ', after: '' },
    keptDays: (days) =>
      days === 0
        ? '(the day of consent only)'
        : `(${days} ${days === 1 ? 'day' : 'days'} after the day of consent)`,
    agreeHint:
      'If you do not agree, you return to the service and nothing is handed over. You can still stop on the next page, the identity check.',
    agreeBox: 'I have read the above and agree to hand over this information',
    agree: 'Go on to the identity check',
    decline: 'Do not agree',
    cardTitle: 'Identity check',
    handedTo: (name) => `Information handed over to “${name}”`,
    cardHint:
      'In real life a card reader or a smartphone reads your My Number card. Here, choose one of the sample cards.',
    card: 'Card to put on the reader',
    moreCards: (count) => `More sample cards (${count})`,
    born: (day) => `born ${day}`,
    samplePin: (pin) => `sample PIN ${pin}`,
    pin: 'PIN of the user certificate',
    pinHint: '4 digits. Three wrong PINs in a row lock the card.',
    confirm: 'Confirm and hand over',
    back: 'Back to the consent',
    cancel: 'Stop and hand over nothing',
    closedTitle: 'Not available at the moment',
    closed: (name) =>
      `The information that “${name}” asks for is not available now, because systems that are needed are closed.`,
    reason: 'Reason',
    opens: 'Available again',
    opensUnknown: 'not known',
    closedHint: 'Nothing has been handed over. Return to the service and try again after that.',
    leave: 'Return to the service',
    callbackTitle: 'Returning to the service',
    callbackHint: 'If nothing happens, press the button.',
    trial: 'For sandbox users',
    trialHint:
      'To see what an answer looks like while systems are closed, go on to the consent. Closed items are returned as unavailable.',
    goOn: 'Go on anyway',
    closedNow: 'Not available now.',
    uncertainNow: (reasons) =>
      `${reasons.join(' ') || 'May not be available now.'} You can continue.`,
    holdersClosed: (holders) => `Closed now: ${holders}.`,
    endings: {
      used: {
        title: 'This page was already sent',
        text: 'The same page was sent twice; the second time did not count.',
        next: 'You are not done yet. Go on from the consent, or stop and return to the service.',
      },
      expired: {
        title: 'Time has run out',
        text: 'Too much time has passed since the page was shown, so it no longer counts.',
        next: 'Nothing has been handed over. Return to the service and start again.',
      },
      finished: {
        title: 'This was already completed',
        text: 'You have already agreed or stopped.',
        next: 'Return to the service to see what happens next.',
      },
      locked: {
        title: 'The card is locked',
        text: '',
        next: 'Nothing has been handed over. For a real card, your municipality can set a new PIN. Return to the service and continue in another way.',
      },
      certificate: {
        title: 'The certificate has expired',
        text: '',
        next: 'Nothing has been handed over. Your municipality renews real certificates. Return to the service and continue in another way.',
      },
    },
    startOver: 'Go on from the consent',
    errorTitle: 'This cannot be continued',
    errorHint: 'Go back to the service in your browser and start again.',
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
