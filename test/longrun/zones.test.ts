import { describe, expect, it } from 'vitest';
import { sized } from '../kit/size.js';
import { runChild } from './child.js';
import type { RequestFindings } from './orders.js';

/** Minutes behind UTC in 1970. */
const ZONES = {
  UTC: 0,
  'Asia/Tokyo': -540,
  'America/New_York': 300,
  'Pacific/Apia': 660,
  'Asia/Kathmandu': -330,
} as const;
/** The locale that Node makes of the variables. */
const LOCALES = {
  C: 'en-US',
  'ja_JP.UTF-8': 'ja-JP',
  'tr_TR.UTF-8': 'tr-TR',
  ar_EG: 'ar-EG',
} as const;
type Start = readonly [zone: keyof typeof ZONES, locale: keyof typeof LOCALES];

const keys = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as K[];
const some: readonly Start[] = [
  ['UTC', 'C'],
  ['Asia/Tokyo', 'ja_JP.UTF-8'],
  ['America/New_York', 'tr_TR.UTF-8'],
  ['Pacific/Apia', 'ar_EG'],
  ['Asia/Kathmandu', 'C'],
];
const every = keys(ZONES).flatMap((zone) => keys(LOCALES).map((locale): Start => [zone, locale]));
/**
 * The zone and locale in which each process begins. Each process then passes through every zone, so
 * that every zone meets every locale. A soak begins one process per pair.
 */
const { starts } = sized({
  usual: { starts: some },
  full: { starts: some },
  soak: { starts: every },
});

const start = ([zone, locale]: Start) =>
  runChild<RequestFindings>('requests-child.mjs', keys(ZONES), {
    env: { TZ: zone, LANG: locale, LC_ALL: locale },
  });

describe('the requests and texts of a journey', () => {
  it('are the same to the byte in every zone and locale', async () => {
    const found = await Promise.all(starts.map(start));
    // Zone and locale did take effect: each process writes numbers and days in its own way.
    expect(found.map(({ offset, locale }) => [offset, locale])).toEqual(
      starts.map(([zone, locale]) => [ZONES[zone], LOCALES[locale]]),
    );
    expect(new Set(found.map(({ own }) => own)).size).toBe(starts.length);
    for (const { said } of found)
      expect(Object.keys(said)).toEqual(Object.entries(ZONES).map((zone) => zone.join(' ')));

    const texts = new Set(found.flatMap(({ said }) => Object.values(said)));
    expect(texts.size).toBe(1);
    const [text = ''] = texts;
    // Complete journeys: every call and its content.
    expect(text.match(/"https:\/\/api\.portal\.example\/oauth\/token"/g)).toHaveLength(4);
    expect(text.match(/"https:\/\/api\.portal\.example\/result"/g)).toHaveLength(4);
    expect(text).toContain('"2027-01-31T00:00:00+09:00"');
  });
});
