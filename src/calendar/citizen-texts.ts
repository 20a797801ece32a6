import type { Catalog } from '../catalog/catalog.js';
import { holderName, serverRow } from '../catalog/lookup.js';
import type { CauseFacts } from './results.js';
import type { Rule, Text } from './rules.js';
import type { AnnouncementTarget } from './scopes.js';

// Every sentence here is complete, because a page may show it alone. It is true of the past and the
// future as well as of now.

type Said = Pick<CauseFacts, 'state' | 'limit' | 'certainty'>;

/** Returns `地方税の情報` for `地方税`, and `戸籍関係情報` as it is. */
export function informationOn(name: string): string {
  return name.endsWith('情報') ? name : `${name}の情報`;
}

/** Says to the citizen that a rule closes a system, or perhaps closes it. */
export function ruleForCitizens(name: Text, { kind, certainty, text }: Rule): Text {
  if (certainty === 'hours-unknown')
    return Object.freeze({
      ja: `${name.ja}は、${text.ja}。`,
      en: `${name.en} has not published its operating hours.`,
    });
  const en = kind === 'hours' ? `is ${text.en}` : `has a ${text.en}`;
  return Object.freeze({ ja: `${name.ja}は、${text.ja}。`, en: `${name.en} ${en}.` });
}

/**
 * Says to the citizen what an announcement stops.
 *
 * @param stopped - the name of the detail or item that it stops, if known.
 */
export function announcementForCitizens(
  target: AnnouncementTarget<Catalog>,
  stopped: Text | null,
  said: Said,
  catalog: Catalog,
): Text {
  if (typeof target !== 'string' || said.limit !== null) return stopForCitizens(stopped, said);
  return systemStops(
    target === 'all'
      ? { ja: 'マイナポータル', en: 'Mynaportal' }
      : holderName(serverRow(target, catalog)),
    said,
  );
}

function systemStops({ ja, en }: Text, { state, certainty }: Said): Text {
  const about =
    certainty === 'approximate'
      ? { ja: '（時刻は目安です）', en: ' (times are approximate)' }
      : { ja: '', en: '' };
  const said = {
    closed: {
      ja: `${ja}は、停止するとのお知らせが出ています`,
      en: `${en} has an announced outage`,
    },
    uncertain: {
      ja: `${ja}は、停止する可能性があるとのお知らせが出ています`,
      en: `${en} may have an outage, as announced`,
    },
    slow: {
      ja: `${ja}は、通常より時間がかかるとのお知らせが出ています`,
      en: `${en} may be slower than usual, as announced`,
    },
  }[state];
  return Object.freeze({ ja: `${said.ja}${about.ja}。`, en: `${said.en}${about.en}.` });
}

/**
 * Says to the citizen which data cannot be fetched, perhaps cannot be fetched, or takes longer.
 *
 * @param name - the name of the detail or item; null if it is not known which data stops.
 */
export function stopForCitizens(name: Text | null, said: Pick<Said, 'state' | 'limit'>): Text {
  const limited = said.limit !== null && LIMITED[said.limit];
  if (limited) return Object.freeze(limited(name, said.state === 'slow'));
  const { ja, en } = name
    ? { ja: informationOn(name.ja), en: `The information (${name.en})` }
    : { ja: '一部の情報', en: 'Some of the information' };
  return Object.freeze(
    {
      closed: { ja: `${ja}は取得できません。`, en: `${en} is not available.` },
      uncertain: { ja: `${ja}は取得できないことがあります。`, en: `${en} may not be available.` },
      slow: {
        ja: `${ja}の取得に、通常より時間がかかることがあります。`,
        en: `${en} may take longer than usual.`,
      },
    }[said.state],
  );
}

const mayFail = (isSlow: boolean): Text =>
  isSlow
    ? { ja: '取得に通常より時間がかかることがあります。', en: 'may take longer than usual' }
    : { ja: '取得できないことがあります。', en: 'may not be available' };

const LIMITED: Readonly<
  Record<NonNullable<Said['limit']>, (name: Text | null, isSlow: boolean) => Text>
> = {
  'first-use': (name, isSlow) => ({
    ja: `${name ? `${informationOn(name.ja)}は、初めてご利用の場合` : '初めてご利用の場合は'}、${mayFail(isSlow).ja}`,
    en: `${name ? `The information (${name.en})` : 'The information'} ${mayFail(isSlow).en} if you are using the service for the first time.`,
  }),
  'some-sources': (name, isSlow) => ({
    ja: `${name ? `${informationOn(name.ja)}は、` : '情報を'}保有する機関によっては、${mayFail(isSlow).ja}`,
    en: `${name ? `The information (${name.en})` : 'The information'} ${mayFail(isSlow).en}, depending on which office holds it.`,
  }),
  'unknown-scope': (name, isSlow) => ({
    ja: `${name ? `${informationOn(name.ja)}の一部` : '一部の情報'}は、${mayFail(isSlow).ja}`,
    en: `Some of the information ${name ? `(${name.en}) ` : ''}${mayFail(isSlow).en}.`,
  }),
};
