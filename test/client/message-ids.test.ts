import { describe, expect, it } from 'vitest';
import { type ClientEvent, latest, publicProfile, type WireProfile } from '../../src/index.js';
import { expectStatus, openBank } from '../kit/loan.js';
import { changedProfile } from '../kit/profiles.js';

const asked = { income: latest() };

const entry = <T>(value: T) => ({ value, confidence: 'specification' }) as const;

/** The public profile with pushed requests, and with headers for the ids of messages. */
const named = (headers: Readonly<Record<keyof WireProfile['headers'], string | null>>) =>
  changedProfile({
    headers: {
      requestId: entry(headers.requestId),
      upstreamRequestId: entry(headers.upstreamRequestId),
    },
    oauth: { ...publicProfile.oauth, pushedAuthorizationRequests: entry(true) },
  });

/** Makes a journey. Returns the ids that each call sent, got back and reported. */
async function travel(profile: WireProfile, upstreamId: (call: number) => string) {
  const sent: (string | null)[] = [];
  const events: ClientEvent[] = [];
  const { client, consent, onProgress } = openBank({
    profile,
    onEvent: (event) => void events.push(event),
    async intercept(request, pass) {
      sent.push(request.headers.get('x-request-id'));
      const response = await pass(request);
      response.headers.set('x-trace-id', upstreamId(sent.length));
      return response;
    },
  });
  expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
  const calls = events.filter((event) => event.type === 'call');
  return { sent, calls };
}

describe('the ids of a message', () => {
  it('are sent in the header of the profile with every call, each once, and reported with that of the portal', async () => {
    const profile = named({ requestId: 'X-Request-Id', upstreamRequestId: 'X-Trace-Id' });
    const { sent, calls } = await travel(profile, (call) => `trace.${call}-A_b`);
    expect(calls.map(({ step }) => step)).toEqual([
      'consent',
      'token',
      'request',
      'result',
      'result',
    ]);
    expect(calls.map(({ requestId }) => requestId)).toEqual(sent);
    expect(new Set(sent).size).toBe(5);
    for (const id of sent) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(calls.map(({ upstreamRequestId }) => upstreamRequestId)).toEqual(
      [1, 2, 3, 4, 5].map((call) => `trace.${call}-A_b`),
    );
  });

  it.each([
    ['a blank', 'trace 1'],
    ['65 characters', 'x'.repeat(65)],
    ['no character', ''],
    ['a tag', '<b>'],
  ])('leave out that of the portal with %s', async (_, id) => {
    const profile = named({ requestId: null, upstreamRequestId: 'x-trace-id' });
    const { calls } = await travel(profile, () => id);
    expect(calls).toHaveLength(5);
    for (const call of calls) expect(call).not.toHaveProperty('upstreamRequestId');
  });

  it('are not sent, and that of the portal is not read, where the profile has no header', async () => {
    const profile = named({ requestId: null, upstreamRequestId: null });
    const { sent, calls } = await travel(profile, () => 'trace-1');
    expect(sent).toEqual([null, null, null, null, null]);
    for (const call of calls) {
      expect(call.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(call).not.toHaveProperty('upstreamRequestId');
    }
  });
});
