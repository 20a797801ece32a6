import type { Catalog, CatalogDetail } from '../catalog/catalog.js';
import { detailRow, itemRow, nameOfItem, serverRow } from '../catalog/lookup.js';
import { has } from '../foundation/own.js';
import { announcementForCitizens, stopForCitizens } from './citizen-texts.js';
import type { AnnouncementSource, CauseFacts } from './results.js';
import type { Text } from './rules.js';
import type { AnnouncementLimit, AnnouncementTarget } from './scopes.js';

/** The scope that an announcement gives to its causes. */
interface Scope {
  readonly target: AnnouncementTarget<Catalog>;
  readonly state: CauseFacts['state'];
  readonly limit: AnnouncementLimit | null;
}

/** Returns the facts that all causes of an announcement share. */
export function announcementFacts(
  { target, state, limit }: Scope,
  approximate: boolean,
  source: AnnouncementSource,
  catalog: Catalog,
): CauseFacts {
  const certainty = approximate ? 'approximate' : 'announced';
  const name = stoppedName(target, catalog);
  const isServer = typeof target === 'string' && target !== 'all';
  return Object.freeze({
    server: isServer ? target : null,
    detail: typeof target === 'object' && has(target, 'detail') ? target.detail : null,
    item: typeof target === 'object' && has(target, 'item') ? target.item : null,
    kind: 'announcement',
    rule: 'announcement',
    state,
    limit,
    name,
    certainty,
    source,
    text: textOf(nameOf(target, catalog), { state, limit, certainty }),
    citizenText: announcementForCitizens(target, name, { state, limit, certainty }, catalog),
  });
}

/** Returns the facts of a stopped item for a target that asks for it as an item of a detail. */
export function itemFacts(facts: CauseFacts, detail: CatalogDetail, catalog: Catalog): CauseFacts {
  const own = nameOfItem(facts.item, detail, catalog);
  const name = {
    ja: `「${own.ja}」の情報（${facts.item}）`,
    en: `The data (${own.en}, ${facts.item})`,
  };
  return Object.freeze({
    ...facts,
    detail: detail.id,
    name: nameIn(own),
    text: textOf(name, facts),
    citizenText: stopForCitizens(own, facts),
  });
}

/** Returns the facts of a stopped item for a target of a detail whose own code is unknown. */
export function unidentifiedFacts(facts: CauseFacts, detail: CatalogDetail): CauseFacts {
  const { ja, en } = detail;
  const state = facts.state === 'slow' ? 'slow' : 'uncertain';
  return Object.freeze({
    ...facts,
    detail: detail.id,
    kind: 'item-not-identified',
    rule: 'item-not-identified',
    name: nameIn(detail),
    state,
    text: Object.freeze({
      ja: `「${ja}」の情報は、お知らせの対象（${facts.item}）に当たる可能性があります。コードの指定がないため判定できません。`,
      en: `The data (${en}) may be what an announcement names (${facts.item}). Without an item code this cannot be decided.`,
    }),
    citizenText: stopForCitizens(detail, { state, limit: facts.limit }),
  });
}

/** Returns the name of a stopped detail or item; null for any other target, and if unknown. */
function stoppedName(target: AnnouncementTarget<Catalog>, catalog: Catalog): Text | null {
  if (typeof target === 'string') return null;
  if (has(target, 'detail')) return nameIn(detailRow(target.detail, catalog));
  return itemRow(target.item, catalog)?.name ?? null;
}

function nameIn({ ja, en }: Text): Text {
  return Object.freeze({ ja, en });
}

function textOf(
  name: Text,
  { state, limit, certainty }: Pick<CauseFacts, 'state' | 'limit' | 'certainty'>,
): Text {
  const said = limit === null || state === 'slow' ? stateTexts[state] : limitTexts[limit];
  const about =
    certainty === 'approximate'
      ? {
          ja: '（時刻は目安、終了は最も遅い時刻）',
          en: ' (times are approximate; counted to the latest end)',
        }
      : { ja: '', en: '' };
  return Object.freeze({
    ja: `${name.ja}は、お知らせにより${said.ja}${about.ja}。`,
    en: `${name.en}: ${said.en}${about.en}.`,
  });
}

const stateTexts: Readonly<Record<CauseFacts['state'], Text>> = {
  closed: { ja: '停止します', en: 'announced outage' },
  uncertain: { ja: '停止する可能性があります', en: 'announced as a possible outage' },
  slow: { ja: '応答に時間がかかることがあります', en: 'announced to be slow' },
};

const limitTexts: Readonly<Record<AnnouncementLimit, Text>> = {
  'first-use': {
    ja: '停止します（初めて利用する方のみ）',
    en: 'announced outage for people who use the service for the first time',
  },
  'some-sources': {
    ja: '停止します（一部の保有機関のみ）',
    en: 'announced outage of some of the holders',
  },
  'unknown-scope': {
    ja: '一部が停止します（対象範囲は不明）',
    en: 'announced outage of an unknown part',
  },
};

function nameOf(target: AnnouncementTarget<Catalog>, catalog: Catalog): Text {
  if (target === 'all') return { ja: 'サービス全体', en: 'The whole service' };
  if (typeof target === 'string') return serverRow(target, catalog);
  if (has(target, 'item'))
    return { ja: `特定個人情報（${target.item}）`, en: `The item ${target.item}` };
  const detail = detailRow(target.detail, catalog);
  return { ja: `「${detail.ja}」の情報`, en: `The data (${detail.en})` };
}
