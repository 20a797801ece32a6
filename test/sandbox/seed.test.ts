import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, latest } from '../../src/index.js';
import { createSandbox, createVirtualClock, type Sandbox } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf, SESSION } from '../kit/loan.js';
import { typeErrorOf } from '../kit/refusals.js';
import { authorizationUrl, paths, send } from './steps.js';

/** Plays one journey, and returns everything that the portal said and noted. */
async function play(seed: string | undefined, space?: string) {
  const clock = createVirtualClock(NOW);
  const root = createSandbox({
    registrations: [registrationOf(loan)],
    clock,
    ...(seed !== undefined && { seed }),
    faults: [{ on: 'result', do: 'error-503', share: 0.5 }],
  });
  const sandbox = space === undefined ? root : root.space(space);
  const said: string[] = [];
  const client = createSelfInfoClient({
    service: loan,
    environment: sandbox.environment(),
    clock: sandbox.clock,
    random: () => 0.5,
    fetch: async (request) => {
      const response = await sandbox.fetch(request);
      said.push(await response.clone().text());
      return response;
    },
  });
  for (const persona of ['hanako', 'mover']) {
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const callback = new URL(await sandbox.visit(url, { persona }));
    // The state is drawn by the client.
    said.push(callback.searchParams.get('code') ?? '');
    const outcome = await client.completeConsent(callback.href, { sessionBinding: SESSION });
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    await client.query(outcome.grant, latest(), {
      onProgress: ({ retryAt }) => sandbox.clock.set(retryAt),
    });
  }
  return { said, log: sandbox.journal };
}

describe('the seed of a sandbox', () => {
  it('makes codes, tokens, process ids, chosen calls and the log the same in two runs', async () => {
    const [first, second] = [await play('seed-1'), await play('seed-1')];
    expect(first.said.length).toBeGreaterThan(6);
    expect(second).toEqual(first);
  });

  it('draws other values by another seed, in another space, and without one', async () => {
    const runs = [
      await play('seed-1'),
      await play('seed-2'),
      await play('seed-1', 'a'),
      await play('seed-1', 'b'),
      await play(undefined),
      await play(undefined),
    ];
    const codes = runs.map(({ said }) => said.find((text) => /^[\w-]{43}$/.test(text)));
    expect(codes).not.toContain(undefined);
    expect(new Set(codes).size).toBe(runs.length);
  });

  it('chooses calls by share whatever else is drawn in between', async () => {
    const hits = async (between: (sandbox: Sandbox) => unknown) => {
      const sandbox = createSandbox({
        registrations: [registrationOf(loan)],
        clock: createVirtualClock(NOW),
        seed: 'seed-1',
        faults: [{ on: 'authorize', do: 'error-503', share: 0.5 }],
      });
      for (let call = 0; call < 40; call++) {
        await sandbox.fetch(new Request(authorizationUrl(sandbox, { state: undefined })));
        await between(sandbox);
      }
      return sandbox.journal
        .filter(({ step }) => step === 'authorize')
        .map(({ fault }) => fault ?? '-');
    };
    const quiet = await hits(() => undefined);
    expect(new Set(quiet)).toEqual(new Set(['error-503', '-']));
    // A pushed request draws its reference.
    const busy = await hits((sandbox) =>
      send(sandbox, paths.pushedAuthorization.value, {
        body: authorizationUrl(sandbox).searchParams,
      }),
    );
    expect(busy).toEqual(quiet);
  });

  it('must be a text', async () => {
    const make = () => createSandbox({ registrations: [registrationOf(loan)], seed: 7 as never });
    expect(await typeErrorOf(make)).toBe('options.seed must be a string.');
  });
});
