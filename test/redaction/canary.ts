import { object, string } from 'zod';
import { defineService } from '../../src/index.js';
import type { Persona } from '../../src/sandbox/index.js';
import { loan } from '../kit/loan.js';

/** The PIN of the persona. */
export const PIN = '7391';

/** The secret texts of the records. */
export const records = {
  income: 'canary-income-5310772',
  household: 'canary-household-花子',
  holder: 'canary-holder-市',
  field: 'canary-field-取得項目',
  extra: 'canary-extra',
  unasked: 'canary-unasked',
};

/** A citizen whose data is searched for. */
export const persona: Persona = {
  id: 'canary',
  name: 'canary-name',
  pin: PIN,
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: records.holder,
        asOf: '2026-06-01',
        fields: { 課税年度: '2026', amount: records.income },
      },
    ],
    household: [
      {
        server: 'municipal',
        holder: records.holder,
        from: '2020-01-01',
        fields: { 異動日: '2020-01-01', [records.field]: records.household },
        extras: { mark: records.extra },
      },
    ],
  },
  unaskedItems: [
    {
      code: 'TM00000000000108',
      records: [{ holder: records.holder, asOf: '2026-01-05', fields: { 戸籍: records.unasked } }],
    },
  ],
};

/** A service with a schema that no income fits, and whose message quotes it. */
export const service = defineService({
  ...loan,
  items: {
    income: {
      detail: 'local-tax',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: object({ fields: object({ amount: string().max(3, records.income) }) }),
    },
    household: { detail: 'household', inquiries: ['latest'], latestBy: '異動日' },
    shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '接種日' },
  },
});
