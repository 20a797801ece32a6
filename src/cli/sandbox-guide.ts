import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '../foundation/language.js';
import { dayOf, formatDay, formatInstant } from '../foundation/time.js';
import { controlPaths } from '../sandbox/pages/control.js';
import { personas as builtIn } from '../sandbox/personas/built-in.js';
import type { Persona } from '../sandbox/personas/persona.js';
import type { RegisteredItem, Registration } from '../sandbox/registrations.js';
import type { StartedSandbox } from '../sandbox/server.js';
import { buildCurlJourney } from './curl.js';

/** Options of {@link describeSandbox}. */
export interface GuideOptions {
  /** The folder to write certificates and keys to. */
  readonly folder: string;
  readonly lang: Language;
  readonly registrations: readonly Registration[];
  /** Defaults to the built-in personas. */
  readonly personas: readonly Persona[] | undefined;
  /** Whether the clock is stopped. */
  readonly stopped: boolean;
}

/** A registered client, with the files that it connects with. */
interface ClientFiles {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly items: readonly RegisteredItem[];
  readonly cert: string;
  readonly key: string;
}

/**
 * Writes certificates and keys to files, and describes the sandbox: addresses, files, clients,
 * personas, and curl commands from consent to result. Labels are protocol terms in both languages.
 */
export function describeSandbox(sandbox: StartedSandbox, options: GuideOptions): string {
  const { folder, lang, registrations } = options;
  const personas = options.personas ?? builtIn;
  const { environment } = sandbox.connection;
  const { browserUrl } = environment.endpoints;
  const ca = saveFile(folder, 'ca.pem', environment.ca?.join('') ?? '');
  const clients = registrations.map((registration, index) =>
    saveClient(sandbox, registration, folder, index === 0 ? 'client' : `client-${index + 1}`),
  );
  // curl cannot sign an assertion, and a secret does not belong on a screen.
  const { value: method } = environment.profile.oauth.clientAuthentication;
  const hasMore = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'].includes(method);
  const journey = journeyOf(sandbox, personas, ca, clients);
  const stoppedAt = options.stopped ? formatInstant(sandbox.clock.now()) : undefined;
  const texts = textsOf(stoppedAt, browserUrl + controlPaths.clock, method)[lang];
  const lines = [
    texts.running,
    '',
    ...addressRows(sandbox),
    row('CA', ca),
    row('journal', browserUrl + controlPaths.journal),
    row('clock', texts.clock),
    ...clients.flatMap(clientRows),
    '',
    ...personas.map(({ id, pin, name }) => row('persona', `${id.padEnd(24)}PIN ${pin}  ${name}`)),
    '',
    hasMore ? texts.unsigned : texts.curl,
    '',
  ];
  // Names from a file must not control the terminal.
  const printable = lines.map((line) => line.replaceAll(/\p{C}/gu, '\ufffd'));
  return `${printable.join('\n')}\n${hasMore ? '' : `${journey}\n`}`;
}

function saveFile(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function saveClient(
  sandbox: StartedSandbox,
  { clientId, redirectUris, service }: Registration,
  folder: string,
  name: string,
): ClientFiles {
  const { tls } = sandbox.connectionFor(clientId);
  return {
    clientId,
    redirectUris,
    items: Object.values(service.items),
    cert: saveFile(folder, `${name}.pem`, tls.cert),
    key: saveFile(folder, `${name}-key.pem`, tls.key),
  };
}

/** Builds the curl commands for the first item of the first client. */
function journeyOf(
  { connection, clock }: StartedSandbox,
  personas: readonly Persona[],
  ca: string,
  [client]: readonly ClientFiles[],
): string {
  const item = client?.items[0];
  const persona = personas.find(({ card }) => card === undefined) ?? personas[0];
  // The sandbox refuses registrations without items, and an empty list of personas.
  if (client === undefined || item === undefined || persona === undefined)
    throw new Error('There is no item or no persona.');
  const verifier = randomBytes(32).toString('base64url');
  const day = dayOf(clock.now());
  return buildCurlJourney({
    environment: connection.environment,
    persona,
    item,
    files: { ca, cert: client.cert, key: client.key },
    verifier,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    today: formatDay(day),
    yearAgo: formatDay(day - 365),
  });
}

function textsOf(stoppedAt: string | undefined, clockUrl: string, method: string) {
  return {
    ja: {
      running:
        '模擬マイナポータルを起動しました。本物ではなく、利用者は架空です。Ctrl+C で終了し、次のファイルも削除します。',
      clock:
        stoppedAt === undefined
          ? 'このマシンの時計'
          : `${stoppedAt} で停止。POST {"advanceMs": 60000} で進める: ${clockUrl}`,
      curl: '同意から結果の取得まで（bash または zsh に貼り付けて実行）:',
      unsigned: `最初のクライアントは ${method} で登録されているため、curl の手順は表示しません。`,
    },
    en: {
      running:
        'The sample Mynaportal is running. All citizens are invented. Ctrl+C ends it and removes the files below.',
      clock:
        stoppedAt === undefined
          ? "this machine's"
          : `stopped at ${stoppedAt}; POST {"advanceMs": 60000} moves it: ${clockUrl}`,
      curl: 'From consent to result, to paste into bash or zsh:',
      unsigned: `There are no curl commands, because the first client is registered for ${method}.`,
    },
  } as const;
}

function addressRows({ connection }: StartedSandbox): string[] {
  const { endpoints, issuer, profile } = connection.environment;
  const { browserUrl, apiUrl } = endpoints;
  const { paths } = profile;
  return [
    row('authorize', browserUrl + paths.authorization.value),
    row('push', apiUrl + paths.pushedAuthorization.value),
    row('token', apiUrl + paths.token.value),
    row('request', apiUrl + paths.request.value),
    row('result', apiUrl + paths.result.value),
    row('issuer', issuer),
  ];
}

function clientRows({ clientId, redirectUris, items, cert, key }: ClientFiles): string[] {
  return [
    '',
    row('client_id', clientId),
    ...redirectUris.map((uri) => row('redirect_uri', uri)),
    row('certificate', cert),
    row('private key', key),
    ...items.map(({ code, detail, inquiries }) =>
      row('item', `${code ?? detail}  ${detail}: ${inquiries.join(', ')}`),
    ),
  ];
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(14)}${value}`;
}
