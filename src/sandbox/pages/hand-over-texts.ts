import type { Language } from '../../foundation/language.js';

/** How the card is read. */
export const READINGS = ['phone', 'here', 'reader'] as const;
/** One of {@link READINGS}. */
export type Reading = (typeof READINGS)[number];

interface HandOverTexts {
  readonly title: string;
  readonly ways: Readonly<
    Record<
      Reading,
      { readonly name: string; readonly about: string; readonly steps: readonly string[] }
    >
  >;
  readonly qr: string;
  readonly trial: string;
  readonly failures: Readonly<Record<'app' | 'reader' | 'card' | 'time', string>>;
}

/** The texts of the hand-over to the phone or the card reader. */
export const handOverTexts: Readonly<Record<Language, HandOverTexts>> = {
  ja: {
    title: 'カードの読み取り方法',
    ways: {
      phone: {
        name: 'スマートフォンで読み取る',
        about: 'パソコンなどの画面のQRコードを使う',
        steps: [
          'スマートフォンでマイナポータルアプリを開きます。',
          'アプリでこのQRコードを読み取ります。',
          'アプリの案内に沿って、カードを読み取ります。',
        ],
      },
      here: {
        name: 'このスマートフォンで読み取る',
        about: 'アプリに切り替わる',
        steps: [
          'マイナポータルアプリが開きます。',
          'アプリの案内に沿って、カードを読み取ります。',
          '読み取りが終わると、この画面に戻ります。',
        ],
      },
      reader: {
        name: 'カードリーダで読み取る',
        about: 'パソコンに接続したカードリーダを使う',
        steps: ['カードリーダをパソコンに接続します。', 'カードをカードリーダに置きます。'],
      },
    },
    qr: '見本のQRコード',
    trial: 'カードを読み取れないときの画面を表示します。',
    failures: {
      app: 'アプリが入っていない',
      reader: 'カードリーダが見つからない',
      card: 'カードを読み取れない',
      time: '制限時間を過ぎる',
    },
  },
  en: {
    title: 'How to read your card',
    ways: {
      phone: {
        name: 'With a smartphone',
        about: 'scan the QR code on this screen',
        steps: [
          'Open the Mynaportal app on your smartphone.',
          'Scan this QR code with the app.',
          'Read your card as the app explains.',
        ],
      },
      here: {
        name: 'With this smartphone',
        about: 'switch to the app',
        steps: [
          'The Mynaportal app opens.',
          'Read your card as the app explains.',
          'Then you return to this page.',
        ],
      },
      reader: {
        name: 'With a card reader',
        about: 'connected to your computer',
        steps: ['Connect the card reader to your computer.', 'Put your card on the reader.'],
      },
    },
    qr: 'Sample QR code',
    trial: 'See the pages of a card that cannot be read.',
    failures: {
      app: 'App not installed',
      reader: 'Card reader not found',
      card: 'Card not read',
      time: 'Time limit passed',
    },
  },
};
