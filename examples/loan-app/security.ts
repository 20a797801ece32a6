// どの応答にも付けるヘッダーと、受け付けないリクエスト。
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { except } from 'hono/combine';
import { csrf } from 'hono/csrf';
import { secureHeaders } from 'hono/secure-headers';

export interface SecurityOptions {
  /** 利用者から見たこのアプリのオリジン。 */
  readonly origin: string;
  /** 同意の画面のオリジン。 */
  readonly portal: string;
}

export function security({ origin, portal }: SecurityOptions): MiddlewareHandler[] {
  return [
    noStore,
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        // form-action は送信後のリダイレクト先にも効く。同意の画面のオリジンがないと、ボタンを押しても何も起きない。
        formAction: ["'self'", portal],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // コールバックのURLには認可コードがあるので、ほかのサイトには Referer を送らない。
      // no-referrer では自分のフォームの Origin まで null になり、下の csrf を通れない。
      referrerPolicy: 'same-origin',
      strictTransportSecurity: origin.startsWith('https:'),
    }),
    // ほかのサイトからの POST を拒否する。コールバックだけは別: form_post ではマイナポータルの画面から届き、SDK が state とセッションを照合する。
    except('/callback', csrf({ origin })),
    bodyLimit({ maxSize: 16_384 }),
  ];
}

/** 所得の情報や認可コードを、拒否の応答も含めて、どこのキャッシュにも残さない。プリフェッチされた応答が再利用されることもなくなる。 */
const noStore: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('cache-control', 'no-store');
};
