import { defineService } from 'myna-selfinfo';

/**
 * The loan of `loan.ts`, for child processes. They are not TypeScript and load the built package,
 * because compiling the sources takes several times as long.
 */
export const loan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '課税年度',
    },
    household: {
      detail: 'household',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '異動日',
    },
    shots: {
      detail: 'vaccination',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '接種日',
    },
  },
});
