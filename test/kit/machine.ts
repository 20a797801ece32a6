import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What Debian installs the parts from, and the folders beside PATH where it may put them. */
const parts = {
  chromium: { packages: 'chromium fonts-noto-cjk', folders: [] },
  nginx: { packages: 'nginx-light', folders: ['/usr/sbin'] },
  'redis-server': { packages: 'redis-server', folders: [] },
  postgres: { packages: 'postgresql', folders: postgresFolders() },
} as const satisfies Record<string, { packages: string; folders: readonly string[] }>;

/** A program that the tests use for real, and that a machine may lack. */
export type Part = keyof typeof parts;

export interface FoundPart {
  /** Whether its tests are skipped: it is missing, and this is not CI, which must have it. */
  readonly missing: boolean;
  /** Where it is; throws on a machine without it. */
  path(): string;
}

/** Looks for a part, and says once in plain sight when what needs it is skipped. */
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
