import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SelfInfoError } from 'myna-selfinfo';

/**
 * Creates a store that several processes share through a folder. It seals nothing, so it is for
 * tests only.
 *
 * @param {string} folder
 * @returns {import('myna-selfinfo').Store}
 */
export function createFileStore(folder) {
  const pathOf = (/** @type {string} */ key) =>
    join(folder, Buffer.from(key).toString('base64url'));
  const isMissing = (/** @type {unknown} */ error) =>
    error instanceof Error && 'code' in error && error.code === 'ENOENT';
  /** @param {string} path */
  async function read(path) {
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
  const wasTaken = async (/** @type {string} */ key) =>
    (await read(`${pathOf(key)}.taken`)) !== undefined;
  return {
    async put(key, value, expiresAt) {
      await mkdir(folder, { recursive: true });
      if (await wasTaken(key)) throw new SelfInfoError('store_key_exists');
      await writeFile(pathOf(key), JSON.stringify({ value, expiresAt }), { flag: 'wx' }).catch(
        () => {
          throw new SelfInfoError('store_key_exists');
        },
      );
    },
    async get(key) {
      return (await read(pathOf(key))) ?? ((await wasTaken(key)) ? 'taken' : undefined);
    },
    async take(key) {
      try {
        // Of many concurrent renames, one succeeds.
        await rename(pathOf(key), `${pathOf(key)}.taken`);
      } catch (error) {
        if (!isMissing(error)) throw error;
        return (await wasTaken(key)) ? 'taken' : undefined;
      }
      return read(`${pathOf(key)}.taken`);
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
      await rm(`${pathOf(key)}.taken`, { force: true });
    },
  };
}
