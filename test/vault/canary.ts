import type { Persona } from '../../src/sandbox/index.js';
import type { openSafe } from './safe.js';

/** A persona whose values are canaries. */
export const persona: Persona = {
  id: 'canary',
  name: 'canary-name',
  pin: '7391',
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: 'canary-holder-市',
        asOf: '2026-06-01',
        fields: {
          課税年度: '2026',
          申告区分: '申告済',
          給与収入金額: 5_310_772,
          合計所得金額: 1,
          所得控除合計額: 1,
          市町村民税所得割額: 1,
          市町村民税均等割額: 1,
          canary: 'canary-beside-the-schema',
        },
        extras: { mark: 'canary-extra' },
      },
    ],
    household: [
      {
        server: 'municipal',
        holder: 'canary-holder-市',
        from: '2020-01-01',
        fields: { 異動日: '2020-01-01', note: 'canary-household-花子' },
      },
    ],
  },
  statuses: { vaccination: { status: 'failed', failure: 'canary.failure' } },
  unaskedItems: [
    {
      code: 'TM00000000000108',
      records: [
        { holder: 'canary-holder-市', asOf: '2026-01-05', fields: { 戸籍: 'canary-unasked' } },
      ],
    },
  ],
};
/** Values that may show nowhere. */
export const canaries = {
  holder: 'canary-holder-市',
  household: 'canary-household-花子',
  beside: 'canary-beside-the-schema',
  extra: 'canary-extra',
  unasked: 'canary-unasked',
  failure: 'canary.failure',
};

/** Returns everything that an answer contains, opened. */
export const opened = (answer: Awaited<ReturnType<ReturnType<typeof openSafe>['answer']>>) => ({
  terms: answer.terms,
  extras: answer.extras.reveal(),
  items: Object.fromEntries(
    Object.entries(answer.items).map(([key, item]) => [
      key,
      {
        ...('code' in item && { code: item.code }),
        status: item.status,
        extras: item.extras.reveal(),
        ...(item.status === 'present' && { records: item.reveal(), missing: item.missing }),
      },
    ]),
  ),
});
