import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { checkAuthorities } from '../wire/environment.js';
import { parseUrl } from '../wire/url-rules.js';
import { HEAD_BYTES, NOT_INHERITED } from './limits.js';

/**
 * How calls leave the caller's network: through a proxy, or to a gateway that calls the portal on
 * the caller's behalf.
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
       * The http URL of a proxy that opens a tunnel (HTTP CONNECT). TLS runs through the tunnel, end
       * to end.
       */
      readonly proxy: string;
      /** The value of `proxy-authorization` for the proxy, e.g. `Basic ...`. */
      readonly authorization?: string;
      readonly gateway?: never;
    }
  | {
      /**
       * A gateway of the caller that holds the mutual TLS towards the portal, e.g. with its key in
       * an HSM.
       */
      readonly gateway: {
        /** The https URL that replaces `endpoints.apiUrl`. */
        readonly baseUrl: string;
        /**
         * PEM certificates of the authorities that may issue the gateway's certificate. Default:
         * those that Node knows.
         */
        readonly ca?: string | readonly string[];
      };
      readonly proxy?: never;
      readonly authorization?: never;
    };

/** A proxy whose options were checked. */
export interface HttpProxy {
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** Where calls go: to the API, perhaps through a proxy, or to a gateway. */
export interface ApiRoute {
  readonly baseUrl: string;
  readonly ca: readonly string[] | undefined;
  readonly proxy?: HttpProxy;
}

type GatewayOptions = NonNullable<Egress['gateway']>;

const EITHER: Expected = {
  en: 'Give either proxy or gateway.',
  ja: 'proxy と gateway のどちらか一方を指定してください。',
};
const PROXY_URL: Expected = {
  en: 'Expected an http URL of a host and a port, without user name, path or query.',
  ja: 'ユーザー名、パス、クエリのない http の URL（ホストとポート）で指定してください。',
};
const GATEWAY_URL: Expected = {
  en: 'Expected an absolute https URL without fragment, query or user name.',
  ja: 'フラグメント、クエリ、ユーザー名のない https の絶対URLで指定してください。',
};

/**
 * Validates the egress options.
 *
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * naming the option; TypeError for a wrong type.
 */
export function checkEgress(egress: Egress, path: string): Egress {
  egress = readKeys(egress, path, {
    proxy: true,
    authorization: true,
    gateway: true,
  } satisfies Record<keyof Egress, true>);
  const { proxy, authorization } = egress;
  if ((proxy === undefined) === (egress.gateway === undefined)) throw invalidOption(path, EITHER);
  if (proxy !== undefined) {
    checkUrl(proxy, `${path}.proxy`, 'http:', PROXY_URL, '/');
    if (authorization === undefined) return ownBag({ proxy });
    checkText(authorization, `${path}.authorization`);
    // Anything else would break the header, or could add another one.
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(authorization))
      throw invalidOption(`${path}.authorization`, {
        en: 'Expected one line of printable ASCII.',
        ja: '1行の印字可能な ASCII 文字で指定してください。',
      });
    return ownBag({ proxy, authorization });
  }
  if (authorization !== undefined)
    throw invalidOption(`${path}.authorization`, {
      en: 'Only a proxy uses it.',
      ja: 'proxy とともに指定してください。',
    });
  const gateway = readKeys(egress.gateway as GatewayOptions, `${path}.gateway`, {
    baseUrl: true,
    ca: true,
  } satisfies Record<keyof GatewayOptions, true>);
  checkUrl(gateway.baseUrl, `${path}.gateway.baseUrl`, 'https:', GATEWAY_URL);
  const ca = checkAuthorities(gateway.ca, `${path}.gateway.ca`);
  return ownBag({ gateway: ownBag({ baseUrl: gateway.baseUrl, ...(ca && { ca }) }) });
}

function checkUrl(
  value: unknown,
  path: string,
  protocol: 'http:' | 'https:',
  expected: Expected,
  pathname?: string,
): asserts value is string {
  checkText(value, path);
  const url = parseUrl(value, { protocols: [protocol], query: false, loopback: true });
  if (!url || (pathname !== undefined && url.pathname !== pathname))
    throw invalidOption(path, expected);
}

/**
 * Resolves checked options to the route of every call.
 *
 * @throws SelfInfoError `invalid_option` for a proxy before a sandbox without TLS.
 */
export function resolveRoute(
  apiUrl: string,
  ca: readonly string[] | undefined,
  egress: Egress | undefined,
): ApiRoute {
  if (egress?.proxy !== undefined && !apiUrl.startsWith('https:'))
    throw invalidOption('options.egress.proxy', {
      en: 'A proxy can reach only an https API.',
      ja: 'プロキシを経由できるのは https の API のみです。',
    });
  if (egress?.gateway) {
    const { baseUrl, ca: own } = egress.gateway;
    return ownBag({ baseUrl, ca: own === undefined ? undefined : [own].flat() });
  }
  return ownBag({
    baseUrl: apiUrl,
    ca,
    ...(egress?.proxy !== undefined && {
      proxy: { url: new URL(egress.proxy), authorization: egress.authorization },
    }),
  });
}

/**
 * Opens a tunnel to an origin through a proxy. The attempt ends after `silenceMs` without a byte.
 * The returned request can be destroyed at any time.
 */
export function openTunnel(
  proxy: HttpProxy,
  origin: URL,
  silenceMs: number,
  settle: (error: Error | null, tunnel: Socket | null) => void,
) {
  const authority = `${origin.hostname}:${origin.port || '443'}`;
  const outgoing = request({
    ...NOT_INHERITED,
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
    },
    maxHeaderSize: HEAD_BYTES,
    // Uses no agent, because environment variables could configure one.
    createConnection: () =>
      connect({
        ...NOT_INHERITED,
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
  outgoing.setTimeout(silenceMs, () => outgoing.destroy());
  outgoing.on('connect', ({ statusCode = 0 }, socket: Socket, early) => {
    socket.setTimeout(0).on('error', () => {});
    // No bytes are expected before the TLS handshake.
    if (statusCode >= 200 && statusCode < 300 && early.length === 0) return end(null, socket);
    socket.destroy();
    end(proxyRefusal(statusCode));
  });
  outgoing.on('error', end).on('close', () => end(new Error('closed')));
  outgoing.end();
  return outgoing;
}

/**
 * Returns the error for the status of a proxy. 5xx may be temporary, so it can be retried. 3xx and
 * 4xx mean that the proxy rejected the caller: fix the configuration.
 */
function proxyRefusal(status: number): SelfInfoError {
  if (status < 300 || status >= 500) return new SelfInfoError('connection_failed');
  return new SelfInfoError('proxy_refused', {
    expected: {
      en: `It responded with ${status}.`,
      ja: `プロキシの応答ステータスは ${status} です。`,
    },
  });
}
