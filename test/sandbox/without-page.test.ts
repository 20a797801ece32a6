import { describe, expect, it } from 'vitest';
import { consentHeaders, createSandbox, createVirtualClock } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf } from '../kit/loan.js';
import { authorizationUrl, callbackOf, exchange } from './steps.js';

const open = () =>
  createSandbox({ registrations: [registrationOf(loan)], clock: createVirtualClock(NOW) });
type Sandbox = ReturnType<typeof open>;

/** Opens the authorization URL as a program does, and returns where it leads. */
async function consent(
  sandbox: Sandbox,
  headers: Record<string, string> = {},
  changes: Record<string, string> = {},
) {
  const response = await sandbox.fetch(
    new Request(authorizationUrl(sandbox, changes), { headers }),
  );
  return { status: response.status, callback: callbackOf(response.headers.get('location')) };
}

describe('a consent without a page', () => {
  it.each([
    ['a header', { [consentHeaders.persona]: 'hanako' }, {}],
    ['a login_hint', {}, { login_hint: 'hanako' }],
  ])('is given by %s, and the code can be exchanged', async (_, headers, changes) => {
    const sandbox = open();
    const { status, callback } = await consent(sandbox, headers, changes);
    expect([status, callback.state, callback.iss]).toEqual([
      303,
      'state-1',
      'https://api.sandbox.invalid',
    ]);
    expect(await exchange(sandbox, String(callback.code))).toMatchObject({ status: 200 });
    expect(sandbox.journal.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'authorize accepted',
      'decide accepted',
      'token accepted',
    ]);
  });

  it('is given by the rule of a space until the rule is taken back, and not in other spaces', async () => {
    const sandbox = open();
    const space = sandbox.space('one');
    space.control.putRule({ persona: 'hanako' });
    expect((await consent(space)).callback.code).toBeDefined();
    expect((await consent(space)).callback.code).toBeDefined();
    expect((await consent(sandbox)).status).toBe(200);
    space.control.putRule(undefined);
    expect(await consent(space)).toMatchObject({ status: 200, callback: {} });
  });

  it('is declined by the header, before the login_hint and the rule', async () => {
    const sandbox = open();
    sandbox.control.putRule({ persona: 'mover' });
    const headers = { [consentHeaders.persona]: 'hanako', [consentHeaders.decision]: 'decline' };
    const { callback } = await consent(sandbox, headers, { login_hint: 'mover' });
    expect(callback).toMatchObject({ error: 'access_denied', state: 'state-1' });
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'decide',
      outcome: 'accepted',
      code: 'declined',
    });
  });

  it('counts wrong PINs: the first two lead to the page, the third back with an error', async () => {
    const sandbox = open();
    const headers = { [consentHeaders.persona]: 'hanako', [consentHeaders.pin]: '0000' };
    expect((await consent(sandbox, headers)).status).toBe(400);
    expect((await consent(sandbox, headers)).status).toBe(400);
    expect((await consent(sandbox, headers)).callback.error).toBe('access_denied');
    expect(sandbox.journal.flatMap(({ step, code }) => (step === 'decide' ? [code] : []))).toEqual([
      'pin_wrong',
      'pin_wrong',
      'card_locked',
    ]);
  });

  it('leads a locked or an expired card straight back', async () => {
    for (const [persona, code] of [
      ['card-locked', 'card_locked'],
      ['card-expired', 'certificate_expired'],
    ] as const) {
      const sandbox = open();
      if (!sandbox.control.listPersonas().some(({ id }) => id === persona))
        sandbox.control.putPersona({
          id: persona,
          name: '見本 しるし',
          pin: '1234',
          card: persona === 'card-locked' ? 'locked' : 'expired',
          records: {},
        });
      const { callback } = await consent(sandbox, { [consentHeaders.persona]: persona });
      expect([callback.error, sandbox.journal.at(-1)?.code]).toEqual(['access_denied', code]);
    }
  });

  it.each([
    [{ [consentHeaders.persona]: 'nobody' }],
    [{ [consentHeaders.persona]: 'hanako', [consentHeaders.decision]: 'perhaps' }],
  ])('is refused for %j', async (headers) => {
    const sandbox = open();
    expect((await consent(sandbox, headers)).status).toBe(400);
    expect(sandbox.journal.at(-1)).toMatchObject({ code: 'consent_header_unknown' });
  });

  it('is not given for a login_hint that names no persona', async () => {
    expect(await consent(open(), {}, { login_hint: 'somebody@example.com' })).toMatchObject({
      status: 200,
    });
  });

  it('never skips a check of the request', async () => {
    const sandbox = open();
    sandbox.control.putRule({ persona: 'hanako' });
    const { status } = await consent(sandbox, {}, { redirect_uri: 'https://other.example/' });
    expect(status).toBe(400);
    const { callback } = await consent(sandbox, {}, { code_challenge_method: 'plain' });
    expect(callback).toMatchObject({ error: 'invalid_request' });
  });
});
