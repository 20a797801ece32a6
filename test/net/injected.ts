import { latest, publicProfile, SelfInfoError } from '../../src/index.js';
import { grantOf, SESSION } from '../kit/loan.js';
import { openStub, type StubOptions, type StubStage } from '../kit/stub.js';

export const secret = 'canary-of-the-host';

export const explode = (): never => {
  throw new Error(secret);
};

export const thrower = (error: unknown): never => {
  throw error;
};

/** Throws on every access, so that any look at it fails the test; it is not a promise. */
export const mine = new Proxy(
  {},
  {
    has: explode,
    getPrototypeOf: explode,
    get: (_, name) => (name === 'then' ? undefined : explode()),
  },
);

export const frozen = Object.freeze(new SelfInfoError('upstream_unavailable'));

export const json = { 'content-type': 'application/json' };

export const { fields, processStatuses } = publicProfile;

/** Runs a whole consent and query in which the test answers one stage. */
export async function travel(stage: StubStage, answer: () => unknown, rest: StubOptions = {}) {
  const { client, begin, clock } = openStub({
    ...rest,
    answers: { [stage]: answer as () => Response },
  });
  const { callback } = await begin();
  const grant = grantOf(await client.completeConsent(callback, { sessionBinding: SESSION }));
  return client.query(grant, latest(), { onProgress: ({ retryAt }) => clock.set(retryAt) });
}
