import { type ServerId, servers } from '../../catalog/servers.js';

/** The systems that a passage names. */
export interface NamedSystems {
  /** Those of the guideline's tables, or the whole service. */
  readonly known: ReadonlySet<ServerId | 'all'>;
  /** Whether the passage names a system that no table lists, or names one too loosely. */
  readonly unknown: boolean;
}

// Further names of the systems, beside those of the catalog. The law calls Mynaportal
// 情報提供等記録開示システム.
const otherNames: readonly (readonly [ServerId | 'all', string])[] = [
  ['all', '自己情報取得(?: ?API)?'],
  // Only alone, not as in マイナポータルのすべての機能.
  ['all', '(?<!の)(?:すべての?|全ての?|全)(?:サービス|システム|機能)(?:全体)?'],
  ['mynaportal', '情報提供等記録開示システム'],
  ['information-provision-network', '情報提供ネットワーク(?:システム)?|情報提供NWS?'],
  ['juki-net', '住民基本台帳ネットワーク(?:システム)?|住基ネット(?:ワーク)?(?:システム)?'],
  ['municipal', '(?:自治体|地方公共団体)の?中間サーバー?(?:・?プラットフォーム)?'],
  ['employment-security', '(?:職業安定局|ハローワーク)の?中間サーバー?'],
  ['medical-insurers', '医療保険者等?(?:向け)?の?中間サーバー?'],
  ['local-officials-mutual-aid', '地共済の?中間サーバー?'],
  ['national-officials-mutual-aid', '国共済の?中間サーバー?'],
  [
    'private-school-mutual-aid',
    '(?:日本私立学校振興・共済事業団|私学事業団|私学共済)の?中間サーバー?',
  ],
  ['labour-standards', '労働基準局の?中間サーバー?'],
  ['pension-service', '日本年金機構の?中間サーバー?'],
  ['account-registry', '口座情報登録・連携システム'],
];

const escaped = (text: string): string =>
  text.replace(/[()]/g, '\\$&').replace(/中間サーバ$/, ' ?中間サーバー?');
const patterns: readonly (readonly [ServerId | 'all', string])[] = [
  ...servers.map((server) => [server.id, escaped(server.ja.normalize('NFKC'))] as const),
  ...otherNames,
];
const names = patterns.map(([id, pattern]) => [id, new RegExp(pattern, 'g')] as const);
// Fast, unlike all names one after the other, in the many texts without a name.
const HAS_NAME = new RegExp(patterns.map(([, pattern]) => pattern).join('|'));

// SYSTEM: kanji, katakana and Latin letters that end like the name of a system. OTHER: services
// with hiragana in the name, and institutions that hold data, when the system is not named.
const ENDING =
  'システム|サーバー?|サービス|ネットワーク|ポータル|API|基盤|アプリ|メッシュ|サイト|プラットフォーム|e-?Tax|eLTAX';
const SYSTEM = new RegExp(`([\\p{sc=Han}\\p{sc=Katakana}ーa-z0-9]{0,30})(?:${ENDING})`, 'giu');
// Fast, unlike SYSTEM, in the many texts without such a name.
const HAS_SYSTEM = new RegExp(ENDING, 'iu');
const OTHER =
  /ねんきんネット|コンビニ交付|GビズID|マイナ保険証|マイナポイント|公的個人認証|ぴったりサービス|もっとつながる|電子私書箱|年金機構|ハローワーク|職業安定局|労働基準局|地共済|国共済|私学共済|私学事業団|医療保険者|災害補償基金/;
// Words before "system" that are not a name: 本システム, 対象サービス, 臨時システム(メンテナンス).
const GENERIC =
  /本|当|各種?|同|全て?|関[係連]|対象|停止|利用|該当|一部|提供|影響|臨時|定期|緊急|計画|メンテナンス|障害|オンライン|Web|ウェブ|行政/giu;

// An outage of the test environment does not affect the service, unless the notice names both.
const REHEARSAL = /(?:接続確認|検証|テスト|試験|開発|ステージング)用?環境|スタブ/;
const BOTH = /本番|含[むめみ]|及び|および|並びに|とも/;

// "Y is down because of a failure of X" is about Y.
const CAUSE =
  /^(?:の|における)(?:システム)?(?:計画停止|停止|障害|不具合|メンテナンス|保守|影響)(?:に(?:より|よる|よって|伴)|のため|の影響)/;

/** Finds the systems named in a normalised text without its dates and hours. */
export function namedSystems(text: string): NamedSystems {
  if (REHEARSAL.test(text) && !BOTH.test(text)) return { known: new Set(), unknown: true };
  const known = new Set<ServerId | 'all'>();
  let rest = text;
  for (const [id, pattern] of HAS_NAME.test(text) ? names : []) {
    rest = rest.replace(pattern, () => {
      known.add(id);
      return '\n';
    });
  }
  const strangers = (HAS_SYSTEM.test(rest) ? [...rest.matchAll(SYSTEM)] : []).filter(
    (match) => (match[1] ?? '').replace(GENERIC, '') !== '' || /tax$/i.test(match[0]),
  );
  const affected =
    known.size > 0
      ? strangers.filter(
          (match) => !CAUSE.test(rest.slice(match.index + match[0].length).slice(0, 30)),
        )
      : strangers;
  // A portal named before another API only says whose API it is.
  if (affected.some((match) => /API$/i.test(match[0]))) known.delete('mynaportal');
  return {
    known: known.has('all') ? new Set(['all']) : known,
    unknown: affected.length > 0 || OTHER.test(rest),
  };
}
