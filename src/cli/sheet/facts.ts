import type { Catalog, CatalogHolding } from '../../catalog/catalog.js';
import { categories } from '../../catalog/details.js';
import { detailRow, holdersOf, holdingsOf, itemRow, serverRow } from '../../catalog/lookup.js';
import type { Language } from '../../foundation/language.js';
import { own } from '../../foundation/own.js';
import { type DocumentId, documents } from '../../onboarding/documents.js';
import { type Method, methods as tableMethods } from '../../service/inquiry.js';
import type { ItemSpec } from '../../service/spec.js';
import type { Texts } from '../arguments.js';
import type { Declared } from './load.js';

/** The documents, in the order in which they are handed in. */
export const sheetDocuments = [
  'plan',
  'service-settings',
  'test-data-settings',
] as const satisfies readonly DocumentId[];

type SheetDocument = (typeof sheetDocuments)[number];

/** One row of the sheet: a fact that documents need. */
export interface Fact {
  readonly documents: readonly SheetDocument[];
  /** The service, or an item. */
  readonly subject: string;
  readonly label: string;
  /** Empty: nothing is declared, or a person fills it in. */
  readonly value: string;
  /** The section of the guideline. */
  readonly source: string;
  readonly by: 'service' | 'person';
}

/** The names of the inquiry methods in table 2.6-1. */
export const methodNames: Readonly<Record<Method, Texts>> = {
  'point-in-time': { ja: '時点指定', en: 'point in time (時点指定)' },
  range: { ja: '範囲指定', en: 'range (範囲指定)' },
  latest: { ja: '最新情報指定', en: 'latest (最新情報指定)' },
};

/** Name of the service in the sheet. */
const serviceSubject: Texts = { ja: 'サービス', en: 'service' };

/** Returns the name of an item in the sheet. */
export const itemSubject = (key: string): string => `items.${key}`;

const all: readonly SheetDocument[] = sheetDocuments;
const declared: readonly SheetDocument[] = ['plan', 'service-settings'];
const settings: readonly SheetDocument[] = ['service-settings'];
const plan: readonly SheetDocument[] = ['plan'];
const testData: readonly SheetDocument[] = ['test-data-settings'];

const unnamed: Texts = {
  ja: 'ガイドラインに記載なし（A-7の様式で確認）',
  en: 'not in the guideline (see the forms of A-7)',
};
const codeSource: Texts = {
  ja: 'ガイドラインに記載なし（A-7のインターフェイス仕様書で確認）',
  en: 'not in the guideline (see the interface specification of A-7)',
};
const same = (text: string): Texts => ({ ja: text, en: text });

/** Facts of the usage plan that a person writes: a service definition does not have them. */
const blanks: readonly (readonly [label: Texts, source: Texts])[] = [
  [
    { ja: '利用場面と利用者の利点', en: 'the use case, and the benefit to the citizen' },
    same('2.2'),
  ],
  [
    {
      ja: '画面の流れ（取得する内容を認識でき、中断できること）',
      en: 'the screens: the citizen sees what is acquired, and can stop',
    },
    { ja: '2.3、注※２', en: '2.3, note ※２' },
  ],
  [
    { ja: '即時取得できない場合の画面', en: 'the screen when nothing can be acquired now' },
    { ja: '2.5、注※３', en: '2.5, note ※３' },
  ],
  [
    {
      ja: 'キオスク端末等: カードを内部に取り込むこと（該当する場合）',
      en: 'kiosks: the machine takes the card in (if one is used)',
    },
    { ja: '3.3、注※５', en: '3.3, note ※５' },
  ],
  [{ ja: '主体要件の確認', en: 'the requirement on officers is met' }, same('4.1')],
  [
    {
      ja: '機密性の維持と情報セキュリティ要求事項への対応',
      en: 'confidentiality, and the security requirements',
    },
    { ja: '4.2、注※８', en: '4.2, note ※８' },
  ],
];

/** Returns all facts of a service that the documents need, in the order of the sheet. */
export function factsOf(given: Declared, lang: Language): readonly Fact[] {
  const { service } = given;
  return [
    ...serviceFacts(given, lang),
    ...Object.entries<ItemSpec>(service.items).flatMap(([key, item]) =>
      itemFacts(key, item, given, lang),
    ),
  ];
}

function serviceFacts(
  { service, clientId, redirectUris, provider }: Declared,
  lang: Language,
): readonly Fact[] {
  const row = rowOf(serviceSubject[lang], lang);
  return [
    row(declared, { ja: 'サービス名', en: 'name' }, unnamed, service.name),
    row(declared, { ja: '事業者名', en: 'provider' }, unnamed, ...known(provider?.name)),
    row(declared, { ja: '利用目的', en: 'purpose' }, same('4.2'), service.purpose.text),
    row(
      declared,
      { ja: '保持期間', en: 'retention period' },
      same('4.2'),
      {
        ja: `同意日の翌日から${service.retention.days}日間`,
        en: `days after the day of consent: ${service.retention.days}`,
      }[lang],
    ),
    row(
      settings,
      { ja: 'サービスID', en: 'service ID' },
      { ja: '図2.1-1 ②', en: 'figure 2.1-1, ②' },
      ...known(clientId),
    ),
    row(
      settings,
      {
        ja: '接続先（リダイレクトURI。様式でどの接続先かを確認）',
        en: 'addresses (redirect URIs; the form says which addresses it means)',
      },
      { ja: '5.1.2(3) A-15 ※', en: '5.1.2(3), A-15, note ※' },
      ...known(redirectUris?.join(' ')),
    ),
    ...blanks.map(([label, source]) => row(plan, label, source)),
  ];
}

function itemFacts(
  key: string,
  item: ItemSpec,
  { catalog, fields }: Declared,
  lang: Language,
): readonly Fact[] {
  const row = rowOf(itemSubject(key), lang);
  const comma = { ja: '、', en: ', ' }[lang];
  const isAsked = (id: string) => item.holders?.includes(id) ?? true;
  const holders = holdersOf(item.detail, catalog).filter(isAsked);
  const rows = holdingsOf(item.detail, catalog).filter(({ server }) => holders.includes(server));
  const fromTable = tableRows(rows, lang);
  const methods = methodsOf(item);
  return [
    row(
      all,
      { ja: '分野名・分野詳細名', en: 'category and detail' },
      fromTable,
      detailText(item.detail, catalog, lang),
    ),
    row(
      all,
      { ja: '特定個人情報名', en: 'item (特定個人情報名)' },
      codeSource,
      ...known(itemRow(item.code ?? '', catalog)?.name?.[lang]),
    ),
    row(
      all,
      { ja: '特定個人情報名コード', en: 'item code (特定個人情報名コード)' },
      codeSource,
      item.code,
    ),
    row(
      declared,
      { ja: '情報を保有する機関', en: 'holders of the data' },
      fromTable,
      holders.map((id) => holderText(id, catalog, lang)).join(comma),
    ),
    row(
      all,
      { ja: '照会方法', en: 'inquiry methods' },
      table(''),
      methods.map((method) => methodNames[method][lang]).join(comma),
    ),
    row(
      all,
      { ja: '最新判定に使う取得項目', en: 'field that decides the latest' },
      table(' No.3'),
      item.latestBy,
    ),
    row(
      declared,
      { ja: '取得項目', en: 'fields (取得項目)' },
      { ja: '5.1.1 A-1（データレイアウト）', en: '5.1.1, A-1 (data layout)' },
      ...known(own(fields ?? {}, key)?.join(comma)),
    ),
    ...methods.map((method) => row(testData, testDataLabel(method), testDataSource)),
  ];
}

/** Returns the methods in the order of the table, so that the order in the code is no difference. */
function methodsOf(item: ItemSpec): readonly Method[] {
  const inquiries: readonly Method[] = item.inquiries;
  return tableMethods.filter((method) => inquiries.includes(method));
}

const testDataSource: Texts = { ja: '5.1.2(2) A-9', en: '5.1.2(2), A-9' };
const table = (number: string): Texts => ({ ja: `表2.6-1${number}`, en: `table 2.6-1${number}` });

function testDataLabel(method: Method): Texts {
  const { ja, en } = methodNames[method];
  return { ja: `テストデータ（${ja}）`, en: `test data: ${en}` };
}

/** Returns a function that makes the rows of one subject. Without a value a person fills it in. */
function rowOf(subject: string, lang: Language) {
  return (
    documents: Fact['documents'],
    label: Texts,
    source: Texts,
    ...value: readonly (string | undefined)[]
  ): Fact => ({
    ...{ documents, subject, label: label[lang], value: value[0] ?? '', source: source[lang] },
    by: value.length === 0 ? 'person' : 'service',
  });
}

/** The value of a row, if there is one: otherwise a person fills the row in. */
function known(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

/** Names the rows of table 2.5-5. A holding that the caller added is in no table. */
function tableRows(rows: readonly CatalogHolding[], lang: Language): Texts {
  const numbers = rows.flatMap(({ row }) => (row === null ? [] : [row]));
  if (numbers.length === 0) return { ja: '追加したカタログ', en: 'the extended catalogue' };
  const list = numbers.join({ ja: '、', en: ', ' }[lang]);
  return { ja: `表2.5-5 No.${list}`, en: `table 2.5-5 No.${list}` };
}

function detailText(id: string, catalog: Catalog, lang: Language): string {
  const detail = detailRow(id, catalog);
  const category = categories.find((one) => one.id === detail.category);
  return category === undefined ? detail[lang] : `${category[lang]} / ${detail[lang]}`;
}

function holderText(id: string, catalog: Catalog, lang: Language): string {
  const server = serverRow(id, catalog);
  const [open, close] = { ja: ['（', '）'], en: [' (', ')'] }[lang];
  return `${server.holder[lang]}${open}${server[lang]}${close}`;
}

/** Returns the names of documents, with those of the guideline. */
export function documentNames(ids: readonly DocumentId[], lang: Language): string {
  return documents
    .filter(({ id }) => ids.includes(id))
    .map(({ ja, en }) => ({ ja, en: `${en} (${ja})` })[lang])
    .join({ ja: '、', en: '; ' }[lang]);
}
