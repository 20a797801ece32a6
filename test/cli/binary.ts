import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/sources.js';

/** The built binary. */
export const binary = join(root, 'dist/cli.js');
if (!existsSync(binary)) throw new Error('dist is missing. Run `npm run build` first.');

/** How a run of the binary ended. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The folder in which a run starts, and its environment variables beside {@link usual}. */
export interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The environment of every run: of a terminal in Japan. */
const usual = { PATH: process.env.PATH ?? '', LANG: 'ja_JP.UTF-8' };

/** Runs the binary in a process of its own, as a shell does. */
export function runAlone(args: readonly string[], { cwd, env = {} }: Place): Promise<Run> {
  const options = { cwd, env: { ...usual, ...env } };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [binary, ...args],
      options,
      (_error, stdout, stderr) => void resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** A process in which the binary runs many times. */
export interface Runs {
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
  /** Ends the process by SIGTERM. */
  end(): Promise<void>;
}

/** Starts a process in which the binary runs many times, one run after another. */
export function openRuns({ cwd, env = {} }: Place): Runs {
  const child: ChildProcess = fork(new URL('runs-child.mjs', import.meta.url), {
    cwd,
    env: { ...usual, ...env },
    execArgv: [],
  });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]): never => {
    throw new Error(`the process of the runs ended with ${code}`);
  });
  ended.catch(() => undefined);
  let last: Promise<unknown> = Promise.resolve();
  async function runNext(args: readonly string[], more: Readonly<Record<string, string>>) {
    child.send({ args, env: more });
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer as Run;
  }
  return {
    run(args, more = {}) {
      const run = last.then(() => runNext(args, more));
      last = run.catch(() => undefined);
      return run;
    },
    async end() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
