import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Language } from '../foundation/language.js';
import type { Persona } from '../sandbox/personas/persona.js';
import type { Registration } from '../sandbox/registrations.js';
import type { StartedSandbox } from '../sandbox/server.js';
import { quoted, readArguments, UsageError } from './arguments.js';
import { buildCurlJourney } from './curl.js';

const help = {
  ja: `使い方: myna-selfinfo sandbox [オプション]

見本のマイナポータルを、この端末だけから使える形で起動します。Ctrl+C で終了します。
開発用の認証局・クライアント証明書・秘密鍵を一時フォルダに書き出し、貼り付けて動く curl の手順を表示します。

オプション
  --port 番号            画面のポート（省略時は空いている番号）
  --api-port 番号        API のポート（同上）
  --service ファイル     サービスの登録（JSON）。defineService に渡す内容、
                         または { clientId, redirectUris, service }、またはその配列
  --personas ファイル    利用者（JSON の配列）。内蔵の利用者の代わりになります
  --at 時刻              時計をこの時刻で止める。2026-12-01T10:00+09:00 または 2026-12-01
  --lang ja|en           言語（省略時は環境変数 LANG による）
`,
  en: `Usage: myna-selfinfo sandbox [options]

Starts an imitation of Mynaportal that this machine alone can reach. Ctrl+C ends it.
It writes a development CA, a client certificate and its key to a temporary folder, and prints
a journey by curl that works when pasted.

Options
  --port NUMBER      the port of the pages (default: a free one)
  --api-port NUMBER  the port of the API (likewise)
  --service FILE     the registration of your service, JSON: what defineService takes,
                     or { clientId, redirectUris, service }, or a list of these
  --personas FILE    the citizens, a JSON list, instead of the built-in ones
  --at TIME          stop the clock at this time: 2026-12-01T10:00+09:00 or 2026-12-01
  --lang ja|en       language (default: by the environment variable LANG)
`,
} as const;

const CLIENT_ID = 'SP12345678_AB1234';
const REDIRECT_URIS = ['http://localhost:3000/callback'];

/** Invented: what a bank would register. */
const loan = {
  name: '住宅ローン事前審査（見本）',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '課税年度',
    },
    household: { detail: 'household', inquiries: ['latest', 'point-in-time'], latestBy: '異動日' },
  },
};

type Door = typeof import('../sandbox/index.js');

/** Values out of a file, not yet checked, and the option that stands for its root in errors. */
interface Source<T> {
  readonly value: T;
  readonly root: string;
  readonly file: string;
}

/**
 * `myna-selfinfo sandbox`: starts it and leaves it running until a signal ends it.
 *
 * @returns what is to be printed.
 */
export async function sandboxCommand(args: readonly string[], lang: Language): Promise<string> {
  const options = {
    port: 'value',
    'api-port': 'value',
    service: 'value',
    personas: 'value',
    at: 'value',
    lang: 'value',
    help: 'flag',
  } as const;
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
  const door = await import('../sandbox/index.js');
  const clock = values.at === undefined ? undefined : await readClock(door, values.at);

  const folder = makeFolder();
  // However the process ends, the keys do not stay behind.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const sandbox = await start(door, [registrations, ...(personas ? [personas] : [])], {
    registrations: registrations.value,
    ...(personas && { personas: personas.value }),
    ...(clock && { clock }),
    browserPort,
    apiPort,
  });
  const end = () => {
    remove();
    void sandbox.close().finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  return describe(door, sandbox, {
    folder,
    lang,
    registrations: registrations.value,
    personas: personas?.value ?? door.personas,
    stopped: clock !== undefined,
  });
}

function readPort(option: string, typed: string | undefined): number {
  const port = /^\d{1,5}$/.test(typed ?? '0') ? Number(typed ?? 0) : Number.NaN;
  if (port <= 65_535) return port;
  const text = {
    ja: `${option} は 0〜65535 の番号です: ${quoted(typed ?? '')}`,
    en: `${option} is a number from 0 to 65535: ${quoted(typed ?? '')}`,
  };
  throw new UsageError(text);
}

function readRegistrations(file: string | undefined): Source<readonly Registration[]> {
  const value = file === undefined ? loan : readJson(file);
  const source = (registrations: unknown, root: string) => ({
    value: registrations as readonly Registration[],
    root,
    file: file ?? '',
  });
  if (Array.isArray(value)) return source(value, 'options.registrations');
  if (typeof value === 'object' && value !== null && 'service' in value)
    return source([value], 'options.registrations[0]');
  return source(
    [{ clientId: CLIENT_ID, redirectUris: REDIRECT_URIS, service: value }],
    'options.registrations[0].service',
  );
}

function readPersonas(file: string): Source<readonly Persona[]> {
  return { value: readJson(file) as readonly Persona[], root: 'options.personas', file };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = reasonOf(error);
    throw new UsageError({
      ja: `読み込めません: ${quoted(file)}（${reason}）`,
      en: `cannot read ${quoted(file)} (${reason})`,
    });
  }
  try {
    // Some editors write a byte order mark, which is no JSON.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The place and no more: the parser may quote what it read.
    const at = /at position (\d+)/.exec(String(error))?.[1];
    throw new UsageError({
      ja: `JSON ではありません: ${quoted(file)}${at === undefined ? '' : `（${at} 文字目の後）`}`,
      en: `${quoted(file)} is not JSON${at === undefined ? '' : ` (after ${at} characters)`}`,
    });
  }
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'myna-selfinfo-sandbox-'));
  } catch (error) {
    const where = `${quoted(tmpdir())}, ${reasonOf(error)}`;
    throw new UsageError(
      {
        ja: `一時フォルダを作成できません（${where}）`,
        en: `cannot make a temporary folder (${where})`,
      },
      1,
    );
  }
}

/** What the system says: `ENOENT` and the like. */
function reasonOf(error: unknown): string {
  return String(error instanceof Error && 'code' in error ? error.code : error);
}

async function readClock({ createVirtualClock, isSelfInfoError }: Door, typed: string) {
  const { createCalendar } = await import('../calendar/index.js');
  try {
    const clock = createVirtualClock(typed);
    createCalendar().isOpen({ server: 'mynaportal' }, clock.now());
    return clock;
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    if (isSelfInfoError(error, 'outside_calendar')) {
      const named = (message: string): string => message.replace(error.path ?? '', () => '--at');
      throw new UsageError({ ja: named(error.messageJa), en: named(error.message) });
    }
    throw new UsageError({
      ja: `--at の時刻を読み取れません: ${quoted(typed)}（例: 2026-12-01T10:00+09:00、2026-12-01）`,
      en: `--at is no time: ${quoted(typed)} (give 2026-12-01T10:00+09:00 or 2026-12-01)`,
    });
  }
}

type StartOptions = Parameters<Door['startSandbox']>[0];

/**
 * Everything is checked before anything listens; what is wrong is told by the file and the place in
 * it.
 */
async function start(
  { startSandbox, isSelfInfoError }: Door,
  sources: readonly Source<unknown>[],
  options: StartOptions,
): Promise<StartedSandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    const known = isSelfInfoError(error);
    if (!known && !(error instanceof TypeError && error.message.startsWith('options.')))
      throw error;
    const port = { 'options.browserPort': '--port', 'options.apiPort': '--api-port' }[
      (known && error.path) || ''
    ];
    if (port !== undefined) {
      const text = {
        ja: `${port} のポートで待ち受けできません（使用中か、許可されていません）。`,
        en: `cannot listen on the port of ${port}: taken, or not allowed.`,
      };
      throw new UsageError(text, 1);
    }
    const placed = (message: string): string =>
      sources
        .reduce((text, { root, file }) => text.replaceAll(root, () => `${file}:$`), message)
        .replaceAll(/\p{C}+/gu, ' ');
    throw new UsageError({
      ja: placed(known ? error.messageJa : error.message),
      en: placed(error.message),
    });
  }
}

interface Described {
  readonly folder: string;
  readonly lang: Language;
  readonly registrations: readonly Registration[];
  readonly personas: readonly Persona[];
  readonly stopped: boolean;
}

/**
 * Writes the files and says where everything is. The labels are those of the protocol, in either
 * language.
 */
async function describe(
  { controlPaths }: Door,
  sandbox: StartedSandbox,
  { folder, lang, registrations, personas, stopped }: Described,
): Promise<string> {
  const { dayOf, formatDay, formatInstant } = await import('../foundation/time.js');
  const { environment } = sandbox.connection;
  const { browserUrl, apiUrl } = environment.endpoints;
  const { paths } = environment.profile;
  const now = sandbox.clock.now();
  const save = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const ca = save('ca.pem', environment.ca?.join('') ?? '');
  const clients = registrations.map(({ clientId, redirectUris, service }, index) => {
    const { tls } = sandbox.connectionFor(clientId);
    const name = index === 0 ? 'client' : `client-${index + 1}`;
    return {
      clientId,
      redirectUris,
      items: Object.values(service.items),
      cert: save(`${name}.pem`, tls.cert),
      key: save(`${name}-key.pem`, tls.key),
    };
  });
  const [{ cert = '', key = '', items: [item] = [] } = {}] = clients;
  const persona = personas.find(({ card }) => card === undefined) ?? personas[0];
  // The sandbox takes no registration without items, and no empty list of personas.
  if (item === undefined || persona === undefined) throw new Error('nothing to go through');
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const [today, yearAgo] = [formatDay(dayOf(now)), formatDay(dayOf(now) - 365)];
  // curl cannot sign an assertion.
  const signs = environment.profile.oauth.clientAuthentication.value === 'private_key_jwt';
  const journey = buildCurlJourney({
    environment,
    persona,
    item,
    files: { ca, cert, key },
    verifier,
    challenge,
    today,
    yearAgo,
  });

  const clockUrl = browserUrl + controlPaths.clock;
  const texts = {
    ja: {
      running:
        '見本のマイナポータルを起動しました。本物ではなく、利用者は架空です。Ctrl+C で終了し、次のファイルも消えます。',
      clock: stopped
        ? `${formatInstant(now)} で停止。POST {"advanceMs": 60000} で進む: ${clockUrl}`
        : 'この端末の時計',
      curl: '同意から結果の取得まで（bash または zsh に貼り付けて実行）:',
      unsigned:
        '最初のクライアントは private_key_jwt で登録されているため、curl の手順はありません。',
    },
    en: {
      running:
        'The imitation of Mynaportal is running; all citizens are invented. Ctrl+C ends it and removes the files below.',
      clock: stopped
        ? `stopped at ${formatInstant(now)}; POST {"advanceMs": 60000} moves it: ${clockUrl}`
        : "this machine's",
      curl: 'From consent to result, to paste into bash or zsh:',
      unsigned: 'There is no journey by curl: the first client is registered for private_key_jwt.',
    },
  }[lang];
  const row = (label: string, value: string): string => `  ${label.padEnd(14)}${value}`;
  return `${[
    texts.running,
    '',
    row('authorize', browserUrl + paths.authorization.value),
    row('push', apiUrl + paths.pushedAuthorization.value),
    row('token', apiUrl + paths.token.value),
    row('request', apiUrl + paths.request.value),
    row('result', apiUrl + paths.result.value),
    row('issuer', environment.issuer),
    row('CA', ca),
    row('log', browserUrl + controlPaths.log),
    row('clock', texts.clock),
    ...clients.flatMap((client) => [
      '',
      row('client_id', client.clientId),
      ...client.redirectUris.map((uri) => row('redirect_uri', uri)),
      row('certificate', client.cert),
      row('private key', client.key),
      ...client.items.map(({ code, detail, inquiries }) =>
        row('item', `${code ?? detail}  ${detail}: ${inquiries.join(', ')}`),
      ),
    ]),
    '',
    ...personas.map(({ id, pin, name }) => row('persona', `${id.padEnd(24)}PIN ${pin}  ${name}`)),
    '',
    signs ? texts.unsigned : texts.curl,
    '',
  ]
    // Names out of a file may not steer the terminal.
    .map((line) => line.replaceAll(/\p{C}/gu, '\ufffd'))
    .join('\n')}\n${signs ? '' : `${journey}\n`}`;
}
