import { isIP } from 'node:net';
import { type Expected, invalidOption } from '../foundation/errors.js';
import { checkText } from '../foundation/options.js';
import { isLoopback, isPrivateHost, parseUrl } from '../wire/url-rules.js';

/** Where a started sandbox is reached. */
export interface Hosts {
  /** The host of its URLs. */
  readonly first: string;
  /** All names that were given, without addresses. */
  readonly names: readonly string[];
  /** The address to listen on; undefined: every interface. */
  readonly address: '127.0.0.1' | undefined;
}

const ADDRESS = '127.0.0.1';

const HOST: Expected = {
  en: 'Use the name under which the sandbox is reached, without scheme and port: localhost, 127.0.0.1, a name without a dot, or one under .internal, .local, .test, .example, .invalid or .localhost. A sandbox is never on a public host.',
  ja: 'サンドボックスに接続するときの名前を、スキームとポートを付けずに指定してください。使えるのは localhost、127.0.0.1、ドットのない名前、末尾が .internal、.local、.test、.example、.invalid、.localhost の名前です。公開されたホストは使えません。',
};

/**
 * Checks the hosts of a sandbox. Default: loopback.
 *
 * @throws SelfInfoError `invalid_option` naming the host; TypeError for a wrong type.
 */
export function checkHosts(value: unknown, path: string): Hosts {
  if (value === undefined) return { first: ADDRESS, names: [], address: ADDRESS };
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  const urls = value.map((host, index) => checkHost(host, `${path}[${index}]`));
  const [first] = urls;
  if (first === undefined) throw invalidOption(path, HOST);
  const hosts = new Set(urls.map(({ hostname }) => hostname));
  return {
    first: first.hostname,
    names: [...hosts].filter((host) => isIP(host) === 0),
    address: urls.every(isLoopback) ? ADDRESS : undefined,
  };
}

function checkHost(value: unknown, path: string): URL {
  checkText(value, path);
  const url = parseUrl(`https://${value}`, { protocols: ['https:'], query: false, loopback: true });
  // The parser would accept a port, a path, characters that no certificate holds, and other
  // spellings.
  if (
    url?.hostname === value.toLowerCase() &&
    /^(?!-)[a-z0-9_.-]{1,253}$/.test(url.hostname) &&
    !/^\.|\.\.|[^.]{64}/.test(url.hostname) &&
    isPrivateHost(url) &&
    (isIP(url.hostname) === 0 || url.hostname === ADDRESS)
  )
    return url;
  throw invalidOption(path, HOST);
}
