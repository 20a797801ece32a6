import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/sandbox/certificates.js';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import {
  call,
  codeFor,
  exchange,
  fields,
  inquiry,
  paths,
  refused,
  registration,
  tokenFor,
} from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;
let certificate: string;
let otherCertificate: string;

beforeAll(async () => {
  const authority = await createAuthority();
  certificate = (await authority.issueClient('one')).cert;
  otherCertificate = (await authority.issueClient('two')).cert;
});

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const income = inquiry('TM00000000000002', 'latest');

describe('the client certificate of a call', () => {
  it('must be the registered one', async () => {
    sandbox = createSandbox({ registrations: [{ ...registration, certificate }], clock });
    const code = await codeFor(sandbox, 'hanako');
    expect(await exchange(sandbox, code)).toMatchObject(refused(401, 'invalid_client'));
    expect(await exchange(sandbox, code, {}, otherCertificate)).toMatchObject(
      refused(401, 'invalid_client'),
    );
    expect((await exchange(sandbox, code, {}, certificate)).status).toBe(200);
  });

  it('must be the one the token was issued to', async () => {
    const token = await tokenFor(sandbox, 'hanako', certificate);
    const body = { [fields.items.value]: [income] };
    for (const presented of [undefined, otherCertificate]) {
      const answered = await call(sandbox, paths.request.value, token, body, presented);
      expect(answered).toMatchObject(refused(401, 'invalid_token'));
      expect(answered.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    }
    const { body: process } = await call(sandbox, paths.request.value, token, body, certificate);
    expect(await call(sandbox, paths.result.value, token, process, otherCertificate)).toMatchObject(
      refused(401, 'invalid_token'),
    );
    expect((await call(sandbox, paths.result.value, token, process, certificate)).status).toBe(200);
  });

  it('cannot be added to a token that was issued without one', async () => {
    const token = await tokenFor(sandbox, 'hanako');
    expect(
      await call(
        sandbox,
        paths.request.value,
        token,
        { [fields.items.value]: [income] },
        certificate,
      ),
    ).toMatchObject(refused(401, 'invalid_token'));
  });

  it('throws an error for the caller when it is not a certificate', async () => {
    await expect(exchange(sandbox, 'x', {}, 'no certificate')).rejects.toMatchObject({
      code: 'invalid_credential',
      path: 'peer.clientCertificate',
    });
  });
});
