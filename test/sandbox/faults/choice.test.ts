import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, createVirtualClock, latest } from '../../../src/index.js';
import { createSandbox, type Fault, type Sandbox } from '../../../src/sandbox/index.js';
import { loan, NOW, REDIRECT_URI, SESSION } from '../../kit/loan.js';
import { errorOf } from '../../kit/refusals.js';

const CLIENTS = ['SP00000001_AB0001', 'SP00000002_AB0002'] as const;
const registrations = CLIENTS.map((clientId) => ({
  clientId,
  redirectUris: [REDIRECT_URI],
  service: loan,
}));
const open = (...faults: readonly Fault[]) =>
  createSandbox({ registrations, clock: createVirtualClock(NOW), seed: 'choice', faults });

/** Plays a journey of a client, pushed or not, and returns the steps that a fault was injected into. */
async function play(sandbox: Sandbox, clientId: string): Promise<readonly string[]> {
  const client = createSelfInfoClient({
    service: loan,
    environment: sandbox.environment(clientId),
    clock: sandbox.clock,
    fetch: (request) => sandbox.fetch(request),
  });
  const before = sandbox.journal.length;
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const callback = await sandbox.visit(url, { persona: 'hanako' });
  const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
  if (outcome.status !== 'granted') throw new Error(outcome.status);
  await client.query(outcome.grant, latest(), {
    onProgress: ({ retryAt }) => sandbox.clock.set(retryAt),
  });
  return sandbox.journal.slice(before).flatMap(({ step, fault }) => (fault ? [step] : []));
}

const mild = { do: 'delay', ms: 0 } as const;

describe('which calls a fault of the sandbox hits', () => {
  it.each(['authorize', 'token', 'request', 'result'] as const)(
    'can be those of one client, at the step %s',
    async (on) => {
      const sandbox = open({ on, client: CLIENTS[1], ...mild });
      expect(await play(sandbox, CLIENTS[0])).toEqual([]);
      expect(new Set(await play(sandbox, CLIENTS[1]))).toEqual(new Set([on]));
      expect(await play(sandbox, CLIENTS[0])).toEqual([]);
    },
  );

  it('counts nth among the calls of its client', async () => {
    const sandbox = open({ on: 'token', client: CLIENTS[1], nth: 2, ...mild });
    const hits: number[] = [];
    for (const clientId of [CLIENTS[1], CLIENTS[0], CLIENTS[0], CLIENTS[1], CLIENTS[1]])
      hits.push((await play(sandbox, clientId)).length);
    expect(hits).toEqual([0, 0, 0, 1, 0]);
  });

  it('can be only the first ones', async () => {
    const sandbox = open({ on: 'token', times: 2, ...mild });
    const hits: number[] = [];
    for (const _ of [1, 2, 3, 4]) hits.push((await play(sandbox, CLIENTS[0])).length);
    expect(hits).toEqual([1, 1, 0, 0]);
  });

  it('can be a part of them, drawn by the seed', async () => {
    const count = async (share: number) => {
      const sandbox = open({ on: 'authorize', share, ...mild });
      const { browserUrl } = sandbox.environment().endpoints;
      const { authorization } = (await import('../steps.js')).paths;
      for (let call = 0; call < 400; call++)
        await sandbox.fetch(new Request(`${browserUrl}${authorization.value}`));
      return sandbox.journal.filter(({ fault }) => fault !== undefined).length;
    };
    expect(await count(1)).toBe(400);
    const quarter = await count(0.25);
    // 100 are expected. Five standard deviations are 43.
    expect(Math.abs(quarter - 100)).toBeLessThan(44);
    expect(await count(0.25)).toBe(quarter);
  });

  it.each([
    [{ share: 0 }, 'share'],
    [{ share: 1.1 }, 'share'],
    [{ times: 0 }, 'times'],
    [{ client: '' }, 'client'],
  ])('cannot be chosen by %j', async (choice, key) => {
    expect(await errorOf(async () => open({ on: 'token', ...mild, ...choice }))).toMatchObject({
      code: 'invalid_option',
      path: `options.faults[0].${key}`,
    });
  });
});
