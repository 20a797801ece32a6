import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkText } from '../foundation/options.js';
import { checkAuthorities } from '../wire/environment.js';

/**
 * The way out of the host's own network: through a proxy, or to a gateway that speaks to the portal
 * in the host's stead.
 *
 * @example
 * ```ts
 * import type { Egress } from 'myna-selfinfo';
 * const proxy: Egress = { proxy: 'http://proxy.bank.example:3128' };
 * const gateway: Egress = { gateway: { baseUrl: 'https://gateway.bank.example/mynaportal' } };
 * ```
 */
export type Egress =
  | {
      /**
       * The http URL of a proxy that is asked for a tunnel (HTTP CONNECT); TLS runs through it, end
       * to end.
       */
      readonly proxy: string;
      /** What the proxy is sent as `proxy-authorization`, e.g. `Basic ...`. */
      readonly authorization?: string;
      readonly gateway?: never;
    }
  | {
      /**
       * A gateway of the host's own, which holds the mutual TLS towards the portal, e.g. with its
       * key in an HSM.
       */
      readonly gateway: {
        /** The https URL that takes the place of `endpoints.apiUrl`. */
        readonly baseUrl: string;
        /**
         * PEM certificates of the authorities that the gateway's certificate may come from.
         * Default: those that Node knows.
         */
        readonly ca?: string | readonly string[];
      };
      readonly proxy?: never;
      readonly authorization?: never;
    };

/** A proxy as it was checked. */
export interface Proxy {
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** Where calls go: to the API itself, through a proxy perhaps, or to a gateway. */
export interface Route {
  readonly baseUrl: string;
  readonly ca: readonly string[] | undefined;
  readonly proxy?: Proxy;
}

/**
 * Checks the way out.
 *
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * naming the option; TypeError for a wrong type.
 */
export function checkEgress(egress: Egress, path: string): Egress {
  checkKeys(egress, path, { proxy: true, authorization: true, gateway: true });
  const { proxy, authorization, gateway } = egress;
  if ((proxy === undefined) === (gateway === undefined))
    refuse(path, 'Either proxy or gateway.', 'proxy と gateway のどちらか一方を指定してください。');
  if (proxy !== undefined) {
    const en = 'An http URL of a host and a port, without user name, path or query.';
    checkUrl(
      proxy,
      `${path}.proxy`,
      'http:',
      en,
      'ユーザー名、パス、クエリのない http の URL（ホストとポート）で指定してください。',
      '/',
    );
    if (authorization === undefined) return { proxy };
    checkText(authorization, `${path}.authorization`);
    // What would break the header, and what could smuggle in another.
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(authorization))
      refuse(
        `${path}.authorization`,
        'One line of printable ASCII.',
        '1行の印字可能な ASCII 文字で指定してください。',
      );
    return { proxy, authorization };
  }
  if (authorization !== undefined)
    refuse(
      `${path}.authorization`,
      'It goes with a proxy only.',
      'proxy とともに指定してください。',
    );
  checkKeys(gateway, `${path}.gateway`, { baseUrl: true, ca: true });
  const en = 'An absolute https URL without fragment, query or user name.';
  checkUrl(
    gateway.baseUrl,
    `${path}.gateway.baseUrl`,
    'https:',
    en,
    'フラグメント、クエリ、ユーザー名のない https の絶対URLで指定してください。',
  );
  const ca = checkAuthorities(gateway.ca, `${path}.gateway.ca`);
  return { gateway: { baseUrl: gateway.baseUrl, ...(ca && { ca }) } };
}

function checkUrl(
  value: unknown,
  path: string,
  protocol: string,
  en: string,
  ja: string,
  pathname?: string,
): asserts value is string {
  checkText(value, path);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const bare = url?.username === '' && url.password === '' && !/[?#]/.test(value);
  if (url?.protocol !== protocol || !bare || (pathname !== undefined && url.pathname !== pathname))
    refuse(path, en, ja);
}

function refuse(path: string, en: string, ja: string): never {
  throw new SelfInfoError('invalid_option', { path, expected: { en, ja } });
}

/**
 * The way that checked options describe.
 *
 * @throws SelfInfoError `invalid_option` for a proxy before a sandbox without TLS.
 */
export function routeOf(
  apiUrl: string,
  ca: readonly string[] | undefined,
  egress: Egress | undefined,
): Route {
  if (egress?.proxy !== undefined && !apiUrl.startsWith('https:'))
    refuse(
      'options.egress.proxy',
      'Only an https API is called through a proxy.',
      'プロキシを経由できるのは https の API だけです。',
    );
  if (egress?.gateway) {
    const { baseUrl, ca: own } = egress.gateway;
    return { baseUrl, ca: own === undefined ? undefined : [own].flat() };
  }
  return {
    baseUrl: apiUrl,
    ca,
    ...(egress?.proxy !== undefined && {
      proxy: { url: new URL(egress.proxy), authorization: egress.authorization },
    }),
  };
}

/**
 * Asks a proxy for a tunnel to an origin; `quietMs` of silence end the attempt. What comes back can
 * be destroyed at any time.
 */
export function openTunnel(
  proxy: Proxy,
  origin: URL,
  quietMs: number,
  settle: (error: Error | null, tunnel: Socket | null) => void,
) {
  const authority = `${origin.hostname}:${origin.port || '443'}`;
  const outgoing = request({
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
    },
    maxHeaderSize: 16_384,
    // Without an agent: none that the environment's variables could have configured.
    createConnection: () =>
      connect({
        host: proxy.url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(proxy.url.port || 80),
      }),
  });
  let settled = false;
  const end = (error: Error | null, tunnel: Socket | null = null) => {
    if (settled) return;
    settled = true;
    settle(error, tunnel);
  };
  outgoing.setTimeout(quietMs, () => outgoing.destroy());
  outgoing.on('connect', ({ statusCode = 0 }, socket: Socket, early) => {
    socket.setTimeout(0).on('error', () => {});
    // What comes before TLS has begun comes from nobody we asked.
    if (statusCode >= 200 && statusCode < 300 && early.length === 0) return end(null, socket);
    socket.destroy();
    end(refusalOf(statusCode));
  });
  outgoing.on('error', end).on('close', () => end(new Error('closed')));
  outgoing.end();
  return outgoing;
}

/**
 * A proxy that cannot reach the portal may do so later; one that will not have us is to be talked
 * to.
 */
function refusalOf(status: number): SelfInfoError {
  if (status < 300 || status >= 500) return new SelfInfoError('connection_failed');
  return new SelfInfoError('proxy_refused', {
    expected: { en: `It answered ${status}.`, ja: `応答は ${status} でした。` },
  });
}
