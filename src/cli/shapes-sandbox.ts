import { createSelfInfoClient } from '../client/client.js';
import { createVirtualClock } from '../foundation/clock.js';
import { personas } from '../sandbox/personas/built-in.js';
import { createSandbox } from '../sandbox/sandbox.js';
import type { Inquiry } from '../service/inquiry.js';
import { defineService, type Service } from '../service/service.js';
import type { CompareOptions } from '../shapes/compare-profile.js';
import type { ShapeRecorder } from '../shapes/recorder.js';
import { loan } from './sandbox-input.js';

/** A Tuesday on which every server runs. */
const NOW = '2026-12-01T10:00:00+09:00';

/** Records the responses of the sandbox to a query about each of its citizens. */
export async function recordSandbox(
  recorder: ShapeRecorder,
  { profile, service = defineService(loan) as Service }: CompareOptions,
): Promise<void> {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({
    registrations: [
      { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
    ],
    clock,
    ...(profile && { profile }),
  });
  const client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    fetch: (request) => sandbox.fetch(request),
    clock,
    recorder,
  });
  const inquiries = Object.fromEntries(
    Object.entries(service.items).map(([key, { inquiries: allowed }]) => [
      key,
      allowed.some((method) => method === 'latest')
        ? LATEST
        : allowed.some((method) => method === 'range')
          ? YEAR
          : DAY,
    ]),
  );
  const session = { sessionBinding: 'shapes' };
  for (const { id: persona } of personas) {
    const { url } = await client.beginConsent(session);
    // Some citizens cannot identify themselves: then the pages lead nowhere.
    const callback = await sandbox.visitRequest(url, { persona }).catch(() => undefined);
    const outcome = callback && (await client.completeConsent(callback, session));
    if (outcome?.status !== 'granted') continue;
    await client.query(outcome.grant, inquiries, {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    clock.set(NOW);
  }
  await client.close();
}

const LATEST: Inquiry = { method: 'latest' };
const YEAR: Inquiry = { method: 'range', from: '2025-12-02', to: '2026-12-01' };
const DAY: Inquiry = { method: 'point-in-time', at: '2026-12-01' };
