#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { languageOf, quoted, readArguments, UsageError } from './cli/arguments.js';
import type { Language } from './foundation/language.js';

/** A subcommand: what it prints. Each is loaded when it is asked for. */
type Command = (args: readonly string[], lang: Language) => Promise<string>;

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  calendar: async () => (await import('./cli/calendar.js')).calendarCommand,
  plan: async () => (await import('./cli/plan.js')).planCommand,
  sandbox: async () => (await import('./cli/sandbox.js')).sandboxCommand,
};

const help = {
  ja: `使い方: myna-selfinfo <コマンド> [引数]

  calendar   自己情報を照会できる時間帯を調べる（引数なしなら、いま照会できるものと次に開くもの）
  plan       利用開始までの手続を日付に落とす（いつ、何を、どこに提出するか）
  sandbox    見本のマイナポータルを起動し、curl で試す手順を表示する

  --help, --version, --lang ja|en

コマンドごとの説明: myna-selfinfo <コマンド> --help
`,
  en: `Usage: myna-selfinfo <command> [arguments]

  calendar   when self-information can be asked (without arguments: what can be asked now, and what opens next)
  plan       put dates to the onboarding procedure: what to hand in when, and to whom
  sandbox    start an imitation of Mynaportal, and print a journey by curl

  --help, --version, --lang ja|en

About a command: myna-selfinfo <command> --help
`,
} as const;

async function run(args: readonly string[], lang: Language): Promise<string> {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--lang');
  const load =
    at >= 0 && Object.hasOwn(commands, args[at] as string)
      ? commands[args[at] as string]
      : undefined;
  if (load) return (await load())(args.toSpliced(at, 1), lang);
  const { values, positionals } = readArguments(args, {
    help: 'flag',
    version: 'flag',
    lang: 'value',
  });
  if (positionals[0] !== undefined) {
    throw new UsageError({
      ja: `不明なコマンドです: ${quoted(positionals[0])}`,
      en: `unknown command: ${quoted(positionals[0])}`,
    });
  }
  if (values.version === undefined) return help[lang];
  return `${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`;
}

async function main(args: readonly string[]): Promise<void> {
  const lang = languageOf(args, process.env);
  try {
    process.stdout.write(await run(args, lang));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`myna-selfinfo: ${error.text[lang]}`);
    if (error.exitCode === 2)
      console.error(
        { ja: '使い方は --help で表示します。', en: '--help shows what can be given.' }[lang],
      );
    process.exitCode = error.exitCode;
  }
}

// Whoever reads may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
await main(process.argv.slice(2));
