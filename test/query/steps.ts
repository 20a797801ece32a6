import { createHash, randomBytes } from 'node:crypto';
import {
  type AccessToken,
  buildConsentUrl,
  createVirtualClock,
  exchangeToken,
  fetchAnswer,
  latest,
  type RequestAnswerOptions,
  requestAnswer,
  sandboxEnvironment,
  validateCallback,
  type WireProfile,
} from '../../src/index.js';
import { type Fault, type SandboxCodec, startSandbox } from '../../src/sandbox/index.js';
import { persona, service } from '../kit/canary-citizen.js';
import { CLIENT_ID, NOW, registrationOf } from '../kit/loan.js';
import { hide } from '../kit/register.js';

export type Asked = typeof service;
type Options = Partial<RequestAnswerOptions<Asked>>;

export interface StepsOptions {
  readonly faults?: readonly Fault[];
  /** The codec of the sandbox. */
  readonly codec?: SandboxCodec;
}

/** Opens a sandbox over real TLS, and takes its citizen through the steps. */
export async function openSteps({ faults, codec }: StepsOptions = {}) {
  const clock = createVirtualClock(NOW);
  const sandbox = await startSandbox({
    registrations: [registrationOf(service), registrationOf(service, OTHER_ID)],
    personas: [persona],
    clock,
    ...(faults && { faults }),
    ...(codec && { codec }),
  });
  const { environment, tls } = sandbox.connection;
  const step = { environment, service, tls, clock };

  /** Returns the environment of the sandbox with changes. */
  const changed = (changes: Partial<Parameters<typeof sandboxEnvironment>[0]>) => {
    const { clientId, redirectUri, endpoints, issuer, ca } = environment;
    return sandboxEnvironment({
      ...{ clientId, redirectUri, endpoints, issuer },
      ...(ca !== undefined && { ca }),
      ...changes,
    });
  };
  const under = (profile: WireProfile, otherProfiles: readonly WireProfile[] = []) =>
    changed({ profile, otherProfiles });

  /** Goes through the first three steps. */
  async function consent(): Promise<AccessToken> {
    const state = hide('state', randomBytes(32).toString('base64url'));
    const codeVerifier = hide('verifier', randomBytes(32).toString('base64url'));
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const url = buildConsentUrl(environment, { state, codeChallenge });
    const back = await sandbox.visit(url, { persona: persona.id });
    const callback = await validateCallback(environment, back, { state });
    const token = await exchangeToken({ environment, callback, codeVerifier, tls, clock });
    hide('token', token.token.reveal());
    return token;
  }
  const send = (accessToken: AccessToken, options: Options = {}) =>
    requestAnswer({
      ...step,
      inquiries: latest(),
      grantedAt: clock.now(),
      accessToken,
      ...options,
    });
  const ask = async (options: Options = {}) => send(await consent(), options);
  const poll = (handle: Parameters<typeof fetchAnswer>[0]['handle'], options: Options = {}) =>
    fetchAnswer({ ...step, ...(options as object), handle });
  /** Polls until there is something else than `running`. */
  async function pollToEnd(...given: Parameters<typeof poll>) {
    for (;;) {
      const fetched = await poll(...given);
      if (fetched.status !== 'running') return fetched;
      clock.set(fetched.retryAt);
    }
  }
  /** Returns how often the sandbox got a call of this step. */
  const calls = (name: string) => sandbox.journal.filter((entry) => entry.step === name).length;
  return { sandbox, clock, step, changed, under, consent, send, ask, poll, pollToEnd, calls };
}

export type Steps = Awaited<ReturnType<typeof openSteps>>;

/** Another client of the same sandbox, with a certificate of its own. */
export const OTHER_ID = CLIENT_ID.replace(/.$/, '9');
