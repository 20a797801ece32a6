import { type Cookie, getSetCookies, Headers, request as send } from 'undici';
import { systemCode } from '../files.js';

/** What a host did instead of answering. */
export type Trouble = 'down' | 'stalled' | 'invalid' | 'large' | 'loop' | 'elsewhere';

/** A call of the host that ended without a page. Quotes nothing from the response. */
export class HostError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** A response that a browser received. */
export interface Page {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Whether the sandbox sent it. */
  readonly portal: boolean;
}

/** The error that the start page of the host does not lead to the portal. */
export class NoPortal extends Error {
  readonly status: number;

  constructor({ status }: Page) {
    super('no portal');
    this.status = status;
  }
}

/** A page to open. */
export interface Order {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the portal leads there, so that cookies of `SameSite=Strict` stay behind. */
  readonly fromPortal?: boolean;
}

/** What the browsers of a run share. */
export interface BrowserOptions {
  /** The origins of the host. */
  readonly hosts: ReadonlySet<string>;
  readonly portal: string;
  readonly stallMs: number;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 20;

const UNREACHABLE =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_|ETIMEDOUT|UND_ERR_CONNECT)|CERT|SSL|TLS/;

interface Kept extends Cookie {
  readonly host: string;
  readonly until: number;
}

/** A browser with its cookies and everything that it received. */
export class Browser {
  readonly pages: Page[] = [];
  readonly #cookies = new Map<string, Kept>();
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  /** Opens a URL. */
  async open(order: Order): Promise<Page> {
    const { url, method = 'GET', fields } = order;
    const portal = originOf(url) === this.#options.portal;
    if (!portal && !this.#options.hosts.has(originOf(url))) throw new HostError('elsewhere');
    const target = new URL(url);
    target.hash = '';
    const form = new URLSearchParams(
      (fields ?? []).map(([name, value]): [string, string] => [name, value]),
    );
    if (method === 'GET' && fields !== undefined) target.search = form.toString();
    const cookie = this.#cookiesFor(target, method, order.fromPortal ?? false);
    const answer = await this.#send(target, {
      method,
      headers: {
        ...NAVIGATION,
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(method === 'POST' && { origin: order.fromPortal ? 'null' : target.origin }),
        'sec-fetch-site': order.fromPortal ? 'cross-site' : fields ? 'same-origin' : 'none',
        ...(cookie !== '' && { cookie }),
        ...order.headers,
      },
      ...(method === 'POST' && { body: form.toString() }),
    });
    const page: Page = { method, url: target, portal, ...answer };
    this.#keep(page);
    this.pages.push(page);
    return page;
  }

  /** Opens a URL and follows its redirects. Returns a redirect to a `stopAt` URL as it is. */
  async follow(order: Order, stopAt: (url: URL) => boolean = () => false): Promise<Page> {
    let page = await this.open(order);
    for (let hops = 0; ; hops++) {
      const next = redirectOf(page);
      if (next === undefined || stopAt(next)) return page;
      if (hops === MAX_REDIRECTS) throw new HostError('loop');
      const again = page.status === 307 || page.status === 308 ? order : undefined;
      page = await this.open({
        url: next,
        fromPortal: order.fromPortal ?? false,
        ...(again?.method && { method: again.method }),
        ...(again?.fields && { fields: again.fields }),
      });
    }
  }

  async #send(url: URL, options: Parameters<typeof send>[1]) {
    const signal = AbortSignal.timeout(this.#options.stallMs);
    try {
      const { statusCode, headers: raw, body } = await send(url, { ...options, signal });
      const headers = new Headers();
      for (const [name, value] of Object.entries(raw))
        for (const one of [value].flat()) headers.append(name, one ?? '');
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const part of body) {
        bytes += part.length;
        if (bytes > MAX_BODY_BYTES) throw new HostError('large');
        parts.push(part);
      }
      return { status: statusCode, headers, body: Buffer.concat(parts).toString('utf8') };
    } catch (error) {
      if (error instanceof HostError) throw error;
      if (signal.aborted) throw new HostError('stalled');
      const code = systemCode(error);
      throw new HostError(UNREACHABLE.test(code) ? 'down' : 'invalid');
    }
  }

  #keep({ url, headers }: Page): void {
    for (const cookie of getSetCookies(headers)) {
      const { name, domain = '', maxAge, expires } = cookie;
      const host = domain.replace(/^\./, '').toLowerCase();
      if (host !== '' && url.hostname !== host && !url.hostname.endsWith(`.${host}`)) continue;
      const until =
        maxAge !== undefined
          ? Date.now() + maxAge * 1000
          : new Date(expires ?? Number.MAX_VALUE).getTime() || Number.POSITIVE_INFINITY;
      const key = JSON.stringify([name, host || url.hostname, cookie.path]);
      if (until <= Date.now()) this.#cookies.delete(key);
      else
        this.#cookies.set(key, { ...cookie, host: host === '' ? url.hostname : `.${host}`, until });
    }
  }

  #cookiesFor(url: URL, method: string, fromPortal: boolean): string {
    const safe = url.protocol === 'https:' || LOOPBACK.test(url.hostname);
    const sent = [...this.#cookies.values()].filter(({ host, path = '/', secure, ...cookie }) => {
      const { sameSite = 'Lax', until } = cookie;
      const here = host.startsWith('.') ? `.${url.hostname}`.endsWith(host) : url.hostname === host;
      const below = url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/'));
      const crosses =
        fromPortal && (sameSite === 'Strict' || (sameSite === 'Lax' && method === 'POST'));
      return here && below && (safe || !secure) && !crosses && until > Date.now();
    });
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}

// What a browser sends when a person opens a page.
const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'accept-language': 'ja',
  'user-agent': 'Mozilla/5.0 (myna-selfinfo evidence)',
  'upgrade-insecure-requests': '1',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
} as const;

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Returns the origin of a URL. All names of this machine are one. */
export function originOf({ protocol, hostname, port }: URL): string {
  return `${protocol}//${LOOPBACK.test(hostname) ? 'localhost' : hostname}:${port}`;
}

/** Returns where a response redirects to. */
export function redirectOf({ url, status, headers }: Page): URL | undefined {
  const location = headers.get('location');
  if (status < 300 || status > 399 || location === null) return undefined;
  if (!URL.canParse(location, url.href)) throw new HostError('invalid');
  return new URL(location, url);
}
