import { createSecureContext } from 'node:tls';
import {
  createSelfInfoClient,
  defineService,
  type EnvironmentOptions,
  latest,
  sandboxEnvironment,
  type TlsCredential,
} from 'myna-selfinfo';
import { authorizationCodeGrant, Configuration, customFetch, TlsClientAuth } from 'openid-client';
import { Client } from 'undici';

/** Where the portal is, and which client calls it. */
export interface Place {
  readonly site: EnvironmentOptions;
  readonly tls: TlsCredential;
}

/** A citizen who has returned with a code. */
export interface Arrival {
  readonly callback: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/** One way from the callback to the records. */
export interface Contender {
  readonly name: string;
  /** Returns the URL to which the citizen is redirected. Not measured. */
  begin(): Promise<Arrival>;
  /** Exchanges the code, sends the request, fetches the answer: three calls over two connections. */
  journey(arrival: Arrival): Promise<unknown>;
}

const SESSION = 'session of a citizen, 128 bits or more';
const CODE = 'code-of-the-test-portal-0123456789';
const VERIFIER = 'verifier-0123456789-0123456789-0123456789-012';
const STATE = 'state-0123456789-0123456789-0123456789-01234';

function callbackOf({ redirectUri, issuer }: Place['site'], state: string): string {
  return `${redirectUri}?${new URLSearchParams({ code: CODE, state, iss: issuer })}`;
}

/** Uses the client of this package. */
export function ours({ site, tls }: Place): Contender {
  const service = defineService({
    name: '住宅ローン事前審査',
    purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
    retention: { days: 30 },
    items: {
      income: {
        detail: 'local-tax',
        code: 'TM00000000000002',
        inquiries: ['latest'],
        latestBy: '課税年度',
      },
    },
  });
  const client = createSelfInfoClient({ service, environment: sandboxEnvironment(site), tls });
  return {
    name: 'myna-selfinfo',
    async begin() {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      return {
        callback: callbackOf(site, new URL(url).searchParams.get('state') ?? ''),
        state: '',
        codeVerifier: '',
      };
    },
    async journey({ callback }) {
      const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
      if (outcome.status !== 'granted') throw new Error(outcome.status);
      const result = await client.query(outcome.grant, latest());
      if (result.status !== 'ready') throw new Error(result.status);
      const { income } = result.answer.items;
      return income.status === 'present'
        ? income.reveal().map(({ holder, asOf, fields }) => ({ holder, asOf, fields }))
        : income.status;
    },
  };
}

/** Makes the three calls by hand with undici. Checks only the state and the statuses. */
export function byHand(place: Place): Contender {
  const open = lineTo(place);
  return {
    name: 'undici by hand',
    begin: async () => ({
      callback: callbackOf(place.site, STATE),
      state: STATE,
      codeVerifier: VERIFIER,
    }),
    async journey({ callback, state, codeVerifier }) {
      const parameters = new URL(callback).searchParams;
      if (parameters.get('state') !== state) throw new Error('another state');
      let line = open();
      try {
        const form = new URLSearchParams({
          grant_type: 'authorization_code',
          code: parameters.get('code') ?? '',
          redirect_uri: place.site.redirectUri,
          code_verifier: codeVerifier,
          client_id: place.site.clientId,
        });
        const answer = await send(
          line,
          '/oauth/token',
          { 'content-type': 'application/x-www-form-urlencoded' },
          form.toString(),
        );
        const { access_token: token } = JSON.parse(answer.text) as { access_token: string };
        await line.destroy();
        line = open();
        return await ask(line, token);
      } finally {
        await line.destroy();
      }
    },
  };
}

/**
 * Uses openid-client for the callback and the token response, over the same connection. It does not
 * know the other two calls, which are written by hand.
 */
export function openidClient(place: Place): Contender {
  const { site } = place;
  const open = lineTo(place);
  const { apiUrl } = site.endpoints;
  const configuration = new Configuration(
    { issuer: site.issuer, token_endpoint: `${apiUrl}/oauth/token` },
    site.clientId,
    undefined,
    TlsClientAuth(),
  );
  // Journeys run one at a time, so the connection is known.
  let line: Client;
  configuration[customFetch] = async (url, { headers, body }) => {
    const answer = await send(line, new URL(url).pathname, headers, String(body));
    return new Response(answer.text, {
      status: answer.status,
      headers: { 'content-type': answer.contentType },
    });
  };
  return {
    name: 'openid-client',
    begin: async () => ({
      callback: callbackOf(site, STATE),
      state: STATE,
      codeVerifier: VERIFIER,
    }),
    async journey({ callback, state, codeVerifier }) {
      line = open();
      try {
        const { access_token: token } = await authorizationCodeGrant(
          configuration,
          new URL(callback),
          {
            pkceCodeVerifier: codeVerifier,
            expectedState: state,
          },
        );
        await line.destroy();
        line = open();
        return await ask(line, token);
      } finally {
        await line.destroy();
      }
    },
  };
}

/**
 * Returns a function that opens a connection with the policy of this package: its ciphers, no
 * resumed sessions, its limits. A journey needs two, one of them for the token.
 */
function lineTo({ site, tls }: Place): () => Client {
  const ciphers =
    'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:' +
    'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=2';
  const secureContext = createSecureContext({
    ...tls,
    ca: [...(site.ca ?? [])],
    minVersion: 'TLSv1.2',
    ciphers,
  });
  return () =>
    new Client(site.endpoints.apiUrl, {
      pipelining: 1,
      keepAliveTimeout: 5_000,
      keepAliveMaxTimeout: 5_000,
      maxHeaderSize: 16_384,
      maxResponseSize: 16 * 1024 * 1024,
      headersTimeout: 10_000,
      bodyTimeout: 10_000,
      connect: { secureContext, maxCachedSessions: 0, timeout: 5_000 },
    });
}

async function send(
  line: Client,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) {
  const answer = await line.request({
    method: 'POST',
    path,
    headers: { ...headers, accept: 'application/json', 'accept-encoding': 'identity' },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`);
  return { status: answer.statusCode, contentType: String(answer.headers['content-type']), text };
}

interface WireAnswer {
  readonly selfPersonalData: readonly {
    readonly record_list: readonly {
      readonly holder_name: string;
      readonly record_date: string;
      readonly field_values: unknown;
    }[];
  }[];
}

/** Sends the request and fetches the result. */
async function ask(line: Client, token: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const asked = await send(
    line,
    '/request',
    headers,
    JSON.stringify({
      inquiry_items: [{ item_code: 'TM00000000000002', inquiry_method: 'LATEST' }],
    }),
  );
  const { process_id } = JSON.parse(asked.text) as { process_id: string };
  const { text } = await send(line, '/result', headers, JSON.stringify({ process_id }));
  const [item] = (JSON.parse(text) as WireAnswer).selfPersonalData;
  return item?.record_list.map(({ holder_name, record_date, field_values }) => ({
    holder: holder_name,
    asOf: record_date,
    fields: field_values,
  }));
}
