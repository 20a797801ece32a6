import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a program of `examples` is started. */
export interface Play {
  /** Its path below `examples`, without `.ts`. Default: the name of the play. */
  readonly program?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The lines on stdin, which then ends. Default: the stdin of the stage. */
  readonly lines?: readonly string[];
}

export type Stage = ReturnType<typeof startStage>;

export interface Played {
  readonly output: string;
  readonly errors: string;
  /** The exit code. */
  readonly code: number;
}

const child = fileURLToPath(new URL('stage-process.ts', import.meta.url));

/** What the process of the stage prints after each play, with the exit code. */
export const endOfPlay = (code: number | string) => `\0end of play ${code}\n`;
const END = new RegExp(endOfPlay(String.raw`(\d+)`));

/**
 * Runs programs with the built package in one process, one after the other, in the order of
 * `plays`. A process each would load TypeScript and the package again.
 */
export function startStage(plays: Readonly<Record<string, Play>>) {
  const names = Object.keys(plays);
  const orders = Object.entries(plays).map(([program, play]) => ({ program, ...play }));
  const stage = spawn(process.execPath, ['--import', 'tsx', child, JSON.stringify(orders)], {
    stdio: 'pipe',
  });
  const printed = { output: '', errors: '' };
  let isOver = false;
  const looking = new Set<() => void>();
  const lookAgain = () => {
    for (const look of looking) look();
  };
  stage.stdout.setEncoding('utf8').on('data', (text) => {
    printed.output += text;
    lookAgain();
  });
  stage.stderr.setEncoding('utf8').on('data', (text) => {
    printed.errors += text;
    lookAgain();
  });
  const ended = new Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>(
    (resolve) =>
      stage.once('close', (code, signal) => {
        isOver = true;
        lookAgain();
        resolve([code, signal]);
      }),
  );

  /** Resolves as soon as `find` returns something. Rejects when the process ends before. */
  function seen<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined && !isOver) return;
        looking.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`The stage ended too early: ${printed.output}${printed.errors}`));
      };
      looking.add(look);
      look();
    });
  }

  return {
    /** Resolves when a program has ended. */
    played(name: string): Promise<Played> {
      const index = names.indexOf(name);
      return seen(() => {
        // The text of each play and its exit code, alternately.
        const [output, code] = printed.output.split(END).slice(2 * index);
        const [errors, again] = printed.errors.split(END).slice(2 * index);
        if (code === undefined || again === undefined) return undefined;
        return { output: output ?? '', errors: errors ?? '', code: Number(code) };
      });
    },
    /** Resolves to the first match in what a program has printed so far. */
    said: (name: string, text: RegExp) =>
      seen(() => text.exec(printed.output.split(END)[2 * names.indexOf(name)] ?? '')?.[0]),
    stdin: stage.stdin,
    kill: (signal: NodeJS.Signals) => stage.kill(signal),
    /** How the process ended. It ends by itself when all programs have closed what they opened. */
    ended,
  };
}
