// デジタル庁に登録するサービス。どの環境でも同じ。アプリとサンドボックスの両方が読む。
import { defineService } from 'myna-selfinfo';

export const loan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
    },
  },
});
