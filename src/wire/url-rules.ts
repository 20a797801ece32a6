import { BlockList, isIP } from 'node:net';

/** What a URL may look like, by the option that it is for. */
export interface UrlRules {
  readonly protocols: readonly ('https:' | 'http:')[];
  /** Only a redirect URI may have a query, because paths are appended to the others. */
  readonly query: boolean;
  /** Whether the host may be this machine. */
  readonly loopback: boolean;
}

/** Addresses of this machine. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addSubnet('0.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addAddress('::', 'ipv6');

/**
 * Addresses that no portal, proxy or gateway has: link-local, multicast, reserved, and the metadata
 * services of clouds (also of Alibaba, Oracle, Azure, and of AWS over IPv6).
 */
const NOWHERE = new BlockList();
NOWHERE.addSubnet('169.254.0.0', 16, 'ipv4');
NOWHERE.addSubnet('224.0.0.0', 3, 'ipv4');
NOWHERE.addAddress('100.100.100.200', 'ipv4');
NOWHERE.addAddress('192.0.0.192', 'ipv4');
NOWHERE.addAddress('168.63.129.16', 'ipv4');
NOWHERE.addSubnet('fe80::', 10, 'ipv6');
NOWHERE.addSubnet('ff00::', 8, 'ipv6');
// Translation to IPv4 within one network: where the IPv4 address stands differs.
NOWHERE.addSubnet('64:ff9b:1::', 48, 'ipv6');
// Site-local addresses and 6to4, both given up.
NOWHERE.addSubnet('fec0::', 10, 'ipv6');
NOWHERE.addSubnet('2002::', 16, 'ipv6');
NOWHERE.addAddress('fd00:ec2::254', 'ipv6');

const LOOPBACK_NAME = /(^|\.)localhost\d?(\.localdomain)?$|^ip6-(localhost|loopback)$/;
const METADATA_NAME = /^(metadata|instance-data)(\.([a-z0-9-]+\.)*internal)?$/;
/** IPv6 addresses that stand for an IPv4 address, in its last 32 bits. */
const EMBEDDED = /^(?:::ffff:(?:0:)?|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Returns whether the host of a URL is this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK_NAME.test(hostname) || isListed(LOOPBACK, hostname);
}

/**
 * Returns whether no public server can have this host: loopback, a name without a dot, or a
 * reserved name. A private address is none: a leased line may lead from there to the portal.
 */
export function isPrivateHost(url: URL): boolean {
  return (
    isLoopback(url) ||
    !/[.:]/.test(url.hostname) ||
    /\.(test|example|invalid|localhost|internal|local)$/.test(url.hostname)
  );
}

/**
 * Parses an absolute URL that keeps the rules; undefined for any other.
 *
 * The standard's parser corrects a lot: it drops tabs and line ends, turns backslashes, and reads
 * decimal and hex addresses. So a spelling that shows another host than the one that is called is
 * refused.
 */
export function parseUrl(value: string, rules: UrlRules): URL | undefined {
  if (/[\p{Cc}\s\\#]/u.test(value) || (!rules.query && value.includes('?'))) return undefined;
  const [, host = ''] = /^https?:\/\/([^/?@%]+)(?=[/?]|$)/i.exec(value) ?? [];
  if (host === '' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const { hostname, protocol } = url;
  const isAsSpelled = isIP(hostname) !== 4 || host.replace(/:\d*$/, '') === hostname;
  const isSomewhere = !METADATA_NAME.test(hostname) && !isListed(NOWHERE, hostname);
  return rules.protocols.some((allowed) => allowed === protocol) &&
    isAsSpelled &&
    isSomewhere &&
    !hostname.endsWith('.') &&
    (rules.loopback || !isLoopback(url))
    ? url
    : undefined;
}

function isListed(list: BlockList, hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  if (version === 4) return list.check(address, 'ipv4');
  if (version !== 6) return false;
  const [, high, low] = EMBEDDED.exec(address) ?? [];
  if (high === undefined || low === undefined) return list.check(address, 'ipv6');
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return (
    list.check(address, 'ipv6') || list.check(`${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`, 'ipv4')
  );
}
