import { expect } from 'vitest';
import { type Explainable, explain, type ServiceSpec } from '../../src/index.js';

/** A clock far from every time in a text, so that no text says minutes. */
export const FAR = { clock: { now: () => 0 } };

/** Explains a value in Japanese and in English. */
export const both = <S extends ServiceSpec>(value: Explainable<S>) =>
  [explain(value, 'ja', FAR), explain(value, 'en', FAR)] as const;

/** Expects a Japanese sentence, and an English one without Japanese characters. */
export function expectBoth<S extends ServiceSpec>(value: Explainable<S>) {
  const [ja, en] = both(value);
  expect(ja).toMatch(/^[ぁ-んァ-ヶ一-龠].*[。）]$/u);
  expect(en).toMatch(/^[A-Z].*[.)]$/);
  expect(en).not.toMatch(/[ぁ-んァ-ヶ一-龠]/u);
  expect(`${ja}${en}`).not.toMatch(/undefined|null|NaN|Invalid|\[object/);
}
