import { createCalendar } from '../calendar/calendar.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { personas as builtIn } from '../sandbox/personas/built-in.js';
import { type StartedSandbox, type StartSandboxOptions, startSandbox } from '../sandbox/server.js';
import { quoted, readArguments, UsageError } from './arguments.js';
import { readCatalog } from './files.js';
import { SandboxFiles } from './sandbox-files.js';
import { describeSandbox } from './sandbox-guide.js';
import {
  readClock,
  readPersonas,
  readPort,
  readRegistrations,
  readToken,
  type Source,
} from './sandbox-input.js';
import { writeReport } from './sandbox-report.js';

const help = {
  ja: `使い方: myna-selfinfo sandbox [オプション]

模擬マイナポータルを起動します。--host を付けない限り、このマシンからのみ利用できます。
Ctrl+C で終了します。開発用の認証局、クライアント証明書、秘密鍵を一時フォルダに書き出し、
そのまま貼り付けて実行できる curl の手順を表示します。

オプション
  --port 番号            画面のポート（省略時は空いている番号）
  --api-port 番号        API のポート（同上）
  --host 名前[,名前]     接続に使うホスト名（例: sandbox）。URL には最初の名前を使用。
                         localhost 以外を含む場合は、ほかのマシンからも接続可能
  --out フォルダ         証明書と秘密鍵を、一時フォルダではなくここに書き出す（終了時に削除）
  --control-token-file ファイル
                         このファイルのトークンを送れば、ほかのマシンからも動作を変更可能（API 側）
  --env ファイル         アプリ用の環境変数 SELFINFO_... をここに書き出す（終了時に削除）
  --json                 説明の代わりに JSON を表示
  --service ファイル     サービスの登録（JSON）。defineService に渡す内容、
                         または { clientId, redirectUris, service }、またはその配列
  --personas ファイル    利用者（JSON の配列）。内蔵の利用者の代わりに使用
  --catalog ファイル     カタログの拡張（JSON）。extendCatalog に渡す内容
  --at 時刻              時計をこの時刻で停止。2026-12-01T10:00+09:00 または 2026-12-01
  --seed 文字列          ID、認可コード、トークンを起動のたびに同じにする（推測可能になる）。
                         --at と併用すると、同じ操作の記録も同じになる
  --lang ja|en           言語（省略時は環境変数 LANG による）
  --even-in-production   NODE_ENV が production でも起動

動作中の変更（URL は画面のアドレス。すべての操作は URL/sandbox/openapi.json を参照）
  curl -X PUT URL/sandbox/rule -H content-type:application/json -d '{"persona":"hanako"}'
  curl URL/sandbox/faults -H content-type:application/json -d '{"on":"token","do":"reset"}'
  curl 'URL/sandbox/journal?step=result&waitMs=60000'
`,
  en: `Usage: myna-selfinfo sandbox [options]

Starts a sample Mynaportal. Without --host, only this machine can reach it. Ctrl+C ends it.
Writes a development CA, a client certificate and its key to a temporary folder, and prints
curl commands from consent to result, ready to paste.

Options
  --port NUMBER      the port of the pages (default: a free one)
  --api-port NUMBER  the port of the API (same default)
  --host NAME[,NAME] host names of the sandbox, such as sandbox; URLs use the first.
                     With a name other than localhost, other machines can connect
  --out DIR          folder for certificates and keys (default: a temporary one); they are
                     deleted at the end
  --control-token-file FILE
                     lets other machines change the sandbox, at its API, with the token in
                     this file
  --env FILE         file for the variables SELFINFO_... of your app; deleted at the end
  --json             print JSON instead of the guide
  --service FILE     the registration of your service, JSON: what defineService takes,
                     or { clientId, redirectUris, service }, or a list of these
  --personas FILE    the citizens as a JSON list, instead of the built-in ones
  --catalog FILE     an extended catalogue, JSON: what extendCatalog takes
  --at TIME          stop the clock at this time: 2026-12-01T10:00+09:00 or 2026-12-01
  --seed TEXT        the same ids, codes and tokens at every start; they can be guessed.
                     With --at, the same steps write the same journal
  --lang ja|en       language (default: from the environment variable LANG)
  --even-in-production  start even if NODE_ENV is production

Change it while it runs (URL: the address of the pages; all operations: URL/sandbox/openapi.json)
  curl -X PUT URL/sandbox/rule -H content-type:application/json -d '{"persona":"hanako"}'
  curl URL/sandbox/faults -H content-type:application/json -d '{"on":"token","do":"reset"}'
  curl 'URL/sandbox/journal?step=result&waitMs=60000'
`,
} as const;

const options = {
  port: 'value',
  'api-port': 'value',
  host: 'list',
  'control-token-file': 'value',
  out: 'value',
  env: 'value',
  json: 'flag',
  service: 'value',
  personas: 'value',
  catalog: 'value',
  at: 'value',
  seed: 'value',
  lang: 'value',
  'even-in-production': 'flag',
  help: 'flag',
} as const;

/**
 * Runs `myna-selfinfo sandbox`: starts it and leaves it running until a signal ends it.
 *
 * @returns the text to print.
 */
export async function sandboxCommand(args: readonly string[], lang: Language): Promise<string> {
  const { values, positionals } = readArguments(args, options);
  if (values.help !== undefined) return help[lang];
  const [surplus] = positionals;
  if (surplus !== undefined)
    throw new UsageError({
      ja: `余分な引数です: ${quoted(surplus)}`,
      en: `unexpected argument: ${quoted(surplus)}`,
    });
  const browserPort = readPort('--port', values.port);
  const apiPort = readPort('--api-port', values['api-port']);
  const registrations = readRegistrations(values.service);
  const personas = values.personas === undefined ? undefined : readPersonas(values.personas);
  const calendar =
    values.catalog === undefined ? undefined : createCalendar({}, readCatalog(values.catalog));
  const clock = values.at === undefined ? undefined : readClock(values.at);

  const { 'control-token-file': tokenFile } = values;
  const token = readToken(tokenFile);

  const files = new SandboxFiles({
    out: values.out,
    env: values.env,
    clients: registrations.value.length,
  });
  const remove = () => files.remove();
  // Removes the keys however the process ends.
  process.once('exit', remove);
  let sandbox: StartedSandbox | undefined;
  const end = () => {
    remove();
    void Promise.resolve(sandbox?.close()).finally(() => process.exit(0));
  };
  for (const signal of SIGNALS) process.on(signal, end);
  sandbox = await start([registrations, ...(personas ? [personas] : [])], {
    registrations: registrations.value,
    ...(personas && { personas: personas.value }),
    ...(clock && { clock }),
    ...(values.seed !== undefined && { seed: values.seed }),
    ...(calendar && { calendar }),
    ...(values.host !== undefined && { hosts: values.host.split(',') }),
    ...token,
    startEvenThoughNodeEnvIsProduction: values['even-in-production'] !== undefined,
    browserPort,
    apiPort,
  });
  const citizens = personas?.value ?? builtIn;
  const shown = { registrations: registrations.value, personas: citizens, files, tokenFile };
  try {
    // Nothing is awaited since the start, so no health check is answered before the files are there.
    const report = writeReport(sandbox, { ...shown, stopped: clock !== undefined });
    return values.json === undefined
      ? describeSandbox(sandbox, report, { ...shown, lang })
      : printJson(report);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** Returns JSON that controls no terminal. */
function printJson(value: unknown): string {
  const escaped = (char: string) =>
    Array.from(
      { length: char.length },
      (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join('');
  return `${JSON.stringify(value, null, 2).replaceAll(/[^\P{C}\n]/gu, escaped)}\n`;
}

/** Signals by which a terminal, a shell or a service manager ends a process. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const;

/**
 * Starts the sandbox. It checks everything before anything listens. Errors name the file and the
 * place in it.
 */
async function start(
  sources: readonly Source<unknown>[],
  options: StartSandboxOptions,
): Promise<StartedSandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    const known = isSelfInfoError(error);
    if (!known && !(error instanceof TypeError && error.message.startsWith('options.')))
      throw error;
    if (known && error.path === 'options.startEvenThoughNodeEnvIsProduction')
      throw new UsageError({
        ja: 'NODE_ENV が production のため起動しません（--even-in-production を付けると起動します）。',
        en: 'NODE_ENV is production; pass --even-in-production to start anyway.',
      });
    const port = { 'options.browserPort': '--port', 'options.apiPort': '--api-port' }[
      (known && error.path) || ''
    ];
    if (port !== undefined)
      throw new UsageError(
        {
          ja: `${port} に指定したポートで待ち受けできません（使用中か、許可されていません）。`,
          en: `cannot listen on the port of ${port}: in use, or not allowed.`,
        },
        1,
      );
    const hosts = options.hosts ?? [];
    const placed = (message: string): string =>
      sources
        .reduce((text, { root, file }) => text.replaceAll(root, () => `${file}:$`), message)
        .replace(
          /^(?:Option|オプション) options\.hosts\[(\d+)\]/,
          (_, index) => `--host ${quoted(hosts[index] ?? '')}`,
        )
        .replace(/^(?:Option|オプション) options\.controlToken/, '--control-token-file')
        .replaceAll(/\p{C}+/gu, ' ');
    throw new UsageError({
      ja: placed(known ? error.messageJa : error.message),
      en: placed(error.message),
    });
  }
}
