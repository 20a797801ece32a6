import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { checkApplication, type Typed } from '../../examples/loan-app/application.js';
import { texts } from '../../examples/loan-app/texts/texts.js';

const today = DateTime.fromISO('2026-12-01T10:00:00+09:00', { zone: 'Asia/Tokyo' });
const right: Typed = {
  ...{ name: '番号 花子', kana: 'バンゴウ ハナコ' },
  ...{ era: 'western', year: '1989', month: '3', day: '31' },
  ...{ postcode: '100-0000', address: '見本県見本市見本1-2-3' },
  ...{ phone: '090-0000-0000', email: 'hanako@example.com' },
  ...{ work: 'employee', employer: '見本商事株式会社', annualIncome: '520' },
  ...{ amount: '3500', years: '35' },
};

/** Returns the application without faults, or the faults as `field: name`. */
function checked(typed: Partial<Typed>) {
  const result = checkApplication({ ...right, ...typed }, today);
  return 'faults' in result
    ? result.faults.map(({ at, why }) => `${at}: ${why}`)
    : result.application;
}

describe('the application for the loan', () => {
  it.each([
    ['３０００', '3000'],
    ['3,000', '3000'],
    ['３，０００', '3000'],
    [' 3、000 万円', '3000'],
    ['10000', '10000'],
  ])('reads the amount %j as %s', (amount, read) => {
    expect(checked({ amount })).toMatchObject({ amount: read });
  });

  it.each([
    ['99', 'amount: amountRange'],
    ['10,001', 'amount: amountRange'],
    ['3000.5', 'amount: amountWrong'],
    ['三千', 'amount: amountWrong'],
    ['', 'amount: amountEmpty'],
  ])('refuses the amount %j', (amount, fault) => {
    expect(checked({ amount })).toEqual([fault]);
  });

  it.each([
    ['western', '9999', '99', '99', 'month: birthMonth'],
    ['western', '2026', '2', '30', 'day: birthUnreal'],
    ['western', '2025', '12', '1', 'year: birthYoung'],
    ['western', '2008', '12', '2', 'year: birthYoung'],
    ['western', '1946', '12', '1', 'year: birthOld'],
    ['western', '2026', '12', '2', 'year: birthFuture'],
    ['western', '2000', '13', '1', 'month: birthMonth'],
    ['western', '2000', '4', '31', 'day: birthUnreal'],
    ['western', '2001', '2', '29', 'day: birthUnreal'],
    ['showa', '65', '1', '1', 'year: birthEra'],
    ['showa', '64', '1', '8', 'year: birthEra'],
    ['heisei', '1', '1', '7', 'year: birthEra'],
    ['heisei', '31', '5', '1', 'year: birthEra'],
    ['meiji', '1', '1', '1', 'era: birthEra'],
    ['western', '', '', '', 'year: birthEmpty'],
    ['western', '1989', '', '31', 'month: birthMonth'],
    ['western', '1989', '3', 'x', 'day: birthDay'],
  ])('refuses the date of birth %s %s-%s-%s', (era, year, month, day, fault) => {
    expect(checked({ era, year, month, day })).toEqual([fault]);
  });

  it.each([
    ['heisei', '元', '3', '31', '1989-03-31'],
    ['showa', '６４', '１', '７', '1989-01-07'],
    ['heisei', '1', '1', '8', '1989-01-08'],
    ['western', '2000年', '2月', '29日', '2000-02-29'],
    ['western', '2008', '12', '1', '2008-12-01'],
    ['western', '1988', '02', '29', '1988-02-29'],
  ])('reads the date of birth %s %s-%s-%s as %s', (era, year, month, day, birthDate) => {
    expect(checked({ era, year, month, day })).toMatchObject({ birthDate });
  });

  it.each([
    ['99', 'years: yearsRange'],
    ['0', 'years: yearsRange'],
    ['36', 'years: yearsRange'],
    ['', 'years: yearsEmpty'],
    ['many', 'years: yearsWrong'],
  ])('refuses a period of %j years', (years, fault) => {
    expect(checked({ years })).toEqual([fault]);
  });

  it('limits the period by the age at its end, and says to how many years', () => {
    // 60 on the day of the application, so 25 years lead to 85.
    const born = { year: '1966', month: '12', day: '1' };
    expect(checked({ ...born, years: '25' })).toMatchObject({ years: '25' });
    const result = checkApplication({ ...right, ...born, years: '26' }, today);
    expect(result).toEqual({ faults: [{ at: 'years', why: 'yearsAge', limit: 25 }] });
    expect(texts.ja.application.faults.yearsAge(25)).toBe(
      '完済時に満85歳以下となるよう、ご返済期間は25年以下で入力してください。',
    );
  });

  it.each([
    [{ kana: 'ﾊﾞﾝｺﾞｳ ﾊﾅｺ' }, { kana: 'バンゴウ ハナコ' }],
    [{ kana: 'ばんごう　はなこ' }, { kana: 'バンゴウ ハナコ' }],
    [{ phone: '０９０ー００００ー００００' }, { phone: '090-0000-0000' }],
    [{ phone: '0312345678' }, { phone: '0312345678' }],
    [{ postcode: '１０００００１' }, { postcode: '1000001' }],
    [{ work: 'pension', employer: '' }, { employer: '' }],
  ])('accepts %j', (typed, read) => {
    expect(checked(typed)).toMatchObject(read);
  });

  it.each([
    [{ kana: 'Hanako' }, 'kana: kanaOther'],
    [{ name: '' }, 'name: nameEmpty'],
    [{ name: 'あ'.repeat(61) }, 'name: nameLong'],
    [{ postcode: '100-000' }, 'postcode: postcodeWrong'],
    [{ address: ' ' }, 'address: addressEmpty'],
    [{ phone: '090-000' }, 'phone: phoneWrong'],
    [{ email: 'hanako' }, 'email: emailWrong'],
    [{ work: '' }, 'work: workEmpty'],
    [{ work: 'official', employer: '' }, 'employer: employerEmpty'],
    [{ annualIncome: '' }, 'annualIncome: incomeEmpty'],
    [{ annualIncome: '-1' }, 'annualIncome: incomeWrong'],
  ])('refuses %j', (typed, fault) => {
    expect(checked(typed)).toEqual([fault]);
  });

  it('reports all faults at once, in the order of the fields', () => {
    expect(checked({ years: '', name: '', day: '32', phone: 'x' })).toEqual([
      'name: nameEmpty',
      'day: birthDay',
      'phone: phoneWrong',
      'years: yearsEmpty',
    ]);
  });
});
