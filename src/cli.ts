#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { languageOf, quoted, readArguments, UsageError } from './cli/arguments.js';
import type { Language } from './foundation/language.js';

/** A subcommand. Resolves to the text to print. Loaded when it is called. */
type Command = (args: readonly string[], lang: Language) => Promise<string>;

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  calendar: async () => (await import('./cli/calendar.js')).calendarCommand,
  evidence: async () => (await import('./cli/evidence.js')).evidenceCommand,
  plan: async () => (await import('./cli/plan.js')).planCommand,
  sandbox: async () => (await import('./cli/sandbox.js')).sandboxCommand,
  shapes: async () => (await import('./cli/shapes.js')).shapesCommand,
  demo: async () => (await import('./cli/demo.js')).demoCommand,
};

const help = {
  ja: `使い方: myna-selfinfo <コマンド> [引数]

  calendar   自己情報を照会できる時間帯を調べる（引数なしでは、いま照会できるものを一覧にする）
  evidence   アプリをサンドボックスで確認し、接続試験の報告に添える資料を書き出す
  plan       利用開始までの手続の日程を計算する（いつ、何を、どこに提出するか）
  sandbox    模擬マイナポータルを起動し、curl で試す手順を表示する
  shapes     接続試験の応答の形だけを記録し、通信プロファイルと比べる
  demo       架空の銀行の住宅ローン事前審査を起動し、ブラウザで試す

  --help, --version, --lang ja|en

コマンドごとの説明: myna-selfinfo <コマンド> --help
`,
  en: `Usage: myna-selfinfo <command> [arguments]

  calendar   show when self-information can be queried (without arguments: what can be queried now)
  evidence   play an app against the sandbox, and write a report for the connection test
  plan       compute the dates of the onboarding procedure: what to submit when, and to whom
  sandbox    start a sample Mynaportal, and print curl commands to try it
  shapes     record only the shape of responses, and compare it with the wire profile
  demo       start the housing loan of an invented bank, to try in a browser

  --help, --version, --lang ja|en

Help on a command: myna-selfinfo <command> --help
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
      console.error({ ja: '使い方は --help で表示します。', en: 'See --help for usage.' }[lang]);
    process.exitCode = error.exitCode;
  }
}

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // The reader may stop early, as `head` does.
  if (code === 'EPIPE') return;
  const lang = languageOf(process.argv.slice(2), process.env);
  const text = {
    ja: `標準出力に書き込めません（${code}）`,
    en: `cannot write to standard output (${code})`,
  };
  console.error(`myna-selfinfo: ${text[lang]}`);
  process.exit(1);
});
// Nothing can be said about it. The exit code stays.
process.stderr.on('error', () => undefined);
await main(process.argv.slice(2));
