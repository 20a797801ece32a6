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
  exchange,
  fields,
  inquiry,
  poll,
  registration,
  request,
} from './steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

describe('visit', () => {
  it('can be destructured from the sandbox', async () => {
    const { visit } = sandbox;
    expect(
      callbackOf(await visit(String(authorizationUrl(sandbox)), { persona: 'hanako' })).code,
    ).toBeDefined();
  });

  it('lets its options win over the rule of the space and the login_hint', async () => {
    sandbox.control.putRule({ persona: 'mover', decision: 'decline' });
    const url = authorizationUrl(sandbox, { login_hint: 'mover' });
    const { code = '' } = callbackOf(await sandbox.visit(url, { persona: 'hanako' }));
    const token = String((await exchange(sandbox, code)).body.access_token);
    const { body } = await request(sandbox, token, inquiry('TM00000000000002', 'latest'));
    await poll(sandbox, token, body[fields.processId.value]);
    const answered = await poll(sandbox, token, body[fields.processId.value]);
    // The income of hanako in 2026; that of mover is 6,110,000.
    expect(JSON.stringify(answered.body)).toContain('5200000');
    sandbox.control.putRule({ persona: 'mover' });
    const declined = await sandbox.visit(url, { persona: 'hanako', decision: 'decline' });
    expect(callbackOf(declined).error).toBe('access_denied');
    await expect(sandbox.visit(url, { persona: 'hanako', pin: '0000' })).rejects.toMatchObject({
      message: expect.stringContaining('pin_wrong'),
    });
  });

  it('leaves the rule to callers that send the same request', async () => {
    sandbox.control.putRule({ persona: 'mover' });
    const headers = { 'accept-language': 'en' };
    await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako' });
    const again = new Request(authorizationUrl(sandbox), { headers });
    expect((await sandbox.fetch(again)).status).toBe(303);
  });

  it('throws the text of the refusing page without the PIN', async () => {
    const refused = sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin: '9753' });
    await expect(refused).rejects.toMatchObject({
      code: 'sandbox_refused',
      message: expect.stringContaining('pin_wrong'),
    });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('9753') });
  });

  it.each([
    [
      'an unknown persona',
      { persona: 'nobody' },
      { code: 'invalid_option', path: 'options.persona' },
    ],
    ['no persona', {}, { code: 'missing_option', path: 'options.persona' }],
    [
      'an unknown option',
      { persona: 'hanako', pim: '1' },
      { code: 'unknown_option', path: 'options.pim' },
    ],
    [
      'an unknown decision',
      { persona: 'hanako', decision: 'maybe' },
      { code: 'invalid_option', path: 'options.decision' },
    ],
  ])('refuses %s', async (_, options, error) => {
    await expect(
      sandbox.visit(authorizationUrl(sandbox), options as { persona: string }),
    ).rejects.toMatchObject(error);
  });

  it.each(['nowhere', 'https://elsewhere.example/oauth/authorize'])(
    'refuses the address %s',
    async (url) => {
      await expect(sandbox.visit(url, { persona: 'hanako' })).rejects.toMatchObject({
        name: 'SelfInfoError',
      });
    },
  );
});
