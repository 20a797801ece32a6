// キオスク端末のデモで提供するサービス。
import { type Clock, defineService, latest, systemClock } from 'myna-selfinfo';
import { localTaxRecord, pensionRecord } from 'myna-selfinfo/sandbox';

const housingLoan = defineService({
  name: '住宅ローンサービスへの所得情報の提出',
  purpose: { id: 'housing-loan', text: '住宅ローンの審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
  },
});
const lifePlan = defineService({
  name: '老後資金相談サービスへの年金情報の提出',
  purpose: { id: 'life-plan', text: '老後資金の相談のため' },
  retention: { days: 7 },
  items: {
    pension: {
      detail: 'pension',
      holders: ['pension-service'],
      inquiries: ['latest'],
      latestBy: '改定日',
      record: pensionRecord,
    },
  },
});
export const provider = 'みほん銀行株式会社';
export const services = [
  { id: 'SP00000001_HL0001', provider, service: housingLoan, inquiry: latest() },
  { id: 'SP00000001_LP0001', provider, service: lifePlan, inquiry: latest() },
];
export const registrations = services.map(({ id, service }) => ({
  clientId: id,
  redirectUris: ['http://localhost:3000/callback'],
  service,
}));

/** 2026年12月1日(火) 10:00 から、実際の時間で進む時計。 */
export function createDemoClock(): Clock {
  const aheadMs = Date.parse('2026-12-01T10:00:00+09:00') - Date.now();
  return { now: () => Date.now() + aheadMs, wait: systemClock.wait };
}
