import { beforeAll, describe, expect, it } from 'vitest';
import { publicProfile } from '../../src/index.js';
import { good, type Portal, raw, startPortal } from '../kit/portal.js';
import { sized } from '../kit/size.js';
import { runChild } from './child.js';
import type { JourneyFindings, JourneyOrders } from './orders.js';

const { fields, processStatuses } = publicProfile;
const json = { 'content-type': 'application/json' };

const { journeys, warmUp } = sized({
  usual: { journeys: 200, warmUp: 60 },
  full: { journeys: 500, warmUp: 150 },
  soak: { journeys: 10_000, warmUp: 150 },
});

/** Starts a portal that treats each journey as its code says. The token carries the code on. */
async function startScripted(): Promise<Portal> {
  let body = '';
  let tokens = 0;
  const polls = new Map<string, number>();
  return startPortal({
    // Called right before the reply is asked for.
    read: (text) => {
      body = text;
    },
    replies: {
      token(response, request) {
        const code = new URLSearchParams(body).get('code');
        if (code === 'refused')
          return raw(JSON.stringify({ error: 'invalid_grant' }), json, 400)(response, request);
        raw(
          JSON.stringify({
            access_token: `${code}.${tokens++}`,
            token_type: 'Bearer',
            expires_in: 3_600,
          }),
          json,
        )(response, request);
      },
      request(response, request) {
        if (request.headers.authorization?.startsWith('Bearer lost.')) request.socket.destroy();
        else good.request(response, request);
      },
      result(response, request) {
        const { authorization = '' } = request.headers;
        const poll = (polls.get(authorization) ?? 0) + 1;
        polls.set(authorization, poll);
        const answer = (status: string, headers: Record<string, string> = {}) => {
          const result = {
            ...JSON.parse(body),
            [fields.processStatus.value]: status,
            [fields.selfPersonalData.value]: [],
          };
          raw(JSON.stringify(result), { ...json, ...headers })(response, request);
        };
        const running = (seconds: number) =>
          answer(processStatuses.running.value, { 'retry-after': String(seconds) });
        switch (/^Bearer (.*)\./.exec(authorization)?.[1]) {
          case 'aborted-in-a-poll':
            return;
          case 'aborted-in-a-wait':
            return running(5);
          case 'discarded':
            return running(60);
          case 'collected-later':
            return poll === 1 ? running(60) : answer(processStatuses.done.value);
          case 'failed':
            return answer(processStatuses.failed.value);
          default:
            return answer(processStatuses.done.value);
        }
      },
    },
  });
}

// Compilers put their results on the heap at unpredictable times. Without them the heap is the same
// to a few kilobytes after every journey.
const flags = [
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--no-lazy-feedback-allocation',
  '--no-flush-bytecode',
  '--expose-gc',
];
/**
 * The smallest object with a few fields is larger, and so is anything that a forgotten connection,
 * call or transaction would leave.
 */
const BYTES = 120;

/** Runs journeys in another process. Returns its findings and the calls that the portal got. */
async function run(orders: Pick<JourneyOrders, 'journeys' | 'warmUp' | 'leaks'>) {
  const { environment, tls, authority, calls, close } = await startScripted();
  try {
    const { clientId, redirectUri, endpoints, issuer, ca } = environment;
    const findings = await runChild<JourneyFindings>(
      'journeys-child.mjs',
      {
        ...orders,
        site: { clientId, redirectUri, endpoints, issuer, ...(ca && { ca }) },
        credentials: [tls, await authority.issue(clientId)],
      } satisfies JourneyOrders,
      { flags },
    );
    return { findings, calls };
  } finally {
    await close();
  }
}

describe('a long run of journeys over mutual TLS', () => {
  it('leaves no socket, timer or listener, and no byte on the heap, however its journeys end', async () => {
    const { findings, calls } = await run({ journeys, warmUp, leaks: false });
    const each = journeys / 10;
    expect(findings.outcomes).toEqual({
      'ready: ready': each,
      'declined: declined': each,
      'refused: rejected': each,
      'failed: failed': each,
      'lost: answer_lost': each,
      'aborted in a poll: aborted': each,
      'aborted in a wait: aborted': each,
      'discarded: pending': each,
      'collected later: ready': each,
      'unused: given back': each,
    });
    const [before, after, closed] = findings.resources;
    expect(after).toEqual(before);
    expect(closed).toEqual(before);
    expect([findings.sockets, findings.listeners]).toEqual([0, 0]);
    expect(findings.slope).toBeLessThan(BYTES);
    // Nine in ten reach the portal, once each: neither a code nor a request was sent twice.
    const sent = (stage: string) => calls.filter((call) => call === stage).length;
    expect([sent('token'), sent('request')]).toEqual([9 * each, 7 * each]);
  });

  describe('with leaks on purpose', () => {
    let findings: JourneyFindings;
    beforeAll(async () => {
      ({ findings } = await run({ journeys: 100, warmUp: 40, leaks: true }));
    });

    it('is detected if it keeps one small object per journey', () => {
      expect(findings.slope).toBeGreaterThan(BYTES);
    });

    it('is detected if it leaves a socket, a timer and a listener', () => {
      const [before = [], after] = findings.resources;
      expect(after).toEqual([...before, 'Timeout']);
      expect([findings.sockets, findings.listeners]).toEqual([1, 1]);
    });
  });
});
