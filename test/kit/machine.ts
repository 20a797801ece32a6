import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Place {
  /** The programs, the preferred one first. */
  readonly programs: readonly string[];
  /** The Debian packages. */
  readonly packages: string;
  /** Folders that may contain the programs besides PATH. */
  readonly folders?: readonly string[];
}

const parts = {
  // The shell opens pages in a fraction of the time.
  chromium: {
    programs: ['chromium-headless-shell', 'chromium'],
    packages: 'chromium-headless-shell fonts-noto-cjk',
  },
  curl: { programs: ['curl'], packages: 'curl' },
  nginx: { programs: ['nginx'], packages: 'nginx-light', folders: ['/usr/sbin'] },
  openssl: { programs: ['openssl'], packages: 'openssl' },
  'redis-server': { programs: ['redis-server'], packages: 'redis-server' },
  promtool: { programs: ['promtool'], packages: 'prometheus' },
  postgres: { programs: ['postgres'], packages: 'postgresql', folders: postgresFolders() },
  zsh: { programs: ['zsh'], packages: 'zsh' },
  fish: { programs: ['fish'], packages: 'fish' },
  'systemd-analyze': { programs: ['systemd-analyze'], packages: 'systemd' },
} as const satisfies Record<string, Place>;

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
  const { programs, packages, folders = [] }: Place = parts[name];
  const everywhere = [...(process.env.PATH ?? '').split(delimiter), ...folders];
  const path = programs
    .flatMap((program) => everywhere.map((folder) => join(folder, program)))
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
