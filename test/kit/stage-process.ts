import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { endOfPlay, type Play } from './stage.js';

// The process of a stage. Each program finds the arguments, the environment, the input and the exit
// of a process of its own.
const plays: readonly (Play & { readonly program: string })[] = JSON.parse(process.argv[2] ?? '[]');

class Exit {
  constructor(readonly code: number) {}
}
process.exit = (code) => {
  throw new Exit(Number(code ?? process.exitCode ?? 0));
};

const { stdin, env } = process;
for (const [index, { program, args = [], lines, env: more }] of plays.entries()) {
  // The same program may be played again.
  const url = new URL(`../../examples/${program}.ts?play=${index}`, import.meta.url);
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  process.env = { ...env, ...more };
  const input = lines === undefined ? stdin : Readable.from(lines.map((line) => `${line}\n`));
  Object.defineProperty(process, 'stdin', { configurable: true, value: input });
  const code = await play(url);
  process.exitCode = undefined;
  // What the program prints asynchronously, as pino does.
  while (process.getActiveResourcesInfo().includes('FSReqCallback')) await setImmediate();
  process.stdout.write(endOfPlay(code));
  process.stderr.write(endOfPlay(code));
}

/** Returns the exit code. */
async function play(url: URL): Promise<number> {
  try {
    await import(url.href);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Exit) return error.code;
    console.error(inspect(error));
    return 1;
  }
}
