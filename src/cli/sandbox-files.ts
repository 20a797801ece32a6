import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { quoted, UsageError } from './arguments.js';
import { systemCode } from './files.js';

/** Where a sandbox writes its files. */
export interface FilePlaces {
  /** The folder of `--out`. Default: a temporary one, which is deleted in the end. */
  readonly out: string | undefined;
  /** The file of `--env`. Default: none. */
  readonly env: string | undefined;
  /** How many clients are registered. */
  readonly clients: number;
}

// A comment in PEM texts, in dotenv files and in a shell. It tells the files of the sandbox from
// others, and those of two sandboxes in one folder from each other.
const MARK = /^# Written by myna-selfinfo sandbox \(run ([0-9a-f]{16}, process (\d{1,10}))\)/;
const markOf = (run: string): string =>
  `# Written by myna-selfinfo sandbox (run ${run}), which also replaces and deletes it.\n`;
const MARK_LENGTH = 128;
const OWN_NAME = /^(ca|client(-\d+)?(-key)?)\.pem$/i;

/** The files of one run of the sandbox. Others are neither replaced nor deleted. */
export class SandboxFiles {
  readonly #id = randomBytes(8).toString('hex');
  readonly #run = `${this.#id}, process ${process.pid}`;
  readonly #folder: string;
  readonly #isTemporary: boolean;
  readonly #env: string | undefined;
  readonly #written: string[] = [];

  /**
   * Makes the folder and changes nothing else.
   *
   * @throws UsageError when files could not be written, or are in the way.
   */
  constructor({ out, env, clients }: FilePlaces) {
    const folder = out === undefined ? undefined : makeFolder(resolve(out));
    this.#env = env === undefined ? undefined : resolve(env);
    if (this.#env !== undefined) {
      checkFolder(dirname(this.#env));
      checkPlace(this.#env);
    }
    this.#isTemporary = folder === undefined;
    this.#folder = folder ?? makeTemporaryFolder();
    const names = Array.from({ length: clients }, (_, index) => Object.values(namesOf(index)));
    for (const name of ['ca.pem', ...names.flat()]) checkPlace(join(this.#folder, name));
    if (this.#env !== undefined) checkApart(this.#env, this.#folder);
  }

  /**
   * Deletes the files of an earlier run, first the one that names the others. So there is never a
   * certificate beside the key of another run.
   */
  clear(): void {
    const names = readdirSync(this.#folder).filter((name) => OWN_NAME.test(name));
    const paths = names.map((name) => join(this.#folder, name));
    for (const path of [...(this.#env === undefined ? [] : [this.#env]), ...paths])
      if (runOf(path) !== undefined) writing(path, () => rmSync(path, { force: true }));
  }

  /** Writes a file into the folder. Returns its path. */
  save(name: string, text: string): string {
    const path = join(this.#folder, name);
    this.#write(path, text);
    return path;
  }

  /** Writes the file of `--env`, if there is to be one. */
  saveEnv(makeText: () => string): void {
    if (this.#env !== undefined) this.#write(this.#env, makeText());
  }

  /** Deletes the files of this run that no later run has replaced, and a temporary folder. */
  remove(): void {
    for (const path of this.#written.splice(0).reverse())
      try {
        if (runOf(path) === this.#run) rmSync(path, { force: true });
      } catch {
        // It stays. The others are deleted, and the exit code does not change.
      }
    if (this.#isTemporary) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Writes a file in one step: a reader finds it complete or not at all. */
  #write(path: string, text: string): void {
    const draft = join(dirname(path), `.${basename(path)}.${this.#id}`);
    this.#written.push(path);
    try {
      writing(path, () => {
        writeFileSync(draft, markOf(this.#run) + text, { mode: 0o600, flag: 'wx' });
        renameSync(draft, path);
      });
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/** Returns the file names of a client. */
export function namesOf(index: number): { readonly cert: string; readonly key: string } {
  const name = index === 0 ? 'client' : `client-${index + 1}`;
  return { cert: `${name}.pem`, key: `${name}-key.pem` };
}

function makeTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'myna-selfinfo-sandbox-'));
  } catch (error) {
    const where = `${quoted(tmpdir())}, ${systemCode(error)}`;
    throw new UsageError(
      {
        ja: `一時フォルダーを作成できません（${where}）`,
        en: `cannot make a temporary folder (${where})`,
      },
      1,
    );
  }
}

function makeFolder(path: string): string {
  writing(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  checkFolder(path);
  return path;
}

function checkFolder(path: string): void {
  writing(path, () => accessSync(path, constants.W_OK | constants.X_OK));
}

/** Refuses a path whose file the sandbox did not write, or that a running sandbox uses. */
function checkPlace(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const [, , owner] = markIn(path) ?? [];
  if (owner === undefined)
    throw new UsageError({
      ja: `サンドボックスが書き出したものではないため、上書きしません: ${quoted(path)}（別の場所を指定するか、削除してください）`,
      en: `${quoted(path)} was not written by the sandbox, so it is not replaced: choose another place, or delete it.`,
    });
  if (isRunning(Number(owner)))
    throw new UsageError({
      ja: `起動中のほかのサンドボックスが使用しているため、上書きしません: ${quoted(path)}（別の場所を指定するか、先にそのサンドボックスを終了してください）`,
      en: `another running sandbox uses ${quoted(path)}: choose another place, or end that sandbox first.`,
    });
}

/** Returns whether another process has this id. A container may reuse the id after a restart. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Refuses a file of `--env` that would replace a certificate or key of the same run. */
function checkApart(env: string, folder: string): void {
  if (realpathSync(dirname(env)) !== realpathSync(folder) || !OWN_NAME.test(basename(env))) return;
  throw new UsageError({
    ja: `--env のファイル名が、--out に書き出す証明書や秘密鍵のファイル名と同じです: ${quoted(env)}（別の名前を指定してください）`,
    en: `the file of --env has the name of a certificate or key of --out: ${quoted(env)}. Choose another name.`,
  });
}

/** Returns the run that wrote a file; undefined where the sandbox wrote none. */
function runOf(path: string): string | undefined {
  return markIn(path)?.[1];
}

function markIn(path: string): RegExpExecArray | null {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const head = Buffer.alloc(MARK_LENGTH);
  const file = writing(path, () => openSync(path, 'r'));
  try {
    readSync(file, head);
  } finally {
    closeSync(file);
  }
  return MARK.exec(head.toString('latin1'));
}

/** Calls the file system. Turns its errors into one that names the path. */
function writing<T>(path: string, call: () => T): T {
  try {
    return call();
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
