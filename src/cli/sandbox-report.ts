import { resolve } from 'node:path';
import { formatInstant } from '../foundation/time.js';
import { controlPaths } from '../sandbox/pages/control.js';
import type { Persona } from '../sandbox/personas/persona.js';
import type { Registration } from '../sandbox/registrations.js';
import type { StartedSandbox } from '../sandbox/server.js';
import { quoted, UsageError } from './arguments.js';
import { namesOf, type SandboxFiles } from './sandbox-files.js';

/** What another process needs to use a sandbox: addresses and paths, no key. Printed by `--json`. */
export interface SandboxReport {
  readonly browserUrl: string;
  readonly apiUrl: string;
  readonly issuer: string;
  /** `page` and those after it are at loopback, which alone may use them. */
  readonly urls: Readonly<
    Record<
      | 'authorize'
      | 'push'
      | 'token'
      | 'request'
      | 'result'
      | 'health'
      | 'page'
      | 'control'
      | 'journal'
      | 'clock',
      string
    >
  >;
  /** Where callers beyond loopback use the control, and the file of its token. */
  readonly remoteControl?: { readonly url: string; readonly tokenFile: string };
  /** The time of a stopped clock. */
  readonly stoppedAt: string | null;
  readonly caFile: string;
  readonly clients: readonly ClientReport[];
  readonly personas: readonly Pick<Persona, 'id' | 'name' | 'pin'>[];
}

/** A registered client, with the files that it connects with. */
interface ClientReport {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly certFile: string;
  readonly keyFile: string;
  /** `code`: as it is sent. */
  readonly items: readonly {
    readonly code: string;
    readonly detail: string;
    readonly inquiries: readonly string[];
  }[];
}

/** Options of {@link writeReport}. */
export interface ReportOptions {
  readonly files: SandboxFiles;
  readonly registrations: readonly Registration[];
  readonly personas: readonly Persona[];
  /** Whether the clock is stopped. */
  readonly stopped: boolean;
  /** The file of the control token. Undefined: there is none. */
  readonly tokenFile: string | undefined;
}

/**
 * Writes certificates and keys to files, then the file of `--env`. Returns what another process
 * needs.
 *
 * @throws UsageError when a file cannot be written, or a value cannot be in the file of `--env`.
 */
export function writeReport(
  sandbox: StartedSandbox,
  { files, registrations, personas, stopped, tokenFile }: ReportOptions,
): SandboxReport {
  const { environment } = sandbox.connection;
  files.clear();
  const report: SandboxReport = {
    browserUrl: environment.endpoints.browserUrl,
    apiUrl: environment.endpoints.apiUrl,
    issuer: environment.issuer,
    urls: urlsOf(sandbox),
    ...(tokenFile !== undefined && {
      remoteControl: {
        url: environment.endpoints.apiUrl + controlPaths.openapi,
        tokenFile: resolve(tokenFile),
      },
    }),
    stoppedAt: stopped ? formatInstant(sandbox.clock.now()) : null,
    caFile: files.save('ca.pem', environment.ca?.join('') ?? ''),
    clients: registrations.map((registration, index) =>
      saveClient(sandbox, files, registration, index),
    ),
    personas: personas.map(({ id, name, pin }) => ({ id, name, pin })),
  };
  files.saveEnv(() => envOf(report));
  return report;
}

function urlsOf({ connection }: StartedSandbox): SandboxReport['urls'] {
  const { endpoints, profile } = connection.environment;
  const { browserUrl, apiUrl } = endpoints;
  const { paths } = profile;
  const onLoopback = new URL(browserUrl);
  onLoopback.hostname = '127.0.0.1';
  return {
    authorize: browserUrl + paths.authorization.value,
    push: apiUrl + paths.pushedAuthorization.value,
    token: apiUrl + paths.token.value,
    request: apiUrl + paths.request.value,
    result: apiUrl + paths.result.value,
    health: browserUrl + controlPaths.health,
    page: onLoopback.origin + controlPaths.start,
    control: onLoopback.origin + controlPaths.openapi,
    journal: onLoopback.origin + controlPaths.journal,
    clock: onLoopback.origin + controlPaths.clock,
  };
}

function saveClient(
  sandbox: StartedSandbox,
  files: SandboxFiles,
  { clientId, redirectUris, service }: Registration,
  index: number,
): ClientReport {
  const { tls } = sandbox.connectionFor(clientId);
  const { cert, key } = namesOf(index);
  return {
    clientId,
    redirectUris,
    certFile: files.save(cert, tls.cert),
    keyFile: files.save(key, tls.key),
    items: Object.values(service.items).map(({ code, detail, inquiries }) => ({
      code: code ?? detail,
      detail,
      inquiries,
    })),
  };
}

/** Returns the text of a dotenv file for the first client. */
function envOf({ browserUrl, apiUrl, issuer, caFile, clients }: SandboxReport): string {
  const [client] = clients;
  const variables = {
    SELFINFO_BROWSER_URL: browserUrl,
    SELFINFO_API_URL: apiUrl,
    SELFINFO_ISSUER: issuer,
    SELFINFO_CLIENT_ID: client?.clientId ?? '',
    SELFINFO_REDIRECT_URI: client?.redirectUris[0] ?? '',
    SELFINFO_CA_FILE: caFile,
    SELFINFO_CERT_FILE: client?.certFile ?? '',
    SELFINFO_KEY_FILE: client?.keyFile ?? '',
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${envValue(name, value)}\n`)
    .join('');
}

/**
 * Quotes a value so that Node, compose, systemd and a shell read the same. None of their quotes can
 * be escaped alike. `docker run` knows no quotes, so what needs none gets none.
 */
function envValue(name: string, value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value;
  if (!/['\r\n]|\\$/.test(value)) return `'${value}'`;
  if (!/["$`\\\r\n]/.test(value)) return `"${value}"`;
  throw new UsageError({
    ja: `${name} の値 ${quoted(value)} は、読み込むプログラムによって解釈が変わるため、--env のファイルに書き出せません。--json を使用してください。`,
    en: `the file of --env cannot hold ${name} so that every program reads it alike: ${quoted(value)}. Use --json.`,
  });
}
