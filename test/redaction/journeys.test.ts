import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { leaksIn } from '../kit/leaks.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf, startPortal, TOKEN } from '../kit/portal.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';
import { comeBack } from '../kit/stub.js';
import type { TravelReport } from '../kit/travelling-process.js';

/** How the journeys of the matrix end, one by one. */
const ends = [
  'a stranger: foreign-browser',
  'granted: granted',
  'pending: pending',
  'ready: ready',
  'replayed: replayed',
  'unknown: unknown',
  'declined: declined',
  'rejected: rejected',
  'used twice: grant_used',
  'in one: ready',
  'request lost: answer_lost',
  'token failed: upstream_failed',
  'token lost: connection_closed',
  'token garbled: response_invalid',
  'request garbled: response_invalid',
  'result astray: process_mismatch',
  'result broken: connection_closed',
  'another authority: server_not_trusted',
  'rotated to another key: key_certificate_mismatch',
  'rotated to no key: invalid_credential',
  // Timing decides whether the alert or the end of the connection is seen first.
  expect.stringMatching(/^rotated to a stranger: (connection_closed|certificate_refused)$/),
  'proxy: ready',
  'proxy refused: proxy_refused',
  'pushed and signed: ready',
  'signing refused: signing_failed',
  'signing thrown: signing_failed',
  'signing nonsense: signing_failed',
  'vault: present',
  'vault refused: purpose_refused',
  'vault without reference: reference_unknown',
  'vault erased: data_erased',
  'wrong retrieval: invalid_retrieval',
  'garbled retrieval: invalid_retrieval',
  'wrong session: TypeError',
  'wrong key: invalid_credential',
];

/** The kinds of secrets, and at least how many different ones of each there are. */
const kinds: Readonly<Record<string, number>> = {
  state: 10,
  code: 10,
  verifier: 10,
  token: 8,
  process: 5,
  assertion: 2,
  signature: 2,
  'client key': 4,
  'signing key': 2,
  'key of a stranger': 2,
  pin: 1,
  session: 1,
  proxy: 1,
  'key-encryption key': 1,
  name: 1,
  income: 1,
  household: 1,
  holder: 1,
  field: 1,
  extra: 1,
  unasked: 1,
};
const missingKinds = (names: readonly string[]) =>
  Object.entries(kinds).flatMap(([kind, least]) => {
    const count = names.filter((name) => name.startsWith(kind)).length;
    return count < least ? [`${kind}: ${count}`] : [];
  });

/** Runs the journeys in a process that prints everything it receives. */
async function travelAway() {
  const { NODE_DEBUG: _, ...env } = process.env;
  const path = fileURLToPath(new URL('../kit/travelling-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const reported = once(child, 'message');
  const exited = once(child, 'exit');
  const [out = Buffer.alloc(0), errors = Buffer.alloc(0)] = await Promise.all(
    [child.stdout?.toArray(), child.stderr?.toArray()].map(async (chunks) =>
      Buffer.concat((await chunks) ?? []),
    ),
  );
  expect(await exited).toEqual([0, null]);
  const [report] = (await reported) as [TravelReport];
  const secrets = Object.fromEntries(
    report.secrets.map(([name, { text, bytes = '' }]) => [name, text ?? Buffer.from(bytes, 'hex')]),
  );
  return { ...report, secrets, out, errors };
}

describe('the journeys of the matrix, over real TLS', () => {
  let travelled: Awaited<ReturnType<typeof travelAway>>;
  beforeAll(async () => {
    travelled = await travelAway();
  });

  it('end as expected, each with different secrets', () => {
    expect(travelled.ends).toEqual(ends);
    expect(missingKinds(Object.keys(travelled.secrets))).toEqual([]);
    const texts = Object.values(travelled.secrets).map(String);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leak no secret in what client and vault return, throw, explain, seal or send to an audit log', () => {
    expect(travelled.counts.values).toBeGreaterThan(ends.length);
    expect(travelled.leaks.values).toEqual([]);
  });

  it('leak no secret in the events, and the channel carries the same events', () => {
    expect(travelled.counts.events).toBeGreaterThan(100);
    expect(travelled.sameEvents).toBe(true);
    expect(travelled.leaks.events).toEqual([]);
  });

  it('would fail these checks if a value or an event held a secret', () => {
    expect(travelled.leaks.leakyValue).not.toEqual([]);
    expect(travelled.leaks.leakyEvent).not.toEqual([]);
  });

  describe('a process that prints everything it receives', () => {
    it('prints no secret to stdout or stderr', () => {
      const { out, errors, secrets } = travelled;
      // It did print: the last value that it kept, an error and an event.
      for (const printed of ['wrong key', 'answer_lost', 'step: '])
        expect(out.includes(printed)).toBe(true);
      expect(errors.includes('SelfInfoError')).toBe(true);
      expect(leaksIn({ out, errors }, secrets)).toEqual([]);
      const [token = ''] = Object.entries(secrets)
        .filter(([name]) => name.startsWith('token'))
        .map(([, secret]) => secret);
      expect(
        leaksIn({ out: Buffer.concat([out, Buffer.from(`\n${token}\n`)]) }, secrets),
      ).not.toEqual([]);
    });
  });
});

describe('a wire profile of the caller that passes on raw values', () => {
  it('gets none of them into an error or an event', async () => {
    const canary = 'canary-status-番号';
    const events: unknown[] = [];
    const profile = changedProfile({
      codec: changedCodec({
        decodeResult: () => ({ status: canary as 'failed', items: [], extras: {} }),
      }),
    });
    const { client, complete, callback } = await comeBack({
      profile,
      onEvent: (event) => void events.push(event),
    });
    const outcome = expectStatus(await complete(callback), 'granted');
    const error = await errorOf(() => client.query(outcome.grant, latest()));
    expect(error).toMatchObject({ code: 'codec_failed', stage: 'result', effect: 'none' });
    expect(leaksIn({ error, events }, { canary })).toEqual([]);
  });
});

describe('the diagnostics channels of undici', () => {
  it('show a subscriber the header with the token, which the library cannot prevent', async () => {
    const portal = await startPortal();
    const client = createSelfInfoClient({
      service: loan,
      environment: portal.environment,
      tls: portal.tls,
    });
    const heard: string[] = [];
    const hear = (message: unknown) => void heard.push(String(Object(message).headers));
    subscribe('undici:client:sendHeaders', hear);
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const outcome = await client.completeConsent(callbackOf(url, portal.environment), {
      sessionBinding: SESSION,
    });
    if (outcome.status === 'granted')
      await client.submit(outcome.grant, { household: { method: 'latest' } });
    unsubscribe('undici:client:sendHeaders', hear);
    await client.close();
    await portal.close();
    expect(leaksIn({ heard }, { token: TOKEN })).not.toEqual([]);
  });
});
