import { createHash, randomBytes } from 'node:crypto';
import type { Language } from '../foundation/language.js';
import { dayOf, formatDay } from '../foundation/time.js';
import type { Persona } from '../sandbox/personas/persona.js';
import type { Registration } from '../sandbox/registrations.js';
import type { StartedSandbox } from '../sandbox/server.js';
import { buildCurlJourney } from './curl.js';
import type { SandboxReport } from './sandbox-report.js';

/** Options of {@link describeSandbox}. */
export interface GuideOptions {
  readonly lang: Language;
  readonly registrations: readonly Registration[];
  readonly personas: readonly Persona[];
}

/**
 * Describes the sandbox: addresses, files, clients, personas, and curl commands from consent to
 * result. Labels are protocol terms in both languages.
 */
export function describeSandbox(
  sandbox: StartedSandbox,
  report: SandboxReport,
  { lang, registrations, personas }: GuideOptions,
): string {
  // curl cannot sign an assertion, and a secret does not belong on a screen.
  const { value: method } = sandbox.connection.environment.profile.oauth.clientAuthentication;
  const hasMore = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'].includes(method);
  const texts = textsOf(report, method)[lang];
  const { authorize, push, token, request, result, page, control } = report.urls;
  const lines = [
    texts.running,
    '',
    ...Object.entries({ authorize, push, token, request, result }).map((entry) => row(...entry)),
    row('issuer', report.issuer),
    row('CA', report.caFile),
    row('page', page),
    row('control', control),
    ...(report.remoteControl ? [row('with token', report.remoteControl.url)] : []),
    row('clock', texts.clock),
    ...report.clients.flatMap(clientRows),
    '',
    ...report.personas.map(({ id, pin, name }) =>
      row('persona', `${id.padEnd(24)}PIN ${pin}  ${name}`),
    ),
    '',
    hasMore ? texts.unsigned : texts.curl,
    '',
  ];
  // Names from a file must not control the terminal.
  const printable = lines.map((line) => line.replaceAll(/\p{C}/gu, '\ufffd'));
  const journey = hasMore ? '' : `${journeyOf(sandbox, report, registrations, personas)}\n`;
  return `${printable.join('\n')}\n${journey}`;
}

/** Builds the curl commands for the first item of the first client. */
function journeyOf(
  { connection, clock }: StartedSandbox,
  { caFile, clients: [client] }: SandboxReport,
  [registration]: readonly Registration[],
  personas: readonly Persona[],
): string {
  const [item] = Object.values(registration?.service.items ?? {});
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
    files: { ca: caFile, cert: client.certFile, key: client.keyFile },
    verifier,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    today: formatDay(day),
    yearAgo: formatDay(day - 365),
  });
}

function textsOf({ stoppedAt, urls }: SandboxReport, method: string) {
  return {
    ja: {
      running:
        '模擬マイナポータルを起動しました。本物ではなく、利用者は架空です。Ctrl+C で終了し、次のファイルも削除します。',
      clock: `${
        stoppedAt === null ? 'このマシンの時計' : `${stoppedAt} で停止`
      }。POST {"advanceMs": 60000} で進める: ${urls.clock}`,
      curl: '同意から結果の取得まで（bash または zsh に貼り付けて実行）:',
      unsigned: `最初のクライアントは ${method} で登録されているため、curl の手順は表示しません。`,
    },
    en: {
      running:
        'The sample Mynaportal is running. All citizens are invented. Ctrl+C ends it and removes the files below.',
      clock: `${
        stoppedAt === null ? "this machine's" : `stopped at ${stoppedAt}`
      }; POST {"advanceMs": 60000} moves it: ${urls.clock}`,
      curl: 'From consent to result, to paste into bash or zsh:',
      unsigned: `There are no curl commands, because the first client is registered for ${method}.`,
    },
  } as const;
}

function clientRows({
  clientId,
  redirectUris,
  items,
  certFile,
  keyFile,
}: SandboxReport['clients'][number]): string[] {
  return [
    '',
    row('client_id', clientId),
    ...redirectUris.map((uri) => row('redirect_uri', uri)),
    row('certificate', certFile),
    row('private key', keyFile),
    ...items.map(({ code, detail, inquiries }) =>
      row('item', `${code}  ${detail}: ${inquiries.join(', ')}`),
    ),
  ];
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(14)}${value}`;
}
