import type { Catalog } from '../catalog/catalog.js';
import { detailRow, serverRow } from '../catalog/lookup.js';
import { has } from '../foundation/own.js';
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
  const name = nameOf(target, catalog);
  const said = limit === null || state === 'slow' ? stateTexts[state] : limitTexts[limit];
  const about = approximate
    ? {
        ja: '（時刻は目安、終了は最も遅い時刻）',
        en: ' (times are approximate; counted to the latest end)',
      }
    : { ja: '', en: '' };
  const isServer = typeof target === 'string' && target !== 'all';
  return Object.freeze({
    server: isServer ? target : null,
    detail: typeof target === 'object' && has(target, 'detail') ? target.detail : null,
    item: typeof target === 'object' && has(target, 'item') ? target.item : null,
    kind: 'announcement',
    rule: 'announcement',
    state,
    limit,
    certainty: approximate ? 'approximate' : 'announced',
    source,
    text: Object.freeze({
      ja: `${name.ja}は、お知らせにより${said.ja}${about.ja}。`,
      en: `${name.en}: ${said.en}${about.en}.`,
    }),
  });
}

const stateTexts: Readonly<Record<CauseFacts['state'], Text>> = {
  closed: { ja: '停止します', en: 'announced outage' },
  uncertain: { ja: '停止する可能性があります', en: 'perhaps an announced outage' },
  slow: { ja: '応答に時間がかかることがあります', en: 'announced to be slow' },
};

const limitTexts: Readonly<Record<AnnouncementLimit, Text>> = {
  'first-use': {
    ja: '初めて利用する方のみ停止します',
    en: 'announced outage for people who use it for the first time',
  },
  'some-sources': {
    ja: '一部の保有機関からの取得が停止します',
    en: 'announced outage of some of the holders',
  },
  'unknown-scope': {
    ja: '一部が停止します（対象範囲は不明）',
    en: 'announced outage of a part that is not known',
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
