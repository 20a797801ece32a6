// 会社概要、個人情報のお取扱い、お問い合わせ。法務の確認を受ける文章なので、ほかの文言と分けて置く。
import type { Language } from 'myna-selfinfo';

export type AboutPage = 'company' | 'privacy' | 'contact';

interface About {
  readonly title: string;
  readonly lead: string;
  readonly parts: readonly (readonly [heading: string, text: string])[];
}

export const about: Readonly<Record<Language, Readonly<Record<AboutPage, About>>>> = {
  ja: {
    company: {
      title: '会社概要',
      lead: 'みほん銀行は、デモのための架空の銀行です。',
      parts: [
        ['商号', '株式会社みほん銀行（架空）'],
        ['本店', '〒000-0000 見本県見本市見本1-2-3'],
        ['マイナポータルの利用', '自己情報取得APIを利用するWebサービス提供者として登録（架空）'],
      ],
    },
    privacy: {
      title: '個人情報のお取扱い',
      lead: '住宅ローンの事前審査でお預かりする個人情報のお取扱いです。',
      parts: [
        [
          'お預かりする情報',
          'お申込みの画面に入力された内容と、同意いただいた場合にマイナポータルから取得する、所得（地方税）、年金、世帯の情報。マイナンバー（個人番号）は取得しません。',
        ],
        [
          '利用目的',
          '住宅ローンの事前審査のためだけに利用します。ほかの商品のご案内には利用しません。',
        ],
        [
          '保持期間',
          'マイナポータルから取得した情報は、同意日の翌日から30日間保持し、その後は消去します。お申込みにならなかった場合は、その時点で消去します。',
        ],
        ['第三者への提供', '法令に基づく場合を除き、第三者に提供しません。'],
        [
          '同意の取消しと消去',
          'お申込みの前は「取得した情報を破棄する」で、お申込みのあとは「お申込みを取り下げる」で、取得した情報を消去できます。',
        ],
        ['お問い合わせ窓口', 'みほん銀行 個人情報ご相談係 0120-000-000（平日9時〜17時）'],
      ],
    },
    contact: {
      title: 'お問い合わせ',
      lead: 'お申込みについてのご質問は、ローン受付係へお問い合わせください。',
      parts: [
        ['お電話', '0120-000-000（通話料無料、平日9時〜17時）'],
        ['郵送', '〒000-0000 見本県見本市見本1-2-3 みほん銀行 ローン受付係'],
        [
          'マイナンバーカードと暗証番号',
          'カードの暗証番号や電子証明書については、マイナンバーカードのお問い合わせ先にご確認ください。当行では承れません。',
        ],
      ],
    },
  },
  en: {
    company: {
      title: 'Company',
      lead: 'Mihon Bank is a fictional bank for this demo.',
      parts: [
        ['Name', 'Mihon Bank, Ltd. (fictional)'],
        ['Head office', '1-2-3 Mihon, Mihon-shi, Mihon-ken 000-0000'],
        [
          'Use of Mynaportal',
          'Registered as a provider that uses the self-information API (fictional)',
        ],
      ],
    },
    privacy: {
      title: 'Privacy',
      lead: 'How we treat personal information in a home loan pre-screening.',
      parts: [
        [
          'What we receive',
          'What you enter in the application. If you agree, also your income (local tax), pension and household from Mynaportal. We do not receive your My Number.',
        ],
        ['Purpose', 'The home loan pre-screening only. We do not use it to offer other products.'],
        [
          'How long',
          'We keep the information from Mynaportal for 30 days after the day of consent, then erase it. If you do not apply, we erase it at that time.',
        ],
        ['Others', 'We do not provide it to third parties, unless the law requires it.'],
        [
          'Withdrawal and erasure',
          'Before you apply, you can discard the information from Mynaportal. After that, you can withdraw the application. Both erase the information.',
        ],
        ['Contact', 'Mihon Bank, privacy desk, 0120-000-000 (weekdays 9:00 to 17:00)'],
      ],
    },
    contact: {
      title: 'Contact',
      lead: 'Please ask our loan desk about your application.',
      parts: [
        ['Telephone', '0120-000-000 (free of charge, weekdays 9:00 to 17:00)'],
        ['Post', 'Mihon Bank, Loan desk, 1-2-3 Mihon, Mihon-shi, Mihon-ken 000-0000'],
        [
          'My Number Card and PIN',
          'For the PIN and the certificate, please ask the contact for My Number Cards. We cannot help with them.',
        ],
      ],
    },
  },
};
