import type { NextConfig } from 'next';

const config: NextConfig = {
  // バンドルせず、node_modules からそのまま読み込む。テスト済みのファイルが、そのまま動く。
  serverExternalPackages: ['myna-selfinfo'],
  // コンテナには standalone を使う: NEXT_OUTPUT=standalone npm run build
  ...(process.env.NEXT_OUTPUT === 'standalone' && { output: 'standalone' as const }),
  poweredByHeader: false,
  // コールバックのURLには認可コードが入っている。開発中のログにも残さない。
  logging: { incomingRequests: { ignore: [/^\/callback/] } },
  // URLをほかのサイトに送らない。画面を、ほかのサイトの枠の中に表示させない。
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'Referrer-Policy', value: 'no-referrer' },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Content-Security-Policy', value: "base-uri 'none'; frame-ancestors 'none'" },
      ],
    },
  ],
};

export default config;
