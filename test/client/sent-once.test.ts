import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryStore, createSelfInfoClient } from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { answerAt, loan, openBank, registrationOf, visits } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { sized } from '../kit/size.js';
import { asked } from './submitted.js';

const { runs } = sized({ usual: { runs: 80 }, full: { runs: 80 }, soak: { runs: 2_000 } });

describe('a request that was sent', () => {
  const actions = [
    'submit',
    'query',
    'collect',
    'collect by another client',
    'discard the retrieval',
  ] as const;
  const fates = ['answered', 'lost', 'broken', 'refused'] as const;

  it('is never sent again, in any order of calls and with any fate of its response', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fates),
        fc.array(fc.constantFrom(...actions), { minLength: 2, maxLength: 8 }),
        async (fate, plan) => {
          const store = createMemoryStore();
          let carriedOut = 0;
          const { intercept } = answerAt('/request', async (request, pass) => {
            if (fate === 'refused')
              return Response.json({ error: 'invalid_request' }, { status: 400 });
            const response = await pass(request);
            if (response.ok) carriedOut++;
            if (fate === 'lost') throw new TypeError('fetch failed');
            return fate === 'broken' ? new Response('{"process_id":', response) : response;
          });
          const { client, sandbox, consent, clock, onProgress, calls } = openBank({
            store,
            intercept,
          });
          const other = createSelfInfoClient({
            service: loan,
            environment: sandbox.environment(),
            clock,
            store,
            fetch: (request) => intercept(request, sandbox.fetch),
          });
          const grant = await consent();
          let stored: string | undefined;
          for (const action of plan) {
            // Calls may fail. The counts below decide.
            const done = (async () => {
              if (action === 'submit') stored = JSON.stringify(await client.submit(grant, asked));
              else if (action === 'query') await client.query(grant, asked, { onProgress });
              else if (stored === undefined) return;
              else if (action === 'discard the retrieval')
                await client.discard(client.resume(stored));
              else
                await (action === 'collect' ? client : other).collect(client.resume(stored), {
                  onProgress,
                });
            })();
            await done.catch(() => undefined);
          }
          const requests = calls.filter((path) => path === '/request').length;
          if (fate === 'refused') expect(carriedOut).toBe(0);
          else expect([requests <= 1, carriedOut <= 1]).toEqual([true, true]);
          await Promise.all([client.close(), other.close()]);
        },
      ),
      { numRuns: runs },
    );
  });
});

describe('a request whose response is lost', () => {
  const lose = answerAt('/request', async (request, pass) => {
    await pass(request);
    throw new TypeError('fetch failed', { cause: new Error('token=canary') });
  });

  it('may have been carried out and is never sent again', async () => {
    const { client, consent, calls } = openBank(lose);
    const grant = await consent();
    const error = await errorOf(() => client.submit(grant, asked));
    expect(facts(error)).toEqual({
      code: 'answer_lost',
      stage: 'request',
      effect: 'unknown',
      safe: false,
    });
    expect(JSON.stringify(error) + error.stack + error.cause).not.toContain('canary');
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('is thrown by query, because it is not a refusal', async () => {
    const { client, consent } = openBank(lose);
    expect((await errorOf(async () => client.query(await consent(), asked))).code).toBe(
      'answer_lost',
    );
  });
});

describe('a request that was not sent', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  it('leaves the grant usable', async () => {
    const sandbox = await startSandbox({ registrations: [registrationOf(loan)] });
    const { environment, tls } = sandbox.connection;
    const port = Number(new URL(sandbox.apiUrl).port);
    const client = createSelfInfoClient({ service: loan, environment, tls });
    ends.push(client.close);
    const grant = await visits(client, sandbox).consent();
    await sandbox.close();
    expect(facts(await errorOf(() => client.submit(grant, asked)))).toEqual({
      code: 'connection_failed',
      stage: 'request',
      effect: 'none',
      safe: true,
    });
    // The client does not trust another portal at the same address. That it connects shows that the
    // grant was not used.
    const again = await startSandbox({ registrations: [registrationOf(loan)], apiPort: port });
    ends.push(again.close);
    const error = await errorOf(() => client.submit(grant, asked));
    expect(facts(error)).toEqual({
      code: 'server_not_trusted',
      stage: 'request',
      effect: 'none',
      safe: false,
    });
  });
});
