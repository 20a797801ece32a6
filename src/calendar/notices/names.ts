import type { Catalog } from '../../catalog/catalog.js';
import { categories } from '../../catalog/details.js';
import type { AnnouncementTarget } from '../scopes.js';

/** A name, as a pattern, and what it stands for. */
export type Named<T> = readonly [T, RegExp];

/** The names to look for in notices. */
export interface Names {
  /** Systems by their full names, or the whole service. */
  readonly systems: readonly Named<string>[];
  /** Fast, unlike all names one after the other, in the many texts without a name. */
  readonly hasSystem: RegExp;
  /** Details, items, categories and holders by the names that a scope uses, longest first. */
  readonly scopes: readonly Named<readonly AnnouncementTarget<Catalog>[]>[];
  readonly hasScope: RegExp;
  /** Details and items in a sentence: 公金受取口座の情報は. */
  readonly inSentence: RegExp;
  /** Systems whose name has brackets, and their names without them. */
  readonly bracketed: readonly Named<string>[];
  /** The ids of all systems. */
  readonly ids: readonly string[];
  /** The ids of all details. */
  readonly details: readonly string[];
}

// Further names of the systems, beside those of the catalogue. The law calls Mynaportal
// 情報提供等記録開示システム.
const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  mynaportal: ['情報提供等記録開示システム'],
  'information-provision-network': ['情報提供ネットワーク(?:システム)?', '情報提供NWS?'],
  'juki-net': ['住民基本台帳ネットワーク(?:システム)?', '住基ネット(?:ワーク)?(?:システム)?'],
  municipal: [
    '(?:自治体|地方公共団体)の?中間サーバー?(?:・?プラットフォーム)?',
    '中間サーバー?・プラットフォーム',
  ],
  'employment-security': ['(?:職業安定局|ハローワーク)の?中間サーバー?'],
  'medical-insurers': ['医療保険者等?(?:向け)?の?中間サーバー?'],
  'local-officials-mutual-aid': ['地共済の?中間サーバー?'],
  'national-officials-mutual-aid': ['国共済の?中間サーバー?'],
  'private-school-mutual-aid': [
    '(?:日本私立学校振興・共済事業団|私学事業団|私学共済)の?中間サーバー?',
  ],
  'labour-standards': ['労働基準局の?中間サーバー?'],
  'pension-service': ['日本年金機構の?中間サーバー?'],
  'account-registry': ['口座情報登録・連携システム'],
};
const OURS: readonly (readonly [string, string])[] = [['all', '自己情報取得(?: ?API)?']];
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  household: ['世帯構成'],
  'local-tax': ['住民税', '市町村民税', '課税'],
  'public-funds-account': ['公金口座'],
  'medical-insurance': ['健康保険'],
  'childcare-other': ['子ども・子育てその他'],
  'disability-welfare': ['障害福祉'],
  'public-assistance': ['生活保護'],
  'remaining-japanese-support': ['中国残留邦人'],
  'long-term-care': ['介護保険', '介護'],
  employment: ['雇用保険'],
  'workers-accident-compensation': ['労災(?:保険)?'],
  pension: ['年金'],
};
// Too loose for a sentence, but not for a scope.
const HOLDERS: Readonly<Record<string, readonly string[]>> = {
  municipal: ['(?:全国の)?(?:市区町村|市町村|自治体|地方公共団体)'],
  'local-employee-accident-fund': ['地方公務員災害補償基金'],
  'employment-security': ['職業安定局', 'ハローワーク'],
  'medical-insurers': ['医療保険者等?(?:向け)?'],
  'local-officials-mutual-aid': ['地方公務員共済', '地共済(?:\\(長期\\))?'],
  'national-officials-mutual-aid': ['国家公務員共済(?:組合)?(?:連合会)?', '国共済(?:\\(長期\\))?'],
  'private-school-mutual-aid': ['日本私立学校振興・共済事業団', '私学事業団', '私学共済'],
  'labour-standards': ['労働基準局'],
  'pension-service': ['日本年金機構', '年金機構'],
};

const literal = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/\s/g, ' ?')
    .replace(/中間サーバ$/, ' ?中間サーバー?');

const published = new WeakMap<Catalog, Names>();

/** Returns the names of a catalogue. They are built once. */
export function namesOf(catalog: Catalog): Names {
  let names = published.get(catalog);
  if (!names) {
    names = buildNames(catalog);
    published.set(catalog, names);
  }
  return names;
}

function buildNames({ servers, details, items }: Catalog): Names {
  const systems = [
    ...servers.map(({ id, ja }) => [id, literal(withoutBrackets(ja))] as const),
    ...servers.flatMap(({ id }) => (SYSTEMS[id] ?? []).map((name) => [id, name] as const)),
    ...OURS,
  ].sort(longerFirst);
  const detailNames = details.flatMap(({ id, ja }) =>
    [literal(ja), ...(DETAILS[id] ?? [])].map((name) => [[{ detail: id }], name] as const),
  );
  const itemNames = items.flatMap(({ code, name }) =>
    name === null ? [] : [[[{ item: code }], literal(name.ja)] as const],
  );
  const categoryNames = categories.flatMap(({ id, ja }) => {
    const inside = /\((.+)\)/.exec(ja.normalize('NFKC'))?.[1];
    const targets = details
      .filter((detail) => detail.category === id)
      .map((detail) => ({ detail: detail.id }));
    return [literal(ja), ...(inside ? [literal(inside)] : [])].map(
      (name) => [targets, name] as const,
    );
  });
  const holderNames = servers.flatMap(({ id, ja, holder }) =>
    [literal(ja), literal(holder.ja), ...(HOLDERS[id] ?? [])].map((name) => [[id], name] as const),
  );
  // At the same length, a detail goes before its only item, because every item of it stops.
  const scopes = [...detailNames, ...itemNames, ...categoryNames, ...holderNames].sort(longerFirst);
  const inSentence = [...detailNames, ...itemNames].map(([, name]) => name).join('|');
  return {
    systems: systems.map(([id, name]) => [id, new RegExp(name, 'g')]),
    hasSystem: new RegExp(systems.map(([, name]) => name).join('|')),
    scopes: scopes.map(([targets, name]) => [
      targets as readonly AnnouncementTarget<Catalog>[],
      new RegExp(name, 'g'),
    ]),
    hasScope: new RegExp(scopes.map(([, name]) => name).join('|')),
    inSentence: new RegExp(
      `(?<![\\p{sc=Han}\\p{sc=Katakana}ー])(?:${inSentence})(?:関係|関連|に関する|の)?(?:情報)?(?=(?:は|が|について|に限り|のみ|だけ|(?:の|を|に係る)(?:取得|照会|提供|ご?利用|停止|情報)))`,
      'gu',
    ),
    bracketed: servers
      .filter(({ ja }) => withoutBrackets(ja) !== ja.normalize('NFKC'))
      .map(({ ja }) => [withoutBrackets(ja), new RegExp(literal(ja), 'g')]),
    ids: servers.map(({ id }) => id),
    details: details.map(({ id }) => id),
  };
}

const withoutBrackets = (name: string): string =>
  name.normalize('NFKC').replace(/ ?\([^()]*\) ?/g, '');

const longerFirst = (
  [, a]: readonly [unknown, string],
  [, b]: readonly [unknown, string],
): number => b.length - a.length;
