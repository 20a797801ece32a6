import type { Persona } from '../sandbox/personas/persona.js';
import type { RegisteredItem } from '../sandbox/registrations.js';
import type { Inquiry } from '../service/inquiry.js';
import type { Environment } from '../wire/environment.js';
import { requestBody } from '../wire/public-codec.js';

/** Options of {@link buildCurlJourney}. */
export interface CurlJourneyOptions {
  readonly environment: Environment;
  /** The citizen who consents. */
  readonly persona: Persona;
  /** The item to query. */
  readonly item: RegisteredItem;
  /** The files of the development CA, of the client certificate and of its key. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  /** PKCE: the verifier, 43 to 128 characters, and its challenge. */
  readonly verifier: string;
  readonly challenge: string;
  /**
   * The JST day of the sandbox's clock, `YYYY-MM-DD`, and one a year earlier. For inquiries that
   * need dates.
   */
  readonly today: string;
  readonly yearAgo: string;
}

/**
 * Builds curl commands for a POSIX shell: consent pages, token, request and polls. Contains no
 * comments, which an interactive zsh would run, and no exclamation marks.
 */
export function buildCurlJourney({
  environment,
  persona,
  item,
  files,
  verifier,
  challenge,
  today,
  yearAgo,
}: CurlJourneyOptions): string {
  const { clientId, redirectUri, endpoints, profile } = environment;
  const pushes = profile.oauth.pushedAuthorizationRequests.value;
  const authorize = endpoints.browserUrl + profile.paths.authorization.value;
  const [token, request, result] = [
    profile.paths.token,
    profile.paths.request,
    profile.paths.result,
  ].map(({ value }) => word(endpoints.apiUrl + value));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'curl',
    code_challenge: challenge,
    code_challenge_method: profile.oauth.pkce.value,
  });
  const accepts = (method: Inquiry['method']) => item.inquiries.includes(method);
  const inquiry: Inquiry = accepts('latest')
    ? { method: 'latest' }
    : accepts('range')
      ? { method: 'range', from: yearAgo, to: today }
      : { method: 'point-in-time', at: today };
  const body = JSON.stringify(
    requestBody({ items: [{ code: item.code ?? item.detail, inquiry }] }, profile),
  );
  const data = (name: string, value: string) => `--data-urlencode ${word(`${name}=${value}`)}`;
  const json = `-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`;
  return [
    `page() { curl -sS --noproxy '*' "$@"; }`,
    `api() { curl -sS --noproxy '*' --cacert ${word(files.ca)} --cert ${word(files.cert)} --key ${word(files.key)} "$@"; }`,
    `form() { sed -n 's/.*name="form" value="\\([^"]*\\)".*/\\1/p'; }`,
    ...(pushes
      ? [
          `REQUEST=$(api -d ${word(String(query))} ${word(endpoints.apiUrl + profile.paths.pushedAuthorization.value)} | sed -n 's/.*"request_uri":"\\([^"]*\\)".*/\\1/p')`,
        ]
      : []),
    pushes
      ? `FORM=$(page -G ${data('client_id', clientId)} --data-urlencode "request_uri=$REQUEST" ${word(authorize)} | form)`
      : `FORM=$(page ${word(`${authorize}?${query}`)} | form)`,
    `FORM=$(page -d "form=$FORM" -d decision=agree -d agree=yes ${word(authorize)} | form)`,
    `CODE=$(page -d "form=$FORM" -d decision=agree ${data('persona', persona.id)} ${data('pin', persona.pin)} -o /dev/null -w '%{redirect_url}' ${word(authorize)} | sed -n 's/.*[?&]code=\\([^&]*\\).*/\\1/p')`,
    `TOKEN=$(api -d grant_type=authorization_code -d "code=$CODE" ${data('client_id', clientId)} ${data('redirect_uri', redirectUri)} -d code_verifier=${verifier} ${token} | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')`,
    // The polls send what the request returned.
    `PROCESS=$(api ${json} -d ${word(body)} ${request})`,
    `while RESULT=$(api ${json} -d "$PROCESS" ${result}) && printf '%s' "$RESULT" | grep -q '"${profile.processStatuses.running.value}"'; do sleep 1; done`,
    `printf '%s\\n' "$RESULT"`,
  ].join('\n');
}

/** Quotes a text as one word of a shell. */
function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
