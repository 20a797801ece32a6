import { type Expected, invalidOption } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { checkAuthorities, type Environment } from '../wire/environment.js';
import { parseUrl } from '../wire/url-rules.js';

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

/** Where a call goes: to the API or the token host, perhaps through a proxy, or to a gateway. */
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

/** The routes of token requests and of all other calls. They may be the same one. */
export interface ApiRoutes {
  readonly api: ApiRoute;
  readonly token: ApiRoute;
}

/**
 * Resolves checked options to the routes of the calls.
 *
 * @throws SelfInfoError `invalid_option` for a proxy before a sandbox without TLS, and for a gateway
 * in an environment with a token host.
 */
export function resolveRoutes(
  { endpoints: { apiUrl, tokenUrl }, ca, tokenCa }: Environment,
  egress: Egress | undefined,
): ApiRoutes {
  const api = resolveRoute(apiUrl, ca, egress);
  if (tokenUrl === undefined) return { api, token: api };
  // The gateway would get requests for two hosts, and could not tell which one is meant.
  if (egress?.gateway)
    throw invalidOption('options.egress.gateway', {
      en: 'A gateway replaces one host: leave out endpoints.tokenUrl, and let the gateway forward the path of the token to the token host.',
      ja: 'gateway は1つのホストに代わるものです。endpoints.tokenUrl は指定せず、トークンのパスはゲートウェイでトークンのホストに転送してください。',
    });
  return { api, token: resolveRoute(tokenUrl, tokenCa ?? ca, egress) };
}

function resolveRoute(
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
