import { object, string } from 'zod';
import { defineService } from '../../src/index.js';
import type { Persona } from '../../src/sandbox/index.js';
import { loan } from './loan.js';

export const SESSION = 'canary-session-4c1f';

/** The secret texts of the citizen. */
export const personal = {
  pin: '7391',
  name: 'canary-name-花子',
  income: 'canary-income-5310772',
  household: 'canary-household-太郎',
  holder: 'canary-holder-市',
  field: 'canary-field-取得項目',
  extra: 'canary-extra-8842',
  unasked: 'canary-unasked-戸籍',
};

/** A citizen whose data must not leak. */
export const persona: Persona = {
  id: 'citizen',
  name: personal.name,
  pin: personal.pin,
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: personal.holder,
        asOf: '2026-06-01',
        fields: { 課税年度: '2026', amount: personal.income },
      },
    ],
    household: [
      {
        server: 'municipal',
        holder: personal.holder,
        from: '2020-01-01',
        fields: { 異動日: '2020-01-01', [personal.field]: personal.household },
        extras: { mark: personal.extra },
      },
    ],
  },
  unaskedItems: [
    {
      code: 'TM00000000000108',
      records: [
        { holder: personal.holder, asOf: '2026-01-05', fields: { 戸籍: personal.unasked } },
      ],
    },
  ],
};

/** The service that asks for the citizen's data. */
export const service = defineService({
  ...loan,
  items: {
    // A schema that no record fits, and whose message quotes a record.
    income: {
      detail: 'local-tax',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: object({ fields: object({ amount: string().max(3, personal.income) }) }),
    },
    household: { detail: 'household', inquiries: ['latest'], latestBy: '異動日' },
    shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '接種日' },
  },
});
