/** The code of an item (特定個人情報名コード): `TM` and 14 digits. The set of codes is open. */
export type ItemCode = `TM${string}`;

/** Returns whether a value is the code of an item, known or not. */
export function isItemCode(value: unknown): value is ItemCode {
  return typeof value === 'string' && /^TM\d{14}$/.test(value);
}
