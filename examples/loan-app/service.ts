// サービスの定義: 何を、何のために取得し、いつまで保持するか。サービス情報設定シートに書くことと同じ。
import { type Answer, defineService, type SelfInfoClient } from 'myna-selfinfo';
import { householdRecord, localTaxRecord, pensionRecord } from 'myna-selfinfo/sandbox';

export const housingLoan = defineService({
  name: 'みほん銀行 住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
    pension: {
      detail: 'pension',
      inquiries: ['latest'],
      latestBy: '改定日',
      record: pensionRecord,
    },
    // 申込者の情報であることを確かめるためにも使う（prefill.ts の compareNames）。
    household: {
      detail: 'household',
      inquiries: ['latest'],
      latestBy: '異動日',
      record: householdRecord,
    },
  },
});

export type ItemKey = keyof typeof housingLoan.items;
export type LoanClient = SelfInfoClient<typeof housingLoan>;
export type LoanAnswer = Answer<typeof housingLoan>;
