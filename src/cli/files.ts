import { readFileSync, writeFileSync } from 'node:fs';
import { type Catalog, publishedCatalog } from '../catalog/catalog.js';
import { type CatalogExtension, extendCatalog } from '../catalog/extend.js';
import { isSelfInfoError } from '../foundation/errors.js';
import { inexactNumberAt } from '../foundation/json-numbers.js';
import { quoted, UsageError } from './arguments.js';

/** Returns the code of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string {
  return String(error instanceof Error && 'code' in error ? error.code : error);
}

/** Writes a file that the person named. */
export function writeTextFile(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    const code = systemCode(error);
    throw new UsageError(
      {
        ja: `書き込めません: ${quoted(path)}（${code}）`,
        en: `cannot write ${quoted(path)} (${code})`,
      },
      1,
    );
  }
}

/** Reads a file that the person named; `-` is standard input. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    const code = systemCode(error);
    throw new UsageError({
      ja: `読み込めません: ${quoted(path)}（${code}）`,
      en: `cannot read ${quoted(path)} (${code})`,
    });
  }
}

/** Reads a text file that the person named. */
export function readTextFile(path: string): string {
  return readBytes(path).toString();
}

/** Reads a JSON file that the person named. */
export function readJsonFile(path: string): unknown {
  // Some editors write a byte order mark, which JSON.parse rejects.
  const text = readTextFile(path).replace(/^\uFEFF/, '');
  const inexact = inexactNumberAt(text);
  if (inexact !== undefined)
    throw new UsageError({
      ja: `正確に扱えない数値があります: ${quoted(path)}（${inexact} 文字目の後）`,
      en: `${quoted(path)} has a number that cannot be kept exactly (after ${inexact} characters)`,
    });
  try {
    return JSON.parse(text);
  } catch (error) {
    // Name only the place, because the parser may quote what it read.
    const at = /at position (\d+)/.exec(String(error))?.[1];
    throw new UsageError({
      ja: `JSON ではありません: ${quoted(path)}${at === undefined ? '' : `（${at} 文字目の後）`}`,
      en: `${quoted(path)} is not JSON${at === undefined ? '' : ` (after ${at} characters)`}`,
    });
  }
}

/** Reads `--catalog`: what `extendCatalog` takes. Default: the guideline's catalogue. */
export function readCatalog(path: string | undefined): Catalog {
  if (path === undefined) return publishedCatalog;
  const extension = readJsonFile(path) as CatalogExtension;
  return withFile(path, 'extension', () => extendCatalog(extension));
}

/**
 * Calls the library with what stands in a file. Turns its errors into usage errors that name the
 * file and the place in it.
 *
 * @param root - what the library calls the value of the file, e.g. `options.announced`.
 * @param at - the place of that value in the file.
 */
export function withFile<T>(path: string, root: string, call: () => T, at = '$'): T {
  try {
    return call();
  } catch (error) {
    const isType = error instanceof TypeError && error.message.startsWith(root);
    if (!isSelfInfoError(error) && !isType) throw error;
    const place = new RegExp(`(?<![\\w.])${root.replaceAll('.', '\\.')}\\b`, 'g');
    const placed = (message: string): string =>
      message.replaceAll(place, () => `${path}:${at}`).replaceAll(/\p{C}+/gu, ' ');
    throw new UsageError({
      ja: placed(isSelfInfoError(error) ? error.messageJa : error.message),
      en: placed(error.message),
    });
  }
}
