import { spawn } from 'node:child_process';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { quoted, readArguments, UsageError } from './arguments.js';
import { readPort } from './sandbox-input.js';

const help = {
  ja: `使い方: myna-selfinfo demo [オプション]

架空の銀行の住宅ローン事前審査を起動します。申込みから、模擬マイナポータルでの同意、
受付、取下げまでを、ブラウザで試せます。このマシンからのみ利用できます。Ctrl+C で終了します。

オプション
  --port 番号    ポート（省略時は 3000）
  --open         ブラウザで開く
  --form-post    同意の結果を POST で受け取る
  --lang ja|en   この説明の言語（省略時は環境変数 LANG による）
`,
  en: `Usage: myna-selfinfo demo [options]

Starts the housing loan of an invented bank, to try in a browser: the application, the consent
at a sample Mynaportal, the receipt, the withdrawal. Only this machine can reach it. Ctrl+C ends it.

Options
  --port NUMBER  the port (default: 3000)
  --open         open it in the browser
  --form-post    receive the outcome of the consent by POST
  --lang ja|en   language of this help (default: from the environment variable LANG)
`,
} as const;

const options = {
  port: 'value',
  open: 'flag',
  'form-post': 'flag',
  lang: 'value',
  help: 'flag',
} as const;

/**
 * Runs `myna-selfinfo demo`: starts the bank of `examples/loan-app` and leaves it running until a
 * signal ends it.
 *
 * @returns the text to print.
 */
export async function demoCommand(args: readonly string[], lang: Language): Promise<string> {
  const { values, positionals } = readArguments(args, options);
  if (values.help !== undefined) return help[lang];
  const [surplus] = positionals;
  if (surplus !== undefined)
    throw new UsageError({
      ja: `余分な引数です: ${quoted(surplus)}`,
      en: `unexpected argument: ${quoted(surplus)}`,
    });
  const port = values.port === undefined ? 3000 : readPort('--port', values.port);
  const demo = await start(port, values['form-post'] !== undefined);
  let isEnding = false;
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    void demo.close().finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  if (values.open !== undefined) openInBrowser(demo.origin);
  return {
    ja: `みほん銀行のデモ: ${demo.origin}（Ctrl+C で終了）\n`,
    en: `Demo of Mihon Bank: ${demo.origin} (Ctrl+C ends it)\n`,
  }[lang];
}

/** Starts the compiled example. Its style sheets are beside its sources, which are in the package. */
async function start(port: number, posted: boolean) {
  const { startLoanDemo } = await import('../../examples/loan-app/demo/server.js');
  const folder = new URL('../examples/loan-app/', import.meta.url);
  try {
    return await startLoanDemo({ port, posted, folder });
  } catch (error) {
    if (isSelfInfoError(error) && error.path === 'options.startEvenThoughNodeEnvIsProduction')
      throw new UsageError({
        ja: 'NODE_ENV が production のため起動しません。',
        en: 'NODE_ENV is production, so the demo does not start.',
      });
    if (!['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    throw new UsageError(
      {
        ja: `ポート ${port} で待ち受けできません（使用中か、許可されていません）。--port で別の番号を指定してください。`,
        en: `cannot listen on port ${port}: in use, or not allowed. Choose another with --port.`,
      },
      1,
    );
  }
}

/** Opens a URL as the desktop does. Where that is not possible, the URL is still printed. */
function openInBrowser(url: string): void {
  const programs: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', ''],
  };
  const [program = '', ...rest] = programs[process.platform] ?? ['xdg-open'];
  spawn(program, [...rest, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
