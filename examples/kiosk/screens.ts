// キオスク端末の画面の文言。図の番号はガイドラインのもの。
import {
  type Availability,
  type KioskError,
  type KioskMenuEntry,
  type KioskReceipt,
  type KioskState,
  kioskErrorsOf,
} from 'myna-selfinfo/kiosk';
import type { CardCondition } from 'myna-selfinfo/sandbox';

/** デモで挿入できるカード。 */
export const cards: readonly (readonly [
  label: string,
  persona: string,
  condition: CardCondition,
])[] = [
  ['番号 花子さんのカード（暗証番号 1234）', 'hanako', 'good'],
  ['暗証番号がロックされたカード', 'hanako', 'locked'],
  ['電子証明書の有効期限が切れたカード', 'hanako', 'expired'],
  ['電子証明書が失効したカード', 'hanako', 'revoked'],
];

/** 画面の表題と本文。 */
export function screenOf(state: KioskState): readonly [title: string, ...lines: string[]] {
  switch (state.at) {
    case 'start':
      return ['図3.3-1 トップ画面', '1 マイナポータルからの情報提出'];
    case 'menu':
      return [
        '図3.3-2 サービスの選択',
        ...state.services.map(
          ({ name, availability }, index) => `${index + 1} ${name}（${word[availability.state]}）`,
        ),
      ];
    case 'unavailable':
      return ['ただいま利用できません', ...reasons(state.service.availability), '1 戻る'];
    case 'first-consent':
      return [
        '図3.3-3 取得と提供の確認',
        `マイナポータルからあなたの情報（${itemsOf(state.service)}）を取得し、${state.service.provider}に提供します。よろしいですか。`,
        `利用目的: ${state.service.purpose.text}`,
        `提供先での保持期間: ${state.service.retention.days}日間`,
        '1 同意する  2 同意しない',
      ];
    case 'card-in':
      return [
        '図3.3-4 カードの挿入: 挿入するカードを選んでください',
        ...cards.map(([label], index) => `${index + 1} ${label}`),
      ];
    case 'identity-pin':
    case 'fetch-pin':
      return [
        state.at === 'identity-pin' ? '図3.3-4 本人確認' : '図3.3-5 自己情報の取得',
        ...(state.wrongPin ? ['暗証番号が違います。もう一度入力してください。'] : []),
        ...pinTexts[state.at],
        `利用者証明用電子証明書の暗証番号（数字4桁）を入力してください。あと${state.triesLeft}回間違えると、暗証番号がロックされます。`,
      ];
    case 'second-consent':
      return [
        '図3.3-6 提供の確認',
        `取得した情報（${itemsOf(state.service)}）を${state.service.provider}に提供します。よろしいですか。`,
        '1 提供する  2 提供しない',
      ];
    case 'card-out':
      return [state.outcome.status === 'provided' ? '図3.3-7 取引完了' : '終了', ...endOf(state)];
    case 'take-card':
      return ['カードをお受け取りください。'];
    case 'ended':
      return ['ご利用ありがとうございました。'];
    case 'card-forgotten':
    case 'card-jammed':
      return ['係員をお呼びください', ...kioskErrorsOf(state).slice(-1).map(errorText)];
    default:
      return ['しばらくお待ちください…'];
  }
}

const word = { open: '利用できます', uncertain: '利用できないことがあります', closed: '停止中' };

function reasons({ causes, nextOpening }: Availability): string[] {
  const texts = new Set(
    causes.filter(({ state }) => state === 'closed').map(({ citizenText }) => citizenText.ja),
  );
  return [
    ...texts,
    nextOpening === null
      ? '次にご利用いただける日時は未定です。'
      : `次にご利用いただけるのは、${nextOpening.toFormat('M月d日(ccc) H:mm', { locale: 'ja' })} 以降です。`,
  ];
}

const itemsOf = ({ items }: KioskMenuEntry) =>
  Object.values(items)
    .map(({ ja }) => ja)
    .join('、');

/** 暗証番号を2回求める理由。 */
const pinTexts = {
  'identity-pin': [
    '暗証番号は2回入力していただきます。1回目は、ご本人であることの確認のためです。',
  ],
  'fetch-pin': [
    '2回目は、マイナポータルから情報を取得するためです。',
    '1回目に入力された暗証番号は端末に残していないため、もう一度入力してください。',
  ],
};

const errorText = ({ number, citizen }: KioskError) => `${citizen.ja}（エラー番号: ${number}）`;

/** どう終わったか。提供した場合は明細票。 */
function endOf(state: Extract<KioskState, { at: 'card-out' }>): string[] {
  const { outcome } = state;
  if (outcome.status === 'provided')
    return ['情報の提供が完了しました。', ...receiptLines(outcome.receipt())];
  if (outcome.status === 'refused')
    return [
      outcome.consent === 'first'
        ? 'お手続きを中止しました。情報は取得していません。'
        : 'お手続きを中止しました。取得した情報は破棄し、提供していません。',
    ];
  if (outcome.status === 'cancelled') return ['お手続きを中止しました。情報は提供していません。'];
  return kioskErrorsOf(state).map(errorText);
}

const words = {
  provided: '提供しました',
  'nothing-on-record': '該当する情報は見つかりませんでした',
  'not-available': '取得できませんでした',
};

/** 明細票。 */
function receiptLines(receipt: KioskReceipt): string[] {
  return [
    `明細票 ${receipt.number}`,
    `提供先: ${receipt.provider}`,
    ...receipt.items.map(({ ja, status }) => `提供した情報: ${ja}（${words[status]}）`),
    `利用目的: ${receipt.purpose}`,
    `提供日時: ${receipt.providedAt.slice(0, 16).replace('T', ' ')}`,
    `提供先での保持期間: ${receipt.retentionDays}日間`,
  ];
}
