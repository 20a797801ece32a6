import { createCalendar } from '../calendar/calendar.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { personas as builtIn } from '../sandbox/personas/built-in.js';
import { type StartedSandbox, type StartSandboxOptions, startSandbox } from '../sandbox/server.js';
import { quoted, UsageError } from './arguments.js';
import { readCatalog } from './files.js';
import { defineCommand, type OptionSpecs, serverExits, type Values } from './frame/spec.js';
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

const groups = {
  place: { ja: '接続先', en: 'Addresses' },
  content: { ja: '内容', en: 'Content' },
  output: { ja: '出力', en: 'Output' },
} as const;

const file = { ja: 'ファイル', en: 'FILE' } as const;
const port = { ja: '番号', en: 'NUMBER' } as const;

const options = {
  port: {
    value: port,
    text: {
      ja: '画面のポート（省略時は空いている番号）',
      en: 'the port of the pages (default: a free one)',
    },
    group: groups.place,
  },
  'api-port': {
    value: port,
    text: { ja: 'API のポート（同上）', en: 'the port of the API (same default)' },
    group: groups.place,
  },
  host: {
    value: { ja: '名前[,名前]', en: 'NAME[,NAME]' },
    list: true,
    text: {
      ja: '接続に使うホスト名（例: sandbox）。URL には最初の名前を使用。localhost 以外を含む場合は、ほかのマシンからも接続可能',
      en: 'host names of the sandbox, such as sandbox; URLs use the first. With a name other than localhost, other machines can connect',
    },
    group: groups.place,
  },
  'control-token-file': {
    value: file,
    text: {
      ja: 'このファイルのトークンを送れば、ほかのマシンからも動作を変更可能（API 側）',
      en: 'let other machines change the sandbox through its API, with the token in this file',
    },
    group: groups.place,
    completes: 'files',
  },
  service: {
    value: file,
    text: {
      ja: 'サービスの登録（JSON）。defineService に渡す内容、または { clientId, redirectUris, service }、またはその配列',
      en: 'the registration of your service, JSON: the argument of defineService, or { clientId, redirectUris, service }, or a list of these',
    },
    group: groups.content,
    completes: 'files',
  },
  personas: {
    value: file,
    text: {
      ja: '利用者（JSON の配列）。内蔵の利用者の代わりに使用',
      en: 'the citizens as a JSON list, instead of the built-in ones',
    },
    group: groups.content,
    completes: 'files',
  },
  catalog: {
    value: file,
    text: {
      ja: 'カタログの拡張（JSON）。extendCatalog に渡す内容',
      en: 'additions to the catalogue, JSON: the argument of extendCatalog',
    },
    group: groups.content,
    completes: 'files',
  },
  at: {
    value: { ja: '時刻', en: 'TIME' },
    text: {
      ja: '時計をこの時刻で停止。2026-12-01T10:00+09:00 または 2026-12-01',
      en: 'stop the clock at this time: 2026-12-01T10:00+09:00 or 2026-12-01',
    },
    group: groups.content,
  },
  seed: {
    value: { ja: '文字列', en: 'TEXT' },
    text: {
      ja: 'ID、認可コード、トークンを起動のたびに同じにする（推測可能になる）。--at と併用すると、同じ操作の記録も同じになる',
      en: 'the same ids, codes and tokens at every start; they can be guessed. With --at, the same steps write the same journal',
    },
    group: groups.content,
  },
  out: {
    value: { ja: 'フォルダー', en: 'DIR' },
    text: {
      ja: '証明書と秘密鍵を、一時フォルダーではなくここに書き出す（終了時に削除）',
      en: 'folder for certificates and keys (default: a temporary one); they are deleted at the end',
    },
    group: groups.output,
    completes: 'folders',
  },
  env: {
    value: file,
    text: {
      ja: 'アプリ用の環境変数 SELFINFO_... をここに書き出す（終了時に削除）',
      en: 'file for the variables SELFINFO_... of your app; deleted at the end',
    },
    group: groups.output,
    completes: 'files',
  },
  json: {
    text: { ja: '説明の代わりに JSON を表示', en: 'print JSON instead of the guide' },
    group: groups.output,
  },
  'even-in-production': {
    text: {
      ja: 'NODE_ENV が production でも起動',
      en: 'start even if NODE_ENV is production',
    },
    group: groups.output,
  },
} as const satisfies OptionSpecs;

/** `myna-selfinfo sandbox`: starts it and leaves it running until a signal ends it. */
export const sandboxCommand = defineCommand({
  about: {
    ja: `模擬マイナポータルを起動します。--host を付けない限り、このマシンからのみ利用できます。Ctrl+C で終了します。
開発用の認証局、クライアント証明書、秘密鍵を一時フォルダーに書き出し、そのまま貼り付けて実行できる curl の手順を表示します。`,
    en: `Starts a sample Mynaportal. Without --host, only this machine can reach it. Ctrl+C ends it.
Writes a development CA, a client certificate and its key to a temporary folder, and prints curl commands for the way from consent to result, ready to paste.`,
  },
  operands: [],
  options,
  examples: [
    [
      'myna-selfinfo sandbox --port 8080 --env .env.sandbox',
      {
        ja: '起動し、アプリの環境変数を書き出す',
        en: 'start it, and write the variables of the app',
      },
    ],
    [
      'myna-selfinfo sandbox --service service.json --at 2026-12-01T10:00+09:00',
      {
        ja: '自社のサービスを登録し、全サーバの運用時間内で時計を止める',
        en: 'register your service, and stop the clock at a time when every server runs',
      },
    ],
    [
      `curl -X PUT URL/sandbox/rule -H content-type:application/json -d '{"persona":"hanako"}'`,
      {
        ja: '起動中に変更する（URL は画面のアドレス。すべての操作は URL/sandbox/openapi.json）',
        en: 'change it while it runs (URL: the address of the pages; all operations: URL/sandbox/openapi.json)',
      },
    ],
    [
      `curl URL/sandbox/faults -H content-type:application/json -d '{"on":"token","do":"reset"}'`,
      {
        ja: '次のトークンのリクエストで接続を切断する',
        en: 'reset the connection of the next token request',
      },
    ],
    [
      `curl 'URL/sandbox/journal?step=result&waitMs=60000'`,
      { ja: '記録を見る', en: 'read the journal' },
    ],
  ],
  exits: serverExits,
  page: 'sandbox.md',
  schemas: ['sandbox'],
  run: ({ values, lang }) => startCommand(values, lang),
});

async function startCommand(values: Values<typeof options>, lang: Language): Promise<string> {
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
    ...(values.host !== undefined && { hosts: values.host }),
    ...token,
    startEvenThoughNodeEnvIsProduction: values['even-in-production'] ?? false,
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
