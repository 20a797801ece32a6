import { invalidOption } from '../foundation/errors.js';
import { checkText } from '../foundation/options.js';

/** The code of an item (特定個人情報名コード): `TM` and 14 digits. The set of codes is open. */
export type ItemCode = `TM${string}`;

/** The form of an item code. */
export const ITEM_CODE = /^TM\d{14}$/;

/** Returns whether a value is the code of an item, known or not. */
export function isItemCode(value: unknown): value is ItemCode {
  return typeof value === 'string' && ITEM_CODE.test(value);
}

/** Checks that a value is the code of an item, and returns it. */
export function checkItemCode(value: unknown, path: string): ItemCode {
  checkText(value, path);
  if (isItemCode(value)) return value;
  throw invalidOption(path, {
    en: 'It must be TM and 14 digits.',
    ja: 'TM に続けて14桁の数字を指定してください。',
  });
}
