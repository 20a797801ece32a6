// 申込みの内容を示す部品: 確認画面、受付の画面、控えで使う。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Language } from 'myna-selfinfo';
import type { Application, FieldName } from '../application.js';
import { eraOf } from '../birth-date.js';
import type { Entry } from '../declaration.js';
import type { Group } from '../fields.js';
import { texts } from '../texts/texts.js';
import { withCommas } from '../typing.js';
import { sourceText } from './form.js';
import { dayText, type Html, list } from './layout.js';

type Row = [term: string, text: string | Html];

/** 西暦と元号の両方で書く。 */
function birthText(birthDate: string, language: Language): string {
  const day = dayText(DateTime.fromISO(birthDate, { zone: 'Asia/Tokyo' }), language);
  const { era, year } = eraOf(birthDate);
  const { eras } = texts[language].application;
  const eraYear =
    language === 'ja' ? `${eras[era]}${year === 1 ? '元' : year}年` : `${eras[era]} ${year}`;
  return language === 'ja' ? `${day}（${eraYear}）` : `${day} (${eraYear})`;
}

/** 申込書の内容を、画面の区分ごとに。 */
export function applicationRows(
  application: Application,
  language: Language,
  labels: Readonly<Record<FieldName, string>> = texts[language].application.labels,
) {
  const { application: a, site } = texts[language];
  const space = language === 'ja' ? '' : ' ';
  /** 万円の額。英語では円で示す。 */
  const amount = (name: 'annualIncome' | 'amount') =>
    language === 'ja'
      ? `${withCommas(application[name])}${a.units[name]}`
      : `${withCommas(String(Number(application[name]) * 10_000))} yen`;
  const row = (name: 'name' | 'kana' | 'address' | 'phone' | 'email'): Row => [
    labels[name],
    html`<span lang="ja">${application[name]}</span>`,
  ];
  const { postcode, employer, work } = application;
  return {
    you: [
      row('name'),
      row('kana'),
      [a.birth, birthText(application.birthDate, language)],
      [labels.postcode, postcode.replace(/^(\d{3})(\d{4})$/, '$1-$2')],
      row('address'),
      row('phone'),
      row('email'),
    ] as Row[],
    work: [
      [labels.work, a.works[work] ?? ''],
      [labels.employer, employer === '' ? site.none : html`<span lang="ja">${employer}</span>`],
      [labels.annualIncome, amount('annualIncome')],
    ] as Row[],
    loan: [
      [labels.amount, amount('amount')],
      [labels.years, `${application.years}${space}${a.units.years}`],
    ] as Row[],
  };
}

/** 値に単位を付ける。 */
export function valueText({ key }: Pick<Entry, 'key'>, value: string, language: Language): string {
  const space = language === 'ja' ? '' : ' ';
  return `${value}${space}${texts[language].form.units[key]}`;
}

/** 取得したままの値。保管庫から読んだ情報がなければ undefined。 */
export const fetchedIn = (groups: readonly Group[], { name }: Pick<Entry, 'name'>) =>
  groups.flatMap(({ fields }) => fields).find((field) => field.name === name)?.fetched;

/** 所得の情報の一覧: 値と、その出どころ。 */
export function entryRows(
  entries: readonly Entry[],
  groups: readonly Group[],
  language: Language,
): Html {
  const t = texts[language];
  const rowOf = (entry: Entry): Row => {
    const fetched = fetchedIn(groups, entry);
    const value = entry.value ?? fetched;
    const text = value === undefined ? t.copy.gone : valueText(entry, value, language);
    const origin = html`<small>${originText(entry, fetched, language)}</small>`;
    return [t.form.labels[entry.key], html`<b>${text}</b><br>${origin}`];
  };
  const names = new Set(groups.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return list([
    ...groups.flatMap((group) => [
      ...factRows(group, language),
      ...entries.filter(({ name }) => group.fields.some((field) => field.name === name)).map(rowOf),
    ]),
    ...entries.filter(({ name }) => !names.has(name)).map(rowOf),
  ]);
}

/** 修正しない取得項目。課税年度など。 */
function factRows({ facts, source }: Group, language: Language): Row[] {
  const { form } = texts[language];
  return facts.map(({ name, value }) => [
    form.facts[name] ?? name,
    html`<b lang="ja">${value}${form.factUnits[name] ?? ''}</b><br><small>${sourceText(language, source ?? {})}</small>`,
  ]);
}

function originText(entry: Entry, fetched: string | undefined, language: Language): Html {
  const { form } = texts[language];
  const { state, origin } = entry;
  if (state === 'declared') return html`<span class="badge self">${form.selfDeclared}</span>`;
  const source = sourceText(language, origin ?? {});
  if (state === 'fetched') return source;
  const before =
    fetched === undefined ? '' : form.fetchedValue(valueText(entry, fetched, language));
  return html`<span class="badge self">${form.edited}</span> ${before} ${source}`;
}
