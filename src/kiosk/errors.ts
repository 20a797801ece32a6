import type { CatalogName } from '../catalog/catalog.js';
import type { KioskOutcome, KioskState } from './states.js';

/** Number of an error that a citizen may see. A number keeps its meaning from here on. */
export type KioskErrorNumber = keyof typeof rows;

/** Error of a kiosk session, with texts ready to be shown. */
export interface KioskError {
  readonly number: KioskErrorNumber;
  /** For the citizen: what happened, what was not done, what to do now. */
  readonly citizen: CatalogName;
  /** For the staff: what to check. */
  readonly staff: CatalogName;
}

const nothing = { ja: '情報は提供していません。', en: 'Nothing was provided.' };
const again = { ja: 'お手数ですが、最初からお手続きください。', en: 'Please start again.' };
const cardDesk = {
  ja: '暗証番号や電子証明書については、マイナンバーカードのお問い合わせ先にご確認ください。',
  en: 'For the PIN and the certificate, please ask the contact for My Number Cards.',
};
const staffHere = { ja: '係員にお声がけください。', en: 'Please ask our staff.' };

function text(ja: string, en: string, ...more: readonly CatalogName[]): CatalogName {
  return {
    ja: [ja, ...more.map((part) => part.ja)].join(''),
    en: [en, ...more.map((part) => part.en)].join(' '),
  };
}

const rows = {
  'K-101': [
    text(
      'しばらく操作がなかったため、お手続きを終了しました。',
      'Your time ran out.',
      nothing,
      again,
    ),
    text('制限時間内に利用者の操作がなかった。', 'The citizen did nothing in time.'),
  ],
  'K-201': [
    text(
      '暗証番号がロックされているため、このカードはご利用いただけません。',
      'The PIN of this card is locked.',
      nothing,
      cardDesk,
    ),
    text(
      '利用者証明用電子証明書の暗証番号がロックされている。',
      'The PIN of the certificate for user authentication is locked.',
    ),
  ],
  'K-202': [
    text(
      '電子証明書の有効期限が切れているため、このカードはご利用いただけません。',
      'The certificate of this card has expired.',
      nothing,
      cardDesk,
    ),
    text('電子証明書の有効期限切れ。', 'The certificate has expired.'),
  ],
  'K-203': [
    text(
      '電子証明書が失効しているため、このカードはご利用いただけません。',
      'The certificate of this card is no longer valid.',
      nothing,
      cardDesk,
    ),
    text('電子証明書の失効。', 'The certificate has been revoked.'),
  ],
  'K-204': [
    text('このカードはご利用いただけません。', 'This card cannot be used.', nothing, staffHere),
    text(
      'マイナポータルが電子証明書を受け付けなかった。マイナンバーカードかどうかを確認する。',
      'The portal refused the certificate. Check that it is a My Number Card.',
    ),
  ],
  'K-205': [
    text(
      '途中でカードが取り出されたため、お手続きを終了しました。',
      'The card was pulled out.',
      nothing,
      again,
    ),
    text('カードが強制的に抜き取られた。', 'The card was taken out by force.'),
  ],
  'K-206': [
    text(
      '最初に読み取ったカードと異なるため、お手続きを終了しました。',
      'The card is not the one that was read first.',
      nothing,
      again,
    ),
    text(
      'カードの入れ替わりを検出した。カードリーダの異常や不正がないかを確認する。',
      'The card was swapped inside. Check for reader faults and tampering.',
    ),
  ],
  'K-301': [
    text(
      'カードリーダに問題が発生したため、お手続きを終了しました。',
      'The card reader failed.',
      nothing,
      staffHere,
    ),
    text('カードリーダの異常または無応答。', 'The reader failed or did not respond.'),
  ],
  'K-302': [
    text(
      'マイナポータルとの連携で問題が発生したため、お手続きを終了しました。',
      'The connection with Mynaportal failed.',
      nothing,
      text('時間をおいて、もう一度お試しください。', 'Please try again later.'),
    ),
    text('マイナポータルとの通信の異常または無応答。', 'The portal failed or did not respond.'),
  ],
  'K-303': [
    text(
      '端末に問題が発生したため、お手続きを終了しました。',
      'This machine failed.',
      nothing,
      staffHere,
    ),
    text('画面のプログラムの異常。', 'The program that draws the screens failed.'),
  ],
  'K-401': [
    text(
      'カードのお受け取りがなかったため、端末の中でお預かりしています。',
      'You left your card, so the machine keeps it.',
      staffHere,
    ),
    text(
      'カードを端末に回収した。本人を確認して返却する。',
      'The machine keeps the card. Check that the person is its owner, and return it.',
    ),
  ],
  'K-402': [
    text(
      '申し訳ございません。カードをお返しできません。',
      'Your card cannot be returned.',
      staffHere,
    ),
    text(
      'カードが端末に残っている。取り出して本人に返却する。',
      'The card is still in the machine. Take it out and return it.',
    ),
  ],
  'K-403': [
    text('この端末は、ただいまご利用いただけません。', 'This machine cannot be used.', staffHere),
    text(
      'カードリーダが応答しない。カードは入っていない。',
      'The reader does not respond. No card is inside.',
    ),
  ],
  'K-501': [
    text('ただいまこの情報を取得できません。', 'This information cannot be fetched right now.'),
    text('情報の取得に必要なシステムが停止している。', 'A system that is needed is closed.'),
  ],
} as const satisfies Readonly<Record<string, readonly [citizen: CatalogName, staff: CatalogName]>>;

/**
 * Table of the error numbers that a citizen may see, `K-101` to `K-501`. New numbers may come; none
 * changes its meaning.
 *
 * @example
 * ```ts
 * import { kioskErrors } from 'myna-selfinfo/kiosk';
 * console.log(kioskErrors['K-201'].citizen.ja);
 * ```
 */
export const kioskErrors: Readonly<Record<KioskErrorNumber, KioskError>> = Object.freeze(
  Object.fromEntries(
    Object.entries(rows).map(([number, [citizen, staff]]) => [
      number,
      Object.freeze({ number, citizen: Object.freeze(citizen), staff: Object.freeze(staff) }),
    ]),
  ) as Record<KioskErrorNumber, KioskError>,
);

const byOutcome: Readonly<Partial<Record<KioskOutcome['status'], KioskErrorNumber>>> = {
  idle: 'K-101',
  'card-locked': 'K-201',
  'certificate-expired': 'K-202',
  'certificate-revoked': 'K-203',
  'certificate-refused': 'K-204',
  'card-removed': 'K-205',
  'card-swapped': 'K-206',
};
const byPart = { reader: 'K-301', authorizer: 'K-302', listener: 'K-303' } as const;

/**
 * Returns the errors of a state, the reason of the end first, then what happened to the card. Empty
 * before the end, and where the citizen got what they chose.
 *
 * @param state - any state of a session.
 * @example
 * ```ts
 * import { type KioskState, kioskErrorsOf } from 'myna-selfinfo/kiosk';
 * const texts = (state: KioskState) =>
 *   kioskErrorsOf(state).map(({ number, citizen }) => `${citizen.ja}（エラー番号: ${number}）`);
 * ```
 */
export function kioskErrorsOf(state: KioskState): readonly KioskError[] {
  if (state.at === 'unavailable') return [kioskErrors['K-501']];
  if (!('outcome' in state)) return [];
  const { outcome } = state;
  const numbers = [
    outcome.status === 'failed' ? byPart[outcome.part] : byOutcome[outcome.status],
    cardError(state),
  ];
  return numbers.flatMap((number) => (number === undefined ? [] : [kioskErrors[number]]));
}

function cardError(state: KioskState): KioskErrorNumber | undefined {
  if (state.at === 'card-forgotten') return 'K-401';
  if (state.at !== 'card-jammed') return undefined;
  return state.cardHeld ? 'K-402' : 'K-403';
}
