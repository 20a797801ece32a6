import { describe, expect, it } from 'vitest';
import { callErrors } from '../../src/foundation/error-rows/calls.js';
import { flowErrors } from '../../src/foundation/error-rows/flow.js';
import { setupErrors } from '../../src/foundation/error-rows/setup.js';
import { storageErrors } from '../../src/foundation/error-rows/storage.js';
import { errorTable } from '../../src/foundation/error-table.js';

const rows = Object.entries(errorTable);
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the error table', () => {
  it('contains every row once', () => {
    const groups = [setupErrors, flowErrors, callErrors, storageErrors];
    const codes = groups.flatMap((group) => Object.keys(group));
    expect(new Set(codes).size).toBe(codes.length);
    expect(Object.keys(errorTable).sort()).toEqual(codes.sort());
  });

  it('has a sentence in both languages for every code', () => {
    const wrong = rows.filter(
      ([, { en, ja }]) => !/(\.|\{expected\})$/.test(en) || !/(。|\{expected\})$/.test(ja),
    );
    expect(wrong).toEqual([]);
  });

  it('uses the same placeholders in both languages, and only path and expected', () => {
    const wrong = rows.filter(
      ([, { en, ja }]) => placeholders(en).join() !== placeholders(ja).join(),
    );
    expect(wrong).toEqual([]);
    const used = new Set(rows.flatMap(([, { en }]) => placeholders(en)));
    expect([...used].sort()).toEqual(['{expected}', '{path}']);
  });
});
