import { describe, expect, it } from 'vitest';
import { outagesBelow } from './reading.js';

// 5 and 12 September 2026 are Saturdays.
const FIRST = '9月5日(土) 0:00〜6:00';
const SECOND = '9月12日(土) 0:00〜6:00';
const first = (target: string) => `${target} 2026-09-05T00:00/2026-09-05T06:00`;
const second = (target: string) => `${target} 2026-09-12T00:00/2026-09-12T06:00`;

describe('the scope of a period in a list', () => {
  it.each([
    { text: `年金\n${FIRST}\n地方税\n${SECOND}` },
    { text: `年金の停止\n${FIRST}\n地方税の停止\n${SECOND}` },
    { text: `対象：年金\n${FIRST}\n対象：地方税\n${SECOND}` },
  ])('is the one above it, if one stands above the first period: $text', ({ text }) => {
    expect(outagesBelow(text, '2026-08-20')).toEqual([first('pension'), second('local-tax')]);
  });

  it.each([
    { text: `${FIRST}\n年金\n${SECOND}\n地方税` },
    { text: `${FIRST}\n（年金）\n${SECOND}\n（地方税）` },
    { text: `${FIRST}\n対象：年金\n${SECOND}\n対象：地方税` },
    { text: `${FIRST}\n理由：保守\n対象：年金\n${SECOND}\n理由：保守\n対象：地方税` },
  ])('is the one below it otherwise: $text', ({ text }) => {
    expect(outagesBelow(text, '2026-08-20')).toEqual([first('pension'), second('local-tax')]);
  });

  it.each([
    { text: `${FIRST}\n年金\n${SECOND}` },
    { text: `${FIRST}\n対象：年金\n${SECOND}\n対象：地方税\n9月19日(土) 0:00〜6:00` },
  ])('is not that of the period above it: $text', ({ text }) => {
    expect(outagesBelow(text, '2026-08-20').at(-1)).toMatch(/^all /);
  });

  it('is that of the only label, if it stands below all periods', () => {
    for (const gap of ['\n', '\n\n'])
      expect(outagesBelow(`${FIRST}\n${SECOND}${gap}対象：年金`, '2026-08-20')).toEqual([
        first('pension'),
        second('pension'),
      ]);
  });
});
