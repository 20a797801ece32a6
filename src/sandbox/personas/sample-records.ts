import type { PersonaRecord } from './persona.js';

/** The municipality of most invented citizens. */
export const city = { server: 'municipal', holder: 'サンプル市' } as const;
/** The former municipality of the mover. */
export const oldCity = { server: 'municipal', holder: '旧サンプル市' } as const;
/** The current municipality of the mover. */
export const newTown = { server: 'municipal', holder: '新サンプル町' } as const;

type Municipality = typeof city | typeof oldCity | typeof newTown;
type Amounts = readonly [
  salary: number,
  income: number,
  deductions: number,
  incomeLevy: number,
  perCapita: number,
];

/** Returns the local tax record of a fiscal year, in yen. Without amounts it is not filed (未申告). */
export function taxYear(
  holder: Municipality,
  fiscalYear: number,
  amounts: Amounts | null,
): PersonaRecord {
  const [salary, income, deductions, incomeLevy, perCapita] = amounts ?? [
    null,
    null,
    null,
    null,
    null,
  ];
  return {
    ...holder,
    asOf: `${fiscalYear}-06-01`,
    fiscalYear,
    fields: {
      課税年度: String(fiscalYear),
      申告区分: amounts === null ? '未申告' : '申告済',
      給与収入金額: salary,
      合計所得金額: income,
      所得控除合計額: deductions,
      市町村民税所得割額: incomeLevy,
      市町村民税均等割額: perCapita,
    },
  };
}

/** Returns the record of one vaccination. */
export function shot(
  holder: Municipality,
  asOf: string,
  name: string,
  dose: number,
  lot: string,
): PersonaRecord {
  return {
    ...holder,
    asOf,
    fields: { 接種日: asOf, 予防接種名: name, 接種回数: dose, 製造番号: lot },
  };
}
