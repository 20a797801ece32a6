import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Debian packages of the parts, and folders that may contain them besides PATH. */
const parts = {
  chromium: { packages: 'chromium fonts-noto-cjk', folders: [] },
  nginx: { packages: 'nginx-light', folders: ['/usr/sbin'] },
  'redis-server': { packages: 'redis-server', folders: [] },
  postgres: { packages: 'postgresql', folders: postgresFolders() },
} as const satisfies Record<string, { packages: string; folders: readonly string[] }>;

/** A real program that tests use and that a machine may lack. */
export type Part = keyof typeof parts;

export interface FoundPart {
  /**
   * Whether the tests of the part are skipped: it is missing, and this is not CI, where it must
   * exist.
   */
  readonly missing: boolean;
  /** Returns the path. Throws on a machine without the part. */
  path(): string;
}

/** Looks for a part, and prints once that its tests are skipped if it is missing. */
export function findPart(name: Part): FoundPart {
  const { packages, folders } = parts[name];
  const path = [...(process.env.PATH ?? '').split(delimiter), ...folders]
    .map((folder) => join(folder, name))
    .find(isExecutable);
  const missing = path === undefined && process.env.CI !== 'true';
  if (missing)
    console.warn(
      `Skipped: there is no ${name} on this machine (Debian: apt-get install ${packages}).`,
    );
  return {
    missing,
    path() {
      if (path === undefined) throw new Error(`CI needs ${name}.`);
      return path;
    },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps the server out of PATH, in a folder per version. */
function postgresFolders(): string[] {
  const home = '/usr/lib/postgresql';
  try {
    return readdirSync(home).map((version) => join(home, version, 'bin'));
  } catch {
    return [];
  }
}
