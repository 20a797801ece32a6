#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { languageOf, UsageError } from './cli/arguments.js';
import { rootCommand } from './cli/commands.js';
import { firstOperand, runProgram } from './cli/frame/program.js';
import { terminalOf } from './cli/frame/terminal.js';

const NAME = 'myna-selfinfo';
const args = process.argv.slice(2);
const lang = languageOf(args, process.env);

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

async function run(): Promise<string> {
  // The completion scripts call it.
  if (args[0] === '__complete') {
    const { completionsOf } = await import('./cli/complete.js');
    return completionsOf(args.slice(1), rootCommand, lang);
  }
  const terminal = terminalOf(process.stdout, process.env);
  return runProgram({ name: NAME, root: rootCommand, version, args, lang, terminal });
}

function describeError({ text, near, exitCode, path }: UsageError): string {
  const [command = ''] = args.slice(firstOperand(args));
  const called = Object.hasOwn(rootCommand.commands, command) ? `${NAME} ${command}` : NAME;
  const meant = { ja: `もしかして: ${near}`, en: `Did you mean ${near}?` }[lang];
  const help = `${path ?? called} --help`;
  const hint = { ja: `使い方は ${help} で表示します。`, en: `See ${help}.` }[lang];
  const { paint } = terminalOf(process.stderr, process.env);
  return [
    `${paint('red', `${NAME}:`)} ${text[lang]}`,
    ...(near === undefined ? [] : [meant]),
    ...(exitCode === 2 ? [hint] : []),
  ].join('\n');
}

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // The reader may stop early, as `head` does.
  if (code === 'EPIPE') return;
  const text = {
    ja: `標準出力に書き込めません（${code}）`,
    en: `cannot write to standard output (${code})`,
  };
  console.error(`${NAME}: ${text[lang]}`);
  process.exit(1);
});
// Nothing can be said about it. The exit code stays.
process.stderr.on('error', () => undefined);
try {
  process.stdout.write(await run());
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(describeError(error));
  process.exitCode = error.exitCode;
}
