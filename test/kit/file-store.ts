import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SelfInfoError, type Store, type StoredEntry } from '../../src/index.js';

/**
 * Creates a store that several processes share through a folder. It seals nothing, so it is for
 * tests only.
 */
export function createFileStore(folder: string): Store {
  const pathOf = (key: string) => join(folder, Buffer.from(key).toString('base64url'));
  const isMissing = (error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'ENOENT';
  async function read(path: string): Promise<StoredEntry | undefined> {
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
  const wasTaken = async (key: string) => (await read(`${pathOf(key)}.taken`)) !== undefined;
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
