import type { RefusalCode } from '../portal/refusal-table.js';

/** An error number of the consent pages: what the service desk should know about it. */
interface PageErrorRow {
  readonly number: `E-8${number}`;
  readonly ja: string;
  readonly en: string;
}

const startAgain = {
  ja: '同意の画面に届いた内容が正しくない。最初からのお手続きを案内する。続く場合は担当部署に連絡する。',
  en: 'What reached the consent page is not valid. Ask the customer to start again. If it keeps happening, tell the team in charge.',
} as const;
const settings = {
  ja: '事業者の登録か設定の不備。お客さまの操作では解決しないため、書類でのお手続きを案内し、担当部署に連絡する。',
  en: 'The provider is not registered or set up correctly. Nothing the customer does helps: offer documents, and tell the team in charge.',
} as const;

/** The number of every other refusal. */
export const OTHER_NUMBER = 'E-810';

// Frozen: a number keeps its code and its meaning. A new code gets a new number.
/** The error numbers of the consent pages by refusal. */
export const pageErrors = {
  form_expired: {
    number: 'E-801',
    ja: '画面の制限時間を過ぎた、同じ画面が2回送信された、お手続きがすでに終わった、のいずれか。結果を確認していただく。なければ最初からのお手続きを案内する。',
    en: 'The time limit of the page has passed, the page was sent twice, or the procedure has ended. Ask the customer to look at the result, or else to start again.',
  },
  consent_not_ticked: {
    number: 'E-802',
    ja: '同意の欄にチェックがない。チェックしていただくか、中止していただく。',
    en: 'The box of agreement is not ticked. Ask the customer to tick it, or to stop.',
  },
  card_not_chosen: {
    number: 'E-803',
    ja: 'カードが選ばれていない。カードを選んでいただく。',
    en: 'No card was chosen. Ask the customer to choose one.',
  },
  pin_not_four_digits: {
    number: 'E-804',
    ja: '暗証番号が数字4桁ではない。間違えた回数には含まれない。',
    en: 'The PIN does not have four digits. This does not count as a wrong PIN.',
  },
  pin_wrong: {
    number: 'E-805',
    ja: '暗証番号が違う。3回続けて間違えるとカードがロックされる。分からないときは、マイナンバーカードの問い合わせ先を案内する。',
    en: 'The PIN is wrong. Three wrong PINs in a row lock the card. If the customer does not know it, refer to the contact for My Number Cards.',
  },
  certificate_expired: {
    number: 'E-806',
    ja: 'カードの電子証明書の有効期限が切れている。マイナンバーカードの問い合わせ先か、書類などでのお手続きを案内する。',
    en: 'The certificate on the card has expired. Refer to the contact for My Number Cards, or offer another way, for example documents.',
  },
  card_locked: {
    number: 'E-807',
    ja: 'カードがロックされている。マイナンバーカードの問い合わせ先か、書類などでのお手続きを案内する。',
    en: 'The card is locked. Refer to the contact for My Number Cards, or offer another way, for example documents.',
  },
  unknown_client: { number: 'E-811', ...settings },
  redirect_uri_not_registered: { number: 'E-812', ...settings },
  missing_parameter: { number: 'E-813', ...startAgain },
  doubled_parameter: { number: 'E-814', ...startAgain },
  broken_encoding: { number: 'E-815', ...startAgain },
  request_uri_unknown: { number: 'E-816', ...startAgain },
  unknown_route: {
    number: 'E-817',
    ja: 'アドレスが正しくない。事業者の画面からお手続きいただく。',
    en: 'The address is not valid. Ask the customer to start at the provider.',
  },
  app_not_installed: {
    number: 'E-821',
    ja: 'スマートフォンのアプリが開かない。アプリのインストール、ほかの読み取り方法、書類でのお手続きのいずれかを案内する。',
    en: 'The app on the smartphone does not open. Suggest installing it, another way to read the card, or documents.',
  },
  reader_not_found: {
    number: 'E-822',
    ja: 'カードリーダが見つからない。接続の確認、ほかの読み取り方法、書類でのお手続きのいずれかを案内する。',
    en: 'No card reader is found. Suggest checking its connection, another way to read the card, or documents.',
  },
  card_not_read: {
    number: 'E-823',
    ja: 'カードを読み取れない。カードの位置を合わせ直していただく。続く場合は、ほかの読み取り方法か書類でのお手続きを案内する。',
    en: 'The card is not read. Ask the customer to put it in place once more. If it keeps failing, suggest another way to read it, or documents.',
  },
} as const satisfies Partial<Record<RefusalCode, PageErrorRow>>;

/** Returns the error number of a refusal. */
export function pageNumberOf(reason: RefusalCode): string {
  const rows: Partial<Record<RefusalCode, PageErrorRow>> = pageErrors;
  return rows[reason]?.number ?? OTHER_NUMBER;
}
