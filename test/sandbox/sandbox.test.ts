import { executionAsyncResource } from 'node:async_hooks';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSandbox, createVirtualClock } from '../../src/sandbox/index.js';
import { defineService } from '../../src/service/service.js';
import { isEnvironment } from '../../src/wire/environment.js';
import { codeFor, exchange, fields, inquiry, poll, registration, request, send } from './steps.js';

describe('a sandbox', () => {
  it('accepts the result of defineService as it is', () => {
    const defined = defineService({
      name: '住宅ローン事前審査',
      purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
      retention: { days: 30 },
      items: {
        income: {
          detail: 'local-tax',
          inquiries: ['latest'],
          latestBy: '課税年度',
          holders: ['municipal'],
        },
      },
    });
    expect(
      createSandbox({ registrations: [{ ...registration, service: defined }] }).environment()
        .clientId,
    ).toBe(registration.clientId);
  });

  it('returns the environment of each registration', () => {
    const other = {
      ...registration,
      clientId: 'SP87654321_CD4321',
      redirectUris: ['http://localhost:3000/cb', 'https://b.example/'],
    };
    const { environment } = createSandbox({ registrations: [registration, other] });
    expect(environment()).toMatchObject({
      kind: 'sandbox',
      clientId: registration.clientId,
      redirectUri: registration.redirectUris[0],
    });
    expect(environment(other.clientId)).toMatchObject({
      clientId: other.clientId,
      redirectUri: 'http://localhost:3000/cb',
    });
    expect(isEnvironment(environment())).toBe(true);
    expect(() => environment('SP00000000_XX0000')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'clientId' }),
    );
  });

  it('refuses a request while its clock is outside its calendar', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock('2020-01-01T00:00:00+09:00'),
    });
    const { body } = await exchange(sandbox, await codeFor(sandbox, 'hanako'));
    expect(
      await request(sandbox, String(body.access_token), inquiry('household', 'latest')),
    ).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
  });

  it('adds nothing to the async context of later promises', async () => {
    const carried = async () => {
      await codeFor(createSandbox({ registrations: [registration] }), 'hanako');
      return Object.getOwnPropertySymbols(executionAsyncResource()).length;
    };
    const first = await carried();
    for (let count = 0; count < 10; count++) await carried();
    expect(await carried()).toBe(first);
  });

  it('shows nothing of its content to inspect and JSON', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
    });
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    const process = (await request(sandbox, token, inquiry('household', 'latest'))).body[
      fields.processId.value
    ];
    await poll(sandbox, token, process);
    await send(sandbox, '/nothing', {});
    const shown = `${inspect(sandbox, { depth: 20, showHidden: true })}${JSON.stringify(sandbox)}${String(sandbox)}`;
    for (const secret of [
      code,
      token,
      String(process),
      '番号 花子',
      'サンプル市',
      '1234,',
      "'1234'",
    ])
      expect(shown).not.toContain(secret);
  });
});
