import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSelfInfoClient, latest, systemClock } from '../../src/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { loan, NOW, openBank, registrationOf, visits } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';

afterEach(() => void vi.useRealTimers());

describe('under vi.useFakeTimers() with its defaults', () => {
  it('a journey on the system clock is refused with a sentence', async () => {
    vi.useFakeTimers({ now: Date.parse(NOW) });
    const sandbox = createSandbox({ registrations: [registrationOf(loan)] });
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.environment(),
      fetch: (request) => sandbox.fetch(request),
    });
    const grant = await visits(client, sandbox).consent();
    const error = await errorOf(() => client.query(grant, { income: latest() }));
    expect(error).toMatchObject({ code: 'invalid_option', path: 'options.clock' });
    expect(error.message).toContain('createVirtualClock');
    expect(error.retrieval).toBeDefined();
  });

  it('a journey on a virtual clock works', async () => {
    const { client, consent, onProgress } = openBank();
    vi.useFakeTimers();
    const { status } = await client.query(await consent(), { income: latest() }, { onProgress });
    expect(status).toBe('ready');
  });

  it('a wait ends when the test advances the timers', async () => {
    vi.useFakeTimers();
    const waited = systemClock.wait(60_000);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(waited).resolves.toBeUndefined();
  });

  it('a wait ends when the timers advance on their own, a little behind the real time', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await expect(systemClock.wait(300)).resolves.toBeUndefined();
  });
});
