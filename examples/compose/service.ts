// サービスの定義。サンドボックスに渡す registration.json の service と同じ内容にする。
import { defineService, type SelfInfoClient } from 'myna-selfinfo';

export const loan = defineService({
  name: 'みほん銀行 住宅ローン事前審査',
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
export type LoanClient = SelfInfoClient<typeof loan>;
