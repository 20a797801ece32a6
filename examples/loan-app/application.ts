// 申込書: 利用者が記入する欄と、その読み取り。

export interface Application {
  readonly name: string;
  readonly birthDate: string;
  readonly amount: string;
  readonly years: string;
}

/** フォームから読み取る。 */
export function readApplication(form: Readonly<Record<string, unknown>>): Application {
  const text = (key: keyof Application) => (typeof form[key] === 'string' ? form[key].trim() : '');
  return {
    name: text('name'),
    birthDate: text('birthDate'),
    amount: text('amount').normalize('NFKC'),
    years: text('years').normalize('NFKC'),
  };
}

/** 記入に誤りのある欄。 */
export function findWrong({ name, birthDate, amount, years }: Application): (keyof Application)[] {
  const right: Record<keyof Application, boolean> = {
    name: name !== '' && name.length <= 60,
    birthDate: /^\d{4}-\d{2}-\d{2}$/.test(birthDate),
    amount: /^[1-9]\d{0,5}$/.test(amount),
    years: /^[1-9]\d?$/.test(years),
  };
  return (Object.keys(right) as (keyof Application)[]).filter((key) => !right[key]);
}
