import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type Progress,
} from '../../../src/index.js';
import { type Fault, type StartedSandbox, startSandbox } from '../../../src/sandbox/index.js';
import { loan, NOW, registrationOf, visits } from '../../kit/loan.js';
import { errorOf } from '../../kit/refusals.js';
import { authorizationUrl } from '../steps.js';

import type { Action } from './actions.js';

describe('a fault over sockets', () => {
  let sandbox: StartedSandbox | undefined;
  afterEach(() => sandbox?.close());

  async function start(fault: Action, on: Fault['on']) {
    const clock = createVirtualClock(NOW);
    sandbox = await startSandbox({
      registrations: [registrationOf(loan)],
      clock,
      faults: [{ ...fault, on } as Fault],
    });
    const client = createSelfInfoClient({ service: loan, ...sandbox.connection });
    return {
      client,
      consent: visits(client, sandbox).consent,
      sandbox,
      onProgress: ({ retryAt }: Progress) => clock.set(retryAt),
    };
  }

  it.each([
    ['token', { do: 'reset' }, 'connection_closed'],
    ['token', { do: 'truncate' }, 'connection_closed'],
    ['request', { do: 'reset' }, 'answer_lost'],
    ['request', { do: 'truncate' }, 'answer_lost'],
    ['result', { do: 'reset' }, 'connection_closed'],
    ['result', { do: 'truncate' }, 'connection_closed'],
    ['result', { do: 'huge' }, 'response_invalid'],
    ['result', { do: 'wrong-type' }, 'response_invalid'],
  ] as const)('at the %s step, %o fails the client with %s', async (on, fault, code) => {
    const { client, consent, onProgress } = await start(fault, on);
    expect(
      await errorOf(async () => client.query(await consent(), latest(), { onProgress })),
    ).toMatchObject({ code });
    await client.close();
  });

  it('holds a stalled connection until the caller gives up', async () => {
    const { client, consent, sandbox: started } = await start({ do: 'stall' }, 'result');
    const grant = await consent();
    const abort = new AbortController();
    const query = errorOf(() => client.query(grant, latest(), { signal: abort.signal }));
    await expect.poll(() => started.journal.at(-1)?.fault).toBe('stall');
    abort.abort();
    expect(await query).toMatchObject({ code: 'aborted' });
    await client.close();
  });

  it('ends a page in the middle of its body', async () => {
    const { sandbox: started } = await start({ do: 'reset' }, 'authorize');
    const ended = new Promise((resolve) => {
      httpRequest(authorizationUrl(started), (response) =>
        response
          .resume()
          .on('error', resolve)
          .on('end', () => resolve('ended')),
      )
        .on('error', resolve)
        .end();
    });
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
  });
});
