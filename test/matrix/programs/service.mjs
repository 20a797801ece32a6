import { defineService } from 'myna-selfinfo';

/** The service of every program. */
export const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
});
