// キオスク端末の画面の文言。図の番号はガイドラインのもの。
import type { Availability, KioskOutcome, KioskState } from 'myna-selfinfo/kiosk';
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

const outcomes: Readonly<Record<KioskOutcome['status'], string>> = {
  provided: '情報の提供が完了しました。',
  refused: '同意されなかったため、情報は提供していません。',
  cancelled: '取り消しました。情報は提供していません。',
  idle: '操作がなかったため終了しました。情報は提供していません。',
  'card-locked': '暗証番号がロックされています。お住まいの市区町村の窓口で再設定してください。',
  'certificate-expired':
    '利用者証明用電子証明書の有効期限が切れています。お住まいの市区町村の窓口で更新してください。',
  'certificate-revoked':
    '利用者証明用電子証明書が失効しています。お住まいの市区町村の窓口にお問い合わせください。',
  'certificate-refused': 'このカードは使用できません。',
  'card-removed': 'カードが抜き取られたため終了しました。情報は提供していません。',
  'card-swapped': '最初と異なるカードのため終了しました。情報は提供していません。',
  failed: '機器または通信の異常のため終了しました。情報は提供していません。',
};

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
        `${state.service.purpose.text}、マイナポータルを通じて情報を取得し、提供します。提供先での保持期間は${state.service.retention.days}日間です。`,
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
        ...(state.wrongPin ? ['暗証番号が違います。'] : []),
        `利用者証明用電子証明書の暗証番号（数字4桁）を入力してください。残り${state.triesLeft}回`,
      ];
    case 'second-consent':
      return [
        '図3.3-6 提供の確認',
        '情報の取得が完了しました。サービス提供者に提供してよいですか。',
        '1 提供する  2 提供しない',
      ];
    case 'card-out':
      return [
        state.outcome.status === 'provided' ? '図3.3-7 取引完了' : '終了',
        outcomes[state.outcome.status],
        ...received(state.outcome),
        'カードを返却します。',
      ];
    case 'ended':
      return ['カードをお受け取りください。'];
    case 'attendant-needed':
      return ['カードを返却できません。係員をお呼びください。'];
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
    `次に利用できるのは ${nextOpening?.toFormat('M月d日(ccc) H:mm', { locale: 'ja' }) ?? '未定'} からです。`,
  ];
}

/** 事業者が受け取るもの。2回目の同意までは、どこにも渡さない。 */
function received(outcome: KioskOutcome): string[] {
  if (outcome.status !== 'provided') return [];
  return Object.values(outcome.answer.items).map((item) =>
    item.status === 'present'
      ? `提供した情報: ${item.reveal().length}件`
      : '提供した情報: 記録がないか、取得できませんでした。',
  );
}
