import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import type { LeafOptions } from '../kit/certificates.js';
import { startConnectProxy } from '../kit/connect-proxy.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { ends, separateTests } from './ends.js';
import { clock, facts, open, unsent } from './tls.js';

separateTests(clock);

type Leaf = LeafOptions & { readonly name?: string };

const dns = (...values: string[]): Leaf => ({
  names: values.map((value) => ({ type: 'dns', value })),
});

/** Runs a journey to a host that a proxy finds on this machine. */
async function travelTo(host: string, leaf: Leaf) {
  const { server, environment, tls } = await open({ leaf, host });
  const proxy = await startConnectProxy({ host: '127.0.0.1' });
  ends.push(proxy.close);
  const client = createSelfInfoClient({
    service: loan,
    environment,
    tls,
    clock,
    egress: { proxy: proxy.url },
  });
  ends.push(client.close);
  const journey = async () => {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const callback = callbackOf(url, environment);
    const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
    return (await client.query(expectStatus(outcome, 'granted').grant, { income: latest() }))
      .status;
  };
  return { server, journey };
}

describe('a server is not trusted and receives nothing when its certificate', () => {
  it.each<[string, string, Leaf]>([
    [
      'has the host as common name beside an IP address',
      'portal.test',
      { name: 'portal.test', ip: '127.0.0.1' },
    ],
    [
      'has the host as common name beside an e-mail address',
      'portal.test',
      { name: 'portal.test', names: [{ type: 'email', value: 'admin@portal.test' }] },
    ],
    [
      'has the host as common name and in a URI',
      'portal.test',
      { name: 'portal.test', names: [{ type: 'url', value: 'https://portal.test/' }] },
    ],
    [
      'has the host as common name beside the name of a directory',
      'portal.test',
      { name: 'portal.test', names: [{ type: 'dn', value: 'CN=portal.test' }] },
    ],
    [
      'has the host as common name beside another DNS name',
      'portal.test',
      { name: 'portal.test', ...dns('other.test') },
    ],
    ['has the address as common name', '127.0.0.1', { name: '127.0.0.1', ...dns('other.test') }],
    ['has the address as a DNS name', '127.0.0.1', dns('127.0.0.1')],
    ['has a wildcard at the end of a label', 'api.portal.test', dns('a*.portal.test')],
    ['has a wildcard at the start of a label', 'api.portal.test', dns('*i.portal.test')],
    ['has a wildcard within a label', 'api.portal.test', dns('a*i.portal.test')],
    ['has a wildcard for one label only', 'a.b.portal.test', dns('*.portal.test')],
    ['has a wildcard for names below the host', 'portal.test', dns('*.portal.test')],
    ['has a wildcard in the second label', 'a.b.portal.test', dns('a.*.portal.test')],
    ['has a wildcard for a whole top-level domain', 'portal.test', dns('*.test')],
    ['has a wildcard for everything', 'portal.test', dns('*')],
    ['has the host within a longer name', 'portal.test', dns('portal.test.evil.test')],
    ['has the host behind a comma', 'portal.test', dns('evil.test, DNS:portal.test')],
    ['has the host before a NUL', 'portal.test', dns('portal.test\0.evil.test')],
  ])('%s', async (_, host, leaf) => {
    const { server, journey } = await travelTo(host, leaf);
    expect(facts(await errorOf(journey))).toEqual(unsent('server_not_trusted'));
    expect(server.calls).toEqual([]);
    await server.drained();
  });

  it('has a name below a host that starts with a dot', async () => {
    const { server, journey } = await travelTo('.portal.test', dns('api.portal.test'));
    const error = await errorOf(journey);
    expect(['server_not_trusted', 'connection_failed']).toContain(error.code);
    expect([error.effect, server.calls]).toEqual(['none', []]);
  });
});

describe('a server is trusted when its certificate', () => {
  it.each<[string, string, Leaf]>([
    ['has the host as DNS name', 'portal.test', dns('other.test', 'portal.test')],
    ['has the host in other case', 'portal.test', dns('PORTAL.Test')],
    ['has a wildcard for the whole first label', 'api.portal.test', dns('*.portal.test')],
    ['has the address', '127.0.0.1', { ip: '127.0.0.1' }],
    [
      'has the host beside names of other types',
      'portal.test',
      { ip: '127.0.0.2', dns: 'portal.test' },
    ],
  ])('%s', async (_, host, leaf) => {
    const { journey } = await travelTo(host, leaf);
    expect(await journey()).toBe('ready');
  });
});
