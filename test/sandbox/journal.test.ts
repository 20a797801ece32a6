import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../src/sandbox/index.js';
import {
  authorizationUrl,
  callbackOf,
  codeFor,
  exchange,
  fields,
  inquiry,
  poll,
  refused,
  registration,
  request,
  verifier,
} from './steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const income = inquiry('TM00000000000002', 'latest');

describe('the journal', () => {
  it('lists the steps by the sandbox’s clock, without secrets and personal data', async () => {
    const code = await codeFor(sandbox, 'hanako');
    const token = String((await exchange(sandbox, code)).body.access_token);
    const { body } = await request(sandbox, token, income);
    await poll(sandbox, token, body[fields.processId.value]);
    expect(sandbox.journal.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'authorize accepted',
      'decide accepted',
      'decide accepted',
      'token accepted',
      'request accepted',
      'result accepted',
    ]);
    expect(sandbox.journal[0]).toEqual({
      seq: 1,
      at: '2026-12-01T10:00:00+09:00',
      step: 'authorize',
      outcome: 'accepted',
      checked: [
        'parameters',
        'client',
        'redirect_uri',
        'push',
        'state',
        'response_type',
        'pkce',
        'response_mode',
      ],
      clientId: registration.clientId,
    });
    const text = JSON.stringify(sandbox.journal);
    for (const secret of [
      code,
      token,
      verifier,
      '1234',
      'hanako',
      '花子',
      'state-1',
      String(body[fields.processId.value]),
    ])
      expect(text).not.toContain(`"${secret}`);
  });

  it('names no client that is not registered', async () => {
    await sandbox.fetch(new Request(authorizationUrl(sandbox, { client_id: 'somebody' })));
    expect(sandbox.journal).toEqual([
      {
        seq: 1,
        at: '2026-12-01T10:00:00+09:00',
        step: 'authorize',
        outcome: 'refused',
        checked: ['parameters', 'client'],
        code: 'unknown_client',
        reason: expect.stringContaining('not registered'),
        reasonJa: expect.stringContaining('登録されていません'),
      },
    ]);
  });
});

describe('two sandboxes', () => {
  it('share nothing', async () => {
    const other = createSandbox({ registrations: [registration], clock });
    const code = await codeFor(sandbox, 'hanako');
    expect(await exchange(other, code)).toMatchObject(refused(400, 'invalid_grant'));
    const token = String((await exchange(sandbox, code)).body.access_token);
    expect(await request(other, token, income)).toMatchObject(refused(401, 'invalid_token'));
    for (const _ of [1, 2])
      await sandbox
        .visit(authorizationUrl(sandbox), { persona: 'mover', pin: '0000' })
        .catch(() => undefined);
    await sandbox.visit(authorizationUrl(sandbox), { persona: 'mover', pin: '0000' });
    expect(
      callbackOf(await other.visit(authorizationUrl(other), { persona: 'mover' })).code,
    ).toBeDefined();
    expect(other.journal.filter(({ step }) => step === 'authorize')).toHaveLength(1);
  });
});
