import { spawn } from 'node:child_process';
import { isSelfInfoError } from '../foundation/errors.js';
import { UsageError } from './arguments.js';
import { defineCommand, serverExits } from './frame/spec.js';
import { readPort } from './sandbox-input.js';

/** `myna-selfinfo demo`. */
export const demoCommand = defineCommand({
  about: {
    ja: `架空の銀行の住宅ローン事前審査を起動します。申込みから、模擬マイナポータルでの同意、受付、取下げまでを、ブラウザで試せます。
このマシンからのみ利用できます。Ctrl+C で終了します。`,
    en: `Starts the home loan pre-screening of a fictional bank, to try in a browser: application, consent at a sample Mynaportal, receipt and withdrawal.
Only this machine can reach it. Ctrl+C ends it.`,
  },
  operands: [],
  options: {
    port: {
      value: { ja: '番号', en: 'NUMBER' },
      text: { ja: 'ポート（省略時は 3000）', en: 'the port (default: 3000)' },
    },
    open: { text: { ja: 'ブラウザで開く', en: 'open it in the browser' } },
    'form-post': {
      text: {
        ja: '同意の結果を POST で受け取る',
        en: 'receive the outcome of the consent by POST',
      },
    },
  },
  examples: [
    [
      'myna-selfinfo demo --open',
      { ja: '起動し、ブラウザで開く', en: 'start it and open it in the browser' },
    ],
  ],
  exits: serverExits,
  page: 'loan-app.md',
  run: async ({ values, lang }) => {
    const port = values.port === undefined ? 3000 : readPort('--port', values.port);
    const demo = await start(port, values['form-post'] ?? false);
    let isEnding = false;
    const end = () => {
      if (isEnding) return;
      isEnding = true;
      void demo.close().finally(() => process.exit(0));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
    if (values.open) openInBrowser(demo.origin);
    return {
      ja: `みほん銀行のデモ: ${demo.origin}（Ctrl+C で終了）\n`,
      en: `Demo of Mihon Bank: ${demo.origin} (Ctrl+C ends it)\n`,
    }[lang];
  },
});

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

/** Opens a URL in the default browser. Ignores a failure, because the URL is printed. */
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
