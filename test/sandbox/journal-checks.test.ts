import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/sandbox/certificates.js';
import {
  consentHeaders,
  createSandbox,
  createVirtualClock,
  faultHeader,
  type Persona,
  type Registration,
  type Sandbox,
  type SandboxOptions,
} from '../../src/sandbox/index.js';
import { noticing } from '../client/noticing.js';
import { makeKey } from '../kit/keys.js';
import { oauthProfile } from '../kit/profiles.js';
import {
  authorizationUrl,
  call,
  codeFor,
  exchange,
  fields,
  inquiry,
  paths,
  poll,
  registration,
  request,
  send,
  tokenFor,
} from './steps.js';

const NOW = '2026-12-01T10:00:00+09:00';
const { cert } = await (await createAuthority()).issueClient('one');
const income = inquiry('TM00000000000002', 'latest');

function open(changes: Partial<Registration> = {}, options: Partial<SandboxOptions> = {}) {
  return createSandbox({
    registrations: [{ ...registration, ...changes }],
    clock: createVirtualClock(NOW),
    ...options,
  });
}

/** Returns what the newest entry says: its step, its code, and what was checked. */
function last(sandbox: Sandbox) {
  const { step, code, checked = [] } = sandbox.journal.at(-1) ?? {};
  return [step, code, checked.join(' ')];
}

const get = (sandbox: Sandbox, changes = {}, headers: Record<string, string> = {}) =>
  sandbox.fetch(new Request(authorizationUrl(sandbox, changes), { headers }));

/** Submits the form of a page as a browser would. */
async function submit(sandbox: Sandbox, page: Response, answers: Record<string, string>) {
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  return post(sandbox, { form, ...answers });
}

function post(sandbox: Sandbox, answers: Record<string, string>) {
  const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
  return sandbox.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(answers) }));
}

const push = (sandbox: Sandbox, changes = {}) =>
  send(sandbox, paths.pushedAuthorization.value, {
    body: authorizationUrl(sandbox, changes).searchParams,
  });

const toCard = async (sandbox: Sandbox) =>
  submit(sandbox, await get(sandbox), { decision: 'agree', agree: 'yes' });

const AUTHORIZE = 'redirect_uri push state response_type pkce response_mode';
const DECIDE = 'parameters form decision transaction_open form_time form_unused';
const TOKEN = 'parameters client grant_type required_parameters code redirect_uri pkce';

describe('what the journal lists as checked, of an accepted', () => {
  it('authorization request', async () => {
    const sandbox = open();
    await get(sandbox);
    expect(last(sandbox)).toEqual(['authorize', undefined, `parameters client ${AUTHORIZE}`]);
  });

  it('authorization request under a profile with a scope and parameters of its own', async () => {
    const profile = oauthProfile({ scope: 'self', authorizationParameters: { purpose: 'x' } });
    const sandbox = open({}, { profile });
    await get(sandbox, { scope: 'self', purpose: 'x' });
    expect(last(sandbox)).toEqual([
      'authorize',
      undefined,
      `parameters client ${AUTHORIZE} scope profile_parameters`,
    ]);
  });

  it('pushed request, and its opening', async () => {
    const sandbox = open();
    const { body } = await push(sandbox);
    expect(last(sandbox)).toEqual([
      'push',
      undefined,
      'parameters client request_uri redirect_uri state response_type pkce response_mode',
    ]);
    await get(sandbox, { request_uri: String(body.request_uri) });
    expect(last(sandbox)).toEqual(['authorize', undefined, 'parameters client request_uri']);
  });

  it('decision on the consent, on the card, and to decline', async () => {
    const sandbox = open();
    const page = await toCard(sandbox);
    expect(last(sandbox)).toEqual(['decide', undefined, `${DECIDE} consent`]);
    await submit(sandbox, page, { decision: 'agree', persona: 'hanako', pin: '1234' });
    expect(last(sandbox)).toEqual(['decide', undefined, `${DECIDE} card pin`]);
    await submit(sandbox, await get(sandbox), { decision: 'decline' });
    expect(last(sandbox)).toEqual([
      'decide',
      'declined',
      'parameters form decision transaction_open',
    ]);
  });

  it('consent without a page, in two entries', async () => {
    const sandbox = open();
    await get(sandbox, {}, { [consentHeaders.persona]: 'hanako' });
    expect(sandbox.journal.map(({ step, checked }) => [step, checked.join(' ')])).toEqual([
      ['authorize', `parameters client consent_header ${AUTHORIZE}`],
      ['decide', 'card pin'],
    ]);
    sandbox.control.putRule({ persona: 'hanako', decision: 'decline' });
    await get(sandbox);
    expect(last(sandbox)).toEqual(['decide', 'declined', '']);
  });

  it('token, request, result and acknowledgement, with no certificate in play', async () => {
    const sandbox = open({}, { profile: noticing });
    const token = await tokenFor(sandbox, 'hanako');
    expect(last(sandbox)).toEqual(['token', undefined, TOKEN]);
    const { body } = await request(sandbox, token, income);
    expect(last(sandbox)).toEqual([
      'request',
      undefined,
      'token body inquiries consent_unused holders_open',
    ]);
    await poll(sandbox, token, body[fields.processId.value]);
    expect(last(sandbox)).toEqual(['result', undefined, 'token body process result']);
    await call(sandbox, String(noticing.acknowledgement.value), token, body);
    expect(last(sandbox)).toEqual(['acknowledge', undefined, 'token body process']);
  });

  it('call of a client that has a certificate and a secret', async () => {
    const profile = oauthProfile({ clientAuthentication: 'client_secret_post' });
    const secret = 'a secret';
    const sandbox = open({ certificate: cert, clientAuth: { secret } }, { profile });
    const code = await codeFor(sandbox, 'hanako');
    const { body } = await exchange(sandbox, code, { client_secret: secret }, cert);
    expect(last(sandbox)).toEqual([
      'token',
      undefined,
      TOKEN.replace('client', 'client certificate secret'),
    ]);
    await call(sandbox, paths.request.value, String(body.access_token), {}, cert);
    expect(last(sandbox)[2]).toBe('token certificate body inquiries');
  });

  it('notice', async () => {
    const sendNotice = () => undefined;
    const sandbox = open(
      { noticeUri: 'https://loan.example/notice' },
      { profile: noticing, sendNotice },
    );
    const token = await tokenFor(sandbox, 'hanako');
    const { body } = await request(sandbox, token, income);
    await poll(sandbox, token, body[fields.processId.value]);
    expect(sandbox.journal.filter(({ step }) => step === 'notice')).toMatchObject([
      { outcome: 'accepted', checked: ['notice_uri'] },
    ]);
  });

  it('request about items whose status no server decides: it asks for no opening hours', async () => {
    const persona: Persona = {
      ...{ id: 'a', name: '見本', pin: '1234', records: {} },
      statuses: { 'local-tax': { status: 'not-covered' } },
    };
    const sandbox = open({}, { personas: [persona] });
    await request(sandbox, await tokenFor(sandbox, 'a'), income);
    expect(last(sandbox)[2]).toBe('token body inquiries consent_unused');
  });
});

describe('what the journal lists as checked, of a refused call, ends with what failed:', () => {
  it.each([
    [{ client_id: 'nobody' }, 'unknown_client', 'client'],
    [{ redirect_uri: 'https://other.example/' }, 'redirect_uri_not_registered', 'redirect_uri'],
    [{ state: undefined }, 'state_required', 'state'],
    [{ response_type: 'token' }, 'response_type_not_code', 'response_type'],
    [{ code_challenge_method: 'plain' }, 'pkce_required', 'pkce'],
    [{ response_mode: 'form_post' }, 'response_mode_differs', 'response_mode'],
    [{ request_uri: 'urn:x' }, 'request_uri_unknown', 'request_uri'],
  ])('an authorization request with %j', async (changes, code, check) => {
    const sandbox = open();
    await get(sandbox, changes);
    expect(sandbox.journal).toMatchObject([{ step: 'authorize', code }]);
    expect(sandbox.journal[0]?.checked.at(-1)).toBe(check);
  });

  it('an authorization request with a doubled parameter, an unknown header, without a push', async () => {
    const sandbox = open();
    await sandbox.fetch(new Request(`${authorizationUrl(sandbox)}&state=2`));
    expect(last(sandbox)).toEqual(['authorize', 'doubled_parameter', 'parameters']);
    await get(sandbox, {}, { [consentHeaders.persona]: 'nobody' });
    expect(last(sandbox)).toEqual([
      'authorize',
      'consent_header_unknown',
      'parameters client consent_header',
    ]);
    await get(sandbox, {}, { [faultHeader]: 'nothing' });
    expect(last(sandbox)).toEqual(['authorize', 'fault_unknown', 'fault']);
    const pushing = open({ requirePushedAuthorizationRequests: true });
    await get(pushing);
    expect(last(pushing)).toEqual([
      'authorize',
      'push_required',
      'parameters client redirect_uri push',
    ]);
  });

  it('a decision', async () => {
    const sandbox = open();
    const decided = async (page: Response, answers: Record<string, string>) => {
      const next = await submit(sandbox, page, answers);
      return { said: last(sandbox), next };
    };
    await post(sandbox, { form: 'x', decision: 'agree' });
    expect(last(sandbox)).toEqual(['decide', 'form_expired', 'parameters form']);
    const unticked = await decided(await get(sandbox), { decision: 'agree' });
    expect(unticked.said).toEqual(['decide', 'consent_not_ticked', `${DECIDE} consent`]);
    const noCard = await decided(await toCard(sandbox), { decision: 'agree' });
    expect(noCard.said).toEqual(['decide', 'card_not_chosen', `${DECIDE} card`]);
    const hanako = { decision: 'agree', persona: 'hanako' };
    const wrong = await decided(noCard.next, { ...hanako, pin: '0000' });
    expect(wrong.said).toEqual(['decide', 'pin_wrong', `${DECIDE} card pin`]);
    const late = await get(sandbox);
    sandbox.clock.advance(600_000);
    expect((await decided(late, { decision: 'agree', agree: 'yes' })).said).toEqual([
      'decide',
      'form_expired',
      'parameters form decision transaction_open form_time',
    ]);
  });

  it.each([
    [{ grant_type: 'password' }, 'grant_type_not_supported', 'grant_type'],
    [{ code: '' }, 'missing_parameter', 'required_parameters'],
    [{ code: 'x' }, 'code_unknown', 'code'],
    [{ redirect_uri: 'https://other.example/' }, 'redirect_uri_differs', 'redirect_uri'],
    [{ code_verifier: 'w'.repeat(43) }, 'verifier_mismatch', 'pkce'],
    [{ client_id: 'nobody' }, 'client_not_authenticated', 'client'],
    [{ client_secret: 'x' }, 'secret_not_registered', 'secret'],
    [{ client_assertion: 'x' }, 'assertion_not_registered', 'assertion'],
  ])('a token request with %j', async (changes, code, check) => {
    const sandbox = open();
    await exchange(sandbox, await codeFor(sandbox, 'hanako'), changes);
    expect(sandbox.journal.at(-1)).toMatchObject({ step: 'token', code });
    expect(sandbox.journal.at(-1)?.checked.at(-1)).toBe(check);
  });

  it('a token request and a call without the registered certificate', async () => {
    const sandbox = open({ certificate: cert });
    await exchange(sandbox, await codeFor(sandbox, 'hanako'));
    expect(last(sandbox)).toEqual([
      'token',
      'client_not_authenticated',
      'parameters client certificate',
    ]);
    await request(sandbox, await tokenFor(sandbox, 'hanako', cert), income);
    expect(last(sandbox)).toEqual(['request', 'token_certificate_mismatch', 'token certificate']);
  });

  it('a token request without the registered kind of authentication', async () => {
    const keys = [makeKey('ES256', 'ec-1').jwk];
    const sandbox = open({ certificate: cert, clientAuth: { jwks: { keys } } });
    await exchange(sandbox, await codeFor(sandbox, 'hanako'), {}, cert);
    expect(last(sandbox)).toEqual([
      'token',
      'assertion_required',
      'parameters client certificate assertion',
    ]);
  });

  it('a request and a poll', async () => {
    const sandbox = open();
    const token = await tokenFor(sandbox, 'hanako');
    await request(sandbox, 'unknown', income);
    expect(last(sandbox)).toEqual(['request', 'token_unknown', 'token']);
    await request(sandbox, token, inquiry('TM0', 'latest'));
    expect(last(sandbox)).toEqual(['request', 'item_not_registered', 'token body inquiries']);
    await poll(sandbox, token, 'another');
    expect(last(sandbox)).toEqual(['result', 'process_unknown', 'token body process']);
    const { body } = await request(sandbox, token, income);
    await request(sandbox, token, income);
    expect(last(sandbox)).toEqual([
      'request',
      'consent_used',
      'token body inquiries consent_unused',
    ]);
    sandbox.clock.advance(3_600_000);
    await poll(sandbox, token, body[fields.processId.value]);
    expect(last(sandbox)).toEqual(['result', 'result_expired', 'token body process result']);
  });

  it('nothing, when a fault replaces the step', async () => {
    const sandbox = open({}, { faults: [{ on: 'token', do: 'error-503' }] });
    await exchange(sandbox, 'x');
    expect(last(sandbox)).toEqual(['token', 'fault_asked_for', '']);
  });
});

describe('the list of what was checked', () => {
  it('cannot be changed, and is on the start page', async () => {
    const sandbox = open();
    await get(sandbox);
    expect(Object.isFrozen(sandbox.journal[0]?.checked)).toBe(true);
    const page = await sandbox.fetch(new Request(sandbox.environment().endpoints.browserUrl));
    expect(await page.text()).toContain(`<td>parameters client ${AUTHORIZE}</td>`);
  });
});
