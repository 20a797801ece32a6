// The steps of the flow as plain requests, as a client in any language would send them.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Registration, Sandbox } from '../../src/sandbox/index.js';
import { publicProfile } from '../../src/wire/public-profile.js';

export const { paths, fields, methods, itemStatuses, processStatuses } = publicProfile;

export const registration: Registration = {
  clientId: 'SP12345678_AB1234',
  redirectUris: ['https://loan.example/callback'],
  service: {
    name: '住宅ローン事前審査',
    purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
    retention: { days: 30 },
    items: {
      income: {
        detail: 'local-tax',
        code: 'TM00000000000002',
        inquiries: ['latest', 'point-in-time', 'range'],
        latestBy: '課税年度',
      },
      household: {
        detail: 'household',
        inquiries: ['latest', 'point-in-time'],
        latestBy: '異動日',
      },
      shots: { detail: 'vaccination', inquiries: ['range'] },
      pension: { detail: 'pension', inquiries: ['latest', 'range'], latestBy: '改定日' },
      insurance: { detail: 'medical-insurance', inquiries: ['range'] },
    },
  },
};

export const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

/** Returns the authorization URL; `changes` replace parameters, undefined leaves one out. */
export function authorizationUrl(
  sandbox: Sandbox,
  changes: Record<string, string | undefined> = {},
  clientId?: string,
): URL {
  const environment = sandbox.environment(clientId);
  const url = new URL(environment.endpoints.browserUrl + paths.authorization.value);
  const parameters = {
    response_type: 'code',
    client_id: environment.clientId,
    redirect_uri: environment.redirectUri,
    state: 'state-1',
    code_challenge: challenge,
    code_challenge_method: publicProfile.oauth.pkce.value,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.append(name, value);
  return url;
}

/** Returns the parameters of a callback. */
export function callbackOf(url: string | null): Record<string, string> {
  return Object.fromEntries(new URL(url ?? 'about:blank').searchParams);
}

export async function codeFor(
  sandbox: Sandbox,
  persona: string,
  clientId?: string,
): Promise<string> {
  return (
    callbackOf(await sandbox.visit(authorizationUrl(sandbox, {}, clientId), { persona })).code ?? ''
  );
}

type Json = Readonly<Record<string, unknown>>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export async function send(
  sandbox: Sandbox,
  path: string,
  init: RequestInit,
  clientCertificate?: string,
): Promise<Answered> {
  const { apiUrl } = sandbox.environment().endpoints;
  const response = await sandbox.fetch(
    new Request(apiUrl + path, { method: 'POST', ...init }),
    clientCertificate === undefined ? {} : { clientCertificate },
  );
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Json,
  };
}

export function exchange(
  sandbox: Sandbox,
  code: string,
  changes: Record<string, string> = {},
  clientCertificate?: string,
): Promise<Answered> {
  const { clientId, redirectUri } = sandbox.environment();
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...changes,
  });
  return send(sandbox, paths.token.value, { body }, clientCertificate);
}

export async function tokenFor(
  sandbox: Sandbox,
  persona: string,
  clientCertificate?: string,
): Promise<string> {
  const { body } = await exchange(sandbox, await codeFor(sandbox, persona), {}, clientCertificate);
  return String(body.access_token);
}

export function call(
  sandbox: Sandbox,
  path: string,
  token: string,
  body: unknown,
  clientCertificate?: string,
): Promise<Answered> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return send(sandbox, path, { headers, body: JSON.stringify(body) }, clientCertificate);
}

type Dates = { at?: string; from?: string; to?: string };

/** Returns one inquiry as it goes over the wire. */
export function inquiry(
  code: string,
  method: keyof typeof methods,
  { at, from, to }: Dates = {},
): Json {
  return {
    [fields.itemCode.value]: code,
    [fields.method.value]: methods[method].value,
    ...(at !== undefined && { [fields.at.value]: at }),
    ...(from !== undefined && { [fields.from.value]: from }),
    ...(to !== undefined && { [fields.to.value]: to }),
  };
}

export function request(sandbox: Sandbox, token: string, ...inquiries: Json[]): Promise<Answered> {
  return call(sandbox, paths.request.value, token, { [fields.items.value]: inquiries });
}

export function poll(sandbox: Sandbox, token: string, processId: unknown): Promise<Answered> {
  return call(sandbox, paths.result.value, token, { [fields.processId.value]: processId });
}

export interface ItemRead {
  readonly code: unknown;
  readonly status: unknown;
  readonly records: readonly {
    readonly holder: unknown;
    readonly asOf: unknown;
    readonly fields: Json;
    readonly raw: Json;
  }[];
  readonly missing: readonly { readonly server: unknown; readonly until: unknown }[];
  readonly raw: Json;
}

/** Returns the items of a finished result. */
function itemsOf({ body }: Answered): readonly ItemRead[] {
  return (body[fields.selfPersonalData.value] as Json[]).map((raw) => ({
    code: raw[fields.itemCode.value],
    status: raw[fields.itemStatus.value],
    records: ((raw[fields.records.value] ?? []) as Json[]).map((record) => ({
      holder: record[fields.holder.value],
      asOf: record[fields.asOf.value],
      fields: record[fields.values.value] as Json,
      raw: record,
    })),
    missing: ((raw[fields.missing.value] ?? []) as Json[]).map((holder) => ({
      server: holder[fields.missingServer.value],
      until: holder[fields.missingUntil.value],
    })),
    raw,
  }));
}

/** Sends consent, token, request and polls until the result is ready. */
export async function journey(
  sandbox: Sandbox,
  persona: string,
  ...inquiries: Json[]
): Promise<readonly ItemRead[]> {
  return answerTo(sandbox, await tokenFor(sandbox, persona), ...inquiries);
}

/** Sends the request of a token, and polls until the result is ready. */
export async function answerTo(
  sandbox: Sandbox,
  token: string,
  ...inquiries: Json[]
): Promise<readonly ItemRead[]> {
  const { body } = await request(sandbox, token, ...inquiries);
  for (let polls = 0; polls < 10; polls++) {
    const answered = await poll(sandbox, token, body[fields.processId.value]);
    if (answered.body[fields.processStatus.value] === processStatuses.done.value)
      return itemsOf(answered);
  }
  throw new Error('no result after ten polls');
}

/** What a refusal looks like to its caller: an OAuth error with a sentence in both languages. */
export const refused = (status: number, error: string) => ({
  status,
  body: {
    error,
    error_description: expect.stringMatching(/^[\x20-\x7e]+$/),
    error_description_ja: expect.stringMatching(/[ぁ-んァ-ヶ一-龠].*。$/),
  },
});
