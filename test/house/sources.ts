import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file, with its path relative to the project's folder, in forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * Returns the files of a folder and its subfolders by path. Returns no files if the folder does not
 * exist.
 */
export function readSources(folder: string, name: RegExp): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && name.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .sort()
    .map((file) => ({
      path: file.slice(root.length).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8'),
    }));
}

/** Returns every page for readers: README, the changelog, the guides in both languages. */
export const pages: readonly Source[] = [
  ...['README.md', 'CHANGELOG.md'].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  })),
  ...readSources('docs', /\.md$/),
];
