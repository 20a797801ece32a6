import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { planOnboarding, toSvg } from '../../src/onboarding/index.js';
import { all, langs, plan, today } from './plans.js';

const read = (svg: string) =>
  new DOMParser({ onError: (_, message) => expect.fail(message) }).parseFromString(
    svg,
    'image/svg+xml',
  );
const texts = (svg: string) =>
  [...read(svg).getElementsByTagName('text')].map(({ textContent }) => textContent ?? '');
const sizes = (svg: string) => {
  const root = read(svg).documentElement;
  const number = (name: string) => Number.parseFloat(root?.getAttribute(name) ?? '');
  const [, , units = Number.NaN] = (root?.getAttribute('viewBox') ?? '').split(' ').map(Number);
  return { width: number('width'), height: number('height'), units };
};

describe('the chart of a plan', () => {
  it.each(all)(
    'is a well-formed SVG with a line for each step in both languages: %s',
    (_, each) => {
      for (const lang of langs) {
        const found = texts(toSvg(each, { lang }));
        for (const step of each.steps) expect(found).toContain(`${step.id} ${step[lang]}`);
      }
    },
  );

  it.each(all)('fits an A4 page in landscape, with no text under 9 points: %s', (_, each) => {
    for (const lang of langs) {
      const svg = toSvg(each, { lang, name: '住宅ローン事前審査' });
      const { width, height, units } = sizes(svg);
      expect(width).toBeLessThanOrEqual(277);
      expect(height).toBeLessThanOrEqual(190);
      const points = (width / units / 25.4) * 72;
      const fonts = [...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
      expect(Math.min(...fonts) * points).toBeGreaterThanOrEqual(9);
    }
  });

  it('writes the due date behind each bar, and the go-live', () => {
    const found = texts(toSvg(plan));
    expect(found[found.indexOf('A-10 接続試験用資材等の提供等') + 1]).toBe('1/25(月)');
    expect(found.slice(found.indexOf('利用開始'))).toContain('4/1(木)');
    expect(texts(toSvg(plan, { lang: 'en' }))).toContain('Mon 25 Jan');
    expect(found).toContain('2026年10月');
    expect(texts(toSvg(plan, { era: true }))).toContain('令和8年10月');
  });

  it('names every whole month of a long plan', () => {
    const long = planOnboarding({
      goLive: '2027-10-01',
      done: { 'A-7': '2026-11-20' },
      today: '2026-12-01',
    });
    const months = texts(toSvg(long)).filter((text) => /^(?:\d+年)?\d+月$/.test(text));
    expect(months).toEqual([
      ...['12月', '1月', '2月', '3月', '4月', '5月', '6月', '7月', '8月', '9月', '2027年10月'],
    ]);
  });

  it('shows a freeze, finished steps, and the line on a missed go-live', () => {
    const late = planOnboarding({
      goLive: '2027-04-01',
      done: { 'A-7': '2026-11-20' },
      blackout: [{ from: '2026-12-26', to: '2027-01-05' }],
      today: '2026-12-01',
    });
    const found = texts(toSvg(late));
    expect(found).toContain('済 11/20(金)');
    expect(found.filter((text) => text === '済')).toHaveLength(1 + 6);
    expect(found.filter((text) => text.startsWith('凍結期間'))).toEqual([
      '凍結期間',
      '凍結期間: 2026-12-26(土)〜2027-01-05(火)',
    ]);
    expect(found.join('')).toContain('希望の利用開始（2027-04-01(木)）には8営業日足りません。');
  });

  it('is the same for the same plan, needs nothing else, and does not let a name into the markup', () => {
    const svg = toSvg(plan, { name: '<script>&"\u0007' });
    expect(svg).toBe(
      toSvg(planOnboarding({ goLive: '2027-04-01', today }), { name: '<script>&"\u0007' }),
    );
    expect(svg).not.toMatch(/<(script|style|image|use|a)\b|href|url\(/);
    expect(texts(svg)[0]).toBe('自己情報取得API 利用開始までの計画（<script>&"）');
  });
});
